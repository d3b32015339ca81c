"""Which campaigns keep an audience from being deleted."""

import pytest
from django.test import Client

from yingtai.audiences.api import archive_audience
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.testing import make_campaign
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import make_staff


@pytest.mark.parametrize(
    ("state", "status", "said"),
    [
        ("draft", 302, "These drafts use it"),
        ("done", 409, "The audience cannot be deleted: Spring news need"),
    ],
)
def test_a_campaign_that_ran_keeps_its_audience_and_a_draft_does_not(acting, brand, state, status, said):
    campaign = make_campaign(acting, brand.node_no, [])
    with acting_transaction(acting):
        Campaign.objects.filter(id=campaign.id).update(
            state=state, launched_at=None if state == "draft" else acting.at
        )
    archive_audience(acting, campaign.audience_id)
    browser, url = Client(), f"/audiences/{campaign.audience_id}/delete"
    browser.force_login(
        make_staff(brand.code, "marketer"), "allauth.account.auth_backends.AuthenticationBackend"
    )

    page = browser.get(url).content.decode()

    assert browser.post(url, {"confirmed": "delete"}).status_code == status
    assert said in page
    assert "Spring news" in page
    assert browser.get(f"/campaigns/{campaign.id}/", follow=True).status_code == 200
