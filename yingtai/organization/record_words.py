"""Details of a deed as people read them: words for codes, names for colleagues and units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_abouts, deed_values, second_person
from yingtai.organization.deeds import DeedRow
from yingtai.organization.models import Role, Unit
from yingtai.organization.queries import names_of_staff, view_unit
from yingtai.ui.formats import listed, number

NAMES = {
    "role": gettext_lazy("Role"),
    "roles": gettext_lazy("Roles"),
    "unit": gettext_lazy("Works in"),
    "asked_for": gettext_lazy("Asked for"),
    "asked_by": gettext_lazy("Asked by"),
    "alone": gettext_lazy("Approved by a second person"),
    "kind": gettext_lazy("Kind"),
    "basis": gettext_lazy("Legal basis"),
    "version": gettext_lazy("Version"),
    "value": gettext_lazy("Value"),
    "searches": gettext_lazy("Searches"),
    "misses": gettext_lazy("Searches that found nobody"),
    "clear": gettext_lazy("Shown unmasked"),
    "other_profile": gettext_lazy("The other profile"),
    "unusual": gettext_lazy("Times today"),
    "people": gettext_lazy("People"),
    "job": gettext_lazy("Job"),
    "rows": gettext_lazy("Events removed"),
    "events": gettext_lazy("By event"),
    "order_lines": gettext_lazy("Order lines removed"),
    "timeline": gettext_lazy("Timeline entries removed"),
    "color": gettext_lazy("Color"),
    "campaign": gettext_lazy("Campaign"),
    "fact": gettext_lazy("Message number"),
    "facts": gettext_lazy("Message numbers"),
    "count": gettext_lazy("Count"),
    "reason": gettext_lazy("Reason"),
    "source": gettext_lazy("Source"),
    "days": gettext_lazy("Days kept"),
    "questions": gettext_lazy("Counts asked for"),
    "hours": gettext_lazy("Within hours"),
    "below": gettext_lazy("Belongs to"),
    "sender": gettext_lazy("Sender"),
    "most_an_hour": gettext_lazy("Mails an hour at most"),
    "own": gettext_lazy("Their own mail"),
}
Line = tuple[str, str]
SAID_THE_OTHER_WAY = ("alone",)
"""Yes or no that is written down as the opposite of what its name says to people."""
POINTS_TO_ANOTHER = ("other_profile",)
"""Details that name another thing of the same kind as the deed is about."""


@dataclass(frozen=True)
class About:
    """What a deed is about, in words, and its page; "" when there is none or it is gone."""

    words: str
    url: str = ""


def abouts_in_words(acting: Acting, rows: Sequence[DeedRow]) -> dict[tuple[str, str], About]:
    """Return what deeds are about by (kind, about); what no module has words for is left out.

    Cost: a few queries for each kind of thing
    """
    return named_abouts(
        acting,
        [
            (_kind(row), about)
            for row in rows
            for about in (
                row.about,
                *(str(row.details[name]) for name in POINTS_TO_ANOTHER if name in row.details),
            )
        ],
    )


def named_abouts(acting: Acting, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], About]:
    """Return words and pages of things by (kind, about); what no module has words for is left out.

    Cost: a few queries for each kind of thing
    """
    asked: dict[str, set[str]] = {}
    for kind, about in pairs:
        asked.setdefault(kind, set()).add(about)
    found: dict[tuple[str, str], About] = {}
    for kind, abouts in asked.items():
        if name_them := deed_abouts.find(kind):
            named = name_them(acting, sorted(abouts - {""}))
            found |= {(kind, about): About(*words) for about, words in named.items()}
    return found


def about_of(row: DeedRow, found: dict[tuple[str, str], About]) -> About:
    """Return what one deed is about; as it was written down when no module has words for it."""
    return found.get((_kind(row), row.about)) or About(row.about)


def _kind(row: DeedRow) -> str:
    """Return the kind of thing a deed is about; a wish is about what was wished for."""
    return kind_of(str(row.details.get("asked_for") or row.what))


def kind_of(what: str) -> str:
    """Return the kind of thing that a deed or a wish with this code is about."""
    return what.partition(".")[0]


def details_in_words(
    acting: Acting, rows: Sequence[DeedRow], abouts: dict[tuple[str, str], About]
) -> list[list[Line]]:
    """Return, for each line of the record, its details as (name, value); a code without words stays a code.

    Cost: 2 queries
    """
    colleagues = names_of_staff(acting, [str(row.details.get("asked_by", "")) for row in rows])
    codes = {str(row.details["unit"]) for row in rows if "unit" in row.details}
    units = {one.code: view_unit(one).title for one in Unit.objects.filter(code__in=codes)}
    known: dict[str, dict[str, Any]] = {
        "role": dict(Role.choices), "unit": units, "asked_by": colleagues,
        "asked_for": {code: act.title for code, act in second_person.items()},
        **{name: dict(words) for name, words in deed_values.items()},
    }  # fmt: skip
    known["roles"] = known["role"]
    return [
        [
            (
                str(NAMES.get(name, name)),
                about_of(replace(row, about=str(value)), abouts).words
                if name in POINTS_TO_ANOTHER
                else _said(not value if name in SAID_THE_OTHER_WAY else value, known.get(name, {})),
            )
            for name, value in row.details.items()
            if value not in ("", None)
        ]
        for row in rows
    ]


def _said(value: Any, words: dict[str, Any]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return listed(_said(one, words) for one in value)
    if isinstance(value, dict):
        return listed(f"{words.get(str(name)) or name} {number(one)}" for name, one in value.items())
    said = words.get(str(value))
    return str(value if said is None else said)
