"""Who gets a campaign is decided in sets, and everyone else is in the ledger with the reason."""

import hashlib

import pytest

from yingtai.campaigns import queries
from yingtai.campaigns.errors import CampaignIsFixed, CampaignNotFound, NotReadyToLaunch
from yingtai.campaigns.models import Campaign, Send
from yingtai.campaigns.services import deciding, drafting
from yingtai.campaigns.services.exporting import export_assignments
from yingtai.campaigns.services.ledger import Claimed
from yingtai.campaigns.services.suppressing import suppress
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.compliance.api import record_consent
from yingtai.customers.api import masked_contacts
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.api import scoped

pytestmark = pytest.mark.usefixtures("lake")


def ledger(acting, campaign):
    with acting_transaction(acting):
        rows = Send.objects.filter(campaign_no=campaign.campaign_no)
        return {row.profile_no: row.reason or row.state for row in rows}


def withdraw(acting, brand, profile_no):
    record_consent(
        acting, profile_no=profile_no, node_no=brand.node_no, purpose="marketing.email", channel="email",
        status="withdrawn", source="form",
    )  # fmt: skip


def test_everyone_in_the_audience_is_in_the_ledger_with_the_reason(acting, brand):
    anna, bert, carl, dora = make_people(
        acting, brand.node_no, ["anna@example.com", None, "carl@example.com", "dora@example.com"]
    )
    campaign = make_campaign(acting, brand.node_no, [anna, bert, carl, dora])
    withdraw(acting, brand, carl)
    [(dora_alias, _)] = masked_contacts(acting, dora).items()
    suppress(
        acting, Claimed(0, dora, brand.node_no, 0, dora_alias), channel="email", answer="550", at=acting.at
    )

    expected = deciding.forecast(acting, campaign.id)
    decided = launch_and_decide(acting, campaign)

    assert ledger(acting, campaign) == {
        anna: "owed", bert: "no_address", carl: "withdrawn", dora: "suppressed"
    }  # fmt: skip
    assert expected == {"owed": 1, "no_address": 1, "withdrawn": 1, "suppressed": 1}
    assert queries.tallies_of(acting, [campaign.campaign_no])[campaign.campaign_no] == expected
    assert decided.state == Campaign.State.SENDING


def test_without_consent_nobody_is_written_to(acting, brand):
    people = make_people(acting, brand.node_no, ["anna@example.com", "bert@example.com"])
    campaign = make_campaign(acting, brand.node_no, people, are_willing=False)

    assert deciding.forecast(acting, campaign.id) == {"no_consent": 2}
    with pytest.raises(NotReadyToLaunch, match="Nobody in the audience"):
        deciding.launch(acting, campaign.id)


@pytest.mark.parametrize(("people_count", "held_count"), [(257, 26), (25, 3), (24, 2), (4, 0)])
def test_exactly_the_share_is_held_out_by_an_order_that_anyone_can_repeat(
    acting, brand, people_count, held_count
):
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(people_count)])
    campaign = make_campaign(acting, brand.node_no, people, hold_out_share=1000)

    launch_and_decide(acting, campaign)

    with acting_transaction(acting):
        salt = Campaign.objects.get(campaign_no=campaign.campaign_no).salt
    held = {number for number, what in ledger(acting, campaign).items() if what == "hold_out"}
    in_order = sorted(people, key=lambda number: hashlib.md5(f"{salt}:{number}".encode()).hexdigest())  # noqa: S324
    assert held == set(in_order[:held_count])


def test_two_campaigns_hold_out_different_people(acting, brand):
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(400)])
    campaign = make_campaign(acting, brand.node_no, people, hold_out_share=5000)
    other = drafting.copy_campaign(acting, campaign.id, name="Again")

    for one in (campaign, other):
        launch_and_decide(acting, one)

    held = [{n for n, what in ledger(acting, one).items() if what == "hold_out"} for one in (campaign, other)]
    assert 60 < len(held[0] & held[1]) < 140  # 100 expected by chance


def test_deciding_again_changes_nothing(acting, brand):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    assert deciding.decide(product(acting, campaign), campaign.campaign_no) is False
    assert ledger(acting, campaign) == {people[0]: "owed"}


def test_a_launched_campaign_cannot_be_changed_or_launched_again(acting, brand):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    with pytest.raises(CampaignIsFixed):
        drafting.change_campaign(acting, campaign.id, {"name": "Other"})
    with pytest.raises(CampaignIsFixed):
        deciding.launch(acting, campaign.id)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"audience_id": None}, "No audience is chosen"),
        ({"version_id": None}, "No template is chosen"),
        ({"purpose": "marketing.pigeon"}, "no purpose called marketing.pigeon"),
        ({"from_address": ""}, "No sender yet"),
    ],
)
def test_what_is_not_ready_is_not_launched(acting, brand, change, problem):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = make_campaign(acting, brand.node_no, people)
    drafting.change_campaign(acting, campaign.id, change)

    with pytest.raises(NotReadyToLaunch, match=problem):
        deciding.launch(acting, campaign.id)
    assert queries.get_campaign(acting, campaign.id).is_draft


def test_a_template_without_a_way_out_is_not_sent(acting, brand):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = make_campaign(acting, brand.node_no, people, template={"html": "<p>No way out</p>"})

    with pytest.raises(NotReadyToLaunch, match="no link to unsubscribe"):
        deciding.launch(acting, campaign.id)


def test_a_scheduled_campaign_is_decided_when_its_time_has_come(acting, brand):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    later = acting.at.replace(hour=18)
    campaign = make_campaign(acting, brand.node_no, people, scheduled_at=later)

    deciding.launch(acting, campaign.id)
    early = deciding.decide(product(acting, campaign), campaign.campaign_no)
    on_time = deciding.decide(product(acting.at_time(later), campaign), campaign.campaign_no)

    assert (early, on_time) == (False, True)


def test_who_was_assigned_is_copied_to_the_lake(acting, brand):
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(50)] + [None])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people, hold_out_share=5000))

    written = export_assignments(product(acting, campaign), campaign.campaign_no)

    rows = scoped(acting.scope).query(
        "SELECT profile_no, is_held_out FROM campaign_assignments WHERE campaign_no = $n",
        {"n": campaign.campaign_no},
    )
    assert written == 50
    assert {row["profile_no"]: row["is_held_out"] for row in rows.to_pylist()} == {
        number: what == "hold_out"
        for number, what in ledger(acting, campaign).items()
        if what != "no_address"
    }


def test_a_neighbour_finds_no_campaign_and_no_send(acting, neighbour_acting, brand):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    assert queries.list_campaigns(neighbour_acting).rows == []
    assert queries.sends_of(neighbour_acting, people[0]) == []
    assert queries.tallies_of(neighbour_acting, [campaign.campaign_no]) == {campaign.campaign_no: {}}
    with pytest.raises(CampaignNotFound):
        queries.get_campaign(neighbour_acting, campaign.id)
    with pytest.raises(CampaignNotFound):
        deciding.forecast(neighbour_acting, campaign.id)
