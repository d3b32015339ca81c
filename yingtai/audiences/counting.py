"""Ask the lake how many people a definition chooses, as the place sees it where the audience belongs."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.timezone import get_current_timezone

from yingtai.audiences.compiler import CompiledAudience, compile_audience
from yingtai.audiences.definition import Group, write_definition
from yingtai.audiences.questions import question_of
from yingtai.kernel.acting import Acting
from yingtai.kernel.money import decimals_of
from yingtai.kernel.protecting import protected
from yingtai.kernel.scope import Scope, brand_node
from yingtai.lake.api import ScopedLake, scoped
from yingtai.organization.api import count_question, get_unit_at


@dataclass(frozen=True)
class LiveCount:
    """How many people a definition chooses now; `as_of` is the latest event that the answer knows."""

    people: int
    took_ms: float
    as_of: datetime | None


def count_now(acting: Acting, definition: Group, *, node_no: int | None = None) -> LiveCount:
    """Count the people a definition chooses, now, in the actor's scope, or in one place of it.

    Raises: DefinitionNotUnderstood, TooManyQuestions
    Cost:   one scan of the events of the days it asks about
    """
    began = perf_counter()
    question = question_at(acting, definition, node_no)
    count_question(acting, question)
    lake = lake_at(acting, node_no)
    compiled = compiled_for(lake, definition, at=acting.at, node_no=node_no)
    people = lake.query(compiled.count)["people"][0].as_py()
    counted = LiveCount(people, (perf_counter() - began) * 1000, lake.freshness)
    return protected(acting, counted, "people", about=question)


def question_at(acting: Acting, definition: Group, node_no: int | None) -> list[Any]:
    """Return what is asked by a definition in the actor's scope, or in one place of it, for `protecting`."""
    return question_of(write_definition(definition), acting.scope.text() if node_no is None else node_no)


def lake_at(acting: Acting, node_no: int | None) -> ScopedLake:
    """Return the lake as a place sees it: where an audience belongs, not where whoever looks at it works."""
    place = acting.scope if node_no is None else Scope.of(node_no)
    return scoped(place if acting.scope.contains(place) else acting.scope)


def compiled_for(
    lake: ScopedLake, definition: Group, *, at: datetime, node_no: int | None
) -> CompiledAudience:
    """Return the queries of a definition for a place.

    Raises: DefinitionNotUnderstood
    """
    return compile_audience(
        definition,
        at=at,
        trait_columns=trait_columns(lake),
        minor_digits=minor_digits(node_no),
        zone=zone_at(node_no),
        currency=currency_at(node_no),
    )


def trait_columns(lake: ScopedLake) -> list[str]:
    """Return the columns of declared traits that the lake has now."""
    return [name for name in lake.columns("traits") if name.startswith("trait_")]


def minor_digits(node_no: int | None) -> int:
    """Return how many digits the smallest unit of a brand's money has: 2 for yuan, 0 for yen."""
    return decimals_of(currency_at(node_no)) if node_no else 2


def currency_at(node_no: int | None) -> str:
    """Return the money of a brand; empty where there are several brands."""
    return (get_unit_at(brand_node(node_no)).currency or "CNY") if node_no else ""


def zone_at(node_no: int | None) -> tzinfo:
    """Return whose midnight begins a day of the calendar: the brand's; where there are several, the reader's."""
    if not node_no:
        return get_current_timezone()
    return ZoneInfo(get_unit_at(brand_node(node_no)).time_zone or "UTC")
