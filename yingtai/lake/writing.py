"""Write sets of rows exactly once: staged before the books commit, published after, recovered after a crash.

The method and why it holds: docs/algorithms/lake.md.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, Transaction
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction, RemoveAction

from yingtai.lake.errors import BatchNotStaged, BatchOutOfOrder, TableIsBusy
from yingtai.lake.fitting import added_columns, fit, spelled_as_known
from yingtai.lake.parquet import NewFile, plan_files, write_files
from yingtai.lake.store import Lake, Snapshot, the_lake
from yingtai.lake.tables import TABLES, LakeTable

STAGING = "_staging"
REWRITE = "rewrite"
ATTEMPTS = 20
RESOLVED_WITHIN_SECONDS = 600

Hook = Callable[[str], None]


def stage(
    batch_no: int,
    tables: Mapping[str, pa.Table],
    *,
    lake: Lake | None = None,
    writer: str = "ingest",
    resolved_at: datetime | None = None,
    at_step: Hook = lambda step: None,
) -> None:
    """Write the batch's rows to the disk, sorted and final, where no reader sees them yet.

    In:     resolved_at  when the rows' `profile_no` were looked up in the books; else ten minutes ago
    Cost:   one sort and one write of the rows. Staging a batch again replaces what was staged.
    Raises: ColumnsDoNotFit
    """
    lake = lake or the_lake()
    unstage(batch_no, lake=lake, writer=writer)
    mark = _known_to(resolved_at)
    filled = {name: _fitted(lake, TABLES[name], rows) for name, rows in tables.items() if len(rows)}
    plans = {name: plan_files(TABLES[name], rows, known_to=mark) for name, rows in filled.items()}
    folder = _folder(writer, batch_no)
    planned = {name: [file.path for file in plan] for name, plan in plans.items()}
    lake.storage.write(f"{folder}/plan.json", json.dumps(planned).encode())
    at_step("planned")
    written = {n: write_files(lake.storage, TABLES[n], filled[n], plan) for n, plan in plans.items()}
    at_step("written")
    ready = {name: [file.document() for file in files] for name, files in written.items()}
    lake.storage.write(f"{folder}/ready.json", json.dumps(ready).encode())
    at_step("ready")


def publish(
    batch_no: int, *, lake: Lake | None = None, writer: str = "ingest", at_step: Hook = lambda step: None
) -> None:
    """Make a staged batch visible; repeating it, or continuing after a crash, changes nothing twice.

    Raises: BatchNotStaged, BatchOutOfOrder, TableIsBusy
    """
    lake = lake or the_lake()
    folder = _folder(writer, batch_no)
    document = lake.storage.read(f"{folder}/ready.json")
    if document is None:
        raise BatchNotStaged(batch_no=batch_no)
    ready = json.loads(document)
    # The alias map first: whoever sees new events must also see the moves that came with them.
    for name in sorted(ready, key=lambda name: (name != "alias_map", name)):
        _publish_table(lake, TABLES[name], [NewFile(**file) for file in ready[name]], batch_no, writer)
        at_step(f"published {name}")
    lake.storage.remove_folder(folder)
    at_step("done")


def recover(
    is_committed: Callable[[int], bool], *, lake: Lake | None = None, writer: str = "ingest"
) -> tuple[list[int], list[int]]:
    """Finish what a crash interrupted; call it once at start, before the writer's next batch.

    Out:    (batches published, batches removed), by what the books say was committed
    Raises: BatchNotStaged when the books committed a batch whose rows never reached the disk
    """
    lake = lake or the_lake()
    published, removed = [], []
    for batch_no in sorted(
        int(name) for name in lake.storage.names_in(f"{STAGING}/{writer}") if name.isdigit()
    ):
        if is_committed(batch_no):
            publish(batch_no, lake=lake, writer=writer)
            published.append(batch_no)
        else:
            # Its writer may be awake again and write on: what it leaves is swept up the next time.
            with suppress(OSError):
                unstage(batch_no, lake=lake, writer=writer)
            removed.append(batch_no)
    return published, removed


def unstage(batch_no: int, *, lake: Lake | None = None, writer: str = "ingest") -> None:
    """Remove a staged batch that was never committed; a batch that is not staged is fine."""
    lake = lake or the_lake()
    folder = _folder(writer, batch_no)
    document = lake.storage.read(f"{folder}/plan.json")
    for name, paths in json.loads(document or b"{}").items():
        for path in paths:
            lake.storage.remove(f"{name}/{path}")
    lake.storage.remove_folder(folder)


def append(
    name: str, rows: pa.Table, *, lake: Lake | None = None, resolved_at: datetime | None = None
) -> None:
    """Add rows to a table at once, without a batch: for sources that can repeat themselves harmlessly."""
    lake = lake or the_lake()
    table = TABLES[name]
    filled = _fitted(lake, table, rows)
    files = write_files(
        lake.storage, table, filled, plan_files(table, filled, known_to=_known_to(resolved_at))
    )
    commit(lake, table, files, reason="append")


def replace(
    name: str,
    rows: pa.Table,
    partition: Mapping[str, Any],
    *,
    lake: Lake | None = None,
    resolved_at: datetime | None = None,
) -> None:
    """Put these rows in the place of everything in one partition, at once for all readers.

    In:     partition  the partition column and its value, e.g. {"brand_no": 7}; rows may leave the column out
    Raises: ColumnsDoNotFit, TableIsBusy
    """
    lake = lake or the_lake()
    table = TABLES[name]
    [(column, value)] = partition.items()
    if column not in rows.column_names:
        rows = rows.append_column(column, pa.array([value] * len(rows), table.schema.field(column).type))
    filled = _fitted(lake, table, rows)
    files = write_files(
        lake.storage, table, filled, plan_files(table, filled, known_to=_known_to(resolved_at))
    )
    for attempts_left in reversed(range(ATTEMPTS)):
        try:
            commit(lake, table, files, reason="replace", instead_of=lambda now: now.paths_in(value))
            return
        except TableIsBusy:
            if not attempts_left:
                raise


def commit(
    lake: Lake,
    table: LakeTable,
    added: list[NewFile],
    *,
    reason: str,
    instead_of: Callable[[Snapshot], Sequence[str]] | None = None,
    transaction: Transaction | None = None,
    published_ms: int | None = None,
) -> None:
    """Change a table's file list in one Delta commit.

    In:     instead_of    which files of the table, as it is at that moment, the new ones take the place of
            published_ms  given when the same rows were published before, in other files
    Raises: TableIsBusy when another process is rewriting the table just now
    """
    with lake.lock:
        snapshot = lake.snapshot(table.name)
        removed = instead_of(snapshot) if instead_of else ()
        if instead_of:
            # Delta lets two appends remove the same file; two transactions of one name it does not let pass.
            transaction = Transaction(REWRITE, snapshot.version)
        if not added and not removed:
            return
        now_ms = time.time_ns() // 1_000_000
        is_new = published_ms is None
        actions: list[AddAction | RemoveAction] = [
            file.action(table, at_ms=published_ms or now_ms, data_change=is_new) for file in added
        ]
        actions += [_removal(lake, table, path, now_ms, is_new) for path in removed]
        properties = CommitProperties(
            app_transactions=[transaction] if transaction else None, custom_metadata={"reason": reason}
        )
        handle = lake.opened(table.name)
        try:
            handle.create_write_transaction(
                actions, "append", handle.schema(), [table.partition_by], commit_properties=properties
            )
        except CommitFailedError as problem:
            raise TableIsBusy(table=table.name) from problem
        _settle_log(lake, table)


def _publish_table(lake: Lake, table: LakeTable, files: list[NewFile], batch_no: int, writer: str) -> None:
    app_id = f"{writer}:{table.name}"
    with lake.lock:
        latest = lake.table(table.name).transaction_version(app_id)
        if latest is None or latest < batch_no:
            transaction = Transaction(app_id, batch_no)
            commit(lake, table, files, reason="publish", transaction=transaction)
        elif latest > batch_no and not lake.holds(table.name, files[0].path):
            raise BatchOutOfOrder(batch_no=batch_no, latest=latest, writer=writer)


def _fitted(lake: Lake, table: LakeTable, rows: pa.Table) -> pa.Table:
    snapshot_schema = lake.schema(table.name)
    rows = spelled_as_known(table, rows, snapshot_schema)
    new = added_columns(table, rows, snapshot_schema)
    if new:
        lake.add_columns(table.name, new)
        snapshot_schema = lake.schema(table.name)
    return fit(table, rows, snapshot_schema)


def _known_to(resolved_at: datetime | None) -> int:
    # Marked too early only costs a join that finds nothing new; marked too late would miss a move.
    moment = time.time() - RESOLVED_WITHIN_SECONDS if resolved_at is None else resolved_at.timestamp()
    return int(moment * 1000)


def _removal(lake: Lake, table: LakeTable, path: str, now_ms: int, data_change: bool) -> RemoveAction:
    inside = path.removeprefix(lake.storage.location(table.name)).lstrip("/")
    partition = inside.partition("/")[0].partition("=")[2]
    return RemoveAction(inside, data_change, now_ms, partition_values={table.partition_by: partition})


def _settle_log(lake: Lake, table: LakeTable) -> None:
    # Staged files may be forgotten only when the log entry that names the final ones survives a power cut.
    log = f"{table.name}/_delta_log"
    before = lake.version(table.name)
    after = lake.table(table.name).version()
    for version in range(before + 1, after + 1):
        lake.storage.settle(f"{log}/{version:020d}.json")
    lake.storage.settle(log)


def _folder(writer: str, batch_no: int) -> str:
    return f"{STAGING}/{writer}/{batch_no}"
