from hashlib import sha256
from hmac import new

from hypothesis import given
from hypothesis import strategies as st

from yingtai.vault import keyring

PHONE = "+8613800008000"


def test_equal_values_of_one_entity_are_found_equal(vault, another_process):
    first, second, other = vault.blind("phone", 1, [PHONE, PHONE, "+8613800008001"])
    assert first == second == another_process.blind("phone", 1, [PHONE])[0]
    assert first != other
    assert len(first) == 16


def test_neighbours_and_other_kinds_never_match(vault):
    places = [("phone", 1), ("phone", 2), ("email", 1), ("phone", 11), ("phone/1", 1)]
    assert len({vault.blind(kind, entity, [PHONE])[0] for kind, entity in places}) == len(places)


@given(value=st.text(st.characters(exclude_categories=["Cs"])))
def test_an_index_is_hmac_sha_256_under_the_key_of_its_entity_and_kind(vault, value):
    key = keyring.index_key(vault._index_root, "user_id", 9)
    assert vault.blind("user_id", 9, [value]) == [new(key, value.encode(), sha256).digest()[:16]]


def test_no_values_give_no_indexes(vault):
    assert vault.blind("phone", 1, []) == []
