"""The sentences an audience can be made of here. Modules above register theirs the same way."""

from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from sqlglot import exp

from yingtai.audiences.asking import Asking, Between
from yingtai.audiences.blanks import Field, Text, shown
from yingtai.audiences.comparing import COLUMNS, COMPARISONS, DETAILS, compare
from yingtai.audiences.errors import DefinitionNotUnderstood
from yingtai.audiences.kinds import Block
from yingtai.kernel.contributions import audience_blocks

MOST_DAYS = 3650
DAYS = Field(
    name="within_days",
    label=pgettext_lazy("audience", "days"),
    kind="number",
    is_required=False,
    lowest=1,
    highest=MOST_DAYS,
    hint=pgettext_lazy("audience", "any"),
)


FROM_DAY = Field(
    name="from_day", label=pgettext_lazy("audience", "from which day"), kind="day", is_required=False
)
TO_DAY = Field(name="to_day", label=pgettext_lazy("audience", "to which day"), kind="day", is_required=False)


def _ask_did(values: dict[str, Any], asking: Asking) -> exp.Expression:
    details = [
        compare(exp.column(values[f"{first}where"]), values[f"{first}comparison"], values[f"{first}value"])
        for first in DETAILS
        if values[f"{first}where"]
    ]
    condition = exp.and_(*details) if details else None
    times = asking.times([values["event"]], condition, between=_between(values, asking))
    return times >= values["at_least"]


def _ask_spent(values: dict[str, Any], asking: Asking) -> exp.Expression:
    spent = asking.money(between=_between(values, asking))
    return spent >= asking.minor(values["at_least"])


def _ask_trait(values: dict[str, Any], asking: Asking) -> exp.Expression:
    trait = asking.trait(values["trait"])
    if values["comparison"] == "is_known":
        return trait.is_(exp.null()).not_()
    return compare(trait, values["comparison"], values["value"])


def _ask_score(values: dict[str, Any], asking: Asking) -> exp.Expression:
    score = asking.score(values["score"])
    return exp.and_(score >= values["lowest"], score <= values["highest"])


def _ask_seen(values: dict[str, Any], asking: Asking) -> exp.Expression:
    return asking.fact(values["which"]) >= asking.moment(values["within_days"])


def _ask_member(values: dict[str, Any], asking: Asking) -> exp.Expression:
    return asking.is_member(values["audience"])


def _between(values: dict[str, Any], asking: Asking) -> Between:
    first, last = values["from_day"], values["to_day"]
    if first and last and first > last:
        raise DefinitionNotUnderstood(
            what=gettext("{to} comes before {day}").format(to=shown(last), day=shown(first))
        )
    return asking.between(within_days=values["within_days"], from_day=first, to_day=last)


def _detail(first: str, needs: str, label: Text, hint: Text) -> tuple[Field, ...]:
    """Return the blanks of one detail of an event: which, how compared, with what."""
    return (
        Field(
            name=f"{first}where",
            label=label,
            kind="choice",
            options=COLUMNS,
            is_required=False,
            hint=hint,
            needs=needs,
        ),
        Field(
            name=f"{first}comparison",
            label=pgettext_lazy("audience", "comparison"),
            kind="choice",
            options=COMPARISONS,
            default="is",
            needs=f"{first}where",
        ),
        Field(
            name=f"{first}value",
            label=pgettext_lazy("audience", "value"),
            kind="text",
            needs=f"{first}where",
        ),
    )


def _register(order: int, block: Block) -> None:
    audience_blocks.register(block.name, block, order=order)


