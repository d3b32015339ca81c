"""Tables for spreadsheets."""

import pytest

from yingtai.kernel.spreadsheets import plain_cell, sheet


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|cmd", "%0A"])
def test_no_cell_is_taken_for_a_formula(text):
    assert plain_cell(text) == f"'{text}"


def test_numbers_stay_numbers_and_missing_is_empty():
    table = sheet(["商品", "Value"], [["=HYPERLINK(1)", -80], ["a,b", None]])

    assert table == '\ufeff商品,Value\r\n\'=HYPERLINK(1),-80\r\n"a,b",\r\n'
