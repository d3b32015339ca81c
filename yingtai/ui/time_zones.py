"""Time zones by the names of their places in the reader's language, the likely ones first."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location
from django.utils import timezone
from django.utils.translation import gettext as _

from yingtai.ui.formats import locale


@lru_cache(maxsize=1)
def zones() -> dict[str, str]:
    """Return the country of every time zone that a choice offers; second names of a zone are left out."""
    territories, second_names = get_global("zone_territories"), get_global("zone_aliases")
    found = {
        name: territories[name]
        for name in sorted(available_timezones())
        if "/" in name and name not in second_names and territories.get(name, "ZZ") not in {"001", "ZZ"}
    }
    return found | {"UTC": ""}


def zone_title(name: str) -> str:
    """Return a zone as a choice says it, so that it is found by place and by code: China · Shanghai (Asia/Shanghai)."""
    place = _place(name, str(locale()))
    return f"{place} ({name})" if place != name else name


def zone_choices(own: Collection[str]) -> list[Any]:
    """Return the zones for a choice in groups: given ones and the reader's, those of the same countries, all others."""
    known = zones()
    likely = (*own, timezone.get_current_timezone_name())
    first = list(dict.fromkeys(name for name in likely if name in available_timezones()))
    countries = {known[name] for name in first if known.get(name)}
    near = [name for name in known if known[name] in countries and name not in first]
    others = [name for name in known if name not in first and name not in near]
    groups = (
        (_("Of your brands and yours"), first),
        (_("In the same countries"), near),
        (_("All others"), others),
    )
    return [(words, _in_order(names)) for words, names in groups if names]


def _in_order(names: Collection[str]) -> list[tuple[str, str]]:
    return sorted(((name, zone_title(name)) for name in names), key=lambda one: one[1])


@lru_cache(maxsize=2000)
def _place(name: str, language: str) -> str:
    """Return the country and the city of a zone; `language` is the reader's, and only keeps their words apart."""
    country = locale().territories.get(zones().get(name, ""), "")
    if not country:
        return name
    city = get_timezone_location(name, locale=locale(), return_city=True)
    return country if city == country else f"{country} · {city}"