_register(
    10,
    Block(
        name="did",
        title=_("Did something"),
        pattern=_(
            "did this: {event}[ {at_least} or more times][ in the last {within_days} days]"
            "[ from {from_day}][ to {to_day}][ where {where} {comparison} {value}]"
            "[ and {and_where} {and_comparison} {and_value}][ and {also_where} {also_comparison} {also_value}]"
        ),
        negated_pattern=_(
            "did not do this: {event}[ {at_least} or more times][ in the last {within_days} days]"
            "[ from {from_day}][ to {to_day}][ where {where} {comparison} {value}]"
            "[ and {and_where} {and_comparison} {and_value}][ and {also_where} {also_comparison} {also_value}]"
        ),
        fields=(
            Field(name="event", label=pgettext_lazy("audience", "event"), kind="event"),
            Field(
                name="at_least", label=pgettext_lazy("audience", "times"), kind="number", default=1, lowest=1
            ),
            DAYS,
            FROM_DAY,
            TO_DAY,
            *_detail("", "", pgettext_lazy("audience", "detail"), pgettext_lazy("audience", "any detail")),
            *_detail("and_", "where", _("second detail"), _("one more detail")),
            *_detail("also_", "and_where", _("third detail"), _("one more detail")),
        ),
        ask=_ask_did,
    ),
)
_register(
    20,
    Block(
        name="spent",
        title=_("Spent money"),
        pattern=_(
            "spent {at_least} or more[ in the last {within_days} days][ from {from_day}][ to {to_day}]"
        ),
        negated_pattern=_(
            "spent less than {at_least}[ in the last {within_days} days][ from {from_day}][ to {to_day}]"
        ),
        fields=(
            Field(name="at_least", label=pgettext_lazy("audience", "amount"), kind="number", lowest=1),
            DAYS,
            FROM_DAY,
            TO_DAY,
        ),
        ask=_ask_spent,
    ),
)
_register(
    30,
    Block(
        name="trait",
        title=_("Has a trait"),
        pattern=_("have a {trait} that {comparison}[ {value}]"),
        negated_pattern=_("do not have a {trait} that {comparison}[ {value}]"),
        fields=(
            Field(name="trait", label=pgettext_lazy("audience", "trait"), kind="trait"),
            Field(
                name="comparison",
                label=pgettext_lazy("audience", "comparison"),
                kind="choice",
                options=(*COMPARISONS, ("is_known", pgettext_lazy("audience", "is known"))),
                default="is",
            ),
            Field(
                name="value",
                label=pgettext_lazy("audience", "value"),
                kind="text",
                needs="comparison!=is_known",
            ),
        ),
        ask=_ask_trait,
    ),
)
_register(
    40,
    Block(
        name="score",
        title=_("RFM score"),
        pattern=_("have a {score} score from {lowest} to {highest}"),
        negated_pattern=_("do not have a {score} score from {lowest} to {highest}"),
        fields=(
            Field(
                name="score",
                label=pgettext_lazy("audience", "score"),
                kind="choice",
                default="recency",
                options=(
                    ("recency", pgettext_lazy("audience", "recency")),
                    ("frequency", pgettext_lazy("audience", "frequency")),
                    ("monetary", pgettext_lazy("audience", "money")),
                ),
            ),
            Field(
                name="lowest",
                label=pgettext_lazy("audience", "lowest"),
                kind="number",
                default=4,
                lowest=1,
                highest=5,
            ),
            Field(
                name="highest",
                label=pgettext_lazy("audience", "highest"),
                kind="number",
                default=5,
                lowest=1,
                highest=5,
            ),
        ),
        ask=_ask_score,
    ),
)
_register(
    50,
    Block(
        name="seen",
        title=_("Was seen"),
        pattern=_("were {which} in the last {within_days} days"),
        negated_pattern=_("were not {which} in the last {within_days} days"),
        fields=(
            Field(
                name="which",
                label=pgettext_lazy("audience", "how"),
                kind="choice",
                default="latest_seen_at",
                options=(
                    ("latest_seen_at", pgettext_lazy("audience", "active")),
                    ("first_seen_at", pgettext_lazy("audience", "first seen")),
                ),
            ),
            Field(
                name="within_days",
                label=pgettext_lazy("audience", "days"),
                kind="number",
                default=30,
                lowest=1,
                highest=MOST_DAYS,
            ),
        ),
        ask=_ask_seen,
    ),
)
_register(
    60,
    Block(
        name="member",
        title=_("Is in an audience"),
        pattern=_("are in {audience}"),
        negated_pattern=_("are not in {audience}"),
        fields=(
            Field(
                name="audience",
                label=pgettext_lazy("audience", "audience"),
                kind="audience",
                lowest=1,
                highest=2**62,
            ),
        ),
        ask=_ask_member,
    ),
)
