"""The other door: the same events as requests of SDKs, judged and sealed as the collector does it, then drained."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import pyarrow.compute as pc

from yingtai.collect.api import SourceView, accept, ensure_source, list_sources
from yingtai.customers.api import EventSet, drain
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import brand_node
from yingtai.lake.api import scoped
from yingtai.organization.api import get_unit_at
from yingtai.sample.messages import requests_of
from yingtai.sample.people import DAYS

SOURCE, SOURCE_ZH = "Website and app", "官网与 App"
DEALERS, DEALERS_ZH = "Dealer system", "经销商系统"
EVENTS_AT_ONCE = 40_000
"""Ingest takes a little more at once, so that each part is one set, whatever the order of its requests."""

ARRIVED = """
    SELECT count(*) AS events FROM events
    WHERE source_no IN (SELECT unnest($sources)) AND occurred_at BETWEEN $earliest AND $latest
        AND day BETWEEN CAST($earliest AS DATE) AND CAST($latest AS DATE)
"""
AT_DEALERS = """
    SELECT count(*) AS events FROM events
    WHERE source_no IN (SELECT unnest($sources)) AND node_no NOT IN (SELECT unnest($nodes))
"""

Senders: TypeAlias = dict[int, SourceView]


class CameThroughOtherDoor(Exception):
    """The sample is there already, by the other door: loading it would double it."""


def send_sets(acting: Acting, sets: Iterable[EventSet], *, progress: Callable[[int], None]) -> int:
    """Send sets of events through the inbox and return how many events were refused.

    A set whose events have all arrived is not sent again; of one that arrived in part ingest drops the repeats, as
    long as it remembers them.
    """
    senders: Senders = {}
    done = refused = 0
    for events in sets:
        for node_no in pc.unique(events.events["node_no"]).to_pylist():
            if node_no not in senders:
                senders[node_no] = sender_at(acting, node_no)
        if not _has_arrived(acting, events, senders):
            bodies = requests_of(events, sent_at=acting.at.isoformat())
            refused += accept(acting, [(senders[node_no], body) for node_no, body in bodies]).refused
            drain(acting.at)
        done += len(events)
        progress(done)
    return refused


def sender_at(acting: Acting, node_no: int) -> SourceView:
    """Return who sends for a place, made when there is none: a brand's website, or a dealer's own system.

    It may send what is as old as the sample, which is older than sources usually may.
    """
    names = (SOURCE, SOURCE_ZH) if node_no == brand_node(node_no) else (DEALERS, DEALERS_ZH)
    name = _in_the_brands_language(node_no, *names)
    return ensure_source(acting, node_no, name=name, kind="sdk", back_fill_days=DAYS + 2)


def website_at(acting: Acting, node_no: int) -> SourceView:
    """Return a brand's website as it stands for what comes in sets, made when there is none."""
    return ensure_source(
        acting, node_no, name=_in_the_brands_language(node_no, SOURCE, SOURCE_ZH), kind="sdk"
    )


def _in_the_brands_language(node_no: int, name: str, name_zh: str) -> str:
    return name_zh if get_unit_at(brand_node(node_no)).name_zh else name


def refuse_other_door(
    acting: Acting, websites: Sequence[int], nodes: Sequence[int], *, by_inbox: bool
) -> None:
    """Make sure that a sample does not come twice: the doors do not know each other's events.

    In:     numbers of the brands' websites, and of the brands
    Raises: CameThroughOtherDoor
    """
    if by_inbox:
        # Only in sets a website brings along what happened at dealers.
        values = {"sources": list(websites), "nodes": list(nodes)}
        came = scoped(acting.scope).query(AT_DEALERS, values)["events"][0].as_py()
    else:
        # Only messages make dealers senders.
        came = any(source.name in (DEALERS, DEALERS_ZH) for source in list_sources(acting))
    if came:
        raise CameThroughOtherDoor


def _has_arrived(acting: Acting, events: EventSet, senders: Senders) -> bool:
    sources = [senders[node_no].source_no for node_no in pc.unique(events.events["node_no"]).to_pylist()]
    times = pc.min_max(events.events["occurred_at"]).as_py()
    values = {"sources": sources, "earliest": times["min"], "latest": times["max"]}
    return bool(scoped(acting.scope).query(ARRIVED, values)["events"][0].as_py() >= len(events))
