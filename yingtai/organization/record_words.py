"""Details of a deed as people read them: words for codes, names for colleagues and units."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_values, second_person
from yingtai.organization.deeds import DeedRow
from yingtai.organization.models import Role, Unit
from yingtai.organization.queries import names_of_staff, view_unit
from yingtai.ui.formats import number

NAMES = {
    "role": gettext_lazy("Role"),
    "roles": gettext_lazy("Roles"),
    "unit": gettext_lazy("Works in"),
    "asked_for": gettext_lazy("Asked for"),
    "asked_by": gettext_lazy("Asked by"),
    "alone": gettext_lazy("Nobody else looked at it"),
    "kind": gettext_lazy("Kind"),
    "basis": gettext_lazy("Legal basis"),
    "version": gettext_lazy("Version"),
    "value": gettext_lazy("Value"),
    "searches": gettext_lazy("Searches"),
    "misses": gettext_lazy("Searches that found nobody"),
    "clear": gettext_lazy("In clear"),
    "other_profile": gettext_lazy("The other profile"),
    "unusual": gettext_lazy("So many today"),
    "people": gettext_lazy("People"),
    "job": gettext_lazy("Job"),
    "rows": gettext_lazy("Events removed"),
    "events": gettext_lazy("By event"),
    "order_lines": gettext_lazy("Lines of orders removed"),
    "timeline": gettext_lazy("Entries of timelines removed"),
    "own": gettext_lazy("Sent to themself"),
}
Line = tuple[str, str]


def details_in_words(acting: Acting, rows: Sequence[DeedRow]) -> list[list[Line]]:
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
            (str(NAMES.get(name, name)), _said(value, known.get(name, {})))
            for name, value in row.details.items()
        ]
        for row in rows
    ]


def _said(value: Any, words: dict[str, Any]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return _(", ").join(_said(one, words) for one in value)
    if isinstance(value, dict):
        return _(", ").join(f"{words.get(str(name)) or name} {number(one)}" for name, one in value.items())
    return str(words.get(str(value)) or value)
