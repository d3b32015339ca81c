"""Names of events that nobody outside may use, however they are written."""

from time import perf_counter

import pytest
from django.conf import settings
from django.utils.translation import override

from yingtai.collect.naming import EVENT_TITLES
from yingtai.collect.reserved import TITLES, is_free, is_reserved, shown_instead_of, skeleton


@pytest.mark.parametrize(
    "name",
    ["Em\u0430il Opened", "Em\u034fail Opened", "Email\ufe0f Opened", "Email\u3164Opened", "Email\u2800Opened",
     "Email Opened\x7f", "Unsubscribed\ud83d", "Unsubscr\u0131bed", "UNSUBSCR\u0130BED", "Emai1 0pened", "EmaiI Opened",
     "\u0395mail Sent", "ｃonsent\u200b  updated", "E\u0301mail Bounced", "Consent Granted",
     "consent  w\u0456thdrawn", "Opted In", "撤回同意"],
)  # fmt: skip
def test_what_reads_like_a_reserved_name_is_one(name):
    assert is_reserved(name)
    assert not is_free(name)


@pytest.mark.parametrize(
    "name",
    [
        "Shop Email Opened",
        "Email",
        "Segment Consent Preference",
        "Consent Banner Viewed",
        "Опрос пройден",
        "邮件已读",
        "emailopened",
    ],
)
def test_a_name_of_its_own_is_free(name):
    assert is_free(name)


def test_what_a_standard_event_is_shown_as_leads_to_it():
    assert shown_instead_of("put a product into the \u0441art") == "Product Added"
    assert shown_instead_of(" 登录") == "Signed In"
    assert [shown_instead_of(name) for name in ("Signed In", "signed up", "Product Added")] == ["", "", ""]


def test_the_titles_are_those_that_pages_show():
    for place, (language, _title) in enumerate([("en", ""), ("zh-hans", "")]):
        with override(language):
            assert {name: str(title) for name, title in EVENT_TITLES.items()} == {
                name: titles[place] for name, titles in TITLES.items()
            }
    assert {code for code, _title in settings.LANGUAGES} == {"en", "zh-hans"}


def test_a_name_made_to_be_long_costs_little():
    began = perf_counter()
    for sign in ("\ufdfa", "\u0430", "\u0301"):
        skeleton(sign * 100_000)
    assert perf_counter() - began < 0.1
