"""The door of the lake: read it inside a scope, write it in sets, declare what it holds and what to ask it."""

from yingtai.lake.acts import IS_ACT, MACHINE, SENT_BY_US
from yingtai.lake.engine import translate
from yingtai.lake.errors import (
    BatchNotStaged,
    BatchOutOfOrder,
    ColumnsDoNotFit,
    QueryCannotBeTranslated,
    QueryNotAllowed,
    QueryNotUnderstood,
    TableIsBusy,
)
from yingtai.lake.metrics import Metric, metric
from yingtai.lake.reading import ScopedLake, scoped
from yingtai.lake.store import Lake, the_lake
from yingtai.lake.tables import TABLES, LakeTable, register
from yingtai.lake.writing import append, publish, recover, replace, stage, unstage

__all__ = [
    "IS_ACT",
    "MACHINE",
    "SENT_BY_US",
    "TABLES",
    "BatchNotStaged",
    "BatchOutOfOrder",
    "ColumnsDoNotFit",
    "Lake",
    "LakeTable",
    "Metric",
    "QueryCannotBeTranslated",
    "QueryNotAllowed",
    "QueryNotUnderstood",
    "ScopedLake",
    "TableIsBusy",
    "append",
    "metric",
    "publish",
    "recover",
    "register",
    "replace",
    "scoped",
    "stage",
    "the_lake",
    "translate",
    "unstage",
]
