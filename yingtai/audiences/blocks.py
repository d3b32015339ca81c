"""The sentences an audience can be made of. Modules above may register more in `kernel.contributions`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from sqlglot import exp

from yingtai.audiences.asking import Asking
from yingtai.audiences.errors import DefinitionNotUnderstood
from yingtai.kernel.contributions import audience_blocks

Text = str | Promise
LONGEST_TEXT = 200
MOST_DAYS = 3650


@dataclass(frozen=True, kw_only=True)
class Field:
    """A blank in a sentence.

    kind     choice, number, text, event, trait or audience: what the builder offers
    options  for a choice: value and words
    """

    name: str
    label: Text
    kind: str
    options: tuple[tuple[str, Text], ...] = ()
    default: Any = None
    is_required: bool = True
    lowest: int = 0
    highest: int = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Block:
    """A kind of sentence: its words with blanks, and what it asks."""

    name: str
    title: Text
    pattern: Text
    negated_pattern: Text
    fields: tuple[Field, ...]
    ask: Callable[[dict[str, Any], Asking], exp.Expression]

    def read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values, typed and complete.

        Raises: DefinitionNotUnderstood
        """
        unknown = set(values) - {field.name for field in self.fields}
        if unknown:
            raise DefinitionNotUnderstood(what=f"`{self.name}` has no blank called {sorted(unknown)[0]!r}")
        return {field.name: _read(self.name, field, values.get(field.name)) for field in self.fields}

    def condition(self, values: Mapping[str, Any], asking: Asking) -> exp.Expression:
        return self.ask(self.read(values), asking)


def block_named(name: str) -> Block:
    """Return the block of that name.

    Raises: DefinitionNotUnderstood
    """
    block: Block | None = audience_blocks.find(name)
    if block is None:
        raise DefinitionNotUnderstood(what=f"there is no kind of sentence called {name[:60]!r}")
    return block


def _read(block: str, field: Field, value: Any) -> Any:
    where = f"`{field.name}` of `{block}`"
    if value is None or value == "":
        if field.is_required and field.default is None:
            raise DefinitionNotUnderstood(what=f"{where} is empty")
        return field.default
    if field.kind in {"number", "audience"}:
        return _read_number(where, field, value)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\x00" in value:
        raise DefinitionNotUnderstood(what=f"{where} must be a text of at most {LONGEST_TEXT} characters")
    if field.options and value not in {option for option, _words in field.options}:
        raise DefinitionNotUnderstood(what=f"{where} cannot be {value!r}")
    return value


