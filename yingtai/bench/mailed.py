"""A campaign of the bench: its mails sent by us, and the same bytes sent by the standard library."""

import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from yingtai.campaigns.letterheads import letterhead_of, tokens
from yingtai.campaigns.mail import Mail, compose
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.queries import CampaignView, get_campaign, tallies_of
from yingtai.campaigns.services.sending import send_for_a_while
from yingtai.campaigns.smtp import Server
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.campaigns.tokens import Link
from yingtai.content.api import compiled
from yingtai.content.starting import STARTING_HTML, STARTING_SUBJECT
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization import services as organization

TEMPLATE = {"subject": STARTING_SUBJECT, "html": STARTING_HTML}


def make_mails(number: int) -> tuple[Acting, CampaignView]:
    """Make a brand with so many people who agreed, and a campaign to them all that is decided."""
    at = datetime.now(UTC)
    organization.ensure_group(name="Bench group")
    organization.add_legal_entity(code="bench-entity", name="Bench entity")
    brand = organization.add_unit(parent_code="bench-entity", code="bench-brand", name="Bench brand")
    node_no = brand.node_no or 0
    acting = system("bench", EVERYTHING.of(node_no), at)
    people = make_people(acting, node_no, [f"person{place}@example.com" for place in range(number)])
    campaign = launch_and_decide(acting, make_campaign(acting, node_no, people, template=TEMPLATE))
    with connection.cursor() as cursor:
        # A moment after a load, as in life; autovacuum would do it while we measure.
        cursor.execute("ANALYZE")
    return acting, campaign


@contextmanager
def receiver() -> Iterator[Server]:
    """A mail server in a process of its own."""
    command = [sys.executable, "-m", "yingtai.bench.receiver"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline() if process.stdout else ""
            yield Server("127.0.0.1", int(port))
        finally:
            process.kill()


def send_ours(acting: Acting, campaign: CampaignView, server: Server) -> tuple[int, float]:
    """Send the campaign as the job does, turn by turn; return how many mails and in how many seconds."""
    began = time.perf_counter()
    while get_campaign(acting, campaign.id).state == Campaign.State.SENDING:
        send_for_a_while(
            product(acting.at_time(datetime.now(UTC)), campaign), campaign.campaign_no,
            clock=lambda: datetime.now(UTC), server=server, inquiry=lambda message_ids: None,
        )  # fmt: skip
    seconds = time.perf_counter() - began
    return tallies_of(acting, [campaign.campaign_no])[campaign.campaign_no].get("sent", 0), seconds


def send_bare(mails: list[Mail], server: Server) -> float:
    """Send finished mails with smtplib over one connection; return mails per second."""
    with smtplib.SMTP(server.host, server.port, local_hostname="localhost") as smtp:
        began = time.perf_counter()
        for mail in mails:
            smtp.sendmail(mail.sender, [mail.recipient], mail.message)
        return len(mails) / (time.perf_counter() - began)


def mails_of(acting: Acting, campaign: CampaignView, number: int) -> list[Mail]:
    """Return so many mails of the campaign, made before the clock runs."""
    with acting_transaction(acting):
        letterhead = letterhead_of(Campaign.objects.get(campaign_no=campaign.campaign_no))
        if campaign.version_id is None:
            raise LookupError("a campaign that was decided has a template")
        template = compiled(acting, campaign.version_id)
    person: dict[str, Any] = {"first_name": "Anna"}
    return [
        compose(
            template, letterhead, tokens(), link=Link(place, campaign.node_no),
            recipient=f"person{place}@example.com", person=person, at=acting.at,
        )
        for place in range(number)
    ]  # fmt: skip
