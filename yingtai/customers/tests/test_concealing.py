"""Whatever door it came through and under whatever name: nothing that names a person is in the lake or a timeline."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from yingtai.collect.api import Declared, declare, make_source
from yingtai.customers import ingesting
from yingtai.customers.api import erase_person, find_profiles, load_sets
from yingtai.customers.eventset import EventSet
from yingtai.customers.models import Profile, RecentTimeline
from yingtai.customers.testing import send
from yingtai.kernel.labels import Label
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.api import scoped
from yingtai.organization.testing import MONDAY
from yingtai.vault.api import names_somebody

PHONE, EMAIL = "13912345670", "canary@example.com"
PERSONAL = ["13912345670", "+86 139 1234 5670", "86-13912345670", "order of Anna@Example.com", "a%40example.com",
            "+49 171 1234567", "0049 171 1234567", "11010519491231002X",
            "1M8GDM9AXKP042788", "沪A12345", "１３９１２３４５６７０", "user_13912345670_x",
            "/u/13912345670/orders"]  # fmt: skip
HARMLESS = ["SO-1001", "A-00004", "2026030212345", "20260302-000123", "1234567890123456", "Order Completed", "@home",
            "LI-C1", "spring sale 2026", "/shoes/4711", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "11010519491231002",
            "LSVAA4182E2123456", "4006701234", "price:1299.00", "v1.3900000000"]  # fmt: skip


@pytest.mark.parametrize("text", PERSONAL)
def test_a_value_that_names_somebody_is_recognized(text):
    assert names_somebody(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_an_ordinary_number_is_left_alone(text):
    assert not names_somebody(text)


def test_check_digits_decide():
    assert names_somebody("4111 1111 1111 1111")
    assert not names_somebody("4111 1111 1111 1112")
    assert names_somebody("11010519491231002X")
    assert not names_somebody("110105194912310021")
    assert not names_somebody("1M8GDM9A1KP042788")


@pytest.fixture
def shop(brand, acting):
    declare(acting, brand.node_no, [Declared("property", "", "note", "string", Label.L2),
                                    Declared("property", "", "colour", "string", Label.L2)])  # fmt: skip
    return make_source(acting, brand.node_no, name="shop")


def everything_of(acting):
    """Return all that lake and timelines say, as one text."""
    lake = scoped(acting.scope)
    queries = ("SELECT * EXCLUDE (extras_sealed) FROM events", "SELECT * FROM order_lines")
    rows = [lake.query(query).to_pylist() for query in queries]
    with acting_transaction(acting):
        timelines = list(RecentTimeline.objects.values_list("events", flat=True))
    return json.dumps([rows, timelines], default=str, ensure_ascii=False)


@pytest.mark.parametrize("value", [PHONE, EMAIL])
def test_no_column_of_an_event_shows_a_person(brand, acting, shop, value):
    order = {
        "order_id": value, "product_id": value, "category": value, "channel": value, "note": f"call {value}",
        "colour": "red", "total": 5, "products": [{"product_id": value, "category": value, "price": 5}],
    }  # fmt: skip
    tags = dict.fromkeys(("name", "source", "medium", "term", "content"), value)
    messages = [
        {"type": "track", "event": f"Called {value}"},
        {"type": "track", "event": "Order Completed", "properties": order},
        {"type": "page", "properties": {"path": f"/u/{value}"},
         "context": {"campaign": tags, "page": {"path": f"/u/{value}"}}},
    ]  # fmt: skip
    send(shop, [{"userId": "anna", "messageId": f"m{number}", "timestamp": f"2026-03-02T08:0{number}:00Z"} | one
                for number, one in enumerate(messages)])  # fmt: skip
    ingesting.drain(MONDAY)

    said = everything_of(acting)
    assert value not in said
    assert '"order_id": "~' in said
    assert '{\\"colour\\":\\"red\\"}' in said
    with acting_transaction(acting):
        anna = Profile.objects.get()
    assert [row.profile_no for row in find_profiles(acting, value)] == [anna.profile_no]
    erase_person(acting, profile_id=anna.id)
    assert value not in everything_of(acting)


def test_an_equal_number_stays_equal_and_another_differs(acting, shop):
    for number, order in enumerate((PHONE, PHONE, "13912345671")):
        send(shop, [{"type": "track", "event": "Order Completed", "userId": f"u{number}", "messageId": f"m{number}",
                     "timestamp": "2026-03-02T08:00:00Z", "properties": {"order_id": order}}])  # fmt: skip
    ingesting.drain(MONDAY)

    orders = [
        row["order_id"] for row in scoped(acting.scope).query("SELECT order_id FROM events").to_pylist()
    ]
    assert len(orders) == 3
    assert len(set(orders)) == 2


def test_a_load_of_whole_sets_is_looked_at_too(brand, acting, shop):
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)
    events = pa.table({
        "message_hash": pa.array([b"a" * 16], pa.binary(16)), "occurred_at": [at], "received_at": [at],
        "node_no": [brand.node_no], "source_no": pa.array([shop.source_no], pa.int32()), "kind": ["track"],
        "event": ["Order Completed"], "order_id": pa.array([PHONE]).dictionary_encode(), "category": [EMAIL],
        "properties": [json.dumps({"note": EMAIL, "colour": "red"})], "id_user": ["anna"],
    })  # fmt: skip

    load_sets(acting, source_no=shop.source_no, load_id="l1", sets=[EventSet.of(events)])

    said = everything_of(acting)
    assert PHONE not in said
    assert EMAIL not in said
    assert "red" in said
