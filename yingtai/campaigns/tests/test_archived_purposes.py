"""A campaign whose purpose was archived after the launch waits and says so, whenever that was."""

from datetime import timedelta

import pytest

from yingtai.campaigns.jobs import decide
from yingtai.campaigns.queries import get_campaign
from yingtai.campaigns.services import deciding
from yingtai.campaigns.services.pausing import resume_campaign
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.campaigns.tests.test_sending import send
from yingtai.compliance.api import get_purpose
from yingtai.compliance.testing import signed_in

pytestmark = pytest.mark.usefixtures("lake")
HELD_UP = ("paused", "campaigns.purpose-was-archived")


@pytest.fixture
def people(acting, brand):
    return make_people(acting, brand.node_no, ["anna@example.com"])


def do(acting, brand, what):
    purpose = get_purpose(acting, code="marketing.email", node_no=brand.node_no)
    officer = signed_in(brand.code, "compliance_officer")
    officer.post("/compliance/purposes/several", {"do": what, "chosen": [purpose.id]})


def test_a_scheduled_campaign_waits_until_its_purpose_is_restored(acting, brand, office, people):
    later = acting.at + timedelta(hours=2)
    draft = make_campaign(acting, brand.node_no, people, scheduled_at=later)
    campaign = deciding.launch(acting, draft.id)
    do(acting, brand, "archive")

    decide(product(acting.at_time(later), campaign), campaign_no=campaign.campaign_no)
    held_up = get_campaign(acting, campaign.id)
    shown = signed_in(brand.code, "marketer").get(f"/campaigns/{campaign.id}/monitor/")

    assert (held_up.state, held_up.trouble) == HELD_UP
    assert "its purpose was archived after the launch" in shown.content.decode()

    do(acting, brand, "restore")
    resume_campaign(acting.at_time(later), campaign.id)
    decide(product(acting.at_time(later), campaign), campaign_no=campaign.campaign_no)
    send(acting, get_campaign(acting, campaign.id), office, later=timedelta(hours=3))
    assert office.recipients == ["anna@example.com"]


def test_what_is_being_sent_stops_at_the_next_turn(acting, brand, office, people):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))
    do(acting, brand, "archive")

    send(acting, campaign, office)

    found = get_campaign(acting, campaign.id)
    assert (found.state, found.trouble, office.recipients) == (*HELD_UP, [])
