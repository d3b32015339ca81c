"""What standard events and traits are called, in the reader's language; any other name is shown as it is."""

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import get_language, override, pgettext_lazy

from yingtai.collect.reserved import TITLES


def _in_the_readers_language(titles: tuple[str, str]) -> str:
    places = {language: place for place, (language, _title) in enumerate(settings.LANGUAGES)}
    return titles[places.get(get_language() or "", 0)]


EVENT_TITLES = {name: lazy(_in_the_readers_language, str)(titles) for name, titles in TITLES.items()}
TRAIT_TITLES = {
    "city": pgettext_lazy("trait", "City"),
    "province": pgettext_lazy("trait", "Province"),
    "country": pgettext_lazy("trait", "Country"),
    "gender": pgettext_lazy("trait", "Gender"),
    "age_band": pgettext_lazy("trait", "Age band"),
    "language": pgettext_lazy("trait", "Language"),
    "plan": pgettext_lazy("trait", "Plan"),
    "member_level": pgettext_lazy("trait", "Member level"),
    "preferred_dealer": pgettext_lazy("trait", "Preferred dealer"),
    "owned_model": pgettext_lazy("trait", "Model owned"),
    "lead_stage": pgettext_lazy("trait", "Lead stage"),
    "lifetime_value": pgettext_lazy("trait", "Lifetime value"),
    "is_owner": pgettext_lazy("trait", "Is an owner"),
    "name": pgettext_lazy("trait", "Name"),
    "first_name": pgettext_lazy("trait", "First name"),
    "last_name": pgettext_lazy("trait", "Last name"),
    "email": pgettext_lazy("trait", "E-mail"),
    "phone": pgettext_lazy("trait", "Phone"),
    "address": pgettext_lazy("trait", "Address"),
    "birthday": pgettext_lazy("trait", "Birthday"),
    "vin": pgettext_lazy("trait", "VIN"),
    "member_no": pgettext_lazy("trait", "Member number"),
}


def event_title(name: str) -> str:
    """Return what an event is called wherever it is shown: what a person did, as a timeline tells it."""
    return str(EVENT_TITLES.get(name, name))


def trait_title(name: str) -> str:
    """Return what a trait is called."""
    return str(TRAIT_TITLES.get(name, name))


@lru_cache(maxsize=1)
def standard_events() -> Mapping[str, str]:
    """Return the standard events by everything they are called, in every language of the product, in small letters."""
    return _called(EVENT_TITLES)


@lru_cache(maxsize=1)
def standard_traits() -> Mapping[str, str]:
    """Return the standard traits by everything they are called, in every language of the product, in small letters."""
    return _called(TRAIT_TITLES)


def _called(titles: Mapping[str, object]) -> dict[str, str]:
    called = {name.casefold(): name for name in titles}
    for language, _title in settings.LANGUAGES:
        with override(language):
            called |= {str(title).casefold(): name for name, title in titles.items()}
    return called
