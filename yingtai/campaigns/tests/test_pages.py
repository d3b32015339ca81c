"""Building, confirming, watching and judging a campaign in the console."""

import re
from datetime import timedelta

import pytest

from yingtai.audiences.api import Use, audience_uses, get_audience
from yingtai.campaigns import queries
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.reasons import STATES
from yingtai.campaigns.services import deciding
from yingtai.campaigns.services.exporting import export_assignments
from yingtai.campaigns.services.sending import send_for_a_while
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.compliance.testing import make_purposes, signed_in
from yingtai.customers.api import ids_of
from yingtai.kernel.contributions import fact_names, home_panels, privacy_holders, profile_panels
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import make_api_key

pytestmark = pytest.mark.usefixtures("lake")


@pytest.fixture
def marketer(brand):
    return signed_in(brand.code, "marketer")


@pytest.fixture
def people(acting, brand):
    return make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(40)] + [None])


def test_an_empty_list_says_what_a_campaign_is(marketer):
    assert "No campaign yet" in marketer.get("/campaigns/").content.decode()


def test_a_new_draft_says_step_by_step_what_is_missing(marketer, acting, brand):
    make_purposes(acting, brand.node_no)

    text = marketer.post("/campaigns/new", follow=True).content.decode()

    assert "No audience is chosen" in text
    assert "No template is chosen" in text


def test_a_draft_is_built_checked_confirmed_and_launched(marketer, acting, brand, people):
    ready = make_campaign(acting, brand.node_no, people)
    made = marketer.post("/campaigns/new", follow=True)
    url = made.redirect_chain[-1][0]
    form = {
        "name": "Autumn", "audience_id": str(ready.audience_id), "version_id": str(ready.version_id),
        "purpose": "marketing.email", "from_name": "Nova", "from_address": "news@nova.example.com",
        "hold_out_percent": "50", "goal_event": "Order Completed", "goal_days": "14", "launch": "yes",
    }  # fmt: skip

    asked = marketer.post(url, form, follow=True)
    check = marketer.get(f"{url}check").content.decode()
    done = marketer.post(f"{url}launch", {"confirm": "yes"}, follow=True)

    text = asked.content.decode()
    [campaign] = [row for row in queries.list_campaigns(acting).rows if row.name == "Autumn"]
    owed = campaign.forecast["owed"]
    assert f"{owed} people will get this mail." in text
    assert "no e-mail address: 1 person" in text
    assert "held out, to see what the mail changes" in text
    assert "This cannot be undone." in text
    assert f"{owed} people would get it" in check
    assert campaign.state == Campaign.State.DECIDING
    assert campaign.hold_out_share == 5000
    assert "Being prepared" in done.content.decode()


def test_what_is_not_ready_is_not_asked_for(marketer):
    url = marketer.post("/campaigns/new", follow=True).redirect_chain[-1][0]

    for answer in (marketer.get(f"{url}launch"), marketer.post(f"{url}launch")):
        assert answer.status_code == 422
        assert "No audience is chosen" in answer.content.decode()


def test_a_form_that_does_not_fit_says_so_beside_the_field(marketer):
    url = marketer.post("/campaigns/new", follow=True).redirect_chain[-1][0]

    answer = marketer.post(url, {"name": "x", "hold_out_percent": "80", "purpose": "marketing.email"})

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


def test_the_monitor_counts_and_asks_again_while_it_runs(marketer, acting, brand, people, office):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people, hold_out_share=2000))
    url = f"/campaigns/{campaign.id}/monitor/"

    during = marketer.get(url).content.decode()
    send_for_a_while(
        product(acting, campaign), campaign.campaign_no, clock=lambda: acting.at, server=office.server,
        inquiry=lambda message_ids: None,
    )  # fmt: skip
    after = marketer.get(url, headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="every 2s"' in during
    assert "The first mails are on their way." in during
    assert f"The mail went to {len(office.mails)} people; nobody has opened it yet." in after
    assert after.lstrip().startswith('<div class="stack" id="progress"')
    assert "hx-trigger" not in after
    assert "no e-mail address" in after
    assert f"{len(office.mails)}" in after


def test_stopping_asks_first_and_stops(marketer, acting, brand, people):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    asked = marketer.get(f"/campaigns/{campaign.id}/stop").content.decode()
    done = marketer.post(f"/campaigns/{campaign.id}/stop", follow=True).content.decode()
    again = marketer.post(f"/campaigns/{campaign.id}/stop")

    assert "40 mails that have not gone out yet will not be sent." in asked
    assert "the campaign was stopped" in done
    assert (again.status_code, again["Location"]) == (302, f"/campaigns/{campaign.id}/monitor/")


def test_the_ledger_shows_masked_people_with_the_reason(marketer, acting, brand, people):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    everyone = marketer.get(f"/campaigns/{campaign.id}/sends/").content.decode()
    some = marketer.get(f"/campaigns/{campaign.id}/sends/?state=no_address").content.decode()

    assert "p1@example.com" not in everyone
    assert everyone.count('<tr><th scope="row"') == 41
    assert some.count('<tr><th scope="row"') == 1


def test_the_result_begins_with_the_verdict(marketer, acting, brand, people):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people, hold_out_share=5000))
    export_assignments(product(acting, campaign), campaign.campaign_no)

    text = marketer.get(f"/campaigns/{campaign.id}/result/").content.decode()

    assert "Too few people to tell" in text
    assert "How this was computed" in text
    assert "campaign_assignments" in text


