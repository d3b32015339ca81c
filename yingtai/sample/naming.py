"""How sample people are called and what they are known by: texts by the column, all invented."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yingtai.sample.people import AGE_BANDS, FAMILY, FAMILY_EN, GIVEN, GIVEN_EN, People

PREFIXES = ("138", "139", "150", "186", "199")
PREFIXES_DE = ("+4915100", "+4915101", "+4915102", "+4915103", "+4915104")
LEVELS, LEVELS_ZH = ("bronze", "silver", "gold"), ("铜卡", "银卡", "金卡")
GENDERS, GENDERS_ZH = ("male", "female"), ("男", "女")
BOOK = 3
"""The last of the four ids that somebody has without signing in: the dealer's book."""


def user_ids(people: People, persons: np.ndarray) -> pa.Array:
    return _numbered(f"{people.brand.code}-", persons, digits=7)


def member_nos(people: People, persons: np.ndarray) -> pa.Array:
    return _numbered(people.brand.code[:2].upper(), persons, digits=8)


def emails(people: People, persons: np.ndarray) -> pa.Array:
    return _joined(f"{people.brand.code}.", pa.array(persons).cast(pa.string()), "@example.com")


def phones(people: People, persons: np.ndarray) -> pa.Array:
    """Return invented numbers: no real one has a zero after its prefix in all brands alike.

    A second record of somebody has the first one's number, or that number with the last digit mistyped.
    """
    is_twin = people.is_twin[persons]
    first = np.where(is_twin, people.twin[persons], persons)
    is_mistyped = is_twin & ~people.same_phone[persons]
    number = np.where(is_mistyped, first - first % 10 + (first + 1) % 10, first)
    heads = [f"+86{prefix}00" for prefix in PREFIXES] if people.brand.language == "zh" else PREFIXES_DE
    # The prefix is that of the right number, so a mistyped one is nobody else's.
    return _numbered(pa.array(heads).take(pa.array(first % len(heads))), number, digits=6)


def browsers(people: People, numbers: np.ndarray) -> pa.Array:
    """Return anonymous ids: of person n's three browsers and the dealer's book, at the numbers 4n to 4n + 3."""
    whose = _numbered(f"anon-{people.brand.code}-", numbers // 4, digits=7)
    return _joined(whose, "-", pa.array(numbers % 4).cast(pa.string()))


def tablets(people: People, numbers: np.ndarray) -> pa.Array:
    return _numbered(f"tablet-{people.brand.code}-", numbers, digits=3)


def names(people: People, persons: np.ndarray) -> tuple[pa.Array, pa.Array]:
    """Return (first names, last names)."""
    family, given = people.family[persons], people.given[persons]
    if people.brand.language != "zh":
        return _picked(GIVEN_EN, given), _picked(FAMILY_EN, family)
    second = pc.if_else(pa.array(given % 3 > 0), _picked(GIVEN, given // 7), "")
    return _joined(_picked(GIVEN, given), second), _picked(FAMILY, family)


def declared_traits(people: People, persons: np.ndarray) -> pa.Array:
    """Return what people said that is declared and not personal, as JSON."""
    cities = [city for city, _ in people.cities]
    levels, genders = (LEVELS_ZH, GENDERS_ZH) if people.brand.language == "zh" else (LEVELS, GENDERS)
    level = np.minimum(people.activity[persons].astype(np.int64), len(LEVELS) - 1)
    return _document(
        ("city", _picked(cities, people.region[persons])),
        ("age_band", _picked(AGE_BANDS, people.age[persons])),
        ("member_level", _picked(levels, level)),
        ("gender", _picked(genders, people.given[persons] % 2)),
    )


def private_traits(people: People, persons: np.ndarray) -> pa.Array:
    """Return what people said that is sealed, as JSON; e-mail and phone are identifiers, and kept as such."""
    first, last = names(people, persons)
    whole = _joined(last, first) if people.brand.language == "zh" else _joined(first, " ", last)
    return _document(("first_name", first), ("last_name", last), ("name", whole))


def _document(*members: tuple[str, pa.Array]) -> pa.Array:
    """Return JSON objects without the members that are null; no text of the sample needs an escape."""
    parts = [_joined(f',"{name}":"', texts, '"') for name, texts in members]
    whole = _joined(*(part.fill_null("") for part in parts))
    return _joined("{", pc.utf8_slice_codeunits(whole, 1), "}")


def _numbered(prefix: str | pa.Array, numbers: np.ndarray, *, digits: int) -> pa.Array:
    return _joined(prefix, pc.utf8_lpad(pa.array(numbers).cast(pa.string()), digits, "0"))


def _picked(texts: str | list[str] | tuple[str, ...], places: np.ndarray) -> pa.Array:
    return pa.array(list(texts)).take(pa.array(places % len(texts)))


def _joined(*parts: str | pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")
