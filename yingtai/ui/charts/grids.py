"""The heat grid: one figure for each pair, such as recency by frequency."""

from collections.abc import Sequence

from yingtai.ui.charts.chart import Chart, Text, Value, aria, category_axis, written


def heat(
    title: Text,
    columns: Sequence[str],
    rows: Sequence[str],
    values: Sequence[Sequence[Value]],
    *,
    x: Text,
    y: Text,
    unit: str,
    note: Text = "",
    urls: Sequence[Sequence[str]] = (),
) -> Chart:
    """Draw a grid; darker is more, and every cell says its number.

    In:  values  by row, then column
         urls    where each cell leads, in the same order; none when cells lead nowhere
    """
    cells = [
        {
            "value": [column, row, value],
            "label": {"formatter": written([value], unit)[0]},
            **({"url": urls[row][column]} if urls else {}),
        }
        for row, line in enumerate(values)
        for column, value in enumerate(line)
        if value is not None
    ]
    known = [value for line in values for value in line if value is not None]
    options = {
        "aria": aria(title),
        "xAxis": category_axis(x, columns, splitArea={"show": False}),
        "yAxis": category_axis(y, rows, inverse=True),
        "visualMap": {
            "min": min(known, default=0),
            "max": max(known, default=1),
            "show": False,
            "type": "continuous",
        },
        "series": [{"type": "heatmap", "name": str(title), "data": cells, "label": {"show": True}}],
    }
    table = [(name, *written(line, unit)) for name, line in zip(rows, values, strict=True)] if known else []
    return Chart(
        title=title, options=options, header=(f"{y} \\ {x}", *columns), rows=table, unit=unit, note=note,
        urls=[("", *_known(line, leads)) for line, leads in zip(values, urls, strict=True)] if urls and known else (),
    )  # fmt: skip


def _known(values: Sequence[Value], urls: Sequence[str]) -> list[str]:
    return ["" if value is None else url for value, url in zip(values, urls, strict=True)]
