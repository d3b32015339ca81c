"""What the monitor says first, as numbers and time go on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from yingtai.campaigns.queries import CampaignProgress, get_campaign
from yingtai.campaigns.testing import launch_and_decide, make_campaign
from yingtai.campaigns.verdicts import said_of

SENT = CampaignProgress(
    owed=0, sent=200, unknown=0, opened=0, proxied=0, clicked=0, unsubscribed=0, reasons={}, latest_sent_at=None,
    per_minute=None, ends_at=None,
)  # fmt: skip


@pytest.fixture
def campaign(acting, brand):
    launched = launch_and_decide(acting, make_campaign(acting, brand.node_no, [], hold_out_share=1000))
    return replace(get_campaign(acting, launched.id), state="done")


@pytest.mark.parametrize(
    ("numbers", "later", "is_rough", "sentence", "tone"),
    [
        ({}, timedelta(hours=1), False, "The mail went to 200 people; nobody has opened it yet.", "neutral"),
        ({}, timedelta(days=3), False, "The mail went to 200 people; nobody has opened it yet.", "warn"),
        ({}, timedelta(hours=1), True, "The mail went to 200 people; few have opened it yet, or none.", "neutral"),
        (
            {"opened": 50, "clicked": 10}, timedelta(hours=1), False,
            "Of 200 people who got the mail, 25.0% opened it and 5.0% clicked.", "neutral",
        ),
        (
            {"unsubscribed": 2}, timedelta(hours=1), False,
            "The mail went to 200 people; 2 people unsubscribed, and no opening was recorded.", "warn",
        ),
        (
            {"opened": 1}, timedelta(hours=1), False,
            "Of 200 people who got the mail, 1 person opened it and nobody clicked.", "neutral",
        ),
        (
            {"opened": 30}, timedelta(hours=1), True,
            "Of 200 people who got the mail, 15.0% opened it and fewer than 20 people clicked.", "neutral",
        ),
        ({"sent": 0}, timedelta(hours=1), False, "Nobody got the mail.", "warn"),
    ],
)  # fmt: skip
def test_the_monitor_says_first_what_it_came_to(campaign, acting, numbers, later, is_rough, sentence, tone):
    progress = replace(SENT, latest_sent_at=acting.at, **numbers)

    said = said_of(campaign, progress, acting.at + later, is_rough=is_rough)

    assert (said.sentence, said.tone) == (sentence, tone)


def test_rough_numbers_never_say_that_nobody_got_it(campaign, acting):
    assert said_of(campaign, replace(SENT, sent=0), acting.at, is_rough=True) is None


def test_what_comes_next_is_said_until_it_came(campaign, acting):
    notes = [
        said_of(
            campaign,
            replace(SENT, latest_sent_at=acting.at, opened=opened),
            acting.at + later,
            is_rough=False,
        ).note
        for opened, later in ((0, timedelta(hours=1)), (9, timedelta(days=3)), (9, timedelta(days=15)))
    ]

    assert "usual in the first hours" in notes[0]
    assert "final on 2026-03-16" in notes[0]
    assert notes[1].startswith("The result is final on 2026-03-16")
    assert notes[2] == "The result is complete."
