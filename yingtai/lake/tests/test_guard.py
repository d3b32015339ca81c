from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from yingtai.lake import guard


def test_threads_that_ask_at_the_same_moment_each_get_their_own_answer():
    together = Barrier(6)

    def read(number: int) -> guard.Reading:
        together.wait()
        return guard.read_query(f"WITH a AS (SELECT {number} AS one FROM events) SELECT one FROM a")

    for _ in range(20):
        for once in (guard._parser, guard._built_in_views, guard.read_query):
            once.cache_clear()
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(read, range(6)))
        assert answers == [guard.Reading(frozenset({"events"}), asks_who=False)] * 6