def test_of_nobody_against_nobody_there_is_no_result_and_no_band(marketer, acting, brand, people):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people, hold_out_share=5000))
    export_assignments(product(acting, campaign), campaign.campaign_no)

    text = marketer.get(f"/campaigns/{campaign.id}/result/").content.decode()

    assert "No result yet" in text
    assert "Revenue per person" not in text
    assert "Likely between" not in text


def test_a_copy_is_a_draft_that_holds_out_others(marketer, acting, brand, people):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    page = marketer.post(f"/campaigns/{campaign.id}/copy", follow=True).content.decode()

    assert "Spring news copy" in page


def test_a_launched_campaign_opens_in_its_monitor(marketer, acting, brand, people):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    assert marketer.get(f"/campaigns/{campaign.id}/")["Location"] == f"/campaigns/{campaign.id}/monitor/"
    assert (
        marketer.get(f"/campaigns/{campaign.id}/launch")["Location"] == f"/campaigns/{campaign.id}/monitor/"
    )


def test_panels_show_sends_of_a_person_and_what_runs(acting, neighbour_acting, brand, people):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    sends = profile_panels.get("campaigns.sends")(acting, people[-1])
    running = home_panels.get("campaigns.running")(acting)
    audience_no = get_audience(acting, campaign.audience_id).audience_no
    uses = audience_uses.get("campaigns")
    copy = privacy_holders.get("campaigns").export(acting, [people[-1]])

    [(row, campaign_id, name, words)] = sends.context["rows"]
    assert (row.reason, campaign_id, name, str(words)) == (
        "no_address",
        campaign.id,
        "Spring news",
        "no e-mail address",
    )
    assert [view.id for view, _state, _tally, _same in running.context["groups"]] == [campaign.id]
    assert uses(acting, audience_no) == [
        Use("Spring news", f"/campaigns/{campaign.id}/monitor/", dict(STATES)[campaign.state])
    ]
    assert uses(neighbour_acting, audience_no) == []
    named = fact_names.get("campaign_no")
    assert named(acting, [campaign.campaign_no]) == {
        campaign.campaign_no: ("Spring news", f"/campaigns/{campaign.id}/monitor/")
    }
    assert named(neighbour_acting, [campaign.campaign_no]) == {}
    assert [(mail["campaign"], mail["reason"]) for mail in copy] == [("Spring news", "no_address")]


def test_a_neighbour_finds_no_page_of_the_campaign(acting, brand, neighbour, people):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))
    stranger = signed_in(neighbour.code, "marketer")

    paths = ["", "check", "launch", "stop", "monitor/", "sends/", "result/"]

    assert {stranger.get(f"/campaigns/{campaign.id}/{path}").status_code for path in paths} == {404}


def test_who_may_not_send_may_not_launch_or_stop(acting, brand, people):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))
    asked = {
        ("auditor", "monitor/"): 200, ("auditor", "launch"): 403, ("analyst", "result/"): 200,
        ("analyst", "stop"): 403, ("operator", "monitor/"): 403, ("administrator", "sends/"): 403,
        ("analyst", "sends/"): 403, ("executive", "sends/"): 403, ("auditor", "sends/"): 403,
        ("marketer", "sends/"): 200,
    }  # fmt: skip
    colleagues = {role: signed_in(brand.code, role) for role, _ in asked}

    found = {
        (role, path): colleagues[role].get(f"/campaigns/{campaign.id}/{path}").status_code
        for role, path in asked
    }

    assert found == asked


@pytest.mark.parametrize("state", ["scheduled", "deciding", "sending"])
@pytest.mark.parametrize("role", ["marketer", "analyst", "brand_manager", "executive", "auditor"])
def test_home_shows_what_runs_to_all_who_may_see_campaigns(state, role, acting, brand):
    campaign = make_campaign(acting, brand.node_no, [])
    with acting_transaction(acting):
        changed = {"state": state, "launched_at": acting.at}
        Campaign.objects.filter(campaign_no=campaign.campaign_no).update(**changed)

    home = signed_in(brand.code, role).get("/")

    assert home.status_code == 200
    assert f'href="/campaigns/{campaign.id}/monitor/"' in home.content.decode()


