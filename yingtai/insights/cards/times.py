"""Figures over time."""

from collections.abc import Callable
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from yingtai.insights.cards.card import Drawn, Look, figure
from yingtai.ui.charts import Chart
from yingtai.ui.formats import between


def over_time(
    metric: str, words: Promise, draw: Callable[..., Chart], *, adds_up: bool = True
) -> Callable[[Look], Drawn]:
    """Return how a metric that counts by day, week or month is drawn.

    In:  adds_up  whether its pieces may be added up: people who came in two weeks are one person, so theirs may not
    """

    def card(look: Look) -> Drawn:
        answer = look.ask_drawn(metric)
        if not answer.rows:
            return Drawn(answer)
        found = {row["period"]: row["value"] for row in answer.rows}
        chart = drawn_over_time(look, draw, words, found, "count")
        if not adds_up:
            return Drawn(answer, [chart])
        before = look.ask_before(metric)
        total = before.total() if before else None
        shown = figure(
            look, words, look.ask(metric).total(), total, unit_code="count", is_rough=answer.is_rough
        )
        return Drawn(answer, [chart], [shown])

    return card


def drawn_over_time(
    look: Look, draw: Callable[..., Chart], words: object, found: dict[date, int | None], unit: str
) -> Chart:
    """Return the picture of a figure over time; a piece without events is 0, one that is not over says so.

    One that is of too few people to be told is empty.
    """
    drawn = look.period.drawn
    starts = drawn.starts()
    points = [(_label(start, look, is_last=start == starts[-1]), found.get(start, 0)) for start in starts]
    span = between(drawn.since, drawn.latest)
    note = f"{span} · {_unfinished(look)}" if look.is_open else span
    if None in found.values():
        note = f"{note} · {_('empty cells come from fewer than 20 people')}"
    return draw(str(words), points, x=_grain(look), y=str(words), unit=unit, note=note, is_open=look.is_open)


def _label(start: date, look: Look, *, is_last: bool) -> str:
    written = f"{start:%Y-%m}" if look.period.grain == "month" else f"{start:%m-%d}"
    return f"{written} {_('(unfinished)')}" if is_last and look.is_open else written


def _grain(look: Look) -> str:
    return {"day": _("Day"), "week": _("Week from"), "month": _("Month")}[look.period.grain]


def _unfinished(look: Look) -> str:
    return {
        "day": _("the last day is not over"),
        "week": _("the last week is not over"),
        "month": _("the last month is not over"),
    }[look.period.grain]
