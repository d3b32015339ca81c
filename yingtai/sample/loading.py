"""Loads the sample group through the same doors as everyone: the tree, plans, notices, the bulk door, consent."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import numpy as np

from yingtai.collect.api import declare_preset, ensure_source
from yingtai.compliance.api import install_standard_purposes
from yingtai.customers.api import EventSet, load_sets, refresh_traits
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.scope import EVERYTHING, Scope
from yingtai.lake.api import replace
from yingtai.organization.api import get_unit
from yingtai.sample.answers import record_answers
from yingtai.sample.behavior import make_deeds
from yingtai.sample.goods import Goods
from yingtai.sample.group import BRANDS, BrandPlan, make_group
from yingtai.sample.people import make_people
from yingtai.sample.sets import Story

SOURCE = "Website and app"


@dataclass(frozen=True)
class Size:
    """How much sample: profiles and events of the whole group, and events per set of the bulk door."""

    people: int
    events: int
    events_per_set: int


SIZES = {
    "XS": Size(500, 20_000, 5_000),
    "S": Size(20_000, 1_000_000, 250_000),
    "M": Size(200_000, 10_000_000, 1_000_000),
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


def load_sample(size: Size, *, seed: int, at: datetime, step: Step) -> int:
    """Load the group and return how many events it has. Repeating it goes on where it stopped.

    In:  at  the time of loading; the sample ends at the midnight before
    """
    make_group()
    ends_at = latest_midnight(at)
    done = 0
    for brand in BRANDS:
        node_no = get_unit(brand.code).node_no
        acting = system("sample", Scope.of(node_no), at)
        story = _prepared(acting, brand, size, seed=seed, node_no=node_no, ends_at=ends_at)
        done = _load(acting, story, size, load_id=f"sample-{seed}-{ends_at:%Y%m%d}", before=done, step=step)
        record_answers(acting, story)
    refresh_traits(system("sample", EVERYTHING, at))
    return done


def _prepared(
    acting: Acting, brand: BrandPlan, size: Size, *, seed: int, node_no: int, ends_at: datetime
) -> Story:
    declare_preset(acting, node_no, "commerce")
    install_standard_purposes(acting, node_no=node_no)
    source = ensure_source(acting, node_no, name=SOURCE, kind="sdk")
    story = make_story(brand, size, seed=seed, source_no=source.source_no, node_no=node_no, ends_at=ends_at)
    replace("products", story.goods.table(node_no), {"brand_no": node_no >> 40})
    return story


def _load(acting: Acting, story: Story, size: Size, *, load_id: str, before: int, step: Step) -> int:
    brand = story.people.brand

    def tell(done: int) -> None:
        step(before + done, brand.name)

    sets = _made_ahead(story.sets(size.events_per_set))
    load_sets(acting, source_no=story.source_no, load_id=load_id, sets=sets, progress=tell)
    return before + len(story.deeds)


def _made_ahead(sets: Iterator[EventSet]) -> Iterator[EventSet]:
    """Make the next set on another thread while the one before is loaded."""
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, sets, None)
        while (made := coming.result()) is not None:
            coming = maker.submit(next, sets, None)
            yield made