def test_until_it_is_decided_the_monitor_tells_who_would_not_get_it(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people, scheduled_at=acting.at + timedelta(days=3))
    deciding.launch(acting, campaign.id)
    shown = {}
    for state in ("scheduled", "paused", "deciding", "stopped"):
        with acting_transaction(acting):
            Campaign.objects.filter(campaign_no=campaign.campaign_no).update(state=state)
        shown[state] = marketer.get(f"/campaigns/{campaign.id}/monitor/").content.decode()

    picture = marketer.get(f"/campaigns/{campaign.id}/check?picture=yes").content.decode()

    assert all("Everybody in the audience gets it" not in page for page in shown.values())
    assert {state for state, page in shown.items() if "picture=yes" in page} == {"scheduled", "paused"}
    assert "may get the mail; this takes a few seconds" in shown["deciding"]
    assert "nobody got the mail" in shown["stopped"]
    assert "40 people would get it" in picture
    assert '<th scope="row">no e-mail address</th>' in picture


@pytest.mark.parametrize(("role", "status", "sent"), [("analyst", 403, 0), ("marketer", 200, 2)])
def test_a_key_that_may_not_see_people_reads_rough_numbers_and_no_rows(
    acting, brand, people, client, role, status, sent
):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people[:2]))
    key = make_api_key(None, unit_code=brand.code, name=role, roles=[role], at=acting.at)
    head = {"authorization": f"Bearer {key}"}
    person = ids_of(acting, people)[people[0]]

    detail = client.get(f"/api/v1/campaigns/{campaign.id}", headers=head).json()
    rows = client.get(f"/api/v1/campaigns/{campaign.id}/sends", headers=head).status_code
    answers = client.get(f"/api/v1/consents/{person}", headers=head).status_code

    assert (rows, answers, detail["owed"]) == (status, status, sent)


@pytest.mark.parametrize(("role", "tells"), [("analyst", False), ("marketer", True)])
def test_the_check_tells_of_nobody_to_who_may_not_see_people(acting, brand, people, role, tells):
    campaign = make_campaign(acting, brand.node_no, people, are_willing=False)
    page = signed_in(brand.code, role).get(f"/campaigns/{campaign.id}/check?picture=yes").content.decode()

    assert ("no e-mail address: 1" in page) is tells
    assert re.search(r"no consent: [345]0", page)


@pytest.mark.parametrize(("role", "tells"), [("analyst", False), ("marketer", True)])
def test_no_door_tells_shares_of_few_to_who_may_not_see_people(acting, brand, people, client, role, tells):
    draft = make_campaign(acting, brand.node_no, people, hold_out_share=5_000)
    campaign = launch_and_decide(acting, draft)
    export_assignments(product(acting, campaign), campaign.campaign_no)
    key = make_api_key(None, unit_code=brand.code, name=role, roles=[role], at=acting.at)
    head = {"authorization": f"Bearer {key}"}
    browser = signed_in(brand.code, role)

    address = f"/api/v1/metrics/campaigns.lift?about={campaign.id}"
    rows = client.get(address, headers=head).json()["rows"]
    page = browser.get(f"/campaigns/{campaign.id}/result/").content.decode()

    assert [(row["p1"] is not None, row["srm"] is not None) for row in rows] == [(tells, tells)]
    assert ("Your role does not see people" in page) is not tells
    assert ("were held out and" in page) is tells


def test_the_second_of_two_saves_is_told_of_the_first(marketer, sign_in, acting, brand):
    url = marketer.post("/campaigns/new", follow=True).redirect_chain[-1][0]
    other = sign_in()
    form = {
        "hold_out_percent": "10",
        "purpose": "marketing.email",
        "goal_event": "Order Completed",
        "goal_days": "14",
    }
    seen = marketer.get(url).context["seen"]

    marketer.post(url, form | {"name": "Spring", "seen": seen})
    late = other.post(url, form | {"name": "Autumn", "seen": seen}, headers={"Accept-Language": "en"})

    assert late.status_code == 409
    assert "changed this at" in late.content.decode()
    assert "Save all the same" in late.content.decode()
    assert marketer.get(url).context["campaign"].name == "Spring"
    assert other.post(url, form | {"name": "Autumn", "seen": late.context["seen"]}).status_code == 302
    assert marketer.get(url).context["campaign"].name == "Autumn"


@pytest.mark.parametrize(("role", "numbers"), [("analyst", ["fewer than 20"] * 4), ("marketer", ["0"] * 4)])
def test_the_list_and_its_file_tell_few_people_as_the_monitor_does(acting, brand, people, role, numbers):
    make_campaign(acting, brand.node_no, people[:2], name="Draft")
    launch_and_decide(acting, make_campaign(acting, brand.node_no, people[:2], name="Gone"))
    browser = signed_in(brand.code, role)

    page = browser.get("/campaigns/").content.decode()
    table = [line.split(",") for line in browser.get("/campaigns/?as=csv").content.decode().splitlines()]

    assert ("Numbers of people are in tens" in page) is (role == "analyst")
    assert {row[0]: row[2:6] for row in table[1:]} == {"Draft": ["–"] * 4, "Gone": numbers}
