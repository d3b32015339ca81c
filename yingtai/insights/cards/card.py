"""What a card is, what it looks at, and what it hands to its template."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from yingtai.insights.periods import GRAINS, Period
from yingtai.insights.queries import Answer, ask
from yingtai.kernel.acting import Acting
from yingtai.ui.charts import Chart
from yingtai.ui.formats import between


@dataclass(frozen=True)
class Look:
    """One look at the dashboard: who looks, at which time, in whose money.

    currency  the brand's own, which stands first
    currencies  those of all brands in scope
    first     the first day of data; a time before it is compared with nothing
    today     the brand's own day, which is not over
    """

    acting: Acting
    period: Period
    currency: str
    first: date | None
    today: date
    currencies: frozenset[str] = frozenset()

    @property
    def own_currencies(self) -> frozenset[str]:
        return self.currencies | {self.currency}

    @cached_property
    def before(self) -> Period | None:
        """The time of equal length before, when there are data from all of it."""
        before = self.period.before
        return before if self.first and self.first <= before.since else None

    @property
    def against(self) -> str:
        """What changes are measured against, in words: days as whole as those of the figure, which are said too."""
        if not self.before:
            return ""
        against = _("vs. %(days)s") % {"days": between(self.before.since, self.before.latest)}
        return f"{self.span} · {against}"

    @property
    def span(self) -> str:
        return between(self.period.since, self.period.latest)

    @property
    def is_open(self) -> bool:
        """Whether the last day, week or month of a picture is not over, or has not all its data."""
        return self.period.drawn.is_open(self.today)

    def ask(self, name: str) -> Answer:
        return ask(self.acting, name, self.period)

    def ask_drawn(self, name: str) -> Answer:
        """The same with the day that is running: for pictures, which mark it, never for figures."""
        return ask(self.acting, name, self.period.drawn)

    def coarser(self) -> Iterator["Look"]:
        """Give this look, and the same one by longer pieces of time."""
        for grain in GRAINS[GRAINS.index(self.period.grain) :]:
            yield replace(self, period=replace(self.period, grain=grain))

    def ask_before(self, name: str) -> Answer | None:
        return ask(self.acting, name, self.before) if self.before else None


@dataclass(frozen=True)
class Drawn:
    """A card ready for its template: any of figures, charts below them, a table below those.

    grain   of the pieces of time in the answer, when another than asked for
    others  what is told in words only
    """

    answer: Answer
    charts: list[Chart] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    products: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    grain: str = ""
    others: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.charts or self.figures or self.products)


@dataclass(frozen=True)
class Card:
    """A place on the dashboard."""

    name: str
    title: str | Promise
    metric: str
    draw: Callable[[Look], Drawn]
    is_wide: bool = False


def figure(
    look: Look, label: Any, value: float | None, before: float | None = None, *, unit_code: str,
    is_rough: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Return a figure with the days it is of; its change, where there is one, says against what."""
    change = (value - before) / before if value is not None and before and before > 0 else None
    told = look.against if change is not None else look.span
    return {
        "label": label, "value": value, "change": change, "period": told, "unit_code": unit_code, "is_rough": is_rough,
    }  # fmt: skip
