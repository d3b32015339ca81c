"""A launch to more people than one may write to alone waits for a colleague, who agrees to exactly that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from yingtai.audiences.api import (
    change_audience,
    create_audience,
    definitions_behind,
    get_audience,
    refresh_audience,
)
from yingtai.campaigns.jobs import decide
from yingtai.campaigns.models import Send
from yingtai.campaigns.queries import get_campaign
from yingtai.campaigns.services import drafting
from yingtai.campaigns.testing import EVERYONE, make_campaign, make_people
from yingtai.compliance.testing import grant_email, signed_in
from yingtai.kernel.env import env
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import asked_for, deeds_of

pytestmark = pytest.mark.usefixtures("lake")


@pytest.fixture
def people(acting, brand):
    return make_people(acting, brand.node_no, ["anna@example.com", "bo@example.com", "cleo@example.com"])


@pytest.fixture
def campaign(acting, brand, people, monkeypatch):
    monkeypatch.setitem(env().__dict__, "launch_alone", 1)
    made = make_campaign(acting, brand.node_no, people, are_willing=False)
    grant_email(acting, brand.node_no, people[:2])
    return made


@pytest.fixture
def marketer(brand):
    return signed_in(brand.code, "marketer")


def state_of(acting, campaign):
    return get_campaign(acting, campaign.id).state


def count_of_sends(acting, campaign):
    with acting_transaction(acting):
        return Send.objects.filter(campaign_no=campaign.campaign_no).count()


def launches(acting):
    return [(one.about, one.details["alone"]) for one in deeds_of(acting, "campaign.launched")]


def waiting_for(browser, acting):
    page = browser.get("/organization/approvals/").content.decode()
    return *asked_for(acting, "campaign.launch"), 'name="decision"' in page


def test_the_launch_waits_and_whoever_asked_cannot_agree(marketer, acting, brand, campaign):
    answer = marketer.post(f"/campaigns/{campaign.id}/launch")
    again = marketer.post(f"/campaigns/{campaign.id}/launch")
    approval, asked, may_decide = waiting_for(marketer, acting)

    assert (answer.status_code, answer["Location"]) == (302, f"/campaigns/{campaign.id}/")
    assert again.status_code == 302
    assert (asked["people"], may_decide) == (2, False)
    assert marketer.post(f"/organization/approvals/{approval}", {"decision": "approve"}).status_code == 403
    assert state_of(acting, campaign) == "draft"


@pytest.mark.parametrize("role", ["analyst", "auditor", "administrator"])
def test_whoever_may_not_launch_may_not_agree(marketer, acting, brand, campaign, role):
    marketer.post(f"/campaigns/{campaign.id}/launch")
    other = signed_in(brand.code, role)
    approval, _, may_decide = waiting_for(other, acting)

    assert not may_decide
    assert other.post(f"/organization/approvals/{approval}", {"decision": "approve"}).status_code == 403
    assert state_of(acting, campaign) == "draft"


def test_a_colleague_who_may_launch_agrees(marketer, acting, brand, campaign):
    marketer.post(f"/campaigns/{campaign.id}/launch")
    other = signed_in(brand.code, "marketer")
    approval, _, may_decide = waiting_for(other, acting)

    assert may_decide
    assert other.post(f"/organization/approvals/{approval}", {"decision": "approve"}).status_code == 302
    assert state_of(acting, campaign) == "deciding"
    assert launches(acting) == [(campaign.name, False)]


@pytest.mark.parametrize("change", ["sender", "audience", "people"])
def test_what_was_changed_since_is_not_launched(marketer, acting, brand, people, campaign, change):
    marketer.post(f"/campaigns/{campaign.id}/launch")
    if change == "sender":
        drafting.change_campaign(acting, campaign.id, {"from_address": "other@nova.example.com"})
    elif change == "audience":
        other = create_audience(acting, node_no=brand.node_no, name="Others", definition=EVERYONE)
        drafting.change_campaign(acting, campaign.id, {"audience_id": other})
    else:
        grant_email(acting, brand.node_no, people[2:])
    other = signed_in(brand.code, "marketer")
    approval, _, _ = waiting_for(other, acting)

    assert other.post(f"/organization/approvals/{approval}", {"decision": "approve"}).status_code == 409
    assert state_of(acting, campaign) == "draft"


def test_few_people_need_nobody_else(marketer, acting, campaign, monkeypatch):
    monkeypatch.setitem(env().__dict__, "launch_alone", 2)

    assert marketer.post(f"/campaigns/{campaign.id}/launch")["Location"].endswith("/monitor/")
    assert state_of(acting, campaign) == "deciding"
    assert launches(acting) == [(campaign.name, True)]


@pytest.mark.parametrize("asked_a_colleague", [False, True])
def test_an_audience_that_grew_by_its_time_is_asked_about_again(
    marketer, acting, brand, people, campaign, monkeypatch, asked_a_colleague
):
    if asked_a_colleague:
        marketer.post(f"/campaigns/{campaign.id}/launch")
        approval, _, _ = waiting_for(other := signed_in(brand.code, "marketer"), acting)
        other.post(f"/organization/approvals/{approval}", {"decision": "approve"})
    else:
        monkeypatch.setitem(env().__dict__, "launch_alone", 2)
        marketer.post(f"/campaigns/{campaign.id}/launch")
    grant_email(acting, brand.node_no, people[2:])

    decide.body(acting, campaign_no=campaign.campaign_no)
    held_up = get_campaign(acting, campaign.id)
    marketer.post(f"/campaigns/{campaign.id}/unschedule")

    assert (held_up.state, held_up.trouble) == ("paused", "campaigns.launch-grew")
    assert state_of(acting, campaign) == "draft"


NEVER = {
    "join": "all",
    "parts": [{"block": "did", "event": "Order Completed", "at_least": 9, "within_days": 1}],
}


@pytest.fixture
def nested(acting, brand, campaign):
    """An audience that the campaign's audience is made of."""
    inner = create_audience(acting, node_no=brand.node_no, name="Inner", definition=EVERYONE)
    outer = get_campaign(acting, campaign.id).audience_id
    inner_no = next(iter(definitions_behind(acting, inner)))
    # Everybody, or whoever is in the inner one: who gets it stays the same, what decides it does not.
    member = {
        "join": "any",
        "parts": [{"block": "member", "audience": inner_no}, {"join": "all", "parts": []}],
    }
    change_audience(acting, outer, name="Everyone", definition=member)
    return inner


