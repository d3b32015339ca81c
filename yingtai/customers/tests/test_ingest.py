"""What ingest promises: nothing lost, nothing twice, whoever is killed whenever."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.db import OperationalError, connection

from yingtai.collect.api import (
    Declared,
    RecordedFact,
    declare,
    list_quarantine,
    list_seen,
    make_source,
    record,
)
from yingtai.customers import ingesting, upkeep
from yingtai.customers.api import IngestIsRunning
from yingtai.customers.ingest import lock
from yingtai.customers.ingest.lock import TRY_LOCK, WRITER_LOCK, sole_writer
from yingtai.customers.ingest.taking import Inbox
from yingtai.customers.models import Identifier, LakeBatch, Profile, RecentTimeline, SealedTraits
from yingtai.customers.queries import private_traits_of
from yingtai.customers.testing import send, send_document
from yingtai.kernel import heartbeats, memory
from yingtai.kernel.acting import system
from yingtai.kernel.env import dsn, env
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import api as lake
from yingtai.lake.api import scoped, the_lake
from yingtai.lake.testing import events_of
from yingtai.organization.testing import MONDAY


@pytest.fixture
def shop(brand, acting):
    return make_source(acting, brand.node_no, name="shop")


def track(message_id, *, event="Product Viewed", minute=0, **more):
    return {
        "type": "track",
        "event": event,
        "messageId": message_id,
        "timestamp": f"2026-03-02T08:{minute:02}:00Z",
        **more,
    }


def identify(message_id, traits, **more):
    return {
        "type": "identify",
        "messageId": message_id,
        "traits": traits,
        "timestamp": "2026-03-02T08:00:00Z",
        **more,
    }


def lake_rows(acting, columns="event"):
    rows = scoped(acting.scope).query(f"SELECT {columns} FROM events ORDER BY occurred_at, event").to_pylist()
    return [tuple(row.values()) for row in rows]


def test_the_same_message_twice_is_one(brand, acting, shop):
    event = track("m1", userId="anna")
    send(shop, [event, event])
    ingesting.drain(MONDAY)
    send(shop, [event])

    ingesting.drain(MONDAY)

    assert lake_rows(acting) == [("Product Viewed",)]


def test_the_order_of_sets_loses_no_event(brand, acting, shop):
    send(shop, [track("m3", userId="anna", anonymousId="x", minute=3)])
    ingesting.drain(MONDAY)
    send(shop, [track("m1", anonymousId="x", minute=1)])
    ingesting.drain(MONDAY)
    send(shop, [track("m2", anonymousId="x", minute=2)])

    ingesting.drain(MONDAY)

    with acting_transaction(acting):
        anna = Profile.objects.get()
        timeline = RecentTimeline.objects.get(profile_no=anna.profile_no)
    assert lake_rows(acting, "profile_no") == [(anna.profile_no,)] * 3
    assert [event["at"] % 3_600_000_000 // 60_000_000 for event in timeline.events] == [3, 2, 1]
    assert anna.first_seen_at.minute == 1


def test_a_visitor_who_signs_in_later_is_the_same_person(brand, acting, shop):
    send(shop, [track("m1", anonymousId="x", minute=1)])
    ingesting.drain(MONDAY)
    send(shop, [track("m2", userId="anna", minute=2)])
    ingesting.drain(MONDAY)

    send(shop, [track("m3", userId="anna", anonymousId="x", minute=3)])
    ingesting.drain(MONDAY)

    with acting_transaction(acting):
        survivor = Profile.objects.get(merged_into_no=None)
        merged = Profile.objects.get(merged_into_no=survivor.profile_no)
        timeline = RecentTimeline.objects.get(profile_no=survivor.profile_no)
    assert survivor.profile_no < merged.profile_no
    assert lake_rows(acting, "profile_no") == [(survivor.profile_no,)] * 3
    assert len(timeline.events) == 3


def test_values_that_mean_nobody_connect_nobody(brand, acting, shop):
    send(
        shop, [track("m1", userId="anna", anonymousId="null"), track("m2", userId="bert", anonymousId="null")]
    )
    send(shop, [track("m3", userId="00000000"), track("m4", userId="-1", minute=4)])

    ingesting.drain(MONDAY)

    with acting_transaction(acting):
        assert Profile.objects.count() == 2
        assert Identifier.objects.count() == 2
    nameless = [row for row in lake_rows(acting, "profile_no") if row[0] is None]
    assert len(nameless) == 2


def test_what_is_private_lies_sealed_and_never_in_the_lake(brand, acting, shop):
    declare(
        acting,
        brand.node_no,
        [
            Declared("event", "", "Product Viewed", "object", Label.L2),
            Declared("property", "Product Viewed", "colour", "string", Label.L2),
            Declared("trait", "", "city", "string", Label.L2),
        ],
    )
    traits = {"email": "anna@example.com", "name": "Anna Canary", "city": "Shanghai"}
    send(shop, [identify("m1", traits, userId="u-canary")])
    send(shop, [track("m2", userId="u-canary", properties={"colour": "red", "note": "canary note"})])
    send(shop, [track("m3", anonymousId="visitor", properties={"note": "canary visitor"})])

    ingesting.drain(MONDAY)

    with acting_transaction(acting):
        anna = Profile.objects.get(key_id__isnull=False)
        assert {name: value[0] for name, value in anna.traits.items()} == {"city": "Shanghai"}
        assert SealedTraits.objects.get().key_id == anna.key_id
        visitor = Profile.objects.get(key_id=None)
    rows = scoped(acting.scope).query("SELECT * FROM events").to_pylist()
    assert "canary" not in str(rows).lower()
    assert "anna@example.com" not in str(rows)
    sealed = {row["profile_no"]: row["extras_sealed"] for row in rows if row["event"] == "Product Viewed"}
    assert sealed[anna.profile_no]
    assert sealed[visitor.profile_no]
    assert [row["properties"] for row in rows if row["properties"]] == ['{"colour":"red"}']
    names = {(seen.subject, seen.name) for seen in list_seen(acting, brand.node_no) if seen.declared is None}
    assert {("property", "note"), ("trait", "name")} <= names


def test_a_later_word_wins_whatever_comes_first(brand, acting, shop):
    declare(acting, brand.node_no, [Declared("trait", "", "city", "string", Label.L2)])
    late = identify("m2", {"city": "Beijing", "nickname": "new"}, userId="anna") | {
        "timestamp": "2026-03-02T08:30:00Z"
    }
    send(shop, [late])
    ingesting.drain(MONDAY)

    send(shop, [identify("m1", {"city": "Shanghai", "nickname": "old"}, userId="anna")])
    ingesting.drain(MONDAY)

    with acting_transaction(acting):
        anna = Profile.objects.get()
        assert anna.traits["city"][0] == "Beijing"
        assert private_traits_of([anna.profile_no])[anna.profile_no]["nickname"][0] == "new"


def test_a_refused_event_is_seen_in_quarantine_and_spoils_no_other(brand, acting, shop):
    send(shop, [{"type": "nonsense", "messageId": "m0"}, track("m1", userId="anna")])

    ingesting.drain(MONDAY)

    assert lake_rows(acting) == [("Product Viewed",)]
    assert [row.reason for row in list_quarantine(acting).rows] == ["collect.event-type-unknown"]


def test_a_request_of_nothing_but_refused_events_holds_nobody_up(brand, acting, shop):
    send(shop, [{"type": "nonsense", "messageId": "m0"}])
    ingesting.drain(MONDAY)
    send_document(shop, b"no document at all")
    ingesting.drain(MONDAY)
    send(shop, [track("m1", userId="anna")])
    ingesting.drain(MONDAY)

    assert lake_rows(acting) == [("Product Viewed",)]
    assert sorted(row.reason for row in list_quarantine(acting).rows) == [
        "collect.event-type-unknown", "customers.request-not-ingested",
    ]  # fmt: skip


def test_what_the_product_records_itself_reaches_the_profile(brand, acting, shop):
    send(shop, [track("m1", userId="anna")])
    ingesting.drain(MONDAY)
    with acting_transaction(acting):
        anna = Profile.objects.get()
    fact = RecordedFact(
        event="Email Sent",
        message_id="send-1",
        node_no=brand.node_no,
        occurred_at=MONDAY,
        profile_no=anna.profile_no,
        send_no=7,
    )
    record(acting, [fact])

    ingesting.drain(MONDAY)

    assert lake_rows(acting, "event, profile_no, send_no") == [
        ("Product Viewed", anna.profile_no, None),
        ("Email Sent", anna.profile_no, 7),
    ]
    with acting_transaction(acting):
        timeline = RecentTimeline.objects.get(profile_no=anna.profile_no)
    assert [event["event"] for event in timeline.events] == ["Email Sent", "Product Viewed"]


class KilledError(BaseException):
    """The process died here."""


@pytest.mark.parametrize("step", ["repeats", "identified", "profiles", "timeline", "staged", "committed"])
def test_killed_at_any_step_nothing_is_lost_and_nothing_doubled(brand, acting, shop, step):
    send(shop, [track("m1", userId="anna"), identify("m2", {"email": "anna@example.com"}, userId="anna")])
    ingest = system("customers.ingest", EVERYTHING, MONDAY)

    def die(at):
        if at == step:
            raise KilledError

    inbox = Inbox()
    with pytest.raises(KilledError), sole_writer():
        inbox.begin()
        ingesting.ingest_taken(ingest, inbox.take(1_000), at_step=die)
    inbox.forget()

    ingesting.drain(MONDAY)

    assert sorted(lake_rows(acting)) == [("Identified",), ("Product Viewed",)]
    with acting_transaction(acting):
        assert Profile.objects.count() == 1
        assert Identifier.objects.count() == 2
    assert not LakeBatch.objects.filter(published_at=None).exists()


def test_a_lone_event_is_in_its_profile_at_once(brand, acting, shop):
    stops = iter([False] * 3 + [True] * 100)
    send(shop, [track("m1", userId="anna")])

    ingesting.run(lambda: next(stops))

    with acting_transaction(acting):
        assert RecentTimeline.objects.count() == 1


def test_an_ingester_at_rest_that_holds_much_ends_for_a_fresh_one(monkeypatch, books):
    monkeypatch.setattr(heartbeats, "board", lambda: heartbeats.Board(["ingest"]))
    monkeypatch.setattr(memory.Growth, "calls_for_a_fresh_process", lambda growth: True)

    ingesting.run(lambda: False)  # returns, though nobody asks it to stop


def test_only_one_process_writes(brand, acting):
    with psycopg.connect(dsn("worker")) as other:
        other.execute(TRY_LOCK, [WRITER_LOCK])

        with pytest.raises(IngestIsRunning), sole_writer(wait=False):
            pass


@pytest.mark.parametrize("is_inside", [False, True])
def test_a_writer_that_sleeps_on_the_lock_is_put_out(acting, monkeypatch, is_inside):
    monkeypatch.setattr(lock, "SLEEPING_SECONDS", 0.3)
    monkeypatch.setattr(lock, "LOOK_SECONDS", 0.1)
    with psycopg.connect(dsn(env().role), autocommit=True) as asleep:
        asleep.execute(TRY_LOCK, [WRITER_LOCK])
        if is_inside:
            asleep.execute("BEGIN")

        with sole_writer():
            pass

        with pytest.raises(psycopg.OperationalError):
            asleep.execute("SELECT 1")


def test_a_writer_that_works_is_waited_for(acting, monkeypatch):
    monkeypatch.setattr(lock, "SLEEPING_SECONDS", 0.3)
    monkeypatch.setattr(lock, "LOOK_SECONDS", 0.1)
    with psycopg.connect(dsn(env().role), autocommit=True) as busy, ThreadPoolExecutor(1) as other:
        busy.execute(TRY_LOCK, [WRITER_LOCK])

        waiting = other.submit(wait_for_our_turn)
        for _ in range(10):
            busy.execute("SELECT pg_sleep(0.08)")
        busy.execute("SELECT pg_advisory_unlock(%s)", [WRITER_LOCK])

        assert waiting.result(timeout=5)


def test_a_slow_writer_whose_process_runs_is_waited_for(acting, monkeypatch):
    for name, seconds in (("SLEEPING_SECONDS", 0.3), ("LOOK_SECONDS", 0.1), ("BEAT_SECONDS", 0.05)):
        monkeypatch.setattr(lock, name, seconds)
    with ThreadPoolExecutor(1) as other:
        with sole_writer():
            waiting = other.submit(wait_for_our_turn)
            time.sleep(0.8)
            assert not waiting.done()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")

        assert waiting.result(timeout=5)


def test_a_writer_whose_main_thread_hangs_is_put_out_though_its_heart_beats(acting, monkeypatch):
    for name, seconds in (("SLEEPING_SECONDS", 0.3), ("LOOK_SECONDS", 0.1), ("BEAT_SECONDS", 0.05)):
        monkeypatch.setattr(lock, name, seconds)
    monkeypatch.setattr(lock, "STEP_SECONDS", 0.5)
    with (
        ThreadPoolExecutor(1) as other,
        pytest.raises(OperationalError),
        sole_writer(),
        connection.cursor() as cursor,
    ):
        assert other.submit(wait_for_our_turn).result(timeout=5)
        cursor.execute("SELECT 1")
    connection.close()


def wait_for_our_turn():
    try:
        with sole_writer():
            return True
    finally:
        connection.close()


def test_the_neighbour_sees_nothing_of_it(brand, acting, neighbour_acting, shop):
    send(shop, [identify("m1", {"email": "anna@example.com"}, userId="anna")])

    ingesting.drain(MONDAY + timedelta(minutes=1))

    assert lake_rows(neighbour_acting) == []
    with acting_transaction(neighbour_acting):
        for model in (Profile, Identifier, SealedTraits, RecentTimeline):
            assert model.objects.count() == 0


def test_one_person_in_two_brands_is_two_profiles(brand, neighbour, acting, neighbour_acting, shop):
    other = make_source(neighbour_acting, neighbour.node_no, name="shop")
    send(shop, [identify("m1", {"email": "anna@example.com"}, userId="anna")])
    send(other, [identify("m1", {"email": "anna@example.com"}, userId="anna")])

    ingesting.drain(MONDAY)

    with acting_transaction(acting):
        ours = Profile.objects.get()
    with acting_transaction(neighbour_acting):
        theirs = Profile.objects.get()
    assert ours.profile_no != theirs.profile_no


def test_a_request_that_defies_ingest_is_set_aside_and_the_others_go_on(brand, acting, shop):
    send(shop, [track("m1", userId="anna")])
    # A collector never writes such a document; whatever does must not stop everybody else.
    send_document(shop, b"no document at all")
    send(shop, [track("m3", userId="carl")])

    ingesting.drain(MONDAY)

    assert lake_rows(acting) == [("Product Viewed",), ("Product Viewed",)]
    assert [row.reason for row in list_quarantine(acting).rows] == ["customers.request-not-ingested"]


def test_notes_of_old_batches_go_and_the_latest_and_those_owed_stay(acting):
    old, young = acting.at - timedelta(days=31), acting.at - timedelta(days=29)
    # Below all that any test made: the numbers of the lake's batches belong to every test.
    for batch_no, at in ((-5, old), (-4, old), (-3, None), (-2, young)):
        LakeBatch.objects.create(batch_no=batch_no, event_count=0, committed_at=old, published_at=at)
    ours = LakeBatch.objects.filter(batch_no__lt=0)

    assert upkeep.forget_batches(acting) == 2

    assert sorted(ours.values_list("batch_no", flat=True)) == [-3, -2]
    ours.delete()


def test_a_writer_that_wakes_after_it_was_put_out_meets_nobody_elses_files(brand, acting, shop):
    send(shop, [track("m1", userId="anna")])
    ingest = system("customers.ingest", EVERYTHING, MONDAY)
    inbox, staged = Inbox(), []

    def fall_asleep(at):
        if at == "staged":
            staged.extend(the_lake().storage.names_in("_staging/ingest"))
            raise KilledError

    def wake_another(at):
        if at == "committed":
            [number] = staged
            lake.stage(int(number), {"events": events_of([{}], node_no=brand.node_no)})

    with pytest.raises(KilledError), sole_writer():
        inbox.begin()
        ingesting.ingest_taken(ingest, inbox.take(1_000), at_step=fall_asleep)
    inbox.forget()
    with sole_writer():
        inbox.begin()
        ingesting.ingest_taken(ingest, inbox.take(1_000), at_step=wake_another)
    inbox.forget()
    with sole_writer():
        pass  # sweeps up what the sleeper left

    assert lake_rows(acting) == [("Product Viewed",)]
    assert not the_lake().storage.names_in("_staging/ingest")
