"""A write key in a page is everybody's: one address has a share of its rate, and pays for its own junk."""

import pytest

from yingtai.collect.collector.throttle import MOST_ADDRESSES, Bucket

RATE = 100.0


def _sent(bucket, demands, seconds):
    """Let addresses send batches of ten, so many tries a tenth of a second, and return what each got in a second."""
    got = dict.fromkeys(demands, 0)
    for step in range(seconds * 10):
        for address, tries in demands.items():
            for _try in range(tries):
                if not bucket.wait(step / 10, address):
                    bucket.spend(address, kept=10, judged=10)
                    got[address] += 10 if step >= seconds * 5 else 0
    return {address: round(events / seconds * 2) for address, events in got.items()}


def test_an_address_alone_has_the_whole_rate():
    assert _sent(Bucket(RATE, 0.0), {"a": 9}, 60)["a"] == pytest.approx(RATE, rel=0.05)


def test_others_get_what_they_need_beside_one_that_wants_all():
    got = _sent(Bucket(RATE, 0.0), {"greedy": 9, "also greedy": 9, "shop": 1}, 60)

    assert sum(got.values()) == pytest.approx(RATE, rel=0.05)
    assert got["shop"] >= RATE / 4


def test_what_is_refused_is_paid_for_by_its_address_alone():
    bucket = Bucket(RATE, 0.0)

    bucket.spend("junk", kept=0, judged=1_200)

    assert bucket.wait(0.0, "junk") == 10.0
    assert bucket.wait(0.0, "shop") == 0.0


def test_a_large_batch_keeps_others_waiting_for_three_seconds_and_its_sender_until_it_is_paid():
    bucket = Bucket(RATE, 0.0)

    bucket.spend("bulk", kept=1_200, judged=1_200)

    assert bucket.wait(0.0, "shop") == 3.0
    assert bucket.wait(0.0, "bulk") == 10.0
    assert bucket.wait(3.0, "shop") == 0.0
    assert bucket.wait(10.0, "bulk") == 0.0


def test_debt_and_memory_have_an_end():
    bucket = Bucket(RATE, 0.0)
    for number in range(MOST_ADDRESSES + 10):
        bucket.spend(f"a{number}", kept=0, judged=10**9)

    assert bucket.wait(0.0, f"a{MOST_ADDRESSES}") == 30.0
    assert bucket.wait(0.0, "a0") == 0.0
