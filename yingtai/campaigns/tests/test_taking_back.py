"""A scheduled campaign can be taken back and changed; it is shown, copied and linked so that one knows what it is."""

from datetime import UTC, datetime, timedelta

import pytest

from yingtai.audiences.api import create_audience
from yingtai.campaigns.errors import NotScheduled, SendingFailed
from yingtai.campaigns.queries import get_campaign, list_campaigns
from yingtai.campaigns.services import deciding, drafting, stopping
from yingtai.campaigns.services.pausing import pause, resume_campaign
from yingtai.campaigns.testing import EVERYONE, launch_and_decide, make_campaign, make_people, product
from yingtai.compliance.testing import signed_in
from yingtai.kernel.acting import system
from yingtai.organization.testing import deeds_of

pytestmark = pytest.mark.usefixtures("lake")


@pytest.fixture
def marketer(brand):
    return signed_in(brand.code, "marketer")


@pytest.fixture
def people(acting, brand):
    return make_people(acting, brand.node_no, ["anna@example.com", "bo@example.com", None])


def test_a_scheduled_campaign_is_taken_back_changed_and_launched_anew(marketer, acting, brand, people):
    first, second = acting.at + timedelta(days=1), acting.at + timedelta(days=2)
    campaign = make_campaign(acting, brand.node_no, people, scheduled_at=first)
    deciding.launch(acting, campaign.id)

    answer = marketer.post(f"/campaigns/{campaign.id}/unschedule")
    taken_back = get_campaign(acting, campaign.id)
    drafting.change_campaign(acting, campaign.id, {"scheduled_at": second, "name": "Later"})
    deciding.launch(acting, campaign.id)
    job = product(acting, campaign)
    early = deciding.decide(system("campaigns", job.scope, first, job.purpose), campaign.campaign_no)
    late = deciding.decide(system("campaigns", job.scope, second, job.purpose), campaign.campaign_no)

    assert answer["Location"] == f"/campaigns/{campaign.id}/"
    assert (taken_back.state, taken_back.launched_at) == ("draft", None)
    assert (early, late) == (False, True)


def test_every_state_of_a_campaign_stands_in_the_record_with_its_own_word(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people, scheduled_at=acting.at + timedelta(days=1))
    deciding.launch(acting, campaign.id)
    marketer.post(f"/campaigns/{campaign.id}/unschedule")
    deciding.launch(acting, campaign.id)
    marketer.post(f"/campaigns/{campaign.id}/stop")
    marketer.post(f"/campaigns/{campaign.id}/archive")
    marketer.post(f"/campaigns/{campaign.id}/archive")
    second = make_campaign(acting, brand.node_no, people)
    deciding.launch(acting, second.id)
    pause(product(acting, second), second.campaign_no, SendingFailed(why="ValueError"))
    resume_campaign(acting, second.id)

    done = [row.what for row in deeds_of(acting, "") if row.what.startswith("campaign.")]

    assert sorted(what.removeprefix("campaign.") for what in done) == [
        "archived", "launched", "paused", "restored", "resumed", "scheduled", "scheduled", "stopped", "taken-back",
    ]  # fmt: skip
    record = signed_in(brand.code, "auditor").get("/organization/record/?what=campaign.taken-back")
    assert record.content.decode().count(">took a scheduled campaign back<") == 2, "the line and the filter"


def test_pages_of_a_scheduled_campaign_say_no_more_than_is_so(marketer, acting, brand, people):
    later = datetime.now(UTC) + timedelta(days=1)
    campaign = make_campaign(acting, brand.node_no, people, scheduled_at=later)
    launching = marketer.get(f"/campaigns/{campaign.id}/launch").content.decode()
    deciding.launch(acting, campaign.id)
    stopping_it = marketer.get(f"/campaigns/{campaign.id}/stop").content.decode()
    taken_back = marketer.post(f"/campaigns/{campaign.id}/unschedule", follow=True).content.decode()
    twice = marketer.post(f"/campaigns/{campaign.id}/unschedule")

    assert "btn-danger" not in launching
    assert "<li>no e-mail address: 1 person</li>" in launching
    assert "It has not begun: nobody got the mail, and nobody will." in stopping_it
    assert "stays sent" not in stopping_it
    assert "is a draft again: nothing goes out until you launch it anew." in taken_back
    assert twice["Location"] == f"/campaigns/{campaign.id}/"


def test_what_is_missing_follows_what_is_chosen_before_it_is_saved(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people)
    url, htmx = f"/campaigns/{campaign.id}/ready", {"HX-Request": "true"}
    chosen = {"audience_id": str(campaign.audience_id), "version_id": str(campaign.version_id)}
    drafting.change_campaign(acting, campaign.id, {"audience_id": None, "version_id": None})

    nothing = marketer.post(url, {"purpose": campaign.purpose}, headers=htmx).content.decode()
    both = marketer.post(url, {"purpose": campaign.purpose, **chosen}, headers=htmx).content.decode()

    assert "No audience is chosen" in nothing
    assert "No template is chosen" in nothing
    assert "is chosen" not in both
    assert get_campaign(acting, campaign.id).audience_id is None


def test_what_has_begun_is_not_taken_back(marketer, acting, brand, people):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    with pytest.raises(NotScheduled):
        stopping.unschedule_campaign(acting, campaign.id)

    assert marketer.post(f"/campaigns/{campaign.id}/unschedule").status_code == 409
    assert get_campaign(acting, campaign.id).state == "sending"


def test_the_monitor_of_a_scheduled_campaign_asks_who_would_get_it(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people, scheduled_at=acting.at + timedelta(days=1))
    deciding.launch(acting, campaign.id)

    text = marketer.get(f"/campaigns/{campaign.id}/monitor/").content.decode()
    check = marketer.get(f"/campaigns/{campaign.id}/check").content.decode()

    assert f"/campaigns/{campaign.id}/check" in text
    assert "Everybody in the audience gets it." not in text
    assert "no e-mail address" in check
    assert f"/audiences/{campaign.audience_id}/" in text
    assert f"/content/versions/{campaign.version_id}/" in text


def test_the_mail_is_shown_where_it_is_built_and_launched(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people)

    for page in ("", "launch"):
        text = marketer.get(f"/campaigns/{campaign.id}/{page}").content.decode()
        assert f'src="/campaigns/{campaign.id}/mail"' in text
        assert "Nova &lt;news@nova.example.com&gt;" in text


def test_copies_have_names_of_their_own(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people)

    for _number in range(3):
        marketer.post(f"/campaigns/{campaign.id}/copy")

    names = sorted(row.name for row in list_campaigns(acting).rows)
    assert names == ["Spring news", "Spring news copy", "Spring news copy 2", "Spring news copy 3"]


def test_every_audience_can_be_chosen_not_only_the_newest(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people)
    for number in range(55):
        create_audience(acting, node_no=brand.node_no, name=f"Later {number}", definition=EVERYONE)

    text = marketer.get(f"/campaigns/{campaign.id}/").content.decode()

    assert f'<option value="{campaign.audience_id}" selected>Everyone</option>' in text
    assert "Later 54" in text
    assert "Later 0<" in text
