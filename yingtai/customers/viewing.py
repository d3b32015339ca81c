"""Profiles in the words of pages: titles of events, places and sources, chips of identifiers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yingtai.collect.api import event_title, file_sources, names_of_sources, plan_of, trait_title
from yingtai.compliance.api import consent_history
from yingtai.customers.contacts import KIND_OF_CHANNEL
from yingtai.customers.how_many import HowMany
from yingtai.customers.orders import OrderView, Worth, product_names
from yingtai.customers.queries import (
    MaskedIdentifier,
    MergeView,
    ProfileRow,
    ProfileView,
    called,
    list_merges,
)
from yingtai.customers.rules import Standing
from yingtai.customers.timelines import TimelineRow
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import fact_names
from yingtai.kernel.scope import brand_node, brand_of
from yingtai.lake.api import MACHINE
from yingtai.organization.api import deeds_about, names_of_staff, units_at
from yingtai.ui.components import TimelineEntry
from yingtai.ui.formats import listed as in_a_row
from yingtai.ui.formats import money, named, number

KINDS = {
    "user": gettext_lazy("User ID"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "member": gettext_lazy("Member number"),
    "device": gettext_lazy("Device"),
    "openid": gettext_lazy("WeChat OpenID"),
    "unionid": gettext_lazy("WeChat UnionID"),
    "anonymous": gettext_lazy("Browser"),
}
ADDRESSES = frozenset(KIND_OF_CHANNEL.values())
CONSENT, IDENTIFIED = "Consent Updated", "Identified"
ANSWERS = {
    "granted": gettext_lazy("Agreed"),
    "denied": gettext_lazy("Refused"),
    "withdrawn": gettext_lazy("Withdrew"),
}
TONES = {
    "Order Completed": "good",
    "Order Refunded": "warn",
    "Order Cancelled": "warn",
    "Unsubscribed": "warn",
}


@dataclass(frozen=True)
class Chip:
    """An identifier as a page shows it; without a mask only its kind is known.

    is_address  whether something can be sent there
    """

    alias_no: int
    kind: Any
    masked: str
    is_claimed: bool
    is_address: bool


@dataclass(frozen=True)
class ListedProfile:
    """A line of the list; `did` is what the person did latest, `worth` what the orders come to by currency."""

    row: ProfileRow
    title: str
    place: str
    chips: tuple[Chip, ...]
    did: str = ""
    worth: Sequence[Worth] = ()
    brand: str = ""


@dataclass(frozen=True)
class Total:
    """The head of a list: a number, what it counts, and whether it was not counted one by one."""

    count: int
    unit: str
    is_rough: bool


class Answer(NamedTuple):
    """What somebody answered about consent, in words, and whether a file said so."""

    words: str
    is_from_file: bool


@dataclass(frozen=True)
class ShownTrait:
    """A trait as a page shows it: masked when private; not declared, it can only be private."""

    name: str
    title: str
    value: Any
    is_private: bool
    is_declared: bool

    @property
    def query(self) -> str:
        """The name as it stands in an address."""
        return quote(self.name)


@dataclass(frozen=True)
class ListedOrder:
    """An order as a page tells it, with where it was made."""

    order: OrderView
    place: str


@dataclass(frozen=True)
class ListedMerge:
    """A merge as a page tells it."""

    merge: MergeView
    why: str
    by: str


def listed(
    rows: Sequence[ProfileRow], worth: Mapping[int, Sequence[Worth]] | None = None
) -> list[ListedProfile]:
    """Return the lines of a list, with their places and brands in one query."""
    units = units_at([no for row in rows for no in (row.node_no, brand_node(row.node_no))])
    titles = {node_no: unit.title for node_no, unit in units.items()}
    return [
        ListedProfile(
            row,
            called(row),
            titles.get(row.node_no, ""),
            chips(row.identifiers, shown=3),
            event_title(row.latest_event) if row.latest_event else "",
            (worth or {}).get(row.profile_no, ()),
            titles.get(brand_node(row.node_no), ""),
        )
        for row in rows
    ]


def total(found: HowMany | None) -> Total | None:
    """Return how many people there are, as the head of the list says it, whatever of them is shown below."""
    if found is None:
        return None
    if found.known is None:
        return Total(found.everybody, _("people and anonymous visitors"), found.is_rough)
    known, visitors = ngettext("known person", "known people", found.known), found.everybody - found.known
    if visitors > 0:
        known = f"{known} · {number(visitors)} {_('anonymous visitors')}"
    return Total(found.known, known, found.is_rough)


def total_found(people: int) -> Total:
    """Return how many people a search found, as the head of the list says it."""
    return Total(people, ngettext("person found", "people found", people), is_rough=False)


def chips(identifiers: Sequence[MaskedIdentifier], *, shown: int | None = None) -> tuple[Chip, ...]:
    """Return identifiers with the readable ones first."""
    in_order = sorted(identifiers, key=lambda one: not one.masked)
    return tuple(
        Chip(
            one.alias_no,
            KINDS.get(one.kind, one.kind),
            one.masked,
            one.standing == Standing.CLAIMED,
            one.kind in ADDRESSES,
        )
        for one in in_order[:shown]
    )


def entries(acting: Acting, profile_no: int, rows: Sequence[TimelineRow]) -> list[TimelineEntry]:
    """Return a timeline in words."""
    units, sources = units_at([row.node_no for row in rows]), names_of_sources(acting)
    campaigns, answers = _campaigns(acting, rows), _answers(acting, profile_no, rows)
    products, files = _products(acting, rows), file_sources(acting)
    shown = []
    for row in _without_forerunners(rows):
        campaign, url = campaigns.get(row.facts.get("campaign_no", 0), ("", ""))
        details = (
            campaign,
            _("by a machine, not counted") if _is_by_machine(row) else "",
            answers[row.at].words if row.event == CONSENT and row.at in answers else "",
            _detail(row.facts, products),
        )
        places = (
            sources.get(row.source_no, "") if row.source_no else "",
            units[row.node_no].title if row.node_no in units else "",
        )
        shown.append(
            TimelineEntry(
                at=row.at, title=_title(row, files, answers), detail=_joined(details),
                source=_joined(places), tone=TONES.get(row.event, "neutral"), url=url,
            )
        )  # fmt: skip
    return shown


def _without_forerunners(rows: Sequence[TimelineRow]) -> list[TimelineRow]:
    """Leave out what a machine did with a mail before the person did the same."""
    by_people = {_told_of(row) for row in rows if not _is_by_machine(row)}
    return [row for row in rows if not (_is_by_machine(row) and _told_of(row) in by_people)]


def _told_of(row: TimelineRow) -> tuple[str, int | None]:
    return row.event, row.facts.get("campaign_no")


def _is_by_machine(row: TimelineRow) -> bool:
    return row.facts.get("device_class") == MACHINE


def _title(row: TimelineRow, files: Collection[int], answers: Mapping[datetime, Answer]) -> str:
    # Of whom a file tells has done nothing themselves.
    if row.event == IDENTIFIED and row.source_no in files:
        return _("Came in with a file")
    if row.event == CONSENT and row.at in answers and answers[row.at].is_from_file:
        return _("A file told their answer")
    return event_title(row.event)


def traits(view: ProfileView) -> list[ShownTrait]:
    """Return what is known of a person by the names of the plan; what is private is masked."""
    declared = plan_of(view.brand_no).traits
    everything = {name: (value, False) for name, value in view.traits.items()}
    everything |= {name: (value, True) for name, value in view.private_traits.items()}
    return [
        ShownTrait(name, trait_title(name), value, is_private, name in declared)
        for name, (value, is_private) in everything.items()
    ]


def link_to(kind: str, value: str) -> str:
    """Return what calls or writes to somebody from a phone; "" for what is neither a number nor an address."""
    if kind == "phone":
        return f"tel:{''.join(sign for sign in value if sign in '+0123456789')}"
    return f"mailto:{quote(value, safe='@+')}" if kind == "email" else ""


def orders(found: Sequence[OrderView]) -> list[ListedOrder]:
    """Return orders with their places in one query."""
    units = units_at([one.node_no for one in found])
    return [ListedOrder(one, units[one.node_no].title if one.node_no in units else "") for one in found]


def merges_in_words(acting: Acting, merges: Sequence[MergeView]) -> list[ListedMerge]:
    """Return why profiles were folded into one, in words."""
    names = names_of_staff(acting, [merge.by for merge in merges])
    return [ListedMerge(merge, _why(merge.rule), names.get(merge.by) or _("the product")) for merge in merges]


def erased_by(acting: Acting, view: ProfileView) -> tuple[str, datetime | None]:
    """Return by whom and when a person was erased; no name for whoever may not read the audit log."""
    deeds = deeds_about(acting, what="person.erased", about=str(view.merged_into or view.id))
    if not deeds:
        return "", view.erased_at
    latest = deeds[0]
    return names_of_staff(acting, [latest.by]).get(latest.by) or _("the product"), latest.at


def _campaigns(acting: Acting, rows: Sequence[TimelineRow]) -> dict[int, tuple[str, str]]:
    numbers = {row.facts["campaign_no"] for row in rows if row.facts.get("campaign_no")}
    names = fact_names.find("campaign_no")
    return names(acting, sorted(numbers)) if names and numbers else {}


def _products(acting: Acting, rows: Sequence[TimelineRow]) -> dict[str, str]:
    """Return the names of the products in a timeline; all of it is one brand's."""
    numbers = {row.facts["product_id"] for row in rows if row.facts.get("product_id")}
    return product_names(acting, brand_of(rows[0].node_no), numbers) if numbers else {}