def test_an_audience_that_the_audience_is_made_of_is_agreed_to_too(marketer, acting, brand, campaign, nested):
    marketer.post(f"/campaigns/{campaign.id}/launch")
    change_audience(acting, nested, name="Inner", definition=NEVER)
    approval, _, _ = waiting_for(other := signed_in(brand.code, "marketer"), acting)
    page = other.get("/organization/approvals/").content.decode()

    assert other.post(f"/organization/approvals/{approval}", {"decision": "approve"}).status_code == 409
    assert "It was changed after it was asked for" in page
    assert state_of(acting, campaign) == "draft"


@pytest.mark.parametrize("asked_a_colleague", [False, True])
@pytest.mark.parametrize("which", ["outer", "inner"])
def test_an_audience_edited_before_its_time_holds_the_launch_up(
    marketer, acting, brand, campaign, nested, monkeypatch, asked_a_colleague, which
):
    if asked_a_colleague:
        marketer.post(f"/campaigns/{campaign.id}/launch")
        approval, _, _ = waiting_for(other := signed_in(brand.code, "marketer"), acting)
        other.post(f"/organization/approvals/{approval}", {"decision": "approve"})
    else:
        monkeypatch.setitem(env().__dict__, "launch_alone", 2)
        marketer.post(f"/campaigns/{campaign.id}/launch")
    edited = nested if which == "inner" else get_campaign(acting, campaign.id).audience_id
    change_audience(acting, edited, name="Everyone", definition=NEVER)

    decide.body(acting, campaign_no=campaign.campaign_no)
    held_up = get_campaign(acting, campaign.id)
    marketer.post(f"/campaigns/{campaign.id}/unschedule")

    assert (held_up.state, held_up.trouble) == ("paused", "campaigns.launch-differs")
    assert state_of(acting, campaign) == "draft"


def test_an_edit_taken_back_is_still_another_audience(marketer, acting, campaign, nested, monkeypatch):
    # Its stored members may be those of the edit until the next refresh.
    monkeypatch.setitem(env().__dict__, "launch_alone", 2)
    marketer.post(f"/campaigns/{campaign.id}/launch")
    before = get_audience(acting, nested).document
    change_audience(acting, nested, name="Inner", definition=NEVER)
    change_audience(acting, nested, name="Inner", definition=before)

    decide.body(acting, campaign_no=campaign.campaign_no)

    assert get_campaign(acting, campaign.id).trouble == "campaigns.launch-differs"


