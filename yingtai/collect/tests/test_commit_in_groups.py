"""The committer: one COPY for all that waits, and an answer even when the database gives none."""

import asyncio
import gc
import os
import signal
import time

import pytest

from yingtai.collect import inbox
from yingtai.collect.collector.commits import Committer
from yingtai.collect.errors import StoreUnavailable
from yingtai.collect.tests.running import Database, make_database
from yingtai.kernel.env import secret

BACKENDS = "SELECT pid FROM pg_stat_activity WHERE usename = 'collector' AND datname = current_database()"


@pytest.fixture(scope="module")
def database(keys: None) -> Database:
    return make_database()


def conninfo(database: Database) -> str:
    password = secret("books-collector.password")
    return f"host={database.socket} dbname={database.name} user=collector password={password}"


def packed(numbers: list[int]) -> bytes:
    return inbox.copy_data(
        [
            inbox.row(
                received=time.time_ns() // 1000,
                source_no=number,
                node_no=1,
                kind=inbox.REQUEST,
                epoch_id=1,
                event_count=1,
                body=b"sealed",
            )
            for number in numbers
        ]
    )


async def connected(committer: Committer[int]) -> None:
    committer.start()
    async with asyncio.timeout(20):
        while not committer.is_connected:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)


def kept(database: Database, above: int) -> set[int]:
    with database.connect("worker") as books:
        statement = "SELECT source_no FROM collect_inbox WHERE source_no BETWEEN %s AND %s"
        rows = books.execute(statement, [above, above + 1_000]).fetchall()
    return {number for (number,) in rows}


def test_what_waits_together_is_kept_together(database: Database) -> None:
    groups: list[int] = []

    def pack(numbers: list[int]) -> bytes:
        groups.append(len(numbers))
        return packed(numbers)

    async def work() -> None:
        committer = Committer(conninfo(database), pack, writers=1)
        await connected(committer)
        await asyncio.gather(*(committer.keep(1_000 + number, 10) for number in range(500)))
        await committer.close()

    asyncio.run(work())

    assert kept(database, 999) == set(range(1_000, 1_500))
    assert len(groups) <= 3


def test_a_silent_database_is_given_up_and_found_again(database: Database) -> None:
    async def work() -> None:
        committer = Committer(conninfo(database), packed, writers=2, commit_seconds=0.5)
        await connected(committer)
        with database.connect("collector") as books:
            me = books.info.backend_pid
            stopped = [pid for (pid,) in books.execute(BACKENDS).fetchall() if pid != me]
        try:
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            with pytest.raises(StoreUnavailable):
                async with asyncio.timeout(5):
                    await committer.keep(5_001, 10)
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
        await _keep_at_last(committer, 5_002)
        await committer.close()

    asyncio.run(work())

    assert 5_002 in kept(database, 5_000)


END_BACKENDS = (
    BACKENDS.replace("pid FROM", "pg_terminate_backend(pid, 5000) FROM") + " AND pid <> pg_backend_pid()"
)


def test_a_database_that_came_back_is_noticed_before_the_next_request(database: Database) -> None:
    """No writer keeps a dead connection, and no request is refused for one that died under it."""

    async def work() -> None:
        committer = Committer(conninfo(database), packed, writers=2)
        await connected(committer)
        for number in range(7_001, 7_006):
            with database.connect("collector") as books:
                books.execute(END_BACKENDS)
            await committer.keep(number, 10)
        await committer.close()

    asyncio.run(work())

    assert kept(database, 7_000) == set(range(7_001, 7_006))


def test_what_breaks_every_connection_is_refused_in_the_end(database: Database) -> None:
    def pack(numbers: list[int]) -> bytes:
        with database.connect("collector") as books:
            books.execute(END_BACKENDS)
        return packed(numbers)

    async def work() -> None:
        committer = Committer(conninfo(database), pack, writers=1)
        await connected(committer)
        with pytest.raises(StoreUnavailable):
            await committer.keep(8_001, 10)
        await committer.close()

    asyncio.run(work())

    assert kept(database, 8_000) == set()


def test_what_fails_when_nobody_asks_any_more_is_not_complained_of(database: Database) -> None:
    complaints: list[object] = []

    def pack(numbers: list[int]) -> bytes:
        raise StoreUnavailable

    async def work() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said))
        committer = Committer(conninfo(database), pack, writers=1)
        await connected(committer)
        # As the server drops a request that is on its way when it stops: no task of ours to cancel.
        asked = committer.keep(9_001, 10)
        asked.send(None)
        asked.close()
        await committer.close()
        gc.collect()

    asyncio.run(work())

    assert complaints == []


def test_nothing_is_taken_before_the_database_answers(database: Database) -> None:
    async def work() -> None:
        committer = Committer("host=/nowhere dbname=none", packed)
        committer.start()
        with pytest.raises(StoreUnavailable):
            await committer.keep(1, 10)
        await committer.close()

    asyncio.run(work())


def test_a_row_the_database_refuses_does_not_stop_the_next(database: Database) -> None:
    def pack(numbers: list[int]) -> bytes:
        return b"no copy at all" if 6_001 in numbers else packed(numbers)

    async def work() -> None:
        committer = Committer(conninfo(database), pack, writers=1)
        await connected(committer)
        with pytest.raises(StoreUnavailable):
            await committer.keep(6_001, 10)
        await _keep_at_last(committer, 6_002)
        await committer.close()

    asyncio.run(work())

    assert kept(database, 6_000) == {6_002}


async def _keep_at_last(committer: Committer[int], number: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                await committer.keep(number, 10)
            except StoreUnavailable:
                await asyncio.sleep(0.02)
            else:
                return


def test_the_copy_is_what_postgresql_reads(database: Database) -> None:
    received = 1_748_779_200_123_456
    row = inbox.row(
        received=received, source_no=7, node_no=1 << 40, kind=1, epoch_id=3, event_count=9, body=b"\x00\xff"
    )
    with database.connect("worker") as books:
        with books.cursor() as cursor, cursor.copy(inbox.COPY_ROWS) as copy:
            copy.write(inbox.copy_data([row]))
        found = books.execute(
            "SELECT (extract(epoch FROM received_at) * 1000000)::bigint, node_no, kind, epoch_id, event_count, body "
            "FROM collect_inbox WHERE source_no = 7"
        ).fetchall()

    assert found == [(received, 1 << 40, 1, 3, 9, b"\x00\xff")]


def test_a_writer_that_is_gone_is_known_to_be(database: Database) -> None:
    async def work() -> None:
        committer = Committer(conninfo(database), packed, writers=2)
        await connected(committer)
        assert committer.is_working
        committer._tasks[0].cancel()
        await asyncio.wait(committer._tasks[:1])
        assert not committer.is_working
        await asyncio.gather(committer.close(), return_exceptions=True)

    asyncio.run(work())
