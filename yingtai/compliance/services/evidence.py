"""How consent was given, checked to hold nothing about who gave it."""

import json
import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import unquote

from yingtai.compliance.errors import (
    EvidenceHoldsPersonalData,
    EvidenceNotUnderstood,
    SourceHoldsPersonalData,
    SourceNotUnderstood,
)

KEYS = frozenset(
    (
        *(
            "form",
            "page",
            "method",
            "wording",
            "language",
            "preference",
            "import",
            "line",
            "request",
            "message",
        ),
        *("campaign", "send", "document", "device", "ticket", "profiles", "consents"),
    )
)
LONGEST_VALUE = 200
LOOKS_LIKE_EMAIL = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]{2,}")
LOOKS_LIKE_PHONE = re.compile(r"(?<![\w-])\+?\d(?:[\s().-]{0,2}\d){9,14}(?![\w-])")
CHINESE_MOBILE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
IDENTITY_CARD = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{2}\d{3}[\dXx](?!\d)")
HARMLESS = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{8}(?:-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}|20\d\d-[01]\d-[0-3]\d)(?![0-9A-Za-z])"
)
"""UUIDs and dates: their digits are nobody's."""
OUR_NUMBERS = frozenset({"profiles", "consents", "campaign", "send", "line"})


def looks_personal(text: str) -> bool:
    """Say whether a text seems to hold an address, a phone number or the number of an identity card, however it
    is written: in wide signs, as a link writes it, or with signs between that cannot be seen."""
    plain = unquote(unicodedata.normalize("NFKC", text))
    seen = HARMLESS.sub(" ", "".join(sign for sign in plain if unicodedata.category(sign) != "Cf"))
    looks = (LOOKS_LIKE_EMAIL, LOOKS_LIKE_PHONE, CHINESE_MOBILE, IDENTITY_CARD)
    return any(look.search(seen) for look in looks)


def checked_code(value: str, *, field: str) -> str:
    """Return a short name that came with a consent, such as its source, or refuse it.

    Raises: SourceNotUnderstood, SourceHoldsPersonalData
    """
    if looks_personal(value):
        raise SourceHoldsPersonalData(field=field, what=field)
    if len(value) > LONGEST_VALUE or not value.isprintable():
        raise SourceNotUnderstood(field=field, what=field)
    return value


def checked_evidence(evidence: Mapping[str, object]) -> str:
    """Return the evidence as JSON.

    Raises: EvidenceNotUnderstood, EvidenceHoldsPersonalData
    """
    for key, value in evidence.items():
        if key not in KEYS or not _is_short(value):
            raise EvidenceNotUnderstood(key=key)
        if _is_personal(key, value):
            raise EvidenceHoldsPersonalData(key=key)
    return json.dumps(evidence, ensure_ascii=False, separators=(",", ":"))


def _is_personal(key: str, value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(_is_personal(key, item) for item in value)
    if isinstance(value, int | float) and key in OUR_NUMBERS:
        return False
    return value is not None and looks_personal(str(value))


def _is_short(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE
    if isinstance(value, list | tuple):
        return len(value) <= LONGEST_VALUE and all(isinstance(item, int) for item in value)
    return isinstance(value, int | float) or value is None
