from collections.abc import Iterator

import pytest

from yingtai.collect.tests.running import Key, Running, collector_running, make_database, make_key
from yingtai.compliance.testing import signed_in


@pytest.fixture(scope="session")
def collector(keys: None) -> Iterator[Running]:
    """A real collector with real keys on a database of its own."""
    with collector_running(make_database()) as running:
        yield running


@pytest.fixture
def key(collector: Running) -> Key:
    """A write key of a source that no other test uses."""
    return make_key(collector.database)


@pytest.fixture
def marketer(brand):
    return signed_in(brand.code, "marketer")


@pytest.fixture
def stranger(neighbour):
    return signed_in(neighbour.code, "marketer")
