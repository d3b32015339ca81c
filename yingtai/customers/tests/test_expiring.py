"""Events whose declared time is over are shown first, and go every night once somebody in charge began that."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from yingtai.collect.api import Declared, declare
from yingtai.compliance.testing import signed_in
from yingtai.customers.models import RecentTimeline
from yingtai.customers.services import expiring
from yingtai.customers.services.expiring import begin_retention, expire_events, retention_of
from yingtai.kernel.acting import system
from yingtai.kernel.errors import ProductError
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import maintenance, removals
from yingtai.lake.api import append, scoped
from yingtai.lake.store import the_lake
from yingtai.lake.testing import events_of, rows_of
from yingtai.organization.testing import deeds_of, make_acting

ROWS = "SELECT event, count(*) AS rows FROM events GROUP BY ALL ORDER BY ALL"


@pytest.fixture
def now():
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def officer(brand, now):
    return make_acting(brand.node_no, roles=("compliance_officer",), at=now)


@pytest.fixture
def kept(brand, acting, officer, now, lake):
    """Views are declared for 30 days, orders for 365, clicks not at all; each happened 1, 40 and 400 days ago."""
    days = {"Product Viewed": 30, "Order Completed": 365, "Order Refunded": 365}
    lines = [Declared("event", "", name, label=Label.L2, retention_days=kept) for name, kept in days.items()]
    declare(officer, brand.node_no, lines)
    for ago in (1, 40, 400):
        at = now - timedelta(days=ago)
        for name in ("Product Viewed", "Order Completed", "Button Clicked"):
            rows = events_of([{"event": name}] * 2, node_no=brand.node_no, occurred_at=at, received_at=at)
            append("events", rows)
        lines = [{"order_id": "a", "line_no": 1}]
        append(
            "order_lines", rows_of("order_lines", lines, node_no=brand.node_no, day=at.date(), currency="CNY")
        )
    return brand


def events_left(acting):
    return {row["event"]: row["rows"] for row in scoped(acting.scope).query(ROWS).to_pylist()}


def run(now):
    return expire_events(system("test", EVERYTHING, now))


def test_nothing_goes_before_somebody_begins(kept, acting, officer, now):
    before = events_left(acting)
    run(now)
    view = retention_of(officer, kept.node_no)

    assert events_left(acting) == before
    assert view.begun_at is None
    assert [(one.event, one.days, one.rows) for one in view.events] == [
        ("Product Viewed", 30, 4), ("Order Completed", 365, 2), ("Order Refunded", 365, 0),
    ]  # fmt: skip
    assert view.events[0].oldest == (now - timedelta(days=400)).date()


def test_what_is_over_its_time_goes_and_is_recorded_with_counts(
    kept, acting, officer, now, neighbour_acting, neighbour
):
    old = now - timedelta(days=400)
    append("events", events_of([{"event": "Product Viewed"}], node_no=neighbour.node_no, occurred_at=old))
    begin_retention(officer, kept.node_no)
    run(now)
    run(now)

    assert events_left(acting) == {"Product Viewed": 2, "Order Completed": 4, "Button Clicked": 6}
    assert events_left(neighbour_acting) == {"Product Viewed": 1}
    assert scoped(acting.scope).query("SELECT count(*) AS n FROM order_lines").to_pylist() == [{"n": 2}]
    deeds = [one.details for one in deeds_of(acting, "events.expired")]
    removed = sorted((one["events"] for one in deeds if one["rows"]), key=str)
    assert removed == [{"Order Completed": 2}, {"Product Viewed": 2}, {"Product Viewed": 2}]
    assert [one["order_lines"] for one in deeds if not one["rows"]] == [1]
    assert len(deeds_of(acting, "events.retention-begun")) == 1
    shown = signed_in(kept.code, "auditor").get("/organization/record/").content.decode()
    assert shown.count("Product Viewed 2") == 2
    assert "Order lines removed" in shown


def test_what_a_run_removed_before_it_was_killed_is_recorded(kept, acting, officer, now, monkeypatch):
    begin_retention(officer, kept.node_no)
    usual, calls = maintenance.commit, iter(range(9))

    def dying(*given, **more):
        if next(calls):
            raise KeyboardInterrupt
        return usual(*given, **more)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(maintenance, "commit", dying)
        run(now)

    assert [one.details["rows"] for one in deeds_of(acting, "events.expired")] == [2]
    run(now)
    assert sum(one.details["rows"] for one in deeds_of(acting, "events.expired")) == 6


@pytest.mark.parametrize(
    "step", ["before the commit", "after the commit", "after the record", "at every step"]
)
def test_however_often_a_run_is_killed_the_record_adds_up_to_what_went(
    kept, acting, officer, now, monkeypatch, step
):
    begin_retention(officer, kept.node_no)
    commit, forget, deaths = maintenance.commit, removals.forget, []

    def die(at):
        # Of each step every second time, so that the run after it gets further.
        if step in {at, "at every step"} and deaths.count(at) < 3:
            deaths.append(at)
            raise KeyboardInterrupt

    def commit_or_die(*given, **more):
        die("before the commit")
        commit(*given, **more)
        die("after the commit")

    def forget_or_die(*given):
        die("after the record")
        forget(*given)

    monkeypatch.setattr(maintenance, "commit", commit_or_die)
    monkeypatch.setattr(removals, "forget", forget_or_die)
    for _ in range(12):
        try:
            run(now)
        except KeyboardInterrupt:
            continue

    assert len(deaths) == (9 if step == "at every step" else 3)
    assert events_left(acting) == {"Product Viewed": 2, "Order Completed": 4, "Button Clicked": 6}
    deeds = [one.details for one in deeds_of(acting, "events.expired")]
    assert sum(one["rows"] for one in deeds) == 6
    assert sum(one.get("order_lines", 0) for one in deeds) == 1
    assert not any(path.is_file() for path in Path(the_lake().storage.location(removals.FOLDER)).rglob("*"))


@pytest.mark.parametrize("harm", ["cut", "gone", "overwritten"])
def test_a_damaged_file_holds_up_nothing_but_itself(
    kept, brand, acting, officer, now, neighbour, neighbour_acting, harm
):
    old = now - timedelta(days=400)
    append("events", events_of([{"event": "Product Viewed"}], node_no=neighbour.node_no, occurred_at=old))
    theirs = make_acting(neighbour.node_no, roles=("compliance_officer",), at=now)
    viewed = Declared("event", "", "Product Viewed", label=Label.L2, retention_days=30)
    declare(theirs, neighbour.node_no, [viewed])
    begin_retention(officer, kept.node_no)
    begin_retention(theirs, neighbour.node_no)
    damaged = a_file_of(kept, now - timedelta(days=40), "Product Viewed")
    whole = damaged.read_bytes()
    if harm == "gone":
        damaged.unlink()
    else:
        damaged.write_bytes(whole[: len(whole) // 2] if harm == "cut" else b"x" * len(whole))
    try:
        run(now)

        assert events_left(neighbour_acting) == {}
        shown = signed_in(brand.code, "compliance_officer").get("/compliance/retention/")
        assert shown.status_code == 200
        text = shown.content.decode()
        assert text.count("The lake is damaged; the operator sees where.") == 1
        assert not any(words in text for words in ("parquet", "SELECT", "/lake/"))
        removed = [one.details["rows"] for one in deeds_of(acting, "events.expired")]
        assert sum(removed) == 4
    finally:
        damaged.write_bytes(whole)
    run(now)
    assert events_left(acting) == {"Product Viewed": 2, "Order Completed": 4, "Button Clicked": 6}


def a_file_of(brand, at, event):
    """Return the one file that holds these events of a brand."""
    files = the_lake().snapshot("events")
    lowest = brand.node_no
    [path] = [
        path
        for path, day, node in zip(files.paths, files.partitions, files.lowest_node, strict=True)
        if str(day) == str(at.date()) and node == lowest and event in str(Path(path).read_bytes())
    ]
    return Path(path)


def test_timelines_lose_what_is_over_and_keep_the_rest(kept, acting, officer, now):
    def entry(name, ago):
        at = int((now - timedelta(days=ago)).timestamp()) * 1_000_000
        return {"at": at, "id": "0" * 12, "event": name, "node": kept.node_no, "source": 1}

    both = [entry("Product Viewed", 1), entry("Product Viewed", 40), entry("Button Clicked", 400)]
    with acting_transaction(acting):
        for number, events in enumerate([both, [entry("Product Viewed", 31)], [entry("Product Viewed", 29)]]):
            RecentTimeline.objects.create(
                profile_no=kept.node_no + number, node_no=kept.node_no, latest_seen_at=now, events=events
            )
    begin_retention(officer, kept.node_no)
    run(now)

    with acting_transaction(acting):
        rows = RecentTimeline.objects.filter(node_no=kept.node_no).order_by("profile_no")
        assert json.loads(json.dumps([row.events for row in rows])) == [
            [both[0], both[2]], [], [entry("Product Viewed", 29)],
        ]  # fmt: skip
    assert sum(one.details.get("timeline", 0) for one in deeds_of(acting, "events.expired")) == 2


def test_only_compliance_begins_and_the_page_says_what_would_go(kept, brand, acting):
    marketer, officer = signed_in(brand.code, "marketer"), signed_in(brand.code, "compliance_officer")
    address = f"/compliance/retention/{brand.node_no}/begin"

    assert "Begin to remove" not in marketer.get("/compliance/retention/").content.decode()
    assert marketer.post(address).status_code == 403
    with pytest.raises(ProductError):
        begin_retention(acting, brand.node_no)
    shown = officer.get("/compliance/retention/").content.decode()
    assert "Events older than declared: 6." in shown
    assert "Begin to remove" in shown
    assert "Events older than the tracking plan says: 6." in officer.get(address).content.decode()
    assert "Removed every night since" in officer.post(address, follow=True).content.decode()
    assert officer.get(f"/compliance/retention/{brand.node_no + 1}/begin").status_code == 404


def test_a_run_killed_after_every_step_leaves_nothing_half_done_and_the_next_goes_on(
    kept, acting, officer, now, neighbour, neighbour_acting, monkeypatch
):
    old = now - timedelta(days=400)
    append("events", events_of([{"event": "Product Viewed"}], node_no=neighbour.node_no, occurred_at=old))
    viewed = {"at": int(old.timestamp()) * 1_000_000, "id": "0" * 12, "event": "Product Viewed", "source": 1}
    numbers = [kept.node_no + number for number in range(3)]
    with acting_transaction(acting):
        for number in numbers:
            RecentTimeline.objects.create(
                profile_no=number, node_no=kept.node_no, latest_seen_at=now,
                events=[viewed | {"node": kept.node_no}, viewed | {"node": kept.node_no, "event": "Button Clicked"}],
            )  # fmt: skip
    begin_retention(officer, kept.node_no)
    monkeypatch.setattr(expiring, "TIMELINES_AT_ONCE", 1)
    kills = 0
    while killed_after_a_step(monkeypatch, acting, now):
        kills += 1
        left = events_left(acting)
        # Whole steps: each file's four or two rows together, each timeline's entry with its count.
        assert left["Button Clicked"] == 6
        assert left["Product Viewed"] in {2, 4, 6}
        assert left["Order Completed"] in {4, 6}
        assert all(
            names in (["Button Clicked"], ["Product Viewed", "Button Clicked"]) for names in timelines(acting)
        )
        assert events_left(neighbour_acting) == {"Product Viewed": 1}
        assert kills < 60

    assert kills >= 7  # other brands may have begun, too
    assert events_left(acting) == {"Product Viewed": 2, "Order Completed": 4, "Button Clicked": 6}
    assert scoped(acting.scope).query("SELECT count(*) AS n FROM order_lines").to_pylist() == [{"n": 2}]
    assert timelines(acting) == [["Button Clicked"]] * 3
    details = [one.details for one in deeds_of(acting, "events.expired")]
    assert sum(one["rows"] for one in details) == 6
    assert sum(one.get("timeline", 0) for one in details) == 3


def timelines(acting):
    with acting_transaction(acting):
        return [[one["event"] for one in row.events] for row in RecentTimeline.objects.order_by("profile_no")]


def killed_after_a_step(monkeypatch, acting, now):
    """Run, and be killed as soon as something was removed and recorded; say whether that happened."""
    record = expiring._record

    def recorded_and_killed(*given, **more):
        if more.get("timeline"):
            record(*given, **more)
            transaction.on_commit(interrupt)
            return
        before = len(deeds_of(acting, "events.expired"))
        record(*given, **more)
        if len(deeds_of(acting, "events.expired")) > before:  # not told before
            raise KeyboardInterrupt

    def interrupt():
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(expiring, "_record", recorded_and_killed)
        try:
            run(now)
        except KeyboardInterrupt:
            return True
    return False
