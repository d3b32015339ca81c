"""Every metric of the product reads as Spark SQL too, and what Spark would answer differently is refused."""

from importlib import import_module
from inspect import Parameter, signature
from pathlib import Path

import pytest

import yingtai
from yingtai.lake.engine import translate
from yingtai.lake.errors import QueryCannotBeTranslated
from yingtai.lake.guard import read_query
from yingtai.lake.metrics import CATALOGUE, Metric, metric
from yingtai.lake.tables import TABLES

for path in sorted(Path(yingtai.__file__).parent.glob("*/metrics.py")):
    import_module(f"yingtai.{path.parent.name}.metrics")  # so that the catalogue is complete

ready = [
    m
    for m in CATALOGUE.all()
    if all(p.default is not Parameter.empty for p in signature(m.sql).parameters.values())
]


@pytest.mark.parametrize("found", ready, ids=lambda found: found.name)
def test_a_metric_is_understood_by_both_engines(found: Metric) -> None:
    sql = found()

    translate(sql)

    # A metric may also read tables that its caller defines; those of the lake must be named truly.
    if set(found.reads) <= TABLES.keys():
        assert read_query(sql).tables <= set(found.reads)


@pytest.mark.parametrize("found", CATALOGUE.all(), ids=lambda found: found.name)
def test_a_metric_says_what_it_answers(found: Metric) -> None:
    assert found.meaning.endswith(".")
    assert "." in found.name


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT quantile_cont(amount_minor, 0.5) FROM events",
        "SELECT * FROM events ASOF JOIN alias_map ON occurred_at >= changed_at",
        "PIVOT events ON event USING count(*)",
        "SELECT epoch_ms(ingest_no) FROM events",
        "SELECT list(event ORDER BY occurred_at) FROM events",
        "SELECT FROM WHERE",
        "SELECT 1; SELECT 2",
    ],
)
def test_what_spark_would_answer_differently_is_refused(sql: str) -> None:
    with pytest.raises(QueryCannotBeTranslated):
        translate(sql)


def test_a_query_keeps_its_meaning() -> None:
    sql = "SELECT day, count(*) FILTER (WHERE event = 'A') AS n FROM events WHERE day > $since GROUP BY day"

    assert translate(sql) == (
        "SELECT day, COUNT(*) FILTER(WHERE event = 'A') AS n FROM events WHERE day > :since GROUP BY day"
    )


def test_a_metric_without_a_unit_or_a_meaning_is_refused() -> None:
    with pytest.raises(TypeError, match="unit"):
        metric("lake.nothing", unit="smiles")

    with pytest.raises(TypeError, match="docstring"):
        metric("lake.nothing", unit="count")(lambda: "SELECT 1")
