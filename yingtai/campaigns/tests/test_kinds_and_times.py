"""A launch needs a template of the kind of its purpose, and a time that has not passed."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from yingtai.campaigns.errors import NotReadyToLaunch
from yingtai.campaigns.queries import get_campaign
from yingtai.campaigns.services import deciding
from yingtai.campaigns.testing import make_campaign, make_people
from yingtai.compliance.testing import signed_in

pytestmark = pytest.mark.usefixtures("lake")
ORDER = {
    "subject": "Your order", "basis": "contract",
    "html": '<p>It is on its way.</p><a href="{{ unsubscribe_url }}">Unsubscribe</a>',
}  # fmt: skip


@pytest.fixture
def marketer(brand):
    return signed_in(brand.code, "marketer")


@pytest.fixture
def people(acting, brand):
    return make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(3)])


def form_of(campaign, **values):
    return {
        "name": campaign.name, "audience_id": str(campaign.audience_id), "version_id": str(campaign.version_id),
        "purpose": campaign.purpose, "from_name": "Nova", "from_address": "news@nova.example.com",
        "hold_out_percent": "0", "goal_event": "Order Completed", "goal_days": "14",
    } | values  # fmt: skip


def test_a_marketing_template_is_not_sent_for_a_service_purpose(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people, purpose="service.messages")

    built = marketer.get(f"/campaigns/{campaign.id}/").content.decode()
    posted = marketer.post(f"/campaigns/{campaign.id}/launch", {"confirm": "yes"})

    words = "The template is marketing, but Messages about an order or a service is no consent to marketing"
    assert words in built
    assert words in posted.content.decode()
    assert get_campaign(acting, campaign.id).state == "draft"
    with pytest.raises(NotReadyToLaunch):
        deciding.launch(acting, campaign.id)


def test_a_service_template_is_not_sent_for_a_marketing_purpose(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people, template=ORDER)

    text = marketer.get(f"/campaigns/{campaign.id}/").content.decode()

    assert "The template is a service mail, but Marketing by e-mail has another legal basis" in text
    with pytest.raises(NotReadyToLaunch):
        deciding.launch(acting, campaign.id)


def test_a_service_mail_goes_out_and_the_pages_say_what_it_is(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people, template=ORDER, purpose="service.messages")
    words = "people who unsubscribed from marketing get it too"

    check = marketer.get(f"/campaigns/{campaign.id}/check").content.decode()
    asked = marketer.get(f"/campaigns/{campaign.id}/launch").content.decode()

    assert words in check
    assert words in asked
    assert "Consent is asked again" not in asked


def test_a_time_that_has_passed_is_refused_at_the_form_and_at_the_launch(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people, scheduled_at=acting.at - timedelta(minutes=1))

    for at, words in (
        (
            "2020-01-02T03:04",
            "2020-01-02 03:04 (UTC) has passed, so nothing can be sent then. Choose a later time",
        ),
        ("9999-12-31T23:59", "More than a year away"),
        ("0001-01-01T00:00", ""),
    ):
        answer = marketer.post(f"/campaigns/{campaign.id}/", form_of(campaign, scheduled_at=at))
        assert answer.status_code == 422
        assert words in answer.content.decode()
    with pytest.raises(NotReadyToLaunch):
        deciding.launch(acting, campaign.id)


def test_the_zone_is_named_and_times_are_words(marketer, acting, brand, people):
    campaign = make_campaign(acting, brand.node_no, people, scheduled_at=acting.at + timedelta(days=3))

    form = marketer.get(f"/campaigns/{campaign.id}/").content.decode()
    asked = marketer.get(f"/campaigns/{campaign.id}/launch").content.decode()

    assert "Time zone: UTC" in form
    assert "(UTC)" in asked
    assert "&lt;time" not in asked


def test_one_that_waits_says_when_it_begins_on_the_home_page_and_in_the_list(marketer, acting, brand, people):
    later = datetime(2026, 12, 3, 10, tzinfo=UTC)
    deciding.launch(acting, make_campaign(acting, brand.node_no, people, scheduled_at=later).id)

    home, listed = (
        re.sub(r"<[^>]*>", "", marketer.get(url).content.decode()) for url in ("/", "/campaigns/")
    )

    assert "Running and scheduled campaigns" in home
    assert "begins 2026-12-03 10:00" in home
    assert "0 sent" not in home
    assert "scheduled for 2026-12-03 10:00" in listed


def test_campaigns_of_one_name_and_time_are_one_line_of_home_that_leads_to_each(
    marketer, acting, brand, people
):
    later = datetime(2026, 12, 3, 10, tzinfo=UTC)
    made = [make_campaign(acting, brand.node_no, people, scheduled_at=later) for _ in range(2)]
    for one in made:
        deciding.launch(acting, one.id)

    home = marketer.get("/").content.decode()

    assert "<b>×2</b>" in home
    assert home.count("begins <time") == 1
    assert all(f"/campaigns/{one.id}/monitor/" in home for one in made)
