"""Which campaigns keep an audience from being deleted."""

import pytest

from yingtai.audiences.api import archive_audience
from yingtai.audiences.errors import AudienceWasUsed
from yingtai.audiences.jobs import delete_for_good
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.testing import make_campaign
from yingtai.kernel.scoping import acting_transaction


@pytest.mark.parametrize(("state", "is_kept"), [("draft", False), ("done", True)])
def test_a_campaign_that_ran_keeps_its_audience_and_a_draft_does_not(acting, brand, state, is_kept):
    campaign = make_campaign(acting, brand.node_no, [])
    with acting_transaction(acting):
        Campaign.objects.filter(id=campaign.id).update(
            state=state, launched_at=acting.at if is_kept else None
        )
    archive_audience(acting, campaign.audience_id)

    if is_kept:
        with pytest.raises(AudienceWasUsed) as refused:
            delete_for_good(acting, campaign.audience_id)
        assert refused.value.facts == {"names": campaign.name}
    else:
        delete_for_good(acting, campaign.audience_id)
