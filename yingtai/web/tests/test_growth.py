"""What grows is told by its size now, not by what was counted when it was last tidied."""

import psycopg
import pytest

from yingtai.kernel.env import dsn
from yingtai.web import checks
from yingtai.web.operations import growth


@pytest.fixture
def loaded(books):
    """A table of 16 MB that was loaded just now and never tidied."""
    with psycopg.connect(dsn("migrator"), autocommit=True) as owner:
        owner.execute("SET ROLE owner")
        owner.execute("CREATE TABLE just_loaded (said text) WITH (autovacuum_enabled = off)")
        owner.execute("INSERT INTO just_loaded SELECT repeat('x', 1000) FROM generate_series(1, 16000)")
        owner.execute("SELECT pg_stat_force_next_flush()")
        yield
        owner.execute("DROP TABLE just_loaded")


def test_a_table_that_was_just_loaded_is_among_the_largest(loaded):
    with checks.connection() as books:
        tables = growth.largest_tables(books)

    assert [table.size for table in tables] == sorted((table.size for table in tables), reverse=True)
    assert {table.name: table.size > 16_000_000 for table in tables}.get("just_loaded") is True
