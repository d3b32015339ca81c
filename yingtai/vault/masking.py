"""What a page or an error report shows of a personal value: enough to recognise, too little to use."""

import re

HIDDEN = "***"
# Only where a domain must be: a broken address may hold anything behind its @.
_EMAIL = re.compile(r"[^@]+@(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}")
_NUMBER = re.compile(r"[+\d() ._-]+", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[() ._-]")
# Scripts in which two signs are a whole name, wherever they stand.
_DENSE = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_SHORTEST_WITH_ENDS = 8
_MOST_SHOWN = 4
"""So many signs of a value are shown, and never more than a third of it; of a shorter one than above one at most."""


def mask(kind: str, value: str) -> str:
    """Return the value with its middle hidden; safe for any kind and any text.

    `138****8000` · `a***@example.com` · `王**`, of any other text at most a third, such as `LS***42`; the stars do not
    tell how much they hide.
    """
    text = value.strip()
    if kind == "email" and _EMAIL.fullmatch(text):
        return f"{text[:1]}{HIDDEN}{text[text.rindex('@') :]}"
    if kind == "phone" and _NUMBER.fullmatch(text):
        return _masked_phone(text)
    if kind == "name":
        return f"{text[:1]}**" if len(text) > 1 else "**"
    return _masked_text(text)


def _masked_phone(text: str) -> str:
    # What stands between them tells nothing, and would make a short number long enough to be shown whole.
    text = _BETWEEN_DIGITS.sub("", text)
    digits = text.removeprefix("+86") if len(text) == len("+8613800008000") else text
    if len(digits) < _SHORTEST_WITH_ENDS:
        return _masked_text(digits)
    if len(digits) > 10:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"{digits[:1]}****{digits[-(len(digits) // 3 - 1) :]}"


def _masked_text(text: str) -> str:
    is_short = len(text) < _SHORTEST_WITH_ENDS or _DENSE.search(text)
    shown = min(len(text) // 3, 1 if is_short else _MOST_SHOWN)
    start, end = shown - shown // 2, shown // 2
    return f"{text[:start]}{HIDDEN}{text[len(text) - end :]}"
