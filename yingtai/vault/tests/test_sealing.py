import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yingtai.vault.errors import KeyDestroyed, KeyNotFound, SealBroken, SuiteNotKnown

COLUMN = "customers_identifier.value"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.none() | texts | st.binary(max_size=200), max_size=20))
def test_what_is_sealed_opens_to_the_same(vault, values):
    key_ids = vault.mint_keys(len(values))
    rows = list(range(len(values)))

    sealed = vault.seal(values, key_ids, column=COLUMN, row_ids=rows)

    wanted = [value.encode() if isinstance(value, str) else value for value in values]
    assert vault.open_bytes(sealed, column=COLUMN, row_ids=rows) == wanted


def test_text_comes_back_as_text_and_one_key_serves_many_rows(vault):
    (key_id,) = vault.mint_keys(1)
    sealed = vault.seal(["李雷", None, ""], key_id, column=COLUMN, row_ids=["a", "b", "c"])
    assert vault.open_sealed(sealed, column=COLUMN, row_ids=["a", "b", "c"]) == ["李雷", None, ""]


def test_a_sealed_value_has_the_documented_layout(vault):
    (key_id,) = vault.mint_keys(1)
    (sealed,) = vault.seal(["13800008000"], key_id, column=COLUMN, row_ids=[1])
    assert sealed[0] == 1
    assert int.from_bytes(sealed[1:9]) == key_id
    assert len(sealed) == 1 + 8 + 12 + len("13800008000") + 16


def test_equal_values_never_look_equal(vault):
    (key_id,) = vault.mint_keys(1)
    sealed = vault.seal(["same"] * 500, key_id, column=COLUMN, row_ids=[7] * 500)
    assert len({blob[9:21] for blob in sealed}) == 500
    assert len({blob[21:] for blob in sealed}) == 500


def test_database_drivers_may_hand_over_memoryviews(vault):
    (key_id,) = vault.mint_keys(1)
    (sealed,) = vault.seal(["x"], key_id, column=COLUMN, row_ids=[1])
    assert vault.open_sealed([memoryview(sealed)], column=COLUMN, row_ids=[1]) == ["x"]


@settings(max_examples=60, deadline=None)
@given(position=st.integers(9, 9 + 12 + 5 + 16 - 1), bit=st.integers(0, 7))
def test_every_changed_bit_is_noticed(vault, position, bit):
    (key_id,) = vault.mint_keys(1)
    (sealed,) = vault.seal([b"hello"], key_id, column=COLUMN, row_ids=[1])
    forged = bytearray(sealed)
    forged[position] ^= 1 << bit
    with pytest.raises(SealBroken, match=r"customers_identifier\.value"):
        vault.open_bytes([forged], column=COLUMN, row_ids=[1])


@pytest.mark.parametrize(("column", "row"), [("customers_identifier.other", 1), (COLUMN, 2), (COLUMN, "01")])
def test_a_value_moved_to_another_place_does_not_open(vault, column, row):
    (key_id,) = vault.mint_keys(1)
    sealed = vault.seal(["x"], key_id, column=COLUMN, row_ids=[1])
    with pytest.raises(SealBroken):
        vault.open_sealed(sealed, column=column, row_ids=[row])


def test_a_value_under_another_persons_key_id_does_not_open(vault):
    mine, theirs = vault.mint_keys(2)
    (sealed,) = vault.seal(["x"], mine, column=COLUMN, row_ids=[1])
    with pytest.raises(SealBroken):
        vault.open_sealed([sealed[:1] + theirs.to_bytes(8) + sealed[9:]], column=COLUMN, row_ids=[1])


@pytest.mark.parametrize("length", [0, 1, 9, 36])
def test_a_value_cut_short_is_refused(vault, length):
    (key_id,) = vault.mint_keys(1)
    (sealed,) = vault.seal(["x"], key_id, column=COLUMN, row_ids=[1])
    with pytest.raises(SealBroken):
        vault.open_sealed([sealed[:length]], column=COLUMN, row_ids=[1])


def test_a_suite_of_the_future_is_named_in_the_refusal(vault):
    with pytest.raises(SuiteNotKnown, match="suite 2"):
        vault.open_sealed([b"\x02" + bytes(50)], column=COLUMN, row_ids=[1])


def test_a_key_the_cluster_never_had_is_refused_rather_than_read_as_erased(vault):
    (key_id,) = vault.mint_keys(1)
    (sealed,) = vault.seal(["x"], key_id, column=COLUMN, row_ids=[1])
    with pytest.raises(KeyNotFound):
        vault.open_sealed([sealed[:1] + (2**60).to_bytes(8) + sealed[9:]], column=COLUMN, row_ids=[1])


def test_values_of_a_destroyed_key_open_to_nothing_and_their_neighbours_still_open(vault):
    gone, kept = vault.mint_keys(2)
    sealed = vault.seal(["a", "b"], [gone, kept], column=COLUMN, row_ids=[1, 2])

    assert vault.destroy_keys([gone]) == 1

    assert vault.open_sealed(sealed, column=COLUMN, row_ids=[1, 2]) == [None, "b"]


def test_another_process_stops_opening_at_once(vault, another_process):
    (key_id,) = vault.mint_keys(1)
    sealed = vault.seal(["a"], key_id, column=COLUMN, row_ids=[1])
    assert another_process.open_sealed(sealed, column=COLUMN, row_ids=[1]) == ["a"]

    vault.destroy_keys([key_id])

    assert another_process.open_sealed(sealed, column=COLUMN, row_ids=[1]) == [None]


def test_nothing_more_is_sealed_for_an_erased_person(vault):
    (key_id,) = vault.mint_keys(1)
    vault.destroy_keys([key_id])
    with pytest.raises(KeyDestroyed):
        vault.seal(["a"], key_id, column=COLUMN, row_ids=[1])
    assert vault.seal([None], key_id, column=COLUMN, row_ids=[1]) == [None]


def test_sets_larger_than_one_part_keep_their_order(vault):
    key_ids = vault.mint_keys(3_000) * 15
    values = [str(number) for number in range(45_000)]
    sealed = vault.seal(values, key_ids, column=COLUMN, row_ids=range(45_000))
    assert vault.open_sealed(sealed, column=COLUMN, row_ids=range(45_000)) == values


def test_sets_of_different_sizes_are_a_mistake_of_ours(vault):
    (key_id,) = vault.mint_keys(1)
    with pytest.raises(ValueError, match="as many as each other"):
        vault.seal(["a", "b"], key_id, column=COLUMN, row_ids=[1])
