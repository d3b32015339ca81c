from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from yingtai.ui import formats


def test_numbers_are_grouped_and_missing_is_a_dash():
    assert formats.number(1234567) == "1,234,567"
    assert formats.number(1234.5, 2) == "1,234.50"
    assert formats.number(None) == "–"


def test_money_is_written_from_minor_units_with_its_currency():
    assert formats.money(129900, "GBP") == "£1,299.00"
    assert formats.money(1200, "JPY") == "¥1,200"
    with translation.override("zh-hans"):
        assert formats.money(1284050, "CNY") == "¥12,840.50"


def test_figures_drop_the_cents_only_when_they_are_large():
    assert formats.in_unit(128_400_000, "money:GBP") == "£1,284,000"
    assert formats.in_unit(99_999, "money:GBP") == "£999.99"


def test_what_is_below_zero_has_a_minus():
    assert formats.money(-43_241, "GBP") == "−£432.41"
    assert formats.number(-1_234) == "−1,234"


def test_amounts_beside_each_other_have_cents_alike():
    assert formats.alike_money([1_234_50, -432_41], "GBP") == ["£1,234", "−£432"]
    assert formats.alike_money([34_50.4, 432_00], "GBP") == ["£34.50", "£432.00"]


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (716_541_400, "money:GBP", "about £7,170,000"), (None, "money:GBP", "not shown"), (0, "money:JPY", "not shown"),
        (1_230, "count", "about 1,230"), (0.2312, "ratio", "about 23.1%"), (None, "ratio", "not shown"),
    ],
)  # fmt: skip
def test_what_is_told_roughly_says_so(value, unit, written):
    assert formats.rough(value, unit) == written


def test_short_numbers_follow_the_language():
    assert formats.compact(1234567) == "1.2M"
    with translation.override("zh-hans"):
        assert formats.compact(1234567) == "123.5万"


def test_changes_always_show_their_sign():
    assert formats.signed_percent(0.124) == "+12.4%"
    assert formats.signed_percent(-0.04) == "−4.0%"
    assert formats.signed_percent(0) == "±0.0%"


def test_moments_are_shown_in_the_zone_of_the_viewer():
    seen_at = datetime(2026, 11, 21, 23, 5, tzinfo=UTC)

    with timezone.override(ZoneInfo("Asia/Shanghai")):
        written = formats.moment(seen_at)
        day = formats.day(seen_at)

    assert written == '<time datetime="2026-11-22T07:05:00+08:00">2026-11-22 07:05</time>'
    assert day == '<time datetime="2026-11-22">2026-11-22</time>'
    assert formats.day(date(2026, 11, 21)) == '<time datetime="2026-11-21">2026-11-21</time>'


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (0, "less than a second"),
        (0.42, "less than a second"),
        (1.2, "1 second"),
        (4.7, "5 seconds"),
        (timedelta(seconds=90), "90 seconds"),
        (4200, "70 minutes"),
        (timedelta(hours=5), "5 hours"),
        (timedelta(days=12), "12 days"),
    ],
)
def test_lengths_of_time_take_their_largest_sensible_unit(length, written):
    assert formats.duration(length) == written


@pytest.mark.parametrize("unit", ["count", "number", "ratio", "days", "hours", "seconds", "money:CNY"])
def test_every_unit_writes_missing_as_a_dash(unit):
    assert formats.in_unit(None, unit) == "–"


def test_days_that_were_said_have_no_part_of_a_day():
    assert formats.in_unit(730, "days") == "730 days"
    assert formats.in_unit(1, "days") == "1 day"
    assert formats.in_unit(2.25, "days") == "2.2 days"


@pytest.mark.parametrize(
    ("milliseconds", "written", "in_chinese"),
    [
        (0, "0 ms", "0 毫秒"),
        (999.4, "999 ms", "999 毫秒"),
        (3_000, "3.0 seconds", "3.0 秒"),
        (41_000, "41 seconds", "41 秒"),
    ],
)
def test_what_took_more_than_a_second_is_said_in_seconds(milliseconds, written, in_chinese):
    assert formats.took(milliseconds) == written
    with translation.override("zh-hans"):
        assert formats.took(milliseconds) == in_chinese


def test_what_was_a_moment_ago_was_just_now():
    assert [formats.ago(seconds) for seconds in (0.76, 42, None)] == ["just now", "42 seconds ago", "–"]


def test_a_moment_in_a_sentence_names_the_place_its_clock_hangs_in():
    noon = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        assert formats.moment_in_words(noon) == "2026-11-21 14:05 (Shanghai time)"
        with translation.override("zh-hans"):
            assert formats.moment_in_words(noon) == "2026-11-21 14:05（上海时间）"
    with timezone.override(UTC):
        assert formats.moment_in_words(noon) == "2026-11-21 06:05 (UTC)"


def test_sentences_stand_one_after_the_other_as_the_language_has_it():
    with translation.override("en"):
        assert formats.sentences("It is sent.", "", "Wait.") == "It is sent. Wait."
        assert formats.sentences("It has passed", "Choose another.") == "It has passed. Choose another."
    with translation.override("zh-hans"):
        assert formats.sentences("已发送。", "请稍候。") == "已发送。请稍候。"
        assert formats.sentences("时间已过", "请重新选择。") == "时间已过。请重新选择。"
