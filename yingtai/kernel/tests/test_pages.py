"""A cursor names a place in a list; a broken one is answered with a way out."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingtai.kernel.errors import CursorNotUnderstood
from yingtai.kernel.pages import decode_cursor, encode_cursor, moment, number

KINDS = {int: number, str: str, UUID: UUID, datetime: moment}
PARTS = st.one_of(
    st.integers(-(2**63) + 1, 2**63 - 1), st.text(), st.uuids(), st.datetimes(timezones=st.just(UTC))
)


@given(st.lists(PARTS, min_size=1, max_size=3))
def test_a_cursor_leads_back_to_its_place(place):
    assert decode_cursor(encode_cursor(*place), *(KINDS[type(part)] for part in place)) == place


@given(st.one_of(st.text(min_size=1), st.recursive(st.integers(), st.lists).map(encode_cursor)))
def test_any_other_text_is_refused_or_understood_but_never_breaks(text):
    try:
        place = decode_cursor(text, number, moment)
    except CursorNotUnderstood:
        return
    assert [type(part) for part in place] == [int, datetime]


@pytest.mark.parametrize("place", [["abc"], [[1]], [None], [2**64], [1.5], [1, 2]])
def test_a_place_of_another_kind_is_refused(place):
    with pytest.raises(CursorNotUnderstood):
        decode_cursor(encode_cursor(*place), number)


def test_no_cursor_is_the_beginning():
    assert decode_cursor(None, number) is None
    with pytest.raises(CursorNotUnderstood):
        decode_cursor("bm90IGpzb24", number)
