"""How consent was given, checked to hold nothing about who gave it."""

import json
import re
from collections.abc import Mapping

from yingtai.compliance.errors import EvidenceHoldsPersonalData, EvidenceNotUnderstood

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
LOOKS_LIKE_PHONE = re.compile(r"(?<![\w-])\+?\d(?:[\s()-]?\d){9,14}(?![\w-])")


def checked_evidence(evidence: Mapping[str, object]) -> str:
    """Return the evidence as JSON.

    Raises: EvidenceNotUnderstood, EvidenceHoldsPersonalData
    """
    for key, value in evidence.items():
        if key not in KEYS or not _is_short(value):
            raise EvidenceNotUnderstood(key=key)
        if isinstance(value, str) and (LOOKS_LIKE_EMAIL.search(value) or LOOKS_LIKE_PHONE.search(value)):
            raise EvidenceHoldsPersonalData(key=key)
    return json.dumps(evidence, ensure_ascii=False, separators=(",", ":"))


def _is_short(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE
    if isinstance(value, list | tuple):
        return len(value) <= LONGEST_VALUE and all(isinstance(item, int) for item in value)
    return isinstance(value, int | float) or value is None
