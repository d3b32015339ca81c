"""From definitions to one query: whatever is asked of events of the same names is answered by reading them once.

Built with sqlglot expressions, never by gluing strings, so a value can only ever be a value; the same query is
translated for Spark. Idea, limits and figures: docs/algorithms/audiences.md.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import sqlglot
from sqlglot import exp

from yingtai.audiences.asking import Asking, Measure, Scan, scan_name
from yingtai.audiences.definition import Group, Sentence
from yingtai.audiences.kinds import block_named
from yingtai.audiences.metrics import rfm_scores

DIALECT = "duckdb"


@dataclass(frozen=True)
class CompiledAudience:
    """Queries over the lake: `people` gives (profile_no, node_no) by profile_no, `count` gives (people)."""

    people: str
    count: str


def compile_audience(
    definition: Group,
    *,
    at: datetime,
    trait_columns: Collection[str],
    minor_digits: int = 2,
    zone: tzinfo = UTC,
    currency: str = "",
) -> CompiledAudience:
    """Return the queries of an audience as of a moment.

    Raises: DefinitionNotUnderstood
    """
    asking = Asking(at, trait_columns, minor_digits, zone, currency)
    condition = _condition(definition, asking)
    chosen = _joined(exp.select("people.profile_no", "people.node_no"), asking).where(condition, copy=False)
    counted = _joined(exp.select("count(*) AS people"), asking).where(condition.copy(), copy=False)
    return CompiledAudience(
        people=_with_parts(chosen.order_by("people.profile_no", copy=False), asking).sql(DIALECT),
        count=_with_parts(counted, asking).sql(DIALECT),
    )


def compile_together(
    definitions: Mapping[int, Group],
    *,
    at: datetime,
    trait_columns: Collection[str],
    minor_digits: int = 2,
    zone: tzinfo = UTC,
    currency: str = "",
) -> str:
    """Return one query for many audiences: (profile_no, node_no), and a column `in_<number>` for each of them.

    Raises: DefinitionNotUnderstood
    """
    asking = Asking(at, trait_columns, minor_digits, zone, currency)
    conditions = {number: _condition(definition, asking) for number, definition in definitions.items()}
    query = _joined(exp.select("people.profile_no", "people.node_no"), asking)
    for number, condition in conditions.items():
        query.select(exp.alias_(condition, f"in_{number}", copy=False), copy=False)
    return str(_with_parts(query.order_by("people.profile_no", copy=False), asking).sql(DIALECT))


def _condition(part: Group | Sentence, asking: Asking) -> exp.Expression:
    if isinstance(part, Sentence):
        condition = block_named(part.block).condition(part.values, asking)
        # Unknown counts as not so, and its negation as so: "has not ordered" holds for whom we never saw order.
        decided = exp.func("COALESCE", exp.paren(condition), exp.false())
        return exp.not_(decided) if part.negated else decided
    if not part.parts:
        return exp.true()
    conditions = [_condition(inner, asking) for inner in part.parts]
    return exp.and_(*conditions, copy=False) if part.join == "all" else exp.or_(*conditions, copy=False)


def _joined(query: exp.Select, asking: Asking) -> exp.Select:
    query.from_("traits AS people", copy=False)
    names = [scan_name(asking, scan) for scan in asking.scans.values()]
    names += ["scores"] if asking.asks_scores else []
    names += [f"members_{number}" for number in asking.audiences]
    for name in names:
        same = exp.column("profile_no", name).eq(exp.column("profile_no", "people"))
        query.join(exp.to_table(name), on=same, join_type="left", copy=False)
    return query


def _with_parts(query: exp.Select, asking: Asking) -> exp.Select:
    for scan in asking.scans.values():
        query.with_(scan_name(asking, scan), as_=_did(scan), copy=False)
    if asking.asks_scores:
        query.with_("scores", as_=sqlglot.parse_one(rfm_scores(), read=DIALECT), copy=False)
    for number in asking.audiences:
        members = exp.select("profile_no").from_("audience_members")
        members = members.where(exp.column("audience_no").eq(number))
        query.with_(f"members_{number}", as_=members, copy=False)
    return query


def _did(scan: Scan) -> exp.Select:
    """One row per person who did any of what is asked, with one number for each question."""
    query = exp.select("profile_no").from_("events").group_by("profile_no")
    measures = list(scan.measures.values())
    for measure in measures:
        # The test of a single question stands in WHERE, where it is cheapest.
        test = measure.test if len(measures) > 1 else None
        query.select(exp.alias_(_counted(measure, test), measure.name), copy=False)
    query.where(_is_one_of("event", scan.events), exp.column("profile_no").is_(exp.null()).not_(), copy=False)
    if len(measures) == 1 and measures[0].test is not None:
        query.where(measures[0].test, copy=False)
    first = scan.earliest_day
    if first:
        day = exp.cast(exp.Literal.string(first.isoformat()), "date")
        query.where(exp.column("day") >= day, copy=False)
    return query


def _counted(measure: Measure, test: exp.Expression | None) -> exp.Expression:
    # Copies: the same measure stands in the query of the people and in the query of the count.
    value = exp.func("SUM", measure.value.copy()) if measure.value is not None else exp.Count(this=exp.Star())
    return value if test is None else exp.Filter(this=value, expression=exp.Where(this=test))


def _is_one_of(column: str, values: Sequence[str]) -> exp.Expression:
    texts = [exp.Literal.string(value) for value in values]
    return exp.column(column).eq(texts[0]) if len(texts) == 1 else exp.column(column).isin(*texts)
