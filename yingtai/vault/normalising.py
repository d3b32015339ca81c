"""One shape for each identifier, so that equal ones are found equal.

The shapes are what blind indexes are made of: changing one means making every index of that kind anew.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import phonenumbers

LONGEST = 512
LONGEST_EMAIL = 254
LONGEST_LOCAL_PART = 64

_NOT_IN_IDS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Signs that nobody sees and that come along when a value is copied: byte order marks, joiners, directions."""
_EMAIL = re.compile(r"[^\s@\"(),:;<>\[\\\]\x00-\x20\x7f-\x9f]+@(?:[^\s@.]+\.)+[^\s@.]{2,}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_GAPS = str.maketrans("", "", " -")
_CHINESE_MOBILE = re.compile(r"1[3-9][0-9]{9}")
# Shapes whose validity the pattern alone decides; +1 555 … are kept free for examples.
_SURE_E164 = re.compile(r"\+861[3-9][0-9]{9}|\+1555[0-9]{7}")


def normalise(kind: str, value: str, region: str = "CN") -> str | None:
    """Return the one shape of an identifier, or None when the value cannot be one.

    Signs that nobody sees are left out. E-mail: NFKC, lower case, its domain in ASCII. Phone: E.164, read as
    dialled in `region`. VIN: upper case, 17 characters. Name: NFKC, case folded, single spaces. Other kinds, known or
    not: NFKC, outer spaces off, case kept.
    """
    if len(value) > LONGEST:
        return None
    text = value.strip() if value.isascii() else unicodedata.normalize("NFKC", visible(value)).strip()
    if not text or _NOT_IN_IDS.search(text):
        return None
    if kind == "phone":
        return _phone(text, region)
    return _SHAPES.get(kind, str)(text)


def visible(text: str) -> str:
    """Return a text without the signs in it that nobody sees."""
    return _INVISIBLE.sub("", text)


def _email(text: str) -> str | None:
    lowered = unicodedata.normalize("NFKC", text.lower())
    if len(lowered) > LONGEST_EMAIL or not _EMAIL.fullmatch(lowered):
        return None
    local, _, domain = lowered.rpartition("@")
    ascii_domain = domain if domain.isascii() else _ascii_domain(domain)
    if len(local) > LONGEST_LOCAL_PART or ascii_domain is None or not _DOMAIN.fullmatch(ascii_domain):
        return None
    return f"{local}@{ascii_domain}"


def _ascii_domain(domain: str) -> str | None:
    try:
        return domain.encode("idna").decode().lower()
    except UnicodeError:
        return None


def _phone(text: str, region: str) -> str | None:
    if _SURE_E164.fullmatch(text):
        return text
    if region == "CN" and _CHINESE_MOBILE.fullmatch(text):
        return f"+86{text}"
    return _parsed_phone(text, region)


@lru_cache(maxsize=4_096)
def _parsed_phone(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164 if _SURE_E164.fullmatch(e164) or phonenumbers.is_valid_number(number) else None


def _vin(text: str) -> str | None:
    bare = text.upper().translate(_VIN_GAPS)
    return bare if _VIN.fullmatch(bare) else None


def _name(text: str) -> str | None:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.casefold()).casefold())
    return " ".join(folded.split()) or None


_SHAPES: dict[str, Callable[[str], str | None]] = {"email": _email, "vin": _vin, "name": _name}
