import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingtai.vault.masking import mask


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("phone", "+8613800008000", "138****8000"),
        ("phone", "13800008000", "138****8000"),
        ("phone", "+12125550100", "+12****0100"),
        ("phone", "12345678", "12****78"),
        ("phone", "1234", "1***"),
        ("email", "alice@example.com", "a***@example.com"),
        ("email", "a@example.com", "a***@example.com"),
        ("email", "alice at example", "al***le"),
        ("email", "alice@13800008000", "al***00"),
        ("name", "张三", "张**"),
        ("name", "欧阳小明", "欧**"),
        ("name", "三", "**"),
        ("vin", "LSVAA2180E2000001", "LS***01"),
        ("member_no", "00123", "0***"),
        ("member_no", "12", "***"),
        ("user_id", "", "***"),
    ],
)
def test_enough_is_shown_to_recognise_and_no_more(kind, value, shown):
    assert mask(kind, value) == shown


@given(
    kind=st.sampled_from(["email", "phone", "name", "vin", "user_id"]),
    value=st.text(st.characters(exclude_characters="*"), max_size=80).filter(str.strip),
)
def test_any_value_can_be_masked_and_none_is_shown_whole(kind, value):
    shown = mask(kind, value)
    assert "**" in shown
    assert value.strip() not in shown
