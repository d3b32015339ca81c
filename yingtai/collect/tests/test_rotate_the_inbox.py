"""The inbox lies in hourly slices, which are dropped whole when every request in them is done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from yingtai.collect import inbox
from yingtai.collect.testing import INSERT_ARRIVED
from yingtai.collect.tests.running import Database, make_database

Books = psycopg.Connection[Any]
SLICES = """
    SELECT count(*) FROM pg_inherits
    WHERE inhparent = 'collect_inbox'::regclass AND inhrelid <> 'collect_inbox_rest'::regclass
"""
LONG_AGO = datetime(2020, 1, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(keys: None) -> Database:
    return make_database()


def put(books: Books, at: datetime, *, events: int = 1) -> None:
    books.execute(INSERT_ARRIVED, [at, 1, 1 << 40, inbox.RECORD, 1, events, b"sealed"])


def taken(
    books: Books, *, done: str = "{}", lowest: int = 0, rows: int = 100, events: int = 100
) -> list[int]:
    asked = {"done": done, "lowest": lowest, "rows": rows, "events": events}
    return [row[0] for row in books.execute(inbox.TAKE_ROWS, asked).fetchall()]


def slices(books: Books) -> int:
    return int(books.execute(SLICES).fetchone()[0])  # type: ignore[index]


def test_slices_are_made_ahead_and_only_once(database: Database) -> None:
    with database.connect("worker") as books:
        before = slices(books)
        until = datetime.now(UTC) + timedelta(hours=48)

        made = books.execute(inbox.PREPARE_SLICES, [until]).fetchone()[0]  # type: ignore[index]
        again = books.execute(inbox.PREPARE_SLICES, [until]).fetchone()[0]  # type: ignore[index]

        assert (made, again) == (slices(books) - before, 0)
        assert made >= 45


def test_rows_are_taken_in_order_up_to_a_number_of_events(database: Database) -> None:
    with database.connect("worker") as books:
        for events in (10, 60, 50, 10):
            put(books, datetime.now(UTC), events=events)
        numbers = taken(books, events=1_000)[-4:]
        done = f"{{[1,{numbers[0] - 1}]}}" if numbers[0] > 1 else "{}"

        assert taken(books, done=done, events=100) == numbers[:3]
        assert taken(books, done=done, events=70) == numbers[:2]
        assert taken(books, done=done, rows=1) == numbers[:1]
        assert taken(books, done=f"{{[{numbers[1]},{numbers[2]}]}}", lowest=numbers[0]) == [
            numbers[0],
            numbers[3],
        ]


def test_a_slice_goes_when_all_in_it_is_done(database: Database) -> None:
    with database.connect("worker") as books:
        put(books, datetime.now(UTC))
        put(books, datetime.now(UTC))
        numbers = taken(books, events=10_000)
        later = datetime.now(UTC) + timedelta(hours=2)
        all_but_one = f"{{[1,{numbers[-1] - 1}]}}"
        whole = f"{{[1,{numbers[-1]}]}}"

        too_early = books.execute(inbox.DROP_SLICES, [whole, datetime.now(UTC) - timedelta(hours=2)])
        assert too_early.fetchone() == (0,)
        assert books.execute(inbox.DROP_SLICES, [all_but_one, later]).fetchone()[0] <= 1  # type: ignore[index]
        assert taken(books, done=all_but_one) == [numbers[-1]]
        assert books.execute(inbox.DROP_SLICES, [whole, later]).fetchone()[0] >= 1  # type: ignore[index]
        assert taken(books, events=10_000) == []
        books.execute(inbox.PREPARE_SLICES, [later])


def test_a_row_out_of_every_slice_waits_in_the_rest(database: Database) -> None:
    with database.connect("worker") as books:
        put(books, LONG_AGO)
        number = taken(books, events=10_000)[-1]

        books.execute(inbox.DROP_SLICES, ["{}", LONG_AGO])
        assert number in taken(books, events=10_000)
        books.execute(inbox.DROP_SLICES, [f"{{[1,{number}]}}", LONG_AGO])
        assert number not in taken(books, events=10_000)


def test_rights_are_as_narrow_as_the_work(database: Database) -> None:
    with database.connect("collector") as collector, database.connect("app") as app:
        put(app, datetime.now(UTC))
        for books in (collector, app):
            for forbidden in (
                "SELECT 1 FROM collect_inbox",
                "DELETE FROM collect_inbox",
                "UPDATE collect_inbox SET kind = 1",
                "SELECT collect_drop_slices('{}', now())",
            ):
                with pytest.raises(InsufficientPrivilege):
                    books.execute(forbidden)
        with pytest.raises(InsufficientPrivilege):
            collector.execute("UPDATE collect_write_key SET status = 'live'")
