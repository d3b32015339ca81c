"""Tables for spreadsheets."""

import pytest

from yingtai.kernel.spreadsheets import plain_cell, sheet


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|cmd", "%0A", "＝1+1", "\u200b=1", " =1"]
)
def test_no_cell_is_taken_for_a_formula(text):
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "plain"),
    [("x;=cmd", "x;'=cmd"), ("x; +1", "x; '+1"), ("x\n@SUM(A1)", "x\n'@SUM(A1)"), ("red; blue", "red; blue")],
)
def test_none_becomes_one_where_semicolons_divide(text, plain):
    assert plain_cell(text) == plain


def test_numbers_stay_numbers_and_missing_is_empty():
    table = sheet(["商品", "Value"], [["=HYPERLINK(1)", -80], ["a,b", None]])

    assert table == '\ufeff商品,Value\r\n\'=HYPERLINK(1),-80\r\n"a,b",\r\n'
