"""Values of people for whole lists, by name: what a message to them may say."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from unicodedata import category, normalize

from yingtai.collect.api import list_seen, plan_of, websites_of
from yingtai.customers.ingest.saying import Document
from yingtai.customers.models import Identifier, Profile
from yingtai.customers.queries import mask_trait, open_identifiers, private_traits_of
from yingtai.customers.rules import BY_NUMBER, KINDS, Standing
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import brand_node, brand_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.vault import api as vault

TRAIT = "trait"
KINDS_AS_VALUES = [kind.number for kind in KINDS if kind.is_kept and kind.name != "user"]
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
MOST_LETTERS, MOST_WORDS, MOST_DIGITS = 40, 5, 4
SIGNS_OF_NAMES = frozenset(" -'’ʼ·•・,()")
PARTS_OF_NAME = {"first_name", "last_name"}
HAN = re.compile(r"[\u3400-\u9fff]")


def values_of(
    acting: Acting, profile_nos: Sequence[int], names: Collection[str], *, is_clear: bool = True
) -> dict[int, dict[str, Any]]:
    """Return, for each profile, the named values it has: declared and private traits, e-mail, phone, member;
    an identifier that is only claimed is not theirs yet, and what only a page said must read like a name or a place, or
    lead to a website of the brand: anybody can say it of anybody, and it would be read in a mail of ours.

    In:   names     as people write them in templates: `first_name` is also found as `firstName`
          is_clear  False masks what is customer-private
    Cost: four statements and openings in bulk, whatever the number of people
    """
    wanted = set(names) | (PARTS_OF_NAME if "name" in names else set())
    with acting_transaction(acting):
        profiles = Profile.objects.filter(profile_no__in=profile_nos).values_list(
            "profile_no", "traits", "node_no"
        )
        traits = {number: said for number, said, _ in profiles}
        websites = websites_of(acting, brand_node(profiles[0][2])) if profiles else frozenset()
        private = private_traits_of(profile_nos)
        known = list(
            Identifier.objects.filter(profile_no__in=profile_nos, kind__in=KINDS_AS_VALUES).order_by(
                "first_seen_at", "alias_no"
            )
        )
    # Whose address is only claimed may be two people whom a page called one: what pages said can be of the other.
    doubted = {row.profile_no for row in known if row.standing == Standing.CLAIMED}
    known = [row for row in known if row.standing > Standing.CLAIMED]
    found: dict[int, dict[str, Any]] = {number: {} for number in profile_nos}
    for number in profile_nos:
        for name, (value, *_) in _speakable(traits.get(number, {}), websites, is_doubted=number in doubted):
            _put(found[number], name, value, wanted)
        for name, (value, *_) in _speakable(private[number], websites, is_doubted=number in doubted):
            _put(found[number], name, value if is_clear else mask_trait(name, value), wanted)
    for row, value in zip(known, open_identifiers(known), strict=True):
        kind = BY_NUMBER[row.kind].name
        if value is not None and kind in wanted:
            found[row.profile_no][kind] = value if is_clear else vault.mask(kind, value)
    return {number: _with_name(values, names) for number, values in found.items()}


def _speakable(
    document: Document, websites: Collection[str], *, is_doubted: bool
) -> Iterator[tuple[str, list[Any]]]:
    for name, said in document.items():
        is_public = len(said) > 2
        if not is_public or (not is_doubted and _is_harmless(said[0], websites)):
            yield name, said


def _is_harmless(value: Any, websites: Collection[str]) -> bool:
    """Say whether a mail may say what anybody can say of anybody: no list, no object, no number that can be called."""
    if isinstance(value, str):
        return reads_like_a_name(value) or _leads_home(value, websites)
    return isinstance(value, bool | int | float) and abs(value) < 10**MOST_DIGITS


def _leads_home(text: str, websites: Collection[str]) -> bool:
    return any(text.startswith(f"{website}/") and not set(text) & set(" \t\n<>\\") for website in websites)


def reads_like_a_name(text: str) -> bool:
    """Say whether a text is as short as a name or a place, of letters and the signs that stand in names; nothing that
    leads anywhere, also not with another value beside it."""
    text = normalize("NFKC", text)
    without_stops = text.replace(". ", " ")  # St. Gallen
    return (
        len(text) <= MOST_LETTERS
        and len(text.split()) <= MOST_WORDS
        and sum(sign.isdigit() for sign in text) <= MOST_DIGITS
        and all(
            sign in SIGNS_OF_NAMES or category(sign)[0] in "LM" or sign.isdigit() for sign in without_stops
        )
    )


def _with_name(values: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return the values with a whole name made of its parts where only those are known, and no part not asked for."""
    first, last = values.get("first_name"), values.get("last_name")
    if "name" in names and not values.get("name") and (first or last):
        values["name"] = whole_name(str(first or ""), str(last or ""))
    return {name: value for name, value in values.items() if name in names}


def whole_name(first: str, last: str) -> str:
    """Put a name together as its script does: 王小明, Anna Example."""
    if not (first and last):
        return first or last
    return f"{last}{first}" if HAN.match(last) else f"{first} {last}"


def names_of_values(acting: Acting, node_no: int) -> list[str]:
    """Return the names under which people of a brand may have values: declared or seen traits and identifiers,
    as a template writes them. Cost: one pass over the names that arrived"""
    traits = {*plan_of(brand_of(node_no)).traits}
    traits |= {row.name for row in list_seen(acting, node_no) if row.subject == TRAIT}
    kinds = {BY_NUMBER[number].name for number in KINDS_AS_VALUES}
    return sorted(
        kinds | {spelled for name in traits for spelled in _spelled(name) if spelled.isidentifier()}
    )


def _spelled(name: str) -> tuple[str, str]:
    return name, _HUMP.sub("_", name).lower()


def _put(values: dict[str, Any], name: str, value: Any, wanted: set[str]) -> None:
    for spelled in _spelled(name):
        if spelled in wanted and value is not None:
            values[spelled] = value
