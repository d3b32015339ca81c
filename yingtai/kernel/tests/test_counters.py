"""A limit is one limit, however many processes count towards it."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from yingtai.kernel.counters import count_of, count_up, one_at_a_time, prune_counters
from yingtai.kernel.models import Counter

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def name():
    return f"test-{uuid4()}"


def on_connections_of_their_own(work, times):
    """Do something several times at once, each time as another process would: over a connection of its own."""

    def once(turn):
        try:
            return work(turn)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(once, range(times)))


def test_counts_of_several_connections_are_one_count(name):
    found = on_connections_of_their_own(lambda _turn: count_up(name, 2, seconds=60), 20)

    assert sorted(found) == list(range(2, 42, 2))
    assert count_of(name) == 40


def test_what_is_taken_back_was_not_counted(name):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        count_up(name, seconds=60)
        raise ZeroDivisionError

    assert count_of(name) == 0


def test_a_counter_begins_anew_after_its_time_and_is_forgotten(name):
    count_up(name, 5, seconds=60)
    Counter.objects.filter(name=name).update(ends_at="2020-01-01T00:00Z")

    assert count_of(name) == 0
    assert count_up(name, seconds=60) == 1
    Counter.objects.filter(name=name).update(ends_at="2020-01-01T00:00Z")
    prune_counters()
    assert not Counter.objects.filter(name=name).exists()


def test_one_at_a_time_lets_nobody_pass_a_limit_together(name):
    def look_then_count(_turn):
        with transaction.atomic():
            one_at_a_time(name)
            if count_of(name) < 3:
                return count_up(name, seconds=60)
            return None

    assert sorted(filter(None, on_connections_of_their_own(look_then_count, 12))) == [1, 2, 3]


def test_what_libraries_keep_is_seen_by_every_process(name):
    on_connections_of_their_own(lambda _turn: cache.set(name, [1.5], 60), 1)

    assert cache.get(name) == [1.5]
