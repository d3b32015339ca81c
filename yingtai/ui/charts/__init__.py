"""Charts as data: Python says what to draw, one small script draws it, and a table says the same in numbers.

Colours are not decided here: the script takes them from the page's CSS variables, so that a chart follows light
and dark like everything else. Values are never colour alone: every chart has labels and its table.
"""

from yingtai.ui.charts.chart import Chart
from yingtai.ui.charts.estimates import Estimate, band, forest
from yingtai.ui.charts.grids import heat
from yingtai.ui.charts.series import bars, funnel, line, lines, stacked
from yingtai.ui.charts.spark import sparkline

__all__ = [
    "Chart",
    "Estimate",
    "band",
    "bars",
    "forest",
    "funnel",
    "heat",
    "line",
    "lines",
    "sparkline",
    "stacked",
]
