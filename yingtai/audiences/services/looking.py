"""Look at whom a definition chooses: a few masked people, and who of all would not pass the send gate, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from yingtai.audiences.counting import question_at
from yingtai.audiences.definition import Group
from yingtai.audiences.services.membership import add_people, people_now
from yingtai.compliance.api import mark_consent
from yingtai.customers.api import choose_contact, ids_of, mark_without_contact, names_of
from yingtai.kernel.acting import Acting
from yingtai.kernel.protecting import is_protected, protected, roughly
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sets import ProfileSet, new_set
from yingtai.lake.api import scoped
from yingtai.organization.api import count_question

MOST_LOOKED_AT = 20_000
MOST_SHOWN = 10
WITH_ADDRESS = ("email", "sms", "phone")
"""Channels that need an address; a web page or an app speaks to whoever looks at it."""
# In the order of a scattering function, so that the ten are neither the oldest nor the newest.
SOME = "SELECT profile_no FROM {table} ORDER BY hashint8(profile_no), profile_no LIMIT %s"
SEEN = "SELECT profile_no, first_seen_at, latest_seen_at FROM traits WHERE list_contains($people, profile_no)"


@dataclass(frozen=True)
class SomeoneChosen:
    """A person of a sample, masked; `id` is None when only the lake knows them yet."""

    id: UUID | None
    name: str
    first_seen_at: datetime | None
    latest_seen_at: datetime | None


@dataclass(frozen=True)
class Look:
    """What a look shows. `by_reason` counts who of `looked_at` passes (None) or falls out, and why."""

    people: int
    looked_at: int
    some: Sequence[SomeoneChosen]
    by_reason: dict[str | None, int]

    @property
    def passing(self) -> int:
        return self.by_reason.get(None, 0)

    @property
    def is_estimate(self) -> bool:
        return self.looked_at < self.people


def look(acting: Acting, definition: Group, *, node_no: int | None, purpose: str, channel: str) -> Look:
    """Look at an audience; of more than 20,000 people every so many-th is looked at.

    Raises: DefinitionNotUnderstood, TooManyQuestions
    Cost:   one query of the definition, a few set statements over at most 20,000 people
    """
    question, gate = question_at(acting, definition, node_no), f"{purpose} {channel}"
    count_question(acting, [gate, question])
    chosen = people_now(acting, node_no, definition)
    step = -(-len(chosen) // MOST_LOOKED_AT) or 1
    looked_at = chosen.take(list(range(0, len(chosen), step))) if step > 1 else chosen
    with acting_transaction(acting):
        people = new_set()
        add_people(people, looked_at)
        some = [] if is_protected(acting) else _some(acting, people)
        if purpose:
            if channel in WITH_ADDRESS:
                mark_without_contact(people, channel)
            mark_consent(people, purpose=purpose, channel=channel)
            if channel in WITH_ADDRESS:
                choose_contact(people, channel)
        found = Look(len(chosen), len(looked_at), some, people.count_by_reason())
    return _protected(acting, found, question, gate)


def _protected(acting: Acting, found: Look, question: list[Any], gate: str) -> Look:
    """Return what is seen without people: rough numbers, the size as a count of it says."""
    if not is_protected(acting):
        return found
    reasons = {
        reason: roughly(count, [gate, reason, question]) or 0 for reason, count in found.by_reason.items()
    }
    sized = protected(acting, replace(found, by_reason=reasons), "people", about=question)
    if not found.is_estimate:
        return replace(sized, looked_at=sized.people)
    # A half or a third of a number tells it as well.
    return protected(acting, sized, "looked_at", about=["looked at", question])


def _some(acting: Acting, people: ProfileSet) -> list[SomeoneChosen]:
    with connection.cursor() as cursor:
        cursor.execute(SOME.format(table=people.table), (MOST_SHOWN,))
        numbers = [row[0] for row in cursor.fetchall()]
    if not numbers:
        return []
    shown = who_they_are(acting, numbers)
    return [shown[number] for number in numbers]


def who_they_are(acting: Acting, profile_nos: Sequence[int]) -> dict[int, SomeoneChosen]:
    """Return people as a list shows them, masked, by profile number."""
    if not profile_nos:
        return {}
    names, ids = names_of(acting, profile_nos), ids_of(acting, profile_nos)
    rows = scoped(acting.scope).query(SEEN, {"people": list(profile_nos)}).to_pylist()
    seen = {row["profile_no"]: row for row in rows}
    return {
        number: SomeoneChosen(
            ids.get(number), names.get(number, ""), seen.get(number, {}).get("first_seen_at"),
            seen.get(number, {}).get("latest_seen_at"),
        )
        for number in profile_nos
    }  # fmt: skip