def _answers(acting: Acting, profile_no: int, rows: Sequence[TimelineRow]) -> dict[datetime, Answer]:
    """Return what was answered at which moment; the log of consents knows the purpose, the event does not."""
    if not any(row.event == CONSENT for row in rows):
        return {}
    # What those folded into this person had answered stays in the log under their own numbers.
    numbers = [*(one.duplicate_no for one in list_merges(acting, profile_no)), profile_no]
    return {
        answer.at: Answer(
            named(ANSWERS.get(answer.status, answer.status), answer.purpose_title), answer.source == "import"
        )
        for number in numbers
        for answer in consent_history(acting, number)
    }


def _joined(texts: Sequence[str]) -> str:
    return " · ".join(text for text in texts if text)


def _why(rule: str) -> str:
    if rule == "by hand":
        return _("a colleague decided so")
    kinds = [str(KINDS.get(kind, kind)) for kind in rule.split("+")]
    return _("one event carried %s together") % in_a_row(kinds)


def _detail(facts: dict[str, Any], products: Mapping[str, str]) -> str:
    parts = []
    if "order_id" in facts:
        parts.append(_("order %s") % facts["order_id"])
    if "amount_minor" in facts:
        parts.append(str(money(facts["amount_minor"], facts.get("currency") or "CNY")))
    if "product_id" in facts:
        number = facts["product_id"]
        parts.append(products.get(number) or _("product %s") % number)
    if "page_path" in facts:
        parts.append(str(facts["page_path"]))
    return " · ".join(parts)