def _read_number(where: str, field: Field, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise DefinitionNotUnderstood(
            what=f"{where} must be a whole number, not {str(value)[:40]!r}"
        ) from None
    if not field.lowest <= number <= field.highest:
        raise DefinitionNotUnderstood(what=f"{where} must lie between {field.lowest} and {field.highest}")
    return number


COMPARISONS = (
    ("is", _("is")),
    ("is_not", _("is not")),
    ("contains", _("contains")),
    ("at_least", _("is at least")),
    ("at_most", _("is at most")),
)
COLUMNS = (
    ("product_id", _("product")),
    ("category", _("category")),
    ("channel", _("channel")),
    ("page_path", _("page")),
    ("utm_source", _("traffic source")),
    ("utm_campaign", _("traffic campaign")),
    ("device_class", _("device")),
    ("region_code", _("region")),
    ("amount_minor", _("amount (in cents)")),
    ("quantity", _("quantity")),
)
DAYS = Field(
    name="within_days", label=_("days"), kind="number", is_required=False, lowest=1, highest=MOST_DAYS
)


def compare(left: exp.Expression, comparison: str, value: str) -> exp.Expression:
    """Return a comparison of a column with what a person typed."""
    if comparison in {"at_least", "at_most"}:
        number = exp.TryCast(this=left, to=exp.DataType.build("double"))
        try:
            limit = exp.Literal.number(float(value))
        except ValueError:
            raise DefinitionNotUnderstood(what=f"{value!r} is not a number") from None
        return number >= limit if comparison == "at_least" else number <= limit
    text = exp.cast(left, "varchar")
    if comparison == "contains":
        return exp.func("STRPOS", exp.func("LOWER", text), exp.Literal.string(value.lower())) > 0
    return text.eq(value) if comparison == "is" else text.neq(value)


def _ask_did(values: dict[str, Any], asking: Asking) -> exp.Expression:
    condition: exp.Expression = exp.column("event").eq(values["event"])
    if values["where"] and values["value"]:
        column = exp.column(values["where"])
        condition = exp.and_(condition, compare(column, values["comparison"], values["value"]))
    return asking.times(condition, within_days=values["within_days"]) >= values["at_least"]


def _ask_spent(values: dict[str, Any], asking: Asking) -> exp.Expression:
    ordered = exp.column("event").eq("Order Completed")
    spent = asking.total("amount_minor", ordered, within_days=values["within_days"])
    return spent >= values["at_least"] * 100


def _ask_trait(values: dict[str, Any], asking: Asking) -> exp.Expression:
    trait = asking.trait(values["trait"])
    if values["comparison"] == "is_known":
        return trait.is_(exp.null()).not_()
    return compare(trait, values["comparison"], values["value"] or "")


def _ask_score(values: dict[str, Any], asking: Asking) -> exp.Expression:
    score = asking.score(values["score"])
    return exp.and_(score >= values["lowest"], score <= values["highest"])


def _ask_seen(values: dict[str, Any], asking: Asking) -> exp.Expression:
    return asking.fact(values["which"]) >= asking.moment(values["within_days"])


def _ask_member(values: dict[str, Any], asking: Asking) -> exp.Expression:
    return asking.is_member(values["audience"])


def _register(order: int, block: Block) -> None:
    audience_blocks.register(block.name, block, order=order)


_register(10, Block(
    name="did", title=_("Did something"),
    pattern=_("did {event} at least {at_least} times in the last {within_days} days, where {where} {comparison} {value}"),
    negated_pattern=_("did not do {event} {at_least} times in the last {within_days} days, where {where} {comparison} {value}"),
    fields=(
        Field(name="event", label=_("event"), kind="event"),
        Field(name="at_least", label=_("times"), kind="number", default=1, lowest=1),
        DAYS,
        Field(name="where", label=_("detail"), kind="choice", options=COLUMNS, is_required=False),
        Field(name="comparison", label=_("comparison"), kind="choice", options=COMPARISONS, default="is"),
        Field(name="value", label=_("value"), kind="text", is_required=False),
    ),
    ask=_ask_did,
))  # fmt: skip
_register(20, Block(
    name="spent", title=_("Spent money"),
    pattern=_("spent at least {at_least} in the last {within_days} days"),
    negated_pattern=_("spent less than {at_least} in the last {within_days} days"),
    fields=(Field(name="at_least", label=_("amount"), kind="number", lowest=1), DAYS),
    ask=_ask_spent,
))  # fmt: skip
_register(30, Block(
    name="trait", title=_("Has a trait"),
    pattern=_("whose {trait} {comparison} {value}"),
    negated_pattern=_("not those whose {trait} {comparison} {value}"),
    fields=(
        Field(name="trait", label=_("trait"), kind="trait"),
        Field(name="comparison", label=_("comparison"), kind="choice",
              options=(*COMPARISONS, ("is_known", _("is known"))), default="is"),
        Field(name="value", label=_("value"), kind="text", is_required=False),
    ),
    ask=_ask_trait,
))  # fmt: skip
_register(40, Block(
    name="score", title=_("RFM score"),
    pattern=_("whose {score} score is {lowest} to {highest}"),
    negated_pattern=_("whose {score} score is not {lowest} to {highest}"),
    fields=(
        Field(name="score", label=_("score"), kind="choice", default="recency", options=(
            ("recency", _("recency")), ("frequency", _("frequency")), ("monetary", _("money")))),
        Field(name="lowest", label=_("lowest"), kind="number", default=4, lowest=1, highest=5),
        Field(name="highest", label=_("highest"), kind="number", default=5, lowest=1, highest=5),
    ),
    ask=_ask_score,
))  # fmt: skip
_register(50, Block(
    name="seen", title=_("Was seen"),
    pattern=_("was {which} in the last {within_days} days"),
    negated_pattern=_("was not {which} in the last {within_days} days"),
    fields=(
        Field(name="which", label=_("how"), kind="choice", default="latest_seen_at", options=(
            ("latest_seen_at", _("active")), ("first_seen_at", _("first seen")))),
        Field(name="within_days", label=_("days"), kind="number", default=30, lowest=1, highest=MOST_DAYS),
    ),
    ask=_ask_seen,
))  # fmt: skip
_register(60, Block(
    name="member", title=_("Is in an audience"),
    pattern=_("is in {audience}"),
    negated_pattern=_("is not in {audience}"),
    fields=(Field(name="audience", label=_("audience"), kind="audience", lowest=1),),
    ask=_ask_member,
))  # fmt: skip
