"""Campaigns leave the lists and come back; what runs stays, and what is archived cannot be launched or changed."""

import pytest

from yingtai.campaigns.errors import CampaignIsArchived, CampaignStillRuns
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.queries import get_campaign, list_campaigns, list_drafts_of
from yingtai.campaigns.services import drafting
from yingtai.campaigns.testing import make_campaign, make_people
from yingtai.compliance.testing import signed_in
from yingtai.kernel.scoping import acting_transaction

pytestmark = pytest.mark.usefixtures("lake")


@pytest.fixture
def marketer(brand):
    return signed_in(brand.code, "marketer")


@pytest.fixture
def people(acting, brand):
    return make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(3)])


def test_a_draft_is_archived_and_restored_by_buttons(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people)
    marketer.post(f"/campaigns/{campaign.id}/archive")
    assert list_campaigns(acting).rows == []
    assert [row.id for row in list_campaigns(acting, is_archived=True).rows] == [campaign.id]
    assert list_drafts_of(acting, campaign.created_by) == []
    page = marketer.get(f"/campaigns/{campaign.id}/").content.decode()
    assert "This campaign is archived." in page
    with pytest.raises(CampaignIsArchived):
        drafting.change_campaign(acting, campaign.id, {"name": "Other"})
    launched = marketer.post(f"/campaigns/{campaign.id}/launch", {"confirmed": "yes"})
    assert launched.status_code in {302, 409, 422}
    assert get_campaign(acting, campaign.id).is_draft
    marketer.post("/campaigns/several", {"do": "restore", "chosen": [str(campaign.id)]})
    assert [row.id for row in list_campaigns(acting).rows] == [campaign.id]


@pytest.mark.parametrize("state", ["scheduled", "deciding", "sending", "paused"])
def test_what_is_not_over_cannot_be_archived(acting, brand, people, state):
    campaign = make_campaign(acting, brand.node_no, people)
    with acting_transaction(acting):
        Campaign.objects.filter(id=campaign.id).update(state=state, launched_at=acting.at)
    with pytest.raises(CampaignStillRuns):
        drafting.archive_campaign(acting, campaign.id)
