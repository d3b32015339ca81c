from datetime import UTC, datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yingtai.campaigns.asked import facts_of_launch
from yingtai.campaigns.services import (
    asking,
    asking_addresses,
    confirming,
    deciding,
    exporting,
    following,
    sending,
)
from yingtai.campaigns.services.pausing import pausing_at_trouble
from yingtai.customers.events import read_given
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import second_person
from yingtai.kernel.jobs import job
from yingtai.kernel.labels import Label
from yingtai.organization.api import TwoPersonAct

second_person.register(
    asking.LAUNCH,
    TwoPersonAct(
        _("launch a campaign"),
        ("send", Label.L3, "campaigns.campaign"),
        asking.launch_approved,
        facts_of_launch,
        lambda asked: (_("See the campaign"), reverse("campaigns:campaign", args=[asked["campaign_id"]])),
    ),
)


@job("campaigns.decide", queue="sending")
def decide(acting: Acting, *, campaign_no: int) -> None:
    """Idempotent: the campaign leaves the state in which it can be decided in the same transaction."""
    with pausing_at_trouble(acting, campaign_no):
        deciding.decide(acting, campaign_no)


@job("campaigns.send", queue="sending", max_attempts=20)
def send(acting: Acting, *, campaign_no: int) -> None:
    """Harmless to repeat: the ledger says what is still owed, and a send is claimed before it is made."""
    sending.send_for_a_while(acting, campaign_no, clock=lambda: datetime.now(UTC))


@job("campaigns.export", queue="reports")
def export(acting: Acting, *, campaign_no: int) -> None:
    """Idempotent: the campaign's partition of the lake is replaced as a whole."""
    exporting.export_assignments(acting, campaign_no)


@job("campaigns.keep_going", queue="sending")
def keep_going(acting: Acting) -> None:
    """Idempotent: queues a job for a campaign only when none is waiting."""
    sending.keep_going(acting)


@job("campaigns.follow_merges", queue="sending")
def follow_merges(acting: Acting, *, survivor_no: int, duplicate_nos: list[int]) -> None:
    """Idempotent: sends that followed already are with the survivor."""
    following.follow_merges(acting, [(survivor_no, duplicate) for duplicate in duplicate_nos])


@job("campaigns.forget_people", queue="sending")
def forget_people(acting: Acting, *, profile_nos: list[int]) -> None:
    """Idempotent: nothing is owed to them any more."""
    following.forget_people(acting, profile_nos)


@job("campaigns.note_given_addresses", queue="sending")
def note_given_addresses(acting: Acting, *, node_no: int, given: str) -> None:
    """Idempotent: an address that is owed a mail, or was asked lately, is passed over."""
    confirming.note_given(acting, node_no=node_no, given=read_given(given))


@job("campaigns.confirm_addresses", queue="sending")
def confirm_addresses(acting: Acting) -> None:
    """Harmless to repeat: a mail is promised before it is made, and a yes is recorded once."""
    confirming.record_confirmed(acting)
    asking_addresses.ask_addresses(acting)
