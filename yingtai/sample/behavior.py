"""What people do: visits with seasons and a daily rhythm, the way to a car, and things bought again and again.

The model is the field's usual one, so that methods can be tested against it: visits and purchases are
gamma-Poisson with dropout (Schmittlein, Morrison, Colombo 1987), amounts are log-normal, and the way to a car is
a funnel with fixed shares.
"""

from dataclasses import dataclass, fields

import numpy as np

from yingtai.sample.goods import Goods
from yingtai.sample.people import DAYS, People

EVENTS = (
    "Page Viewed", "Product Viewed", "Product List Viewed", "Product Added", "Configuration Saved",
    "Brochure Downloaded", "Screen Viewed", "Lead Submitted", "Test Drive Booked", "Test Drive Completed",
    "Order Completed", "Order Refunded", "Vehicle Delivered", "Service Completed", "Identified",
)  # fmt: skip
CODE = {name: number for number, name in enumerate(EVENTS)}
WANDERING = np.array([0.38, 0.34, 0.10, 0.05, 0.04, 0.02, 0.07])
EVENTS_PER_VISIT = 5.0
HOURS = np.array([1, 1, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 9, 8, 7, 7, 7, 8, 9, 11, 13, 12, 8, 4], dtype=float)
LEADS, DRIVES, SHOWS, BUYS = 0.12, 0.55, 0.8, 0.35
REFUNDS = 0.04
RETURNED_AFTER = 6
"""Days from an order to its return."""
ASKING = 60 / 86_400
KINDS = {"person": np.int32, "event": np.int8, "product": np.int32, "place": np.int8, "visit": np.int32}
"""Small numbers, for ten million of each: most of the time goes into moving them."""


