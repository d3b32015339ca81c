"""When did it happen? One rule for whoever accepts an event and whoever ingests it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingtai.collect.clocks import CLOCK_TOLERANCE, DAY, DELIVERY, clock_off, decide_time

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
moments = st.datetimes(timezones=st.just(UTC))


def decided(when, sent, received=NOON):
    return decide_time(when, clock_off(sent, received), received)


@pytest.mark.parametrize(
    "sent",
    [datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC),
     datetime(9999, 5, 28, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), NOON - timedelta(days=400)],
)  # fmt: skip
def test_an_absurd_time_of_sending_moves_nothing(sent):
    for when in (NOON, NOON - timedelta(minutes=5), NOON - timedelta(hours=20)):
        assert decided(when, sent) == when


@pytest.mark.parametrize("late", [0, 1, 42, 300, 3_580])
def test_a_request_that_is_late_keeps_the_order_of_its_device(late):
    viewed, ordered = NOON - timedelta(seconds=late + 10), NOON - timedelta(seconds=late)

    assert decided(viewed, viewed) == viewed
    assert decided(viewed, viewed) < decided(ordered, ordered, NOON)


@pytest.mark.parametrize("hours", [-480_000, -3, -0.04, 2, 72, 480_000])
def test_a_clock_that_is_off_is_put_right(hours):
    off = timedelta(hours=hours)
    when, sent = NOON - off - timedelta(minutes=1), NOON - off

    assert decided(when, sent) == NOON - timedelta(minutes=1)


@given(when=moments, sent=moments)
def test_whatever_is_sent_gets_its_own_time_or_one_moved_by_the_clock(when, sent):
    off = clock_off(sent, NOON)
    found = decide_time(when, off, NOON)

    assert found == when or (off is not None and found == when + off)
    if off is not None and found != when:
        assert when <= sent + CLOCK_TOLERANCE
        assert not (sent > NOON + DAY and when <= NOON + DAY)


@given(sent=moments)
def test_what_is_a_little_late_or_early_is_no_wrong_clock(sent):
    off = NOON - sent

    assert (clock_off(sent, NOON) is None) == (-CLOCK_TOLERANCE <= off <= DELIVERY)
