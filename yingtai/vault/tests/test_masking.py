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
        ("phone", "12345678", "1****8"),
        ("phone", "021-626262", "0****62"),
        ("phone", "张三 13800138000", "张***"),
        ("phone", "1234", "1***"),
        ("phone", "1 3 8 0 0 1 3 8 0 7 9", "138****8079"),
        ("phone", "1_3_8_0_0_1_3_8_0_7_9", "138****8079"),
        ("phone", "138-----0013", "1***"),
        ("phone", "123 .... 4", "1***"),
        ("phone", "..-..-..-..", "***"),
        ("email", "alice@example.com", "a***@example.com"),
        ("email", "a@example.com", "a***@example.com"),
        ("email", "alice at example", "al***le"),
        ("email", "alice@13800008000", "al***00"),
        ("name", "张三", "张**"),
        ("name", "欧阳小明", "欧**"),
        ("name", "三", "**"),
        ("text", "张三", "***"),
        ("text", "张三丰", "张***"),
        ("text", "北京市海淀区王小二", "北***"),
        ("text", "zhangsan", "z***n"),
        ("user_id", "abcdefg", "a***"),
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


@given(value=st.text(min_size=1, max_size=80).map(str.strip).filter(lambda text: "*" not in text))
def test_of_a_text_of_no_known_form_a_third_is_shown_at_most(value):
    shown = len(mask("text", value).replace("***", "", 1))

    assert shown <= min(4, len(value) // 3)
    assert shown <= 1 or len(value) >= 8


@given(between=st.text(st.sampled_from(" ._-()/,"), max_size=3), wide=st.integers(1, 4))
def test_no_more_of_a_phone_number_is_shown_when_something_stands_between_its_digits(between, wide):
    digits = "13800138079"
    written = between.join(digits[place : place + wide] for place in range(0, len(digits), wide))

    for kind in ("phone", "text", "plain"):
        assert len([sign for sign in mask(kind, written) if sign.isdigit()]) <= 7
