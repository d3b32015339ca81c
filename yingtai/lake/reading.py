"""Read the lake inside a scope: the one way for every module to ask it anything."""

from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock

import pyarrow as pa

from yingtai.kernel.scope import Scope
from yingtai.lake.damage import damage_found
from yingtai.lake.engine import Parameters, Session
from yingtai.lake.guard import read_query
from yingtai.lake.refusals import refusals_noted
from yingtai.lake.relations import reachable, relation
from yingtai.lake.store import Lake, Snapshot, the_lake
from yingtai.lake.summaries import SUMMARIES
from yingtai.lake.summarizing import read_months, summary_relation
from yingtai.lake.tables import TABLES


@dataclass(eq=False)
class ScopedLake:
    """The lake as one scope sees it, at one moment: each table stays at the version first asked for.

    Make one per request or job, not per process.
    """

    lake: Lake
    scope: Scope
    _pinned: dict[str, Snapshot] = field(default_factory=dict)
    _defined: dict[str, bool] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)
    _session: Session | None = None

    def query(self, sql: str, params: Parameters = None) -> pa.Table:
        """Run one SELECT over the lake's tables; values come as parameters (`$name` or `?`), not in the text.

        Raises: QueryNotUnderstood, QueryNotAllowed, LakeDamaged
        Cost:   name `day` in WHERE: only those days' files are opened
        """
        with refusals_noted(), self._lock:
            reading = read_query(sql)
            with damage_found(self.lake, self._read):
                if self._session is None:
                    self._session = self.lake.engine.session()
                for name in sorted(reading.tables):
                    self._define(self._session, name, asks_who=reading.asks_who)
                return self._session.query(sql, params)

    def columns(self, name: str) -> list[str]:
        """Return the columns that a table has at this moment, those added by writing them included."""
        with self._lock:
            return list(self._pin(name).schema.names)

    @property
    def version(self) -> dict[str, int]:
        """The version of every table, for keys of caches: same versions and scope, same answers."""
        with self._lock:
            return {name: self._pin(name).version for name in TABLES}

    @property
    def freshness(self) -> datetime | None:
        """When the latest event that is in the lake was received; None while there is none."""
        with self._lock:
            return self._pin("events").latest_received_at

    def _read(self) -> list[str]:
        return [path for snapshot in self._pinned.values() for path in reachable(snapshot, self.scope)]

    def _define(self, session: Session, name: str, *, asks_who: bool) -> None:
        corrects = asks_who and TABLES[name].has_aliases
        if self._defined.get(name) == corrects:
            return
        session.define(name, self._selection(name, corrects=corrects))
        self._defined[name] = corrects

    def _selection(self, name: str, *, corrects: bool) -> str:
        summary, snapshot = SUMMARIES.get(name), self._pin(name)
        source = self._pin(summary.source) if summary else snapshot
        aliases = self._pin("alias_map") if corrects else None
        if summary is None:
            return relation(snapshot, self.scope, aliases=aliases)
        months = read_months(self.lake, summary)
        return summary_relation(summary, snapshot, source, self.scope, months=months, aliases=aliases)

    def _pin(self, name: str) -> Snapshot:
        if name not in self._pinned:
            if name == "alias_map":
                # It is published before the events it belongs to: pinned after them, it is never too old.
                for table in (other.name for other in TABLES.values() if other.has_aliases):
                    self._pin(table)
            self._pinned[name] = self.lake.snapshot(name)
        return self._pinned[name]


def scoped(scope: Scope, *, lake: Lake | None = None) -> ScopedLake:
    """Return the lake as this scope may see it, now."""
    return ScopedLake(lake or the_lake(), scope)
