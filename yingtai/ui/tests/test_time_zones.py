"""Time zones in the reader's words."""

from collections.abc import Iterator

import pytest
from django.utils import timezone, translation

from yingtai.ui.time_zones import zone_choices, zone_title


@pytest.fixture(autouse=True)
def reader_of_english() -> Iterator[None]:
    """Whatever language a request before asked for."""
    with translation.override("en"):
        yield


def test_a_zone_is_called_by_its_place_in_the_readers_language():
    assert zone_title("Asia/Shanghai") == "China · Shanghai (Asia/Shanghai)"
    with translation.override("zh-hans"):
        assert zone_title("Europe/Berlin") == "德国 · 柏林 (Europe/Berlin)"
    assert zone_title("UTC") == "UTC"


def test_the_likely_zones_come_first_and_second_names_are_left_out():
    with timezone.override("Europe/London"):
        first, near, others = zone_choices(["Asia/Shanghai"])

    assert [name for name, _title in first[1]] == ["Asia/Shanghai", "Europe/London"]
    assert [name for name, _title in near[1]] == ["Asia/Urumqi"]
    named = {name for name, _title in others[1]}
    assert {"Europe/Berlin", "UTC"} <= named
    assert {"Asia/Shanghai", "Asia/Chongqing", "US/Pacific", "Etc/GMT+5"} & named == set()
