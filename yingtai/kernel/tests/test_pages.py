"""A cursor names a place in a list; a broken one is answered with a way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingtai.kernel.errors import CursorNotUnderstood
from yingtai.kernel.pages import decode_cursor, encode_cursor


@given(st.lists(st.one_of(st.integers(), st.text()), min_size=1, max_size=3))
def test_a_cursor_leads_back_to_its_place(place):
    assert decode_cursor(encode_cursor(*place), len(place)) == place


@given(st.text(min_size=1))
def test_any_other_text_is_refused_or_understood_but_never_breaks(text):
    try:
        place = decode_cursor(text, 2)
    except CursorNotUnderstood:
        return
    assert len(place) == 2


def test_no_cursor_is_the_beginning():
    assert decode_cursor(None, 2) is None
    with pytest.raises(CursorNotUnderstood):
        decode_cursor("bm90IGpzb24", 2)
