"""Loads the sample group through the same doors as everyone: the tree, plans, notices, the bulk door, consent."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import numpy as np
from django.db import connection

from yingtai.collect.api import declare_preset
from yingtai.compliance.api import install_standard_purposes
from yingtai.customers.api import EventSet, concat, load_sets, refresh_traits
from yingtai.kernel.acting import system
from yingtai.kernel.memory import without_looking_for_cycles
from yingtai.kernel.scope import BRAND_SHIFT, EVERYTHING, Scope
from yingtai.lake.api import replace
from yingtai.organization.api import get_unit
from yingtai.sample.answers import record_answers
from yingtai.sample.behavior import make_deeds
from yingtai.sample.campaigning import prepare_campaigns
from yingtai.sample.goods import Goods
from yingtai.sample.group import BRANDS, BrandPlan, make_group
from yingtai.sample.people import DAYS, make_people
from yingtai.sample.sending import EVENTS_AT_ONCE, refuse_other_door, send_sets, sender_at, website_at
from yingtai.sample.sets import Story
from yingtai.sample.work import prepare_work

One = TypeVar("One")
Made = TypeVar("Made")

BULK, INBOX = "bulk", "inbox"
SLICES_PER_SET = 64


@dataclass(frozen=True)
class Size:
    """How much sample: profiles and events of the whole group, and events per set of the bulk door."""

    people: int
    events: int
    events_per_set: int
    has_campaigns: bool = True
    """Whether mails are sent as well; what is there to measure speed with needs none."""


SIZES = {
    "XS": Size(500, 20_000, 5_000),
    "S": Size(20_000, 1_000_000, 500_000),
    "M": Size(200_000, 10_000_000, 2_700_000, has_campaigns=False),
}


class Step(Protocol):
    """Told how many events are loaded, and of which brand."""

    def __call__(self, done: int, note: str = "") -> None: ...


def latest_midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def make_story(
    brand: BrandPlan, size: Size, *, seed: int, source_no: int, node_no: int, ends_at: datetime
) -> Story:
    """Return one brand's people and deeds: the same for the same arguments, for ever."""
    place = BRANDS.index(brand)
    random = np.random.default_rng([seed, place])
    people = make_people(brand, round(size.people * brand.share), random)
    goods = Goods(brand)
    deeds = make_deeds(people, goods, round(size.events * brand.share), random)
    return Story(people, goods, deeds, node_no, source_no, ends_at, seed * 100 + place)


@without_looking_for_cycles()
def load_sample(size: Size, *, seed: int, at: datetime, step: Step, through: str = BULK) -> int:
    """Load the group and return how many events it has, less those refused. Repeating it goes on where it stopped.

    In:     at       the time of loading; the sample ends at the midnight before
            through  the door: BULK, or INBOX, which takes the same as requests of SDKs
    Raises: CameThroughOtherDoor
    """
    make_group()
    ends_at = latest_midnight(at)
    by_inbox = through == INBOX
    stories = in_each_brand(
        lambda brand: _prepared(brand, size, seed=seed, at=at, ends_at=ends_at, by_inbox=by_inbox), BRANDS
    )
    acting = system("sample", EVERYTHING, at)
    websites, nodes = zip(*((story.source_no, story.node_no) for story in stories), strict=True)
    refuse_other_door(acting, websites, nodes, by_inbox=by_inbox)
    refused = 0
    if by_inbox:
        refused = send_sets(acting, sets_of(stories, EVENTS_AT_ONCE), progress=step)
    else:
        load_sets(
            acting,
            source_no=stories[0].source_no,
            load_id=f"sample-{seed}-{ends_at:%Y%m%d}",
            sets=sets_of(stories, size.events_per_set),
            ahead=True,
            progress=step,
        )
    in_each_brand(lambda story: _finish(story, at, has_campaigns=size.has_campaigns), stories)
    return sum(len(story.deeds) for story in stories) - refused


def sets_of(stories: list[Story], events_per_set: int) -> Iterator[EventSet]:
    """Return the events of all brands in the order of time, in sets of about so many: as an inbox would bring them."""
    total = sum(len(story.deeds) for story in stories)
    until = DAYS * np.linspace(0, 1, max(round(total / events_per_set), 1) * SLICES_PER_SET + 1)
    counted = np.sum([np.searchsorted(story.deeds.at, until) for story in stories], axis=0)
    # The first set is a quarter as large: nothing else goes on while it is made.
    wanted = np.append(np.arange(events_per_set // 4, total, events_per_set), total)
    cuts = until[np.minimum(np.searchsorted(counted, wanted), len(until) - 1)]
    since = 0.0
    for cut in np.unique(cuts):
        yield concat([story.between(since, cut) for story in stories])
        since = cut


def _prepared(
    brand: BrandPlan, size: Size, *, seed: int, at: datetime, ends_at: datetime, by_inbox: bool
) -> Story:
    node_no = get_unit(brand.code).node_no
    acting = system("sample", Scope.of(node_no), at)
    declare_preset(acting, node_no, "commerce")
    install_standard_purposes(acting, node_no=node_no)
    ensure = sender_at if by_inbox else website_at
    source = ensure(acting, node_no)
    story = make_story(brand, size, seed=seed, source_no=source.source_no, node_no=node_no, ends_at=ends_at)
    replace("products", story.goods.table(node_no), {"brand_no": node_no >> 40})
    return story


def _finish(story: Story, at: datetime, *, has_campaigns: bool) -> None:
    acting = system("sample", Scope.of(story.node_no), at)
    record_answers(acting, story)
    refresh_traits(acting, only=story.node_no >> BRAND_SHIFT)
    brand = story.people.brand
    audiences = prepare_work(acting, story.node_no, brand.language)
    if has_campaigns:
        prepare_campaigns(acting, story.node_no, brand, audiences)


def in_each_brand(do: Callable[[One], Made], ones: Sequence[One]) -> list[Made]:
    """Do the same for each brand, three at a time: while one waits for the books, the other computes."""

    def alone(one: One) -> Made:
        try:
            return do(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        return list(pool.map(alone, ones))
