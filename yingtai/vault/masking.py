"""What a page or an error report shows of a personal value: enough to recognise, too little to use."""

import re

HIDDEN = "***"
# Only where a domain must be: a broken address may hold anything behind its @.
_EMAIL = re.compile(r"[^@]+@(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}")
_SHORTEST_WITH_ENDS = 8
_SHORTEST_WITH_START = 4


def mask(kind: str, value: str) -> str:
    """Return the value with its middle hidden; safe for any kind and any text.

    `138****8000` · `a***@example.com` · `王**` · `VI***42`; the stars do not tell how much they hide.
    """
    text = value.strip()
    if kind == "email" and _EMAIL.fullmatch(text):
        return f"{text[:1]}{HIDDEN}{text[text.rindex('@') :]}"
    if kind == "phone":
        return _masked_phone(text)
    if kind == "name":
        return f"{text[:1]}**" if len(text) > 1 else "**"
    return _masked_text(text)


def _masked_phone(text: str) -> str:
    digits = text.removeprefix("+86") if len(text) == len("+8613800008000") else text
    if len(digits) < _SHORTEST_WITH_ENDS:
        return _masked_text(digits)
    shown = 3 if len(digits) > _SHORTEST_WITH_ENDS else 2
    return f"{digits[:shown]}****{digits[-4:] if len(digits) > 10 else digits[-2:]}"


def _masked_text(text: str) -> str:
    if len(text) >= _SHORTEST_WITH_ENDS:
        return f"{text[:2]}{HIDDEN}{text[-2:]}"
    return f"{text[:1]}{HIDDEN}" if len(text) >= _SHORTEST_WITH_START else HIDDEN
