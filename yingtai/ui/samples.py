"""What the gallery shows: invented figures and people."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yingtai.ui import charts
from yingtai.ui.components import Problem, Progress, Tab, TimelineEntry
from yingtai.ui.lists import Column, ListKind, list_kinds

MONTHS = ("2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11")
ROWS = (
    ("张伟", "138****8000", 14, 1_284_000, "2026-11-21"),
    ("Anna Keller", "a***@example.com", 3, 96_500, "2026-11-19"),
    ("欧阳娜娜", "139****1234", 1, 12_900, "2026-10-02"),
)

PEOPLE = ListKind(
    name="gallery",
    url_name="ui:gallery",
    columns=(
        Column(name="name", title=gettext_lazy("Name"), is_heading=True, is_sorted=True),
        Column(name="known_by", title=gettext_lazy("Known by")),
        Column(name="orders", title=gettext_lazy("Orders"), is_numeric=True, is_sorted=True),
        Column(name="seen", title=gettext_lazy("Last seen"), is_extra=True),
    ),
    sort="name",
)
list_kinds.register(PEOPLE.name, PEOPLE)
CITIES = (
    *("上海", "北京", "广州", "成都", "武汉", "沈阳"),
    *("Berlin", "Hamburg", "Köln", "London", "Leeds", "York", "Wien", "Graz"),
)

BRANDS: dict[str, list[int | None]] = {
    "Aurora": [310, 342, 355, 371, 390, 420, 433],
    "北辰": [120, 130, 128, 160, 171, 180, 204],
    "Corvo": [80, 82, 79, 60, 66, 71, None],
}


class SampleForm(forms.Form):
    """Every kind of input there is."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As colleagues will find it."))
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    budget = forms.IntegerField(label=gettext_lazy("Budget"), min_value=1)
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        choices=[("email", gettext_lazy("E-mail")), ("sms", gettext_lazy("Text message"))],
    )
    hold_out = forms.ChoiceField(
        label=gettext_lazy("Hold-out"),
        help_text=gettext_lazy("People who get nothing, so that the result can be measured."),
        widget=forms.RadioSelect,
        choices=[("0", "0%"), ("10", "10%"), ("20", "20%")],
    )
    starts_on = forms.DateField(
        label=gettext_lazy("Begins on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = forms.FileField(label=gettext_lazy("File"), required=False)
    is_urgent = forms.BooleanField(label=gettext_lazy("Needs an answer today"), required=False)


def gallery(now: datetime, query: QueryDict) -> dict[str, Any]:
    """Return the context of the gallery page."""
    broken = SampleForm({"email": "anna at example", "budget": "0", "channel": "email"})
    broken.is_valid()
    return {
        "now": now,
        "rows": [row for row in ROWS if query.get("search", "").lower() in row[0].lower()],
        "next_cursor": None if query.get("after") or query.get("search") else "sample",
        "search": query.get("search", ""),
        "cities": CITIES,
        "channels": [("", _("All")), ("email", _("E-mail")), ("sms", _("Text message"))],
        "form": SampleForm(),
        "broken_form": broken,
        "problem": Problem(_("This profile was merged into another"), _("Open the surviving profile.")),
        "tabs": [Tab(_("Overview"), "/ui/gallery", True), Tab(_("People"), "?tab=people", count=12_480)],
        "step_titles": [_("Upload"), _("Mapping"), _("Dry run"), _("Import")],
        "timeline": _timeline(now),
        "running": running_task(25_000),
        "unknown": Progress(
            title=_("Reading the file"), url="/ui/gallery/progress?done=unknown", is_running=True, done=48_211
        ),
        "finished": Progress(
            title=_("Import"),
            url="",
            is_running=False,
            done=245_903,
            total=245_903,
            unit=_("lines"),
            result_url="#result",
        ),
        "failed": Progress(
            title=_("Import"),
            url="",
            is_running=False,
            done=1_204,
            total=9_000,
            unit=_("lines"),
            problem=_("Line 1,205 has no date. Correct the file and import it again."),
        ),
        **_series(),
        **_estimates(),
    }


def running_task(done: int) -> Progress:
    return Progress(
        title=_("Counting the audience"),
        url=f"/ui/gallery/progress?done={done}",
        is_running=done < 100_000,
        done=done,
        total=100_000,
        unit=_("profiles"),
        stop_url="/ui/gallery",
        result_url="#result",
    )


def _timeline(now: datetime) -> list[TimelineEntry]:
    return [
        TimelineEntry(at=now, title=_("Viewed a product"), detail="SUV · E6 Long Range", source=_("Web")),
        TimelineEntry(
            at=now - timedelta(hours=3),
            title=_("Opened a message"),
            detail=_("Autumn service"),
            tone="info",
            source=_("E-mail"),
        ),
        TimelineEntry(
            at=now - timedelta(days=2),
            title=_("Order completed"),
            detail="¥12,900.00",
            tone="good",
            source=_("Shop"),
        ),
        TimelineEntry(
            at=now - timedelta(days=9),
            title=_("Consent withdrawn"),
            detail=_("Marketing by text message"),
            tone="warn",
        ),
    ]


def _series() -> dict[str, Any]:
    month, orders = _("Month"), _("Orders")
    return {
        "spark_values": [3, 4, 4, 6, 5, 8, 9, 12],
        "line_chart": charts.line(
            _("Repeat rate"),
            list(zip(MONTHS, (0.18, 0.19, 0.21, None, 0.23, 0.22, 0.26), strict=True)),
            x=month,
            y=_("Repeat rate"),
            unit="ratio",
            note=_("people with a second order within 90 days"),
        ),
        "lines_chart": charts.lines(_("Orders by brand"), MONTHS, BRANDS, x=month, y=orders, unit="count"),
        "bar_chart": charts.bars(
            _("Revenue by region"),
            [("华东", 812_400_00), ("华南", 644_100_00), ("华北", 420_900_00), ("西南", 98_500_00)],
            x=_("Region"),
            y=_("Revenue"),
            unit="money:CNY",
            is_horizontal=True,
        ),
        "stacked_chart": charts.stacked(
            _("Orders by brand"), MONTHS, BRANDS, x=month, y=orders, unit="count"
        ),
        "funnel_chart": charts.funnel(
            _("From message to order"),
            [(_("Delivered"), 12_480), (_("Opened"), 4_310), (_("Clicked"), 890), (_("Ordered"), 121)],
        ),
        "empty_chart": charts.line(_("Revenue"), [], x=month, y=_("Revenue"), unit="money:CNY"),
    }


def _estimates() -> dict[str, Any]:
    return {
        "heat_chart": charts.heat(
            _("Recency by frequency"),
            ["1", "2", "3", "4", "5"],
            ["1", "2", "3", "4", "5"],
            [
                [52, 40, 61, 80, 210],
                [60, 72, 91, 130, 160],
                [110, 98, 90, 77, 64],
                [190, 120, 80, 51, 22],
                [402, 160, 66, 20, 4],
            ],
            x=_("Frequency"),
            y=_("Recency"),
            unit="count",
            note=_("profiles in each cell"),
        ),
        "band_chart": charts.band(
            _("Forecast of orders"),
            MONTHS,
            (310, 342, 355, 371, 390, 420, 433),
            (310, 342, 355, 350, 352, 360, 355),
            (310, 342, 355, 392, 431, 482, 520),
            x=_("Month"),
            y=_("Orders"),
            unit="count",
        ),
        "forest_chart": charts.forest(
            _("Effect by group"),
            [
                charts.Estimate(_("All"), 0.021, 0.008, 0.034),
                charts.Estimate(_("New"), 0.045, 0.012, 0.079),
                charts.Estimate(_("Loyal"), -0.004, -0.021, 0.013),
            ],
            y=_("Lift"),
            unit="ratio",
        ),
    }
