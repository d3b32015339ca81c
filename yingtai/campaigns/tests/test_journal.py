"""What a dead sender's journal is believed about, and what not."""

import os
from collections import Counter

import psycopg
import pytest

from yingtai.campaigns.services import journal, ledger
from yingtai.campaigns.services.journal import Journal
from yingtai.campaigns.services.ledger import Desk
from yingtai.campaigns.services.sweeping import sweep_journals
from yingtai.campaigns.smtp import Answer
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people
from yingtai.campaigns.tests.test_sending import send, tally
from yingtai.kernel.env import dsn
from yingtai.kernel.scoping import acting_transaction

pytestmark = pytest.mark.usefixtures("lake")
DEAD = 4714


@pytest.fixture
def promised(acting, brand):
    """A campaign whose sender died when it had promised four mails: (campaign, send numbers)."""
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(6)])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))
    with acting_transaction(acting):
        claimed = ledger.claim(campaign.campaign_no, DEAD, size=5, at=acting.at)
    numbers = [one.send_no for one in claimed][:4]
    Desk(acting, campaign.campaign_no, campaign.node_no, DEAD).turn([], numbers, at=acting.at)
    return campaign, numbers


def write(campaign, *, boot=None):
    """Begin the dead sender's journal as it does; returns it open."""
    path = journal._path(campaign.campaign_no, DEAD)
    path.parent.mkdir(exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    os.write(descriptor, f"{boot or journal._boot()}\n".encode())
    return Journal(descriptor)


def test_of_four_promised_mails_one_was_on_the_wire(acting, office, promised):
    campaign, (first, second, third, _fourth) = promised
    kept = write(campaign)
    kept.begin(first)
    kept.end(first, Answer(250, "2.0.0 taken", "message"))
    kept.end(second, Answer(550, "5.1.1 no such user", "recipient"))
    kept.begin(third)

    send(acting, campaign, office)

    assert tally(acting, campaign) == {"sent": 4, "bounced": 1, "unknown": 1}
    assert len(office.mails) == 3
    assert not journal._path(campaign.campaign_no, DEAD).exists()


@pytest.mark.parametrize("how", ["no journal", "another boot"])
def test_without_a_journal_to_believe_nothing_is_sent_twice(acting, office, promised, how):
    campaign, (first, *_others) = promised
    if how == "another boot":
        write(campaign, boot="another").begin(first)

    send(acting, campaign, office)

    assert tally(acting, campaign) == {"sent": 2, "unknown": 4}
    assert max(Counter(office.recipients).values()) == 1


def test_a_line_that_was_cut_leaves_its_mail_in_doubt(acting, office, promised):
    campaign, (first, *_others) = promised
    kept = write(campaign)
    kept.begin(first)
    os.write(kept.descriptor, b'[%d, 250, "tak' % first)

    send(acting, campaign, office)

    assert tally(acting, campaign) == {"sent": 5, "unknown": 1}


def test_a_sender_that_ends_leaves_no_journal_and_nobody_else_may_read_one(acting, office, promised):
    campaign, _numbers = promised
    seen = []
    office.after_mail = lambda: seen.extend(
        (path.name, oct(path.stat().st_mode & 0o777)) for path in journal._path(0, 0).parent.iterdir()
        if path.name.startswith(f"{campaign.campaign_no}-")
    )  # fmt: skip

    send(acting, campaign, office)

    assert {mode for _name, mode in seen} == {"0o600"}
    assert not list(journal._path(0, 0).parent.glob(f"{campaign.campaign_no}-*"))


def test_journals_of_the_dead_go_once_nothing_of_theirs_is_in_doubt(acting, office, promised):
    campaign, (first, *_others) = promised
    write(campaign).begin(first)
    stray = journal._path(0, DEAD + 1)
    stray.write_text("left by a sender that died when all its mails were told")

    living = DEAD + 2
    journal._path(0, living).write_text("kept by a sender of another process")
    with psycopg.connect(dsn("app"), autocommit=True) as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock(%s)", [living])
        # Tests that kill senders may have left some of theirs.
        assert sweep_journals(acting) >= 1
        assert journal.list_journals() == [(0, living), (campaign.campaign_no, DEAD)]
    send(acting, campaign, office)

    assert (sweep_journals(acting), journal.list_journals()) == (1, [])