def test_members_of_an_edit_taken_back_before_asking_get_nothing(
    marketer, acting, campaign, nested, monkeypatch
):
    monkeypatch.setitem(env().__dict__, "launch_alone", 2)
    outer = get_campaign(acting, campaign.id).audience_id
    inner_no = next(iter(definitions_behind(acting, nested)))
    refresh_audience(acting, nested)
    change_audience(acting, nested, name="Inner", definition=NEVER)
    member = {"join": "all", "parts": [{"block": "member", "audience": inner_no}]}
    change_audience(acting, outer, name="Everyone", definition=member)
    marketer.post(f"/campaigns/{campaign.id}/launch")

    decide.body(acting, campaign_no=campaign.campaign_no)

    assert count_of_sends(acting, campaign) == 0


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "People",
                "Everybody",
                "Spring news",
                "Nova &lt;news@nova.example.com&gt;",
                "as soon as it is approved",
            ],
        ),
        (
            "zh-hans",
            ["人数", "全部客户", "Spring news", "Nova &lt;news@nova.example.com&gt;", "批准后立即发送"],
        ),
    ],
)
def test_whoever_agrees_reads_what_they_agree_to(marketer, acting, brand, campaign, language, words):
    marketer.post(f"/campaigns/{campaign.id}/launch")
    other = signed_in(brand.code, "marketer")
    other.cookies["django_language"] = language
    # A request leaves its language to the thread, and the next test wants its own.
    with translation.override("en"):
        page = other.get("/organization/approvals/").content.decode()
    found = get_campaign(acting, campaign.id)

    assert [word for word in words if word not in page] == []
    assert f"/audiences/{found.audience_id}/" in page
    assert f"/content/versions/{found.version_id}/" in page


@pytest.fixture
def second(acting, people, campaign):
    """Another draft to the same two people."""
    return drafting.copy_campaign(acting, campaign.id, name="Summer news")


def test_many_small_launches_of_one_person_are_a_large_one(
    marketer, acting, brand, campaign, second, monkeypatch
):
    monkeypatch.setitem(env().__dict__, "launch_alone", 3)
    marketer.post(f"/campaigns/{campaign.id}/launch")
    decide.body(replace(acting, at=datetime.now(UTC)), campaign_no=campaign.campaign_no)

    marketer.post(f"/campaigns/{second.id}/launch")
    signed_in(brand.code, "marketer").post(f"/campaigns/{second.id}/launch")

    assert launches(acting) == [(second.name, True), (campaign.name, True)]
    assert asked_for(acting, "campaign.launch")[1]["people"] == 2


def test_what_goes_out_on_another_day_does_not_count(marketer, acting, campaign, second, monkeypatch):
    monkeypatch.setitem(env().__dict__, "launch_alone", 3)
    later = datetime.now(UTC) + timedelta(days=3)
    drafting.change_campaign(acting, second.id, {"scheduled_at": later})

    marketer.post(f"/campaigns/{campaign.id}/launch")
    marketer.post(f"/campaigns/{second.id}/launch")

    assert (state_of(acting, campaign), state_of(acting, second)) == ("deciding", "scheduled")


def test_what_grew_until_both_go_out_is_held_up(
    marketer, acting, brand, people, campaign, second, monkeypatch
):
    monkeypatch.setitem(env().__dict__, "launch_alone", 4)
    for one in (campaign, second):
        marketer.post(f"/campaigns/{one.id}/launch")
    decide.body(acting, campaign_no=campaign.campaign_no)
    grant_email(acting, brand.node_no, people[2:])
    decide.body(acting, campaign_no=second.campaign_no)

    held_up = get_campaign(acting, second.id)
    assert (held_up.state, held_up.trouble) == ("paused", "campaigns.launches-grew")
    assert (count_of_sends(acting, campaign), count_of_sends(acting, second)) == (3, 0)


def test_what_a_colleague_agreed_to_counts_for_nobody(marketer, acting, brand, campaign, second, monkeypatch):
    marketer.post(f"/campaigns/{campaign.id}/launch")
    other = signed_in(brand.code, "marketer")
    approval, _, _ = waiting_for(other, acting)
    other.post(f"/organization/approvals/{approval}", {"decision": "approve"})
    monkeypatch.setitem(env().__dict__, "launch_alone", 2)

    other.post(f"/campaigns/{second.id}/launch")

    assert launches(acting) == [(second.name, True), (campaign.name, False)]


def test_what_holds_a_launch_up_tells_no_number_of_people_to_who_may_not_see_them(
    marketer, acting, brand, people, campaign, monkeypatch
):
    monkeypatch.setitem(env().__dict__, "launch_alone", 2)
    marketer.post(f"/campaigns/{campaign.id}/launch")
    grant_email(acting, brand.node_no, people[2:])
    decide.body(acting, campaign_no=campaign.campaign_no)
    page = f"/campaigns/{campaign.id}/monitor/"
    exact, rough = (
        signed_in(brand.code, role).get(page).content.decode() for role in ("marketer", "analyst")
    )

    assert "3 people would get it now" in exact
    assert "Held up" in rough
    assert "3 people" not in rough