@dataclass(frozen=True)
class Deeds:
    """One array per fact, one element per event. `at` is days since the start; -1 stands for none.

    place   0 web and app, 1 the dealer; visit  which visit; product  number of `Goods`; pieces, amount  of an order
    """

    person: np.ndarray
    at: np.ndarray
    event: np.ndarray
    product: np.ndarray
    place: np.ndarray
    visit: np.ndarray
    amount: np.ndarray

    def __post_init__(self) -> None:
        for name, kind in KINDS.items():
            object.__setattr__(self, name, getattr(self, name).astype(kind, copy=False))

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: np.ndarray) -> "Deeds":
        return Deeds(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def make_deeds(people: People, goods: Goods, events_wanted: int, random: np.random.Generator) -> Deeds:
    """Return everything the people of a brand did, in the order of time."""
    business = [
        _identifications(people, random),
        _cars(people, goods, random),
        _things(people, goods, random),
    ]
    left = max(events_wanted - sum(map(len, business)), len(people))
    deeds = _joined([_visits(people, goods, left, random), *business])
    # Whole microseconds decide the order, and the place in the arrays decides between equal ones.
    return deeds.take(np.argsort(deeds.at, kind="stable"))


def season() -> np.ndarray:
    """Return the cumulative weight of the days: spring and autumn are strong, 18 June and 11 November peak."""
    days = np.arange(DAYS)
    weights = 1 + 0.25 * np.sin(2 * np.pi * (days % 365 - 60) / 182.5) + 0.15 * (days % 7 >= 5)
    for peak in (168, 314):
        weights += 1.6 * np.exp(-(((days % 365 - peak) / 3.0) ** 2))
    return np.asarray(np.concatenate([[0.0], np.cumsum(weights * np.linspace(0.8, 1.2, DAYS))]))


def moments(since: np.ndarray, share: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return times between `since` and the end, `share` of the season's way along, at an hour of the day."""
    weight = season()
    start = np.interp(since, np.arange(DAYS + 1), weight)
    day = np.floor(np.interp(start + share * (weight[-1] - start), weight, np.arange(DAYS + 1)))
    hour = random.choice(24, len(since), p=HOURS / HOURS.sum()) + random.random(len(since))
    return np.asarray(np.minimum(np.maximum(day + hour / 24, since), DAYS - 1e-3))


def _visits(people: People, goods: Goods, wanted: int, random: np.random.Generator) -> Deeds:
    expected = people.activity * (DAYS - people.joined) / DAYS
    visits = 1 + random.poisson(expected / expected.sum() * max(wanted / EVENTS_PER_VISIT - len(people), 1))
    who = np.repeat(np.arange(len(people), dtype=np.int32), visits)
    begun = moments(people.joined[who], random.random(len(who)) ** 1.5, random)
    lengths = random.geometric(1 / EVENTS_PER_VISIT, len(who))
    visit = np.repeat(np.arange(len(who), dtype=np.int32), lengths)
    step = np.arange(len(visit)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    event = random.choice(len(WANDERING), len(visit), p=WANDERING / WANDERING.sum()).astype(np.int8)
    event[step == 0] = CODE["Page Viewed"]
    shows = np.isin(event, [CODE["Product Viewed"], CODE["Product Added"], CODE["Configuration Saved"]])
    favourite = random.integers(0, goods.car_count, len(people))
    product = np.where(
        random.random(len(visit)) < 0.6, favourite[who[visit]], random.integers(0, len(goods.ids), len(visit))
    )
    return Deeds(
        person=who[visit], at=np.minimum(begun[visit] + step * random.exponential(45, len(visit)) / 86400, DAYS - 1e-4),
        event=event, product=np.where(shows, product, -1), place=np.zeros(len(visit), int), visit=visit,
        amount=np.zeros(len(visit), np.int64),
    )  # fmt: skip


def _identifications(people: People, random: np.random.Generator) -> Deeds:
    who = np.flatnonzero(people.is_known)
    return _deeds(who, people.known_from[who], CODE["Identified"], place=0)


def _cars(people: People, goods: Goods, random: np.random.Generator) -> Deeds:
    who = np.flatnonzero(people.is_known & (random.random(len(people)) < LEADS))
    car = random.integers(0, goods.car_count, len(people))
    # Somebody says who they are, and then asks; never both at the same moment.
    at = moments(people.known_from[who], random.random(len(who)), random) + ASKING
    steps = [_deeds(who, at, CODE["Lead Submitted"], product=car[who])]
    for share, days, event, place in (
        (DRIVES, 3, "Test Drive Booked", 0), (SHOWS, 4, "Test Drive Completed", 1), (BUYS, 9, "Order Completed", 1),
        (0.97, 25, "Vehicle Delivered", 1), (0.6, 170, "Service Completed", 1),
    ):  # fmt: skip
        goes_on = random.random(len(who)) < share
        who, at = who[goes_on], at[goes_on] + random.gamma(2, days / 2, goes_on.sum())
        steps.append(
            _deeds(who, at, CODE[event], product=car[who], place=place, amount=_paid(event, goods, car[who]))
        )
    deeds = _joined(steps)
    return deeds.take(np.flatnonzero(deeds.at < DAYS))


def _things(people: People, goods: Goods, random: np.random.Generator) -> Deeds:
    who = np.flatnonzero(people.is_known)
    lifetime = np.minimum(random.exponential(500, len(who)), DAYS - people.known_from[who])
    orders = random.poisson(random.gamma(0.55, 1 / 150, len(who)) * lifetime)
    buyer = np.repeat(np.arange(len(who)), orders)
    at = people.known_from[who][buyer] + lifetime[buyer] * random.random(len(buyer))
    thing = goods.car_count + np.minimum(
        random.zipf(1.25, len(buyer)) - 1, len(goods.ids) - goods.car_count - 1
    )
    pieces = 1 + (random.random(len(buyer)) < 0.15)
    amount = (goods.prices[thing] * pieces * np.round(random.lognormal(0, 0.12, len(buyer)), 2)).astype(
        np.int64
    )
    ordered = _deeds(who[buyer], at, CODE["Order Completed"], product=thing, amount=amount)
    returned = np.flatnonzero(random.random(len(buyer)) < REFUNDS)
    back = ordered.take(returned)
    back = _deeds(
        back.person,
        back.at + RETURNED_AFTER,
        CODE["Order Refunded"],
        product=back.product,
        amount=-back.amount,
    )
    deeds = _joined([ordered, back])
    return deeds.take(np.flatnonzero(deeds.at < DAYS))


def _paid(event: str, goods: Goods, car: np.ndarray) -> np.ndarray:
    if event == "Service Completed":
        return np.asarray(goods.service_fees[car])
    return goods.prices[car] if event == "Order Completed" else np.zeros(len(car), np.int64)


def _deeds(
    person: np.ndarray, at: np.ndarray, event: int, *, product: np.ndarray | int = -1, place: int = 0,
    amount: np.ndarray | int = 0,
) -> Deeds:  # fmt: skip
    count = len(person)
    filled = {"event": event, "product": product, "place": place, "visit": -1, "amount": amount}
    return Deeds(
        person=person, at=at, **{name: np.broadcast_to(value, count) for name, value in filled.items()}
    )


def _joined(parts: list[Deeds]) -> Deeds:
    return Deeds(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Deeds)})
