"""Lines, bars and the funnel: figures along one axis."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from yingtai.ui.charts.chart import Chart, Text, Value, aria, category_axis, value_axis, written
from yingtai.ui.formats import in_unit, percent

Points = Sequence[tuple[str, Value]]
Series = Mapping[str, Sequence[Value]]


def line(
    title: Text, points: Points, *, x: Text, y: Text, unit: str, note: Text = "", is_open: bool = False
) -> Chart:
    """Draw one series over an ordered axis; `unit` decides how numbers are written.

    In:  is_open  whether the last point is of a time that is not over, so that it looks unfinished
    """
    labels = [label for label, _value in points]
    series = {str(y): [value for _label, value in points]}
    return lines(title, labels, series, x=x, y=y, unit=unit, note=note, is_open=is_open)


def lines(
    title: Text,
    labels: Sequence[str],
    series: Series,
    *,
    x: Text,
    y: Text,
    unit: str,
    note: Text = "",
    is_open: bool = False,
) -> Chart:
    """Draw several series over one ordered axis. A missing value is a gap, never zero."""
    drawn = [
        {
            "type": "line",
            "name": name,
            "data": _data(values, {"symbol": "emptyCircle", "symbolSize": 10} if is_open else {}),
            "showSymbol": len(labels) <= 12,
            "connectNulls": False,
        }
        | ({"isOpen": True} if is_open else {})
        for name, values in series.items()
    ]
    return _along_one_axis(title, labels, series, drawn, x=x, y=y, unit=unit, note=note)


def bars(
    title: Text,
    points: Points,
    *,
    x: Text,
    y: Text,
    unit: str,
    note: Text = "",
    is_horizontal: bool = False,
    is_open: bool = False,
) -> Chart:
    """Draw one bar per label; horizontal when the labels are words longer than a month's name.

    In:  is_open  whether the last bar is of a time that is not over, so that it looks unfinished
    """
    labels = [label for label, _value in points]
    series = {str(y): [value for _label, value in points]}
    data = _data(series[str(y)], {"itemStyle": {"opacity": 0.4}} if is_open else {})
    drawn = [{"type": "bar", "name": str(y), "data": data, "barMaxWidth": 32}]
    return _along_one_axis(
        title, labels, series, drawn, x=x, y=y, unit=unit, note=note, is_horizontal=is_horizontal
    )


def stacked(
    title: Text, labels: Sequence[str], series: Series, *, x: Text, y: Text, unit: str, note: Text = ""
) -> Chart:
    """Draw parts on top of each other, for a whole that is worth seeing as one."""
    drawn = [
        {"type": "bar", "stack": "whole", "name": name, "data": list(values), "barMaxWidth": 32}
        for name, values in series.items()
    ]
    return _along_one_axis(title, labels, series, drawn, x=x, y=y, unit=unit, note=note)


def funnel(title: Text, stages: Sequence[tuple[str, int]], *, unit: str = "count", note: Text = "") -> Chart:
    """Draw how many people reach each stage; the table adds the share of the first and of the previous stage."""
    first = stages[0][1] if stages else 0
    before = [count for _name, count in stages[:1]] + [count for _name, count in stages[:-1]]
    rows = [
        (name, in_unit(count, unit), _share(count, first), _share(count, previous))
        for (name, count), previous in zip(stages, before, strict=True)
    ]
    data = [
        {"value": count, "label": {"formatter": f"{row[1]} · {row[2]}"}}
        for (_name, count), row in zip(stages, rows, strict=True)
    ]
    options = {
        "aria": aria(title),
        "yAxis": category_axis("", [name for name, _count in stages], inverse=True),
        "xAxis": value_axis("", show=False, max=round(first * 1.8)),
        "series": [
            {"type": "bar", "data": data, "barMaxWidth": 28, "label": {"show": True, "position": "right"}}
        ],
    }
    header = (_("Stage"), _("Reached"), _("Of the first"), _("Of the one before"))
    return Chart(title=title, options=options, header=header, rows=rows, unit=unit, note=note)


def _data(values: Sequence[Value], of_the_last: dict[str, Any]) -> list[Any]:
    if not (values and of_the_last):
        return list(values)
    return [*values[:-1], {"value": values[-1], **of_the_last}]


def _share(count: int, whole: int) -> str:
    return percent(count / whole if whole else None)


def _along_one_axis(
    title: Text,
    labels: Sequence[str],
    series: Series,
    drawn: list[dict[str, Any]],
    *,
    x: Text,
    y: Text,
    unit: str,
    note: Text,
    is_horizontal: bool = False,
) -> Chart:
    along, across = category_axis(x, labels), value_axis(y)
    axes = (
        {"yAxis": {**along, "inverse": True}, "xAxis": across}
        if is_horizontal
        else {"xAxis": along, "yAxis": across}
    )
    options: dict[str, Any] = {"aria": aria(title), **axes, "series": drawn}
    if len(drawn) > 1:
        options["legend"] = {"data": list(series)}
    columns = [written(values, unit) for values in series.values()]
    rows = [(label, *(column[place] for column in columns)) for place, label in enumerate(labels)]
    return Chart(title=title, options=options, header=(x, *series), rows=rows, unit=unit, note=note)
