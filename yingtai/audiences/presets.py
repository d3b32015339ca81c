"""Beginnings: audiences that almost every brand wants, and the customary names of RFM cells."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from yingtai.audiences.blanks import Text
from yingtai.kernel.reading import read_whole

ORDER = "Order Completed"
SCORES = {"recency": (1, 5), "frequency": (1, 5), "monetary": (1, 5)}


@dataclass(frozen=True)
class Preset:
    """An audience to begin with."""

    name: str
    title: Text
    about: Text
    parts: tuple[dict[str, Any], ...]

    @property
    def document(self) -> dict[str, Any]:
        return {"join": "all", "parts": [dict(part) for part in self.parts]}


PRESETS = (
    Preset(
        "bought", _("Bought in the last 30 days"), _("To thank, and to leave out of offers for newcomers"),
        ({"block": "did", "event": ORDER, "within_days": 30},),
    ),
    Preset(
        "lapsed", _("Lapsed: no order in 90 days"), _("Ordered before, and not since"),
        (
            {"block": "did", "event": ORDER},
            {"block": "did", "event": ORDER, "within_days": 90, "negated": True},
        ),
    ),
    Preset(
        "champions", _("Champions"), _("Bought lately and often: the upper two fifths of both"),
        (
            {"block": "score", "score": "recency", "lowest": 4, "highest": 5},
            {"block": "score", "score": "frequency", "lowest": 4, "highest": 5},
        ),
    ),
    Preset(
        "visitors", _("Active without an order"), _("Seen in the last 14 days and never bought"),
        (
            {"block": "seen", "which": "latest_seen_at", "within_days": 14},
            {"block": "did", "event": ORDER, "negated": True},
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Segment:
    """A customary name for a part of the grid: recency and frequency scores from and to."""

    title: Text
    about: Text
    recency: tuple[int, int]
    frequency: tuple[int, int]

    @property
    def query(self) -> str:
        return "recency={}-{}&frequency={}-{}".format(*self.recency, *self.frequency)

    def holds(self, recency: int, frequency: int) -> bool:
        return (
            self.recency[0] <= recency <= self.recency[1]
            and self.frequency[0] <= frequency <= self.frequency[1]
        )


# Together they cover the grid once.
SEGMENTS = (
    Segment(_("Champions"), _("Bought lately and often"), (4, 5), (4, 5)),
    Segment(_("Promising"), _("Bought lately, sometimes before"), (4, 5), (2, 3)),
    Segment(_("Occasional, recent"), _("Bought lately, seldom or never before"), (4, 5), (1, 1)),
    Segment(_("Loyal, cooling"), _("Bought often, not quite lately"), (3, 3), (4, 5)),
    Segment(_("Needs a nudge"), _("Bought now and then, not quite lately"), (3, 3), (1, 3)),
    Segment(_("At risk"), _("Used to buy often, and stopped"), (1, 2), (4, 5)),
    Segment(_("Asleep"), _("Bought now and then, long ago"), (1, 2), (2, 3)),
    Segment(_("Lost"), _("Bought seldom, long ago"), (1, 2), (1, 1)),
)


def preset_named(name: str) -> Preset | None:
    return next((preset for preset in PRESETS if preset.name == name), None)


def parts_of_scores(given: dict[str, str]) -> list[dict[str, Any]]:
    """Return sentences for scores given as `4-5` or `3`; what is not a score is left out."""
    parts = []
    for score, (lowest, highest) in SCORES.items():
        first, _dash, last = given.get(score, "").partition("-")
        low, high = read_whole(first), read_whole(last or first)
        if low is not None and high is not None and lowest <= low <= high <= highest:
            parts.append({"block": "score", "score": score, "lowest": low, "highest": high})
    return parts
