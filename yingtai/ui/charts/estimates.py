"""Estimates with their intervals: a number without its band is half a number."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yingtai.ui.charts.chart import Chart, Text, Value, aria, category_axis, value_axis, written


@dataclass(frozen=True)
class Estimate:
    """A value and the interval it likely lies in."""

    name: str
    value: float
    low: float
    high: float


def forest(title: Text, estimates: Sequence[Estimate], *, y: Text, unit: str, note: Text = "") -> Chart:
    """Draw each estimate as a dot with its interval, and the line of "no effect" at zero."""
    options = {
        "aria": aria(title),
        "yAxis": category_axis("", [estimate.name for estimate in estimates], inverse=True),
        "xAxis": value_axis(y, scale=True),
        "series": [
            {
                "type": "custom",
                "draw": "interval",
                "name": str(y),
                "data": [
                    [estimate.value, place, estimate.low, estimate.high]
                    for place, estimate in enumerate(estimates)
                ],
                "encode": {"x": [2, 0, 3], "y": 1},
                "zero": True,
            }
        ],
    }
    rows = [
        (estimate.name, *written((estimate.value, estimate.low, estimate.high), unit))
        for estimate in estimates
    ]
    return Chart(
        title=title,
        options=options,
        header=_header(pgettext("chart", "Group")),
        rows=rows,
        unit=unit,
        note=note,
    )


def band(
    title: Text,
    labels: Sequence[str],
    values: Sequence[Value],
    lows: Sequence[Value],
    highs: Sequence[Value],
    *,
    x: Text,
    y: Text,
    unit: str,
    note: Text = "",
) -> Chart:
    """Draw a line with the band it likely runs in."""
    heights = [
        None if low is None or high is None else high - low for low, high in zip(lows, highs, strict=True)
    ]
    edge = {"type": "line", "stack": "band", "symbol": "none", "silent": True, "lineStyle": {"opacity": 0}}
    options = {
        "aria": aria(title),
        "xAxis": category_axis(x, labels),
        "yAxis": value_axis(y, scale=True),
        "series": [
            {**edge, "data": list(lows), "draw": "bandEdge"},
            {**edge, "data": heights, "draw": "band"},
            {"type": "line", "name": str(y), "data": list(values), "showSymbol": False},
        ],
    }
    rows = [
        (label, *written(figures, unit))
        for label, figures in zip(labels, zip(values, lows, highs, strict=True), strict=True)
    ]
    return Chart(title=title, options=options, header=_header(x), rows=rows, unit=unit, note=note)


def _header(first: Text) -> tuple[Text, ...]:
    return (first, _("Estimate"), _("From"), _("To"))
