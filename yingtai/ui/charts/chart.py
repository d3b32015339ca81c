"""What every chart is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yingtai.kernel.units import unit_of
from yingtai.ui.formats import in_unit, listed, named

Text = str | Promise
Value = float | int | None
MOST_LABELS_SPOKEN = 3


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What `{% chart %}` needs: ECharts options, and the same numbers as a table.

    unit  how numbers are written, in the picture and in the table (`ui.formats.in_unit`)
    note  the period, the unit in words, "as of": stands beside the title
    urls  where the cells of the table lead, row by row; "" nowhere
    """

    title: Text
    options: dict[str, Any]
    header: tuple[Text, ...]
    rows: Sequence[tuple[str, ...]]
    unit: str
    note: Text = ""
    empty_text: Text = ""
    urls: Sequence[Sequence[str]] = ()

    @property
    def cells(self) -> list[list[tuple[str, str, Text]]]:
        """The table's rows, each cell with the page it leads to and the title of its column."""
        urls = self.urls or [[""] * len(row) for row in self.rows]
        return [
            list(zip(row, leads, self.header, strict=True))
            for row, leads in zip(self.rows, urls, strict=True)
        ]

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def description(self) -> str:
        """The picture in words, for those who do not see it: what it is, where it begins, where it ends."""
        spoken = [*self.rows[:1], *self.rows[-1:]] if len(self.rows) > MOST_LABELS_SPOKEN else self.rows
        facts = _("; ").join(named(row[0], listed(row[1:])) for row in spoken)
        return _("Chart: %(title)s. %(facts)s. All numbers are in the table below.") % {
            "title": self.title,
            "facts": facts,
        }

    def drawing(self) -> dict[str, Any]:
        """Return what the script reads."""
        language = "zh-CN" if (get_language() or "en").startswith("zh") else "en"
        digits = unit_of(self.unit).digits
        return {"options": self.options, "unit": self.unit, "digits": digits, "language": language}


def aria(title: Text) -> dict[str, Any]:
    return {"enabled": True, "label": {"description": str(title)}, "decal": {"show": False}}


def category_axis(name: Text, labels: Sequence[str], **more: Any) -> dict[str, Any]:
    return {"type": "category", "name": str(name), "data": list(labels), **more}


def value_axis(name: Text, **more: Any) -> dict[str, Any]:
    return {"type": "value", "name": str(name), **more}


def written(values: Sequence[Value], unit: str) -> tuple[str, ...]:
    return tuple(in_unit(value, unit) for value in values)
