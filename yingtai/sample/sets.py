"""From deeds to event sets: the columns that the bulk door takes, dictionary-encoded where values repeat."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
import pyarrow as pa

from yingtai.customers.api import EventSet
from yingtai.kernel.scope import REGION_SHIFT
from yingtai.sample import naming, said
from yingtai.sample.behavior import CODE, EVENTS, RETURNED_AFTER, Deeds
from yingtai.sample.goods import Goods
from yingtai.sample.people import DAYS, People

PATHS = (
    "/",
    "/models",
    "/offers",
    "/test-drive",
    "/dealers",
    "/news",
    "/service",
    "/shop",
    "/charging",
    "/about",
)
SOURCES: tuple[tuple[str | None, str | None, str | None], ...] = (
    (None, None, None), ("google", "cpc", "brand"), ("baidu", "cpc", "brand"), ("wechat", "social", "moments"),
    ("douyin", "social", "launch"), ("newsletter", "email", "autumn"),
)  # fmt: skip
DEVICES = ("mobile", "mobile", "mobile", "desktop", "tablet")
CHANNELS = ("web", "app", "store")
KINDS = {"Page Viewed": "page", "Screen Viewed": "screen", "Identified": "identify"}
SIGNED_IN, TABLET_SHARE = 0.6, 0.5
DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Story:
    """One brand's sample: who, what they did, and where it is written down.

    ends_at  midnight after the sample's latest day; node_no of the brand; source_no of its website
    """

    people: People
    goods: Goods
    deeds: Deeds
    node_no: int
    source_no: int
    ends_at: datetime
    seed: int

    @cached_property
    def order_rows(self) -> np.ndarray:
        """The row of the order that each deed is about: its own, and of a return that of what came back."""
        deeds = self.deeds
        about = np.arange(len(deeds))
        moments = deeds.person * 1_024.0 + deeds.at  # by person, then by day
        bought, back = (
            np.flatnonzero(deeds.event == CODE[name]) for name in ("Order Completed", "Order Refunded")
        )
        bought = bought[np.argsort(moments[bought])]
        a_blink = 1e-6
        about[back] = bought[np.searchsorted(moments[bought], moments[back] - RETURNED_AFTER - a_blink)]
        return about

    def sets(self, events_per_set: int) -> Iterator[EventSet]:
        """Return the events in the order of time, in sets of at most so many."""
        for first in range(0, len(self.deeds), events_per_set):
            rows = np.arange(first, min(first + events_per_set, len(self.deeds)))
            yield self._set(self.deeds.take(rows), rows)

    def between(self, since: float, until: float) -> EventSet:
        """Return the events from one time until another, in days since the start, half-open."""
        rows = np.arange(*np.searchsorted(self.deeds.at, [since, until]))
        return self._set(self.deeds.take(rows), rows)

    def _set(self, deeds: Deeds, rows: np.ndarray) -> EventSet:
        chance = _mixed(rows.astype(np.uint64) + np.uint64(self.seed) * np.uint64(7919))
        extra = self._extra(deeds, chance)
        columns = {
            "message_hash": self._hashes(rows),
            "kind": _coded([KINDS.get(name, "track") for name in EVENTS], deeds.event),
            "event": _coded(EVENTS, deeds.event),
            "source_no": pa.array(np.full(len(rows), self.source_no, np.int32)),
            **self._times(deeds),
            **self._places(deeds),
            **self._identifiers(deeds, chance),
            **self._context(deeds, chance),
            **self._goods(deeds, rows, extra),
            **self._traits(deeds),
        }
        return EventSet.of(pa.table(columns), self._lines(deeds, extra))

    def _times(self, deeds: Deeds) -> dict[str, pa.Array]:
        start = (self.ends_at - timedelta(days=DAYS)).timestamp() * 1_000_000
        occurred = (start + np.round(deeds.at * DAY_US)).astype(np.int64)
        moment = pa.timestamp("us", tz="UTC")
        received = occurred + 1_000_000
        return {
            "occurred_at": pa.array(occurred).cast(moment),
            "received_at": pa.array(received).cast(moment),
        }

    def _places(self, deeds: Deeds) -> dict[str, pa.Array]:
        dealer = self.node_no + (
            (self.people.region[deeds.person] + 1 << REGION_SHIFT) + self.people.dealer[deeds.person] + 1
        )
        # Every second customer is a dealer's own; who only looked around belongs to the brand.
        is_dealers = (deeds.place == 1) | ((deeds.event == CODE["Identified"]) & (deeds.person % 2 == 0))
        return {"node_no": pa.array(np.where(is_dealers, dealer, self.node_no))}

    def _identifiers(self, deeds: Deeds, chance: np.ndarray) -> dict[str, pa.Array]:
        people, person = self.people, deeds.person
        named = deeds.event == CODE["Identified"]
        is_twin = people.is_twin[person]
        is_visit = deeds.visit >= 0
        signs_in = _share(_mixed(deeds.visit.astype(np.uint64))) < SIGNED_IN
        is_late = people.is_known[person] & (deeds.at >= people.known_from[person])
        with_user = ~is_twin & np.where(is_visit, is_late & signs_in, True)
        in_the_book = is_twin & ~is_visit
        visit = np.where(is_visit, deeds.visit, 0)
        # A dealer's book is a fourth device: whoever sends an event has to name somebody by an id of their own.
        device = np.where(in_the_book, naming.BOOK, visit % people.devices[person])
        tablet = (deeds.event == CODE["Test Drive Completed"]) & (_share(chance) < TABLET_SHARE)
        return {
            "id_user": self._texts(person, with_user, naming.user_ids),
            "id_member": self._texts(
                person, ~is_visit & people.has_member_no[person] & (named | is_twin), naming.member_nos
            ),
            "id_email": self._texts(person, named & people.has_email[person], naming.emails),
            "id_phone": self._texts(person, named & people.has_phone[person], naming.phones),
            "id_anonymous": self._texts(
                person * 4 + device, (deeds.place == 0) | in_the_book, naming.browsers
            ),
            "id_device": self._texts(
                people.region[person] * 100 + people.dealer[person], tablet, naming.tablets
            ),
        }

    def _context(self, deeds: Deeds, chance: np.ndarray) -> dict[str, pa.Array]:
        visit = _mixed(np.where(deeds.visit >= 0, deeds.visit, 0).astype(np.uint64) + np.uint64(17))
        source = np.where((deeds.place == 0) & (deeds.visit >= 0), visit % 11, 0)
        source = np.where(source < len(SOURCES), source, 0).astype(np.int32)
        device = np.where(deeds.place == 0, (visit >> np.uint64(9)) % len(DEVICES), -1).astype(np.int32)
        channel = np.where(deeds.place == 1, 2, np.where(deeds.event == CODE["Screen Viewed"], 1, 0))
        path = np.where(deeds.event == CODE["Page Viewed"], chance % len(PATHS), -1).astype(np.int32)
        session = np.where(deeds.visit >= 0, (deeds.visit + 1).astype(np.int64) * 64 + self.seed % 64, 0)
        return {
            "channel": _coded(CHANNELS, channel),
            "page_path": _coded(PATHS, path),
            "device_class": _coded(DEVICES, device),
            "region_code": _coded([code for _, code in self.people.cities], self.people.region[deeds.person]),
            "session_no": pa.array(session, mask=deeds.visit < 0),
            **{
                name: _coded([line[place] for line in SOURCES], source)
                for place, name in enumerate(("utm_source", "utm_medium", "utm_campaign"))
            },
        }

    def _goods(self, deeds: Deeds, rows: np.ndarray, extra: np.ndarray) -> dict[str, pa.Array]:
        goods = self.goods
        is_order = said.is_order(deeds)
        is_paid = is_order | (deeds.event == CODE["Service Completed"])
        numbers = self.order_rows[rows] + 100_000
        order_ids = [f"{goods.brand.code[:2].upper()}{numbers[row]}" for row in np.flatnonzero(is_order)]
        places = np.cumsum(is_order) - 1
        amount = deeds.amount + np.where(extra >= 0, goods.prices[extra], 0)
        return {
            "product_id": _coded(goods.ids, deeds.product),
            "category": _coded(goods.categories, deeds.product),
            "order_id": pa.DictionaryArray.from_arrays(
                pa.array(np.where(is_order, places, 0).astype(np.int32), mask=~is_order),
                pa.array(order_ids, pa.string()),
            ),
            "quantity": pa.array(np.ones(len(deeds)), mask=~is_order),
            "amount_minor": pa.array(amount, mask=~is_paid),
            "currency": _coded([goods.brand.currency], np.where(is_paid, 0, -1)),
            "properties": said.properties_of(goods, deeds, extra, order_ids),
        }

    def _extra(self, deeds: Deeds, chance: np.ndarray) -> np.ndarray:
        """The second product of an order; -1 when there is none."""
        things = self.goods.car_count
        second = things + (chance >> np.uint64(7)) % np.uint64(len(self.goods.ids) - things)
        has_second = (
            (deeds.event == CODE["Order Completed"]) & (deeds.product >= things) & (chance % np.uint64(5) < 2)
        )
        return np.where(has_second, second.astype(np.int64), -1)

    def _lines(self, deeds: Deeds, extra: np.ndarray) -> pa.Table:
        orders = np.flatnonzero(said.is_order(deeds))
        seconds = np.flatnonzero(extra >= 0)
        row = np.concatenate([orders, seconds])
        product = np.concatenate([deeds.product[orders], extra[seconds]])
        amount = np.concatenate([deeds.amount[orders], self.goods.prices[extra[seconds]]])
        number = np.concatenate([np.ones(len(orders), np.int32), np.full(len(seconds), 2, np.int32)])
        return pa.table(
            {
                "event_row": pa.array(row, pa.int64()),
                "line_no": pa.array(number),
                "product_id": pa.array(np.array(self.goods.ids, object)[product], pa.string()),
                "category": pa.array(np.array(self.goods.categories, object)[product], pa.string()),
                "quantity": pa.array(np.where(amount < 0, -1.0, 1.0)),
                "amount_minor": pa.array(amount),
                "currency": pa.array([self.goods.brand.currency] * len(row), pa.string()),
            }
        )

    def _traits(self, deeds: Deeds) -> dict[str, pa.Array]:
        named = deeds.event == CODE["Identified"]
        return {
            "traits": self._texts(deeds.person, named, naming.declared_traits),
            "private_traits": self._texts(deeds.person, named, naming.private_traits),
        }

    def _texts(
        self, number: np.ndarray, where: np.ndarray, texts: Callable[[People, np.ndarray], pa.Array]
    ) -> pa.Array:
        """Return the texts of the numbers where asked for; each is made once, and stands in the dictionary once."""
        asked = pa.array(number[where]).dictionary_encode()
        made = texts(self.people, asked.dictionary.to_numpy()).dictionary_encode()
        filled = np.zeros(len(number), np.int32)
        filled[where] = made.indices.to_numpy()[asked.indices.to_numpy()]
        return pa.DictionaryArray.from_arrays(pa.array(filled, mask=~where), made.dictionary)

    def _hashes(self, rows: np.ndarray) -> pa.Array:
        halves = np.empty((len(rows), 2), np.uint64)
        halves[:, 0] = _mixed(rows.astype(np.uint64) + (np.uint64(self.seed) << np.uint64(40)))
        halves[:, 1] = _mixed(halves[:, 0] ^ np.uint64(self.node_no))
        return pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(16), len(rows), [None, pa.py_buffer(halves.tobytes())]
        )


def _coded(values: Sequence[str | None], codes: np.ndarray) -> pa.Array:
    """Return values by their place; -1 stands for none."""
    known = sorted({value for value in values if value is not None})
    place = np.array([-1 if value is None else known.index(value) for value in values], np.int32)
    chosen = np.where(codes >= 0, place[np.maximum(codes, 0)], -1).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(chosen, mask=chosen < 0), pa.array(known, pa.string()))


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """Return numbers that look random and are always the same (SplitMix64, Steele, Lea, Flood 2014)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _share(mixed: np.ndarray) -> np.ndarray:
    return (mixed >> np.uint64(11)).astype(np.float64) / 2**53
