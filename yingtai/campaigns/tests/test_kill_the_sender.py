"""Kill the sender in the middle of 2,000 mails, again and again: each recipient gets exactly one."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from yingtai.campaigns import queries
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people
from yingtai.campaigns.tests.quick_office import open_quick_office

MAILS = 2000
PATIENCE_SECONDS = 60

SENDER = """
import json, os, socket, sys
from datetime import UTC, datetime
os.environ["DJANGO_SETTINGS_MODULE"] = "yingtai.web.settings"
import django
django.setup()
from yingtai.campaigns.services.sending import send_for_a_while
from yingtai.campaigns.smtp import Server
from yingtai.kernel.acting import system
from yingtai.kernel.scope import Scope

campaign_no, node_no, port = map(int, sys.argv[1:4])
def clock():
    return datetime.now(UTC)
def inquiry(message_ids):
    if sys.argv[4] == "mute":
        return None
    return set(open(sys.argv[4]).read().split()) & set(message_ids)
while True:
    acting = system("campaigns", Scope.of(node_no), clock(), "marketing.email")
    send_for_a_while(acting, campaign_no, clock=clock, server=Server("127.0.0.1", port), inquiry=inquiry)
"""


@contextmanager
def sender(campaign, office, *, can_ask=True) -> Iterator[subprocess.Popen]:
    """A sender in a process of its own, killed with -9 at the end of the block."""
    arguments = [
        campaign.campaign_no,
        campaign.node_no,
        office.server.port,
        office.log if can_ask else "mute",
    ]
    process = subprocess.Popen([sys.executable, "-c", SENDER, *map(str, arguments)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def is_done(acting, campaign) -> bool:
    return queries.get_campaign(acting, campaign.id).state == Campaign.State.DONE


def tally(acting, campaign) -> dict[str, int]:
    found = queries.tallies_of(acting, [campaign.campaign_no])[campaign.campaign_no]
    return {what: count for what, count in found.items() if count}


@pytest.mark.slow  # 2,000 mails over real connections, and senders that start Django three times
@pytest.mark.usefixtures("lake")
def test_each_recipient_gets_exactly_one_mail_however_often_the_sender_is_killed(acting, brand, tmp_path):
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(MAILS)])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    with open_quick_office(tmp_path / "taken") as office:
        for share in (0.3, 0.6):
            with sender(campaign, office):
                wait_for(lambda: len(office.recipients) >= share * MAILS)  # noqa: B023
        with sender(campaign, office):
            wait_for(lambda: is_done(acting, campaign))

    assert Counter(Counter(office.recipients).values()) == {1: MAILS}
    assert tally(acting, campaign) == {"sent": MAILS}


@pytest.mark.slow  # senders that start Django twice
@pytest.mark.usefixtures("lake")
def test_where_the_server_cannot_be_asked_at_most_one_mail_is_left_open_and_nobody_gets_two(
    acting, brand, tmp_path
):
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(400)])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    with open_quick_office(tmp_path / "taken") as office:
        with sender(campaign, office, can_ask=False):
            wait_for(lambda: len(office.recipients) >= 150)
        with sender(campaign, office, can_ask=False):
            wait_for(lambda: is_done(acting, campaign))

    found = tally(acting, campaign)
    assert max(Counter(office.recipients).values()) == 1
    assert found.get("unknown", 0) <= 1
    assert found["sent"] + found.get("unknown", 0) == 400
    assert 400 - found.get("unknown", 0) <= len(office.recipients) <= 400
