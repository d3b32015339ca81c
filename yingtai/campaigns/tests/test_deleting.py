"""A draft nobody needs is deleted for good; what was launched is kept."""

from datetime import timedelta

import pytest

from yingtai.campaigns.errors import CampaignNotFound, CampaignWasUsed
from yingtai.campaigns.queries import get_campaign
from yingtai.campaigns.senders import list_senders
from yingtai.campaigns.services.deciding import launch
from yingtai.campaigns.services.drafting import create_campaign, delete_campaign
from yingtai.campaigns.services.keeping_senders import archive_sender, keep_sender
from yingtai.campaigns.testing import make_campaign
from yingtai.compliance.testing import signed_in
from yingtai.organization.testing import deeds_of

pytestmark = pytest.mark.usefixtures("lake")


def test_a_draft_is_deleted_after_asking_and_the_record_says_so(acting, brand):
    marketer = signed_in(brand.code, "marketer")
    draft = create_campaign(acting, node_no=brand.node_no, name="Autumn")

    asked = marketer.get(f"/campaigns/{draft.id}/delete").content.decode()
    still_there = get_campaign(acting, draft.id).name
    marketer.post(f"/campaigns/{draft.id}/delete", {"confirm": "yes"})

    assert "Nobody can bring the draft back" in asked
    assert still_there == "Autumn"
    with pytest.raises(CampaignNotFound):
        get_campaign(acting, draft.id)
    assert [one.about for one in deeds_of(acting, "campaign.deleted")] == ["Autumn"]


def test_what_was_launched_once_is_kept_even_as_a_draft_again(acting, brand):
    marketer = signed_in(brand.code, "marketer")
    campaign = make_campaign(acting, brand.node_no, [], scheduled_at=acting.at + timedelta(days=2))
    launch(acting, campaign.id)

    while_it_waits = marketer.post(f"/campaigns/{campaign.id}/delete", {"confirm": "yes"}).status_code
    with pytest.raises(CampaignWasUsed):
        delete_campaign(acting, campaign.id)

    assert while_it_waits == 422
    assert get_campaign(acting, campaign.id).state == "scheduled"


def test_whoever_may_not_edit_deletes_nothing(acting, brand, neighbour):
    draft = create_campaign(acting, node_no=brand.node_no, name="Autumn")

    statuses = [
        signed_in(code, role).post(f"/campaigns/{draft.id}/delete", {"confirm": "yes"}).status_code
        for code, role in ((brand.code, "auditor"), (neighbour.code, "marketer"))
    ]

    assert statuses == [403, 404]
    assert get_campaign(acting, draft.id).name == "Autumn"


def test_senders_are_listed_by_state_and_in_the_order_asked_for(acting, brand):
    marketer = signed_in(brand.code, "marketer")
    first, _second = (
        keep_sender(acting, node_no=brand.node_no, name=name, address=f"{name.lower()}@nova.example.com")
        for name in ("Nova", "Aurora")
    )
    archive_sender(acting, first.id)

    in_use = marketer.get("/campaigns/senders/").content.decode()
    archived = marketer.get("/campaigns/senders/?show=archived").content.decode()

    assert ("nova@nova" in in_use, "aurora@nova" in in_use) == (False, True)
    assert ("nova@nova.example" in archived, "aurora@nova" in archived) == (True, False)
    assert [one.name for one in list_senders(acting, sort="name")] == ["Aurora"]
    assert 'href="/campaigns/senders/?sort=name"' in in_use
