"""Let only queries pass that read lake tables and nothing else, judged on DuckDB's own reading of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import Any

import duckdb

from yingtai.lake.errors import QueryNotAllowed, QueryNotUnderstood
from yingtai.lake.tables import TABLES

HARMLESS_SOURCES = {
    "EMPTY",
    "BASE_TABLE",
    "SUBQUERY",
    "JOIN",
    "TABLE_FUNCTION",
    "EXPRESSION_LIST",
    "COLUMN_DATA",
    "PIVOT",
    "CTE",
}
HARMLESS_TABLE_FUNCTIONS = {"unnest", "range", "generate_series"}
FORBIDDEN_FUNCTIONS = {
    "current_setting",
    "getenv",
    "getvariable",
    "nextval",
    "currval",
    "setval",
    "write_log",
    "current_query",
    "setseed",
    "parse_duckdb_log_message",
}

_parsing = Lock()


@dataclass(frozen=True)
class Reading:
    """What a query reads: lake tables, and whether it asks who did something (`profile_no`)."""

    tables: frozenset[str]
    asks_who: bool


@lru_cache(maxsize=2000)
def read_query(sql: str) -> Reading:
    """Return what a query reads, or refuse it.

    Raises: QueryNotUnderstood, QueryNotAllowed
    """
    rows = _asked("SELECT json_serialize_sql($sql)", sql=sql)
    document = json.loads(rows[0][0]) if rows else {}
    if document.get("error", True):
        problem = str(document.get("error_message", "it is empty"))
        if "Only SELECT" in problem:
            raise QueryNotAllowed(problem="it is not a SELECT statement")
        raise QueryNotUnderstood(problem=problem)
    if not document["statements"]:
        raise QueryNotUnderstood(problem="it is empty")
    if len(document["statements"]) > 1:
        raise QueryNotAllowed(problem="it holds more than one statement")
    return _judge(document["statements"][0])


def _judge(statement: dict[str, Any]) -> Reading:
    nodes = list(_nodes(statement))
    local = {entry["key"].lower() for node in nodes for entry in node.get("cte_map", {}).get("map", ())}
    hidden = {name for name in local if name in TABLES or name in _built_in_views()}
    if hidden:
        raise QueryNotAllowed(
            problem=f"WITH may not name a part {sorted(hidden)[0]}, which is a table already"
        )
    tables = set()
    for node in nodes:
        _judge_node(node)
        if node.get("type") == "BASE_TABLE":
            name = _table_name(node)
            if name in TABLES:
                tables.add(name)
            elif name not in local:
                raise QueryNotAllowed(problem=f"there is no lake table {name}")
    return Reading(frozenset(tables), _asks_who(nodes))


def _judge_node(node: dict[str, Any]) -> None:
    is_source = "sample" in node and "alias" in node
    if is_source and node["type"] not in HARMLESS_SOURCES:
        raise QueryNotAllowed(problem=f"it uses {str(node['type']).replace('_', ' ').lower()} as a table")
    if node.get("type") == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name", "")).lower()
        if name not in HARMLESS_TABLE_FUNCTIONS:
            raise QueryNotAllowed(problem=f"it reads from the function {name}")
    elif str(node.get("function_name", "")).lower() in FORBIDDEN_FUNCTIONS:
        raise QueryNotAllowed(problem=f"it calls the function {node['function_name']}")


def _table_name(node: dict[str, Any]) -> str:
    path = node["qualified_name"]["path"]
    if len(path) != 1:
        raise QueryNotAllowed(problem=f"it names a schema: {'.'.join(path)}")
    return str(path[0]).lower()


def _asks_who(nodes: list[dict[str, Any]]) -> bool:
    # A star, a natural join or a whole row taken as a value may all carry profile_no without naming it.
    sources = {
        str(name).lower()
        for node in nodes
        if "sample" in node
        for name in (node.get("alias"), node.get("table_name"))
    }
    for node in nodes:
        if node.get("type") == "STAR" or node.get("ref_type") == "NATURAL":
            return True
        names = [
            str(name).lower() for name in (*node.get("column_names", ()), *node.get("using_columns", ()))
        ]
        if "profile_no" in names or (len(names) == 1 and names[0] in sources):
            return True
    return False


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _asked(question: str, **values: str) -> list[tuple[Any, ...]]:
    # One connection holds one result: two threads that ask at once would take each other's answers.
    with _parsing:
        rows: list[tuple[Any, ...]] = _parser().execute(question, values or None).fetchall()
    return rows


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    parser = duckdb.connect()
    parser.execute("SET enable_external_access = false")
    return parser


@cache
def _built_in_views() -> frozenset[str]:
    return frozenset(str(row[0]) for row in _asked("SELECT view_name FROM duckdb_views()"))
