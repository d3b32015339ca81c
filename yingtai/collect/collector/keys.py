"""Write keys and plans as the collector knows them: read when they change, kept when the database is away."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta, tzinfo
from hashlib import sha256
from typing import Any

import msgspec
import psycopg

from yingtai.collect.clocks import zone_named
from yingtai.collect.collector.plans import NO_PLAN, Plan, compile_plan
from yingtai.collect.collector.throttle import Bucket
from yingtai.collect.inbox import additional_data
from yingtai.kernel.calling import Caller

LIVE_KEYS = """
    SELECT key_hash, source_no, node_no, timezone, backfill_days, allowed_origins, events_per_second
    FROM collect_write_key WHERE status = 'live'
"""
PLAN_VERSIONS = "SELECT source_no, version FROM collect_plan"
PLAN_DOCUMENTS = "SELECT source_no, version, document FROM collect_plan WHERE source_no = ANY(%s)"

REFRESH_SECONDS = 2.0
UNKNOWN_KEY_SECONDS = 0.2
READ_SECONDS = 5


class Source(msgspec.Struct, frozen=True, eq=False):
    """Where the events of one write key belong, and what its holder may send."""

    source_no: int
    node_no: int
    zone: tzinfo
    zone_name: str
    backfill: timedelta
    origins: frozenset[str]
    bucket: Bucket
    plan: Plan
    additional_data: bytes


class KeyRing:
    """All live keys by the SHA-256 of their text; the text itself is nowhere."""

    def __init__(self, conninfo: str) -> None:
        self._caller = Caller(conninfo)
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._sources: dict[bytes, Source] = {}
        self._plans: dict[int, tuple[int, Plan]] = {}
        self._origins: frozenset[str] = frozenset()
        self._began = 0.0
        self._lock = asyncio.Lock()
        self.is_loaded = False

    async def find(self, keys: Sequence[str]) -> Source | None:
        """Return the source of the first of these keys that is live; those we do not know are looked for once more."""
        source = self._known_of(keys)
        if source is None:
            # It may have been made a moment ago. Those who wait share one reading, so guessing keys is cheap
            # for us and slow for the guesser.
            await self.refresh(after=UNKNOWN_KEY_SECONDS)
            source = self._known_of(keys)
        return source

    def known(self, key: str) -> Source | None:
        """Return the source of a key that was live when we looked last."""
        return self._sources.get(sha256(key.encode("utf-8", "surrogateescape")).digest())

    def _known_of(self, keys: Sequence[str]) -> Source | None:
        return next((source for source in map(self.known, keys) if source), None)

    def knows_origin(self, origin: str) -> bool:
        """Say whether any key may be used from that website."""
        return origin in self._origins or "*" in self._origins

    async def keep_fresh(self) -> None:
        """Read keys and plans again and again; what is known stays when the database is away."""
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    async def refresh(self, *, after: float = 0.0) -> None:
        """Read keys and plans once, not before so many seconds since the latest reading began.

        Callers that come while one waits share its reading.
        """
        asked = time.monotonic()
        async with self._lock:
            if self._began >= asked:
                return
            await asyncio.sleep(self._began + after - asked)
            self._began = time.monotonic()
            try:
                async with asyncio.timeout(READ_SECONDS):
                    await self._read()
                self.is_loaded = True
            except (psycopg.Error, TimeoutError):
                await self.close()

    async def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _read(self) -> None:
        if self._connection is None:
            self._connection = await self._caller.connect()
        await self._read_plans(self._connection)
        rows = await (await self._connection.execute(LIVE_KEYS)).fetchall()
        self._sources = {bytes(row[0]): self._source(*row) for row in rows}
        self._origins = frozenset().union(*(source.origins for source in self._sources.values()))

    async def _read_plans(self, connection: psycopg.AsyncConnection[Any]) -> None:
        versions = dict(await (await connection.execute(PLAN_VERSIONS)).fetchall())
        self._plans = {no: known for no, known in self._plans.items() if versions.get(no) == known[0]}
        if changed := [no for no in versions if no not in self._plans]:
            cursor = await connection.execute(PLAN_DOCUMENTS, [changed])
            for source_no, version, document in await cursor.fetchall():
                self._plans[source_no] = (version, compile_plan(document))

    def _source(
        self,
        key_hash: bytes,
        source_no: int,
        node_no: int,
        zone: str,
        backfill_days: int,
        origins: list[str],
        rate: int,
    ) -> Source:
        known = self._sources.get(bytes(key_hash))
        bucket = known.bucket if known else Bucket(rate, time.monotonic())
        bucket.rate = rate
        _, plan = self._plans.get(source_no, (0, NO_PLAN))
        return Source(
            source_no=source_no,
            node_no=node_no,
            zone=zone_named(zone),
            zone_name=zone,
            backfill=timedelta(days=backfill_days),
            origins=frozenset(origin.rstrip("/").lower() for origin in origins),
            bucket=bucket,
            plan=plan,
            additional_data=additional_data(source_no, node_no),
        )
