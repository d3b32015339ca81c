"""Personal values in places where they do not belong: an event's name, an order number, a path of a website. Pure.

Judged by form and, where there is one, by check digit, so that ordinary numbers of orders and products pass.
"""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

CANDIDATE = (
    r"@|＠|%40"
    r"|(?:^|[^0-9A-Za-z])(?:\+|00)[1-9][0-9 ().-]{6,}[0-9]"
    r"|(?:^|[^0-9])1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?:$|[^0-9])"
    r"|[１][３-９][０-９]{9}"
    r"|(?:^|[^0-9])(?:86)?1[3-9][0-9]{9}(?:$|[^0-9])"
    r"|[0-9]{17}[0-9Xx]|(?:^|[^0-9])[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3,7}(?:$|[^0-9])"
    r"|[A-HJ-NPR-Z0-9]{17}"
    r"|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][ ·]?[A-HJ-NP-Z0-9]{5,6}"
)
"""For engines without looking around (RE2): whatever `names_somebody` accepts has one of these in it."""

EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,}")
PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:\+|00)[1-9][0-9](?:[ ().-]{0,2}[0-9]){6,13}(?![0-9])"
    r"|(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"
)
PHONE_ALONE = re.compile(r"(?:\+|00)[1-9]\d{7,14}|(?:86)?1[3-9]\d{9}|0[1-9]\d{8,10}")
IDENTITY_CARD = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
CARD = re.compile(r"(?<![\d-])[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3,7}(?![\d-])")
VIN = re.compile(r"(?<![0-9A-Z])[A-HJ-NPR-Z0-9]{17}(?![0-9A-Z])")
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][ ·]?[A-HJ-NP-Z0-9]{5,6}(?![A-Z0-9])"
)
CARD_WEIGHTS, CARD_CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
VIN_VALUES = {
    **{digit: int(digit) for digit in "0123456789"},
    **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)),
}


def names_somebody(text: str) -> bool:
    """Say whether a text holds an e-mail address, a phone number, or the number of an identity card, a payment card,
    a vehicle or its plate.

    Source: GB 11643 (identity card), ISO/IEC 7812 (payment card), ISO 3779 with the check digit of GB 16735 (vehicle)
    """
    return _seen_names_somebody(_as_seen(text))


def is_phone_alone(digits: str) -> bool:
    """Say whether digits without spaces or signs between them are dialled rather than reckoned with: with the code of a
    country, a mobile number of China, or eleven digits or so after a zero."""
    return PHONE_ALONE.fullmatch(digits) is not None


def name_without_people(text: str) -> str:
    """Return a short text that somebody typed, such as the name of a file, with stars also for what only looks like the
    number of an identity card: there a mistyped one still names somebody, and hardly any number is as long."""
    kept = without_people(text)
    seen = _as_seen(kept)
    return IDENTITY_CARD.sub(HIDDEN, seen) if IDENTITY_CARD.search(seen) else kept


def without_people(text: str) -> str:
    """Return a text with three stars for each such value in it, everything else as it reads; a text without any as it
    is."""
    seen = _as_seen(text)
    if not _seen_names_somebody(seen):
        return text
    for look, is_one in LOOKS:
        seen = look.sub(lambda found, is_one=is_one: HIDDEN if is_one(found[0]) else found[0], seen)  # type: ignore[misc]
    return HIDDEN if _seen_names_somebody(seen) else seen


def _as_seen(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unquote(text))
    if plain.isascii():
        return plain
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")


def _seen_names_somebody(seen: str) -> bool:
    return any(is_one(found) for look, is_one in LOOKS for found in look.findall(seen))


def _is_identity(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, CARD_WEIGHTS, strict=False))
    return CARD_CHECKS[total % 11] == number[-1].upper()


def _is_card(written: str) -> bool:
    number = re.sub(r"\D", "", written)
    if not 15 <= len(number) <= 19 or len(set(number)) < 2:
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _is_vehicle(number: str) -> bool:
    if number.isdigit() or number.isalpha():
        return False
    total = sum(VIN_VALUES[sign] * weight for sign, weight in zip(number, VIN_WEIGHTS, strict=True))
    return number[8] == ("X" if total % 11 == 10 else str(total % 11))


def _is_any(_found: str) -> bool:
    return True


HIDDEN = "***"
LOOKS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (EMAIL, _is_any), (PHONE, _is_any), (PLATE, _is_any), (IDENTITY_CARD, _is_identity), (CARD, _is_card),
    (VIN, _is_vehicle),
)  # fmt: skip
"""What each value looks like, and whether what looks so is one."""
