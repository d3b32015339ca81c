import json

import pytest

from yingtai.ui import charts
from yingtai.ui.templatetags import ui


def test_a_line_says_the_same_in_its_table():
    chart = charts.line(
        "Repeat rate", [("2026-10", 0.18), ("2026-11", None)], x="Month", y="Rate", unit="ratio"
    )

    assert chart.header == ("Month", "Rate")
    assert chart.rows == [("2026-10", "18.0%"), ("2026-11", "–")]
    assert chart.options["series"][0]["data"] == [0.18, None]


def test_a_line_that_ends_in_a_time_not_over_says_so_to_the_picture():
    points = [("Mar", 2), ("Apr", 1)]
    whole, cut = (
        charts.line("T", points, x="Month", y="N", unit="count", is_open=is_open) for is_open in (False, True)
    )

    assert "isOpen" not in whole.options["series"][0]
    assert cut.options["series"][0]["isOpen"] is True


def test_several_lines_have_a_legend_and_one_column_each():
    chart = charts.lines(
        "Orders", ["May"], {"Aurora": [310], "Corvo": [80]}, x="Month", y="Orders", unit="count"
    )

    assert chart.header == ("Month", "Aurora", "Corvo")
    assert chart.rows == [("May", "310", "80")]
    assert chart.options["legend"] == {"data": ["Aurora", "Corvo"]}


def test_a_funnel_gives_both_shares():
    chart = charts.funnel("Way to order", [("Delivered", 1000), ("Opened", 400), ("Ordered", 10)])

    assert chart.rows == [
        ("Delivered", "1,000", "100.0%", "100.0%"),
        ("Opened", "400", "40.0%", "40.0%"),
        ("Ordered", "10", "1.0%", "2.5%"),
    ]


def test_a_funnel_nobody_entered_divides_by_nothing():
    assert charts.funnel("Way", [("Delivered", 0), ("Opened", 0)]).rows[1] == ("Opened", "0", "–", "–")
    assert charts.funnel("Way", []).is_empty


def test_a_heat_grid_leaves_unknown_cells_out_of_the_picture_but_in_the_table():
    chart = charts.heat("RFM", ["1", "2"], ["1"], [[5, None]], x="F", y="R", unit="count")

    assert [cell["value"] for cell in chart.options["series"][0]["data"]] == [[0, 0, 5]]
    assert chart.rows == [("1", "5", "–")]


def test_an_estimate_never_stands_without_its_interval():
    chart = charts.forest("Effect", [charts.Estimate("All", 0.021, 0.008, 0.034)], y="Lift", unit="ratio")

    assert chart.rows == [("All", "2.1%", "0.8%", "3.4%")]


def test_a_band_is_drawn_between_its_edges():
    chart = charts.band("Orders", ["May"], [10], [8], [13], x="Month", y="Orders", unit="count")

    assert [series["data"] for series in chart.options["series"]] == [[8], [5], [10]]
    assert chart.rows == [("May", "10", "8", "13")]


def test_the_data_of_a_chart_cannot_end_its_script_element():
    chart = charts.bars("</script><b>", [("</script>", 1)], x="x", y="y", unit="count")

    drawing = ui.chart(chart)["drawing"]

    assert "<" not in drawing
    assert json.loads(drawing)["options"]["xAxis"]["data"] == ["</script>"]


@pytest.mark.parametrize("values", [[], [1], [None, 3]])
def test_a_sparkline_needs_two_points(values):
    assert "svg" not in charts.sparkline(values, label="Orders")


def test_a_sparkline_says_in_words_what_it_shows():
    drawn = charts.sparkline([1, 2, None, 4], label='Orders "rising"')

    assert 'aria-label="Orders &quot;rising&quot;"' in drawn
    assert 'points="2.0,22.0 32.7,15.3 94.0,2.0"' in drawn
