"""Numbers that somebody wrote are read or not read, never an error."""

import pytest

from yingtai.kernel.reading import read_whole


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("42", 42), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 5000, None), ("²", None),
     ("٣", None), ("-5", None), ("1.0", None), (" 1", None), ("", None)],
)  # fmt: skip
def test_a_whole_number_is_read_or_not(text, number):
    assert read_whole(text) == number
