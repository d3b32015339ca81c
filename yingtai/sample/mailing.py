"""The campaign that is over: launched as of a month ago, sent by the product's own sender, read as people read mail.

It runs as a job, because sending needs the mail server, which a load does not. Where the answers lie: opens and clicks
of retail mails are around 40 % and 3 % of what is sent, half of all opens within hours.
"""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from time import monotonic

from yingtai.campaigns.api import (
    CampaignView,
    SendView,
    Visit,
    campaign_by_no,
    decide,
    launch,
    list_sends,
    note_click,
    note_open,
    send_for_a_while,
    unsubscribe,
)
from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import JOBS
from yingtai.kernel.scoping import acting_transaction

OVER = timedelta(days=30)
"""How long ago the campaign was decided: longer than the days in which an order counts."""
PAUSE = timedelta(seconds=10)
OPENS, CLICKS_OF_OPENS, LEAVES_OF_OPENS, FETCHES = 0.36, 0.09, 0.006, 0.12
"""Who opens; of those who follow a link or unsubscribe; of the others, whose mail service fetches the pictures."""
MEDIAN_HOURS, SPREAD = 4.0, 1.3
PERSON = Visit(
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15", is_prefetch=False
)
MAIL_SERVICE = Visit(
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", False
)


def finish_campaign(acting: Acting, campaign_no: int) -> None:
    """Launch, send and read a draft as of a month ago. While mails are owed it queues itself again.

    Raises: CampaignNotFound
    """
    then = acting.at_time(acting.at - OVER)
    campaign = campaign_by_no(acting, campaign_no)
    if campaign.is_draft:
        # In one transaction: nothing else may decide it in between, as of today.
        with acting_transaction(then):
            decide(then, launch(then, campaign.id).campaign_no)
    began = monotonic()
    send_for_a_while(then, campaign_no, clock=lambda: then.at + timedelta(seconds=monotonic() - began))
    if campaign_by_no(acting, campaign_no).state == "sending":
        JOBS["sample.finish_campaign"].enqueue(acting, at=acting.at + PAUSE, campaign_no=campaign_no)
        return
    _read(acting, campaign)


def _read(acting: Acting, campaign: CampaignView) -> None:
    chance = Random(campaign.campaign_no)  # noqa: S311 - invented people, the same every time
    for send in _sent(acting, campaign):
        opens, follows, leaves = chance.random(), chance.random(), chance.random()
        later = timedelta(hours=MEDIAN_HOURS * chance.lognormvariate(0, SPREAD))
        if send.sent_at is None or send.sent_at + later > acting.at:
            continue
        at = acting.at_time(send.sent_at + later)
        if opens < OPENS:
            note_open(at, send.send_no, PERSON)
            if follows < CLICKS_OF_OPENS:
                note_click(acting.at_time(at.at + timedelta(minutes=1)), send.send_no, PERSON, link_no=0)
            if leaves < LEAVES_OF_OPENS:
                unsubscribe(acting.at_time(at.at + timedelta(minutes=2)), send.send_no, method="link")
        elif opens < OPENS + FETCHES:
            note_open(at, send.send_no, MAIL_SERVICE)


def _sent(acting: Acting, campaign: CampaignView) -> Iterator[SendView]:
    after: str | None = None
    while True:
        page = list_sends(acting, campaign, state="sent", after=after)
        yield from page.rows
        if page.next_cursor is None:
            return
        after = page.next_cursor
