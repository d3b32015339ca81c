import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingtai.vault.normalising import normalise

KINDS = [
    "email",
    "phone",
    "name",
    "vin",
    "user_id",
    "member_no",
    "order_no",
    "device",
    "anonymous_id",
    "openid",
]


@pytest.mark.parametrize(
    ("kind", "value", "shape"),
    [
        ("email", " Li.Lei@Example.COM ", "li.lei@example.com"),
        ("email", "ｌｉ＠example．com", "li@example.com"),
        ("email", "li@bücher.example", "li@xn--bcher-kva.example"),
        ("email", "li+news@mail.example.com", "li+news@mail.example.com"),
        ("email", "李雷@example.com", "李雷@example.com"),
        ("phone", "13800008000", "+8613800008000"),
        ("phone", " 138 0000 8000 ", "+8613800008000"),
        ("phone", "138-0000-8000", "+8613800008000"),
        ("phone", "+86 138 0000 8000", "+8613800008000"),
        ("phone", "0086 13800008000", "+8613800008000"),
        ("phone", "8613800008000", "+8613800008000"),
        ("phone", "１３８００００８０００", "+8613800008000"),
        ("phone", "+1 555 010 0123", "+15550100123"),
        ("phone", "+1 (212) 555-0100", "+12125550100"),
        ("phone", "010-12345678", "+861012345678"),
        ("vin", "lsvaa2180e2000001", "LSVAA2180E2000001"),
        ("vin", "LSVAA 2180-E2000001", "LSVAA2180E2000001"),
        ("name", "  Zhāng   SĀN ", "zhāng sān"),
        ("name", "张\u3000三", "张 三"),
        ("name", "Straße", "strasse"),
        ("user_id", " U-001 ", "U-001"),
        ("member_no", "００１２３", "00123"),
        ("order_no", "C536379", "C536379"),
        ("openid", "oLVPpjqs9BhvzwPj5A-vTYAX3GLc", "oLVPpjqs9BhvzwPj5A-vTYAX3GLc"),
        ("unionid", "oLVPpjqs9Bh", "oLVPpjqs9Bh"),
        ("device", "AB-12", "AB-12"),
        ("something_new", " x ", "x"),
    ],
)
def test_values_take_the_one_shape_of_their_kind(kind, value, shape):
    assert normalise(kind, value) == shape


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "li.lei"),
        ("email", "li@lei@example.com"),
        ("email", "@example.com"),
        ("email", "li@localhost"),
        ("email", "li lei@example.com"),
        ("email", "li@-example.com"),
        ("email", f"{'a' * 65}@example.com"),
        ("email", f"a@{'b' * 250}.com"),
        ("email", "li@example..com"),
        ("email", "a@example.com\nBcc: b@example.com"),
        ("phone", "12345678901"),
        ("phone", "138000"),
        ("phone", "no phone"),
        ("phone", "17850.0"),
        ("vin", "LSVAA2180E200000"),
        ("vin", "LSVAA2180E200000O"),
        ("name", "   "),
        ("user_id", ""),
        ("user_id", "a\x00b"),
        ("user_id", "a\ud800b"),
        ("user_id", "x" * 513),
    ],
)
def test_what_cannot_be_one_is_none(kind, value):
    assert normalise(kind, value) is None


def test_a_phone_is_read_as_dialled_in_its_region():
    assert normalise("phone", "(212) 555-0100", "US") == "+12125550100"
    assert normalise("phone", "(212) 555-0100", "CN") == "+862125550100"
    assert normalise("phone", "13800008000", "SG") is None


@given(kind=st.sampled_from(KINDS), value=st.text(max_size=60))
def test_a_shape_is_its_own_shape_and_can_be_stored(kind, value):
    shape = normalise(kind, value)
    if shape is not None:
        assert normalise(kind, shape) == shape
        assert "\x00" not in shape
        shape.encode()


@given(local=st.from_regex(r"[A-Za-z0-9.+_-]{1,30}", fullmatch=True), upper=st.booleans())
def test_case_never_parts_two_addresses(local, upper):
    address = f"{local}@Example.com"
    assert normalise("email", address.upper() if upper else address) == address.lower()
