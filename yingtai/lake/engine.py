"""The engines that run SQL over the lake: DuckDB in the process today, Spark when the data outgrows it."""

import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Protocol

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from yingtai.lake.errors import LakeDamaged, QueryCannotBeTranslated, QueryNotUnderstood
from yingtai.lake.storage import Storage

OF_A_FILE = ("Parquet file", "parquet", "magic bytes", "ecompress")
"""What DuckDB says of a Parquet file that is cut, overwritten or gone, as if the query were wrong."""

Parameters = Mapping[str, Any] | Sequence[Any] | None

# Our results are wanted as Arrow and not read twice, so the hint about another way to ask does not help.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result", category=UserWarning)


class Session(Protocol):
    """One reader's place in an engine: the views it sees, and its queries."""

    def define(self, name: str, sql: str) -> None: ...

    def query(self, sql: str, params: Parameters = None) -> pa.Table: ...

    def stream(self, sql: str, params: Parameters = None, *, batch_rows: int) -> Iterator[pa.RecordBatch]: ...


class Engine(Protocol):
    """What runs SQL over the lake."""

    def session(self) -> Session: ...

    def translate(self, sql: str) -> str: ...

    def forget(self) -> None: ...


class DuckSession:
    """A connection of its own to the process's DuckDB; not for two threads at once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def define(self, name: str, sql: str) -> None:
        """Let `name` stand for `sql` in this session's queries.

        Raises: LakeDamaged
        """
        with _damage_told():
            self._connection.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {sql}')

    def query(self, sql: str, params: Parameters = None) -> pa.Table:
        """Run one statement.

        Raises: LakeDamaged; QueryNotUnderstood when a name, type or function in it does not exist
        """
        try:
            with _damage_told():
                return self._connection.execute(sql, params).to_arrow_table()
        except (duckdb.ProgrammingError, duckdb.DataError, duckdb.PermissionException) as problem:
            raise QueryNotUnderstood(problem=str(problem)) from problem

    def stream(self, sql: str, params: Parameters = None, *, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Run one statement and return its rows bit by bit, for what is too large to be held."""
        with _damage_told():
            yield from self._connection.execute(sql, params).to_arrow_reader(batch_rows)


@contextmanager
def _damage_told() -> Iterator[None]:
    """Tell a file that is cut from a query that is wrong: DuckDB says both in one breath."""
    try:
        yield
    except (duckdb.Error, OSError) as problem:
        if _is_of_a_file(problem):
            raise LakeDamaged(str(problem).splitlines()[0]) from problem
        raise


def _is_of_a_file(problem: Exception) -> bool:
    # Bytes that make no sense are an error of no kind of its own; a wrong query always has one.
    if type(problem) is duckdb.Error:
        return True
    may_be = (duckdb.InvalidInputException, duckdb.IOException, OSError)
    return isinstance(problem, may_be) and any(words in str(problem) for words in OF_A_FILE)


class DuckEngine:
    """DuckDB in this process, shut in the lake's folder: it opens no other file and keeps its settings."""

    def __init__(self, storage: Storage, *, threads: int = 0, memory: str = "") -> None:
        self._storage = storage
        self._threads = threads
        self._memory = memory

    def session(self) -> DuckSession:
        return DuckSession(self._database.cursor())

    def translate(self, sql: str) -> str:
        """Return the query as it stands: DuckDB's dialect is ours."""
        return sql

    def forget(self) -> None:
        """Keep nothing of the files in memory: the next session reads them anew. Those that run go on."""
        self.__dict__.pop("_database", None)

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        spill = tempfile.gettempdir()
        settings = [
            "SET GLOBAL TimeZone = 'UTC'",
            "SET GLOBAL python_enable_replacements = false",
            "SET GLOBAL parquet_metadata_cache = true",
            # A file of a Delta table is never written again under its name.
            "SET GLOBAL validate_external_file_cache = 'NO_VALIDATION'",
            f"SET GLOBAL temp_directory = '{spill}/yingtai-spill-{os.getpid()}'",
            f"SET GLOBAL memory_limit = '{self._memory or _share_of_memory()}'",
            *([f"SET GLOBAL threads = {self._threads:d}"] if self._threads else []),
            f"SET GLOBAL allowed_directories = [{quoted(self._storage.url + '/')}]",
            "SET GLOBAL enable_external_access = false",
            "SET GLOBAL lock_configuration = true",
        ]
        database = duckdb.connect()
        for setting in settings:
            database.execute(setting)
        return database


def translate(sql: str) -> str:
    """Return a query written in DuckDB's dialect as Spark SQL, read back once to see that it parses.

    Raises: QueryCannotBeTranslated
    """
    try:
        [tree] = sqlglot.parse(sql, read="duckdb")
        _refuse_what_changes_meaning(tree)
        translated = tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
        sqlglot.parse_one(translated, read="spark")
    except (SqlglotError, ValueError) as problem:
        raise QueryCannotBeTranslated(problem=str(problem).splitlines()[0]) from problem
    return str(translated)


def _refuse_what_changes_meaning(tree: exp.Expression) -> None:
    # sqlglot writes these down without complaint, and Spark then fails or answers something else.
    for kind, problem in (
        (exp.PercentileCont, "quantile_cont has another form there; use approx_quantile or rank rows"),
        (exp.Pivot, "PIVOT differs; write sum(…) FILTER (WHERE …)"),
        (exp.UnixToTime, "epoch_ms differs; keep timestamps as they are"),
    ):
        if tree.find(kind):
            raise ValueError(problem)
    if any(join.method == "ASOF" for join in tree.find_all(exp.Join)):
        raise ValueError("there is no ASOF JOIN; join on a range and keep the latest row")
    if any(isinstance(agg.this, exp.Order) for agg in tree.find_all(exp.ArrayAgg)):
        raise ValueError("list(… ORDER BY …) loses its order there; sort the list afterwards")


def quoted(text: str) -> str:
    """Return a text as an SQL literal, for statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def _share_of_memory() -> str:
    # Several processes of the product share the machine: each may take a quarter of it.
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{total // 4 // 2**20}MB"
