"""What recipients open is the brand's: its name as the mail says it, their language, and nothing of the console."""

import re

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation

from yingtai.campaigns import viewing
from yingtai.campaigns.letterheads import letterhead_of
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.services.sending import send_for_a_while
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.compliance.testing import signed_in
from yingtai.content.api import keep_look
from yingtai.content.testing import png
from yingtai.kernel.scoping import acting_transaction

pytestmark = pytest.mark.usefixtures("lake")
TEMPLATE = {
    "subject": "From {{ brand.name }}",
    "html": '<p>{{ brand.name }}</p><a href="{{ unsubscribe_url }}">Stop</a> <a href="{{ view_url }}">View</a>',
}
CHINESE, GERMAN = {"Accept-Language": "zh-CN,zh;q=0.9"}, {"Accept-Language": "de"}


@pytest.fixture
def brand_in_china(brand):
    apps.get_model("organization.Unit").objects.filter(node_no=brand.node_no).update(
        name="Linghui", name_zh="灵辉", country="CN"
    )
    return brand


@pytest.fixture
def mail(acting, brand_in_china, office):
    people = make_people(acting, brand_in_china.node_no, ["anna@example.com"])
    campaign = launch_and_decide(
        acting, make_campaign(acting, brand_in_china.node_no, people, template=TEMPLATE)
    )
    send_for_a_while(
        product(acting, campaign), campaign.campaign_no, clock=lambda: acting.at, server=office.server,
        inquiry=lambda message_ids: None,
    )  # fmt: skip
    return office.read("anna@example.com")


def page(mail, more="", **headers):
    path = "/" + mail["List-Unsubscribe"].strip("<>").split("/", 3)[3]
    return Client(headers=headers).get(path + more).content.decode()


def test_the_name_is_one_whoever_looks_and_whatever_runs(acting, brand_in_china, mail):
    marketer = signed_in(brand_in_china.code, "marketer")
    with acting_transaction(acting):
        campaign = Campaign.objects.get(name="Spring news")

    shown = {
        marketer.get(f"/content/versions/{campaign.version_id}/preview", headers=headers).content.decode()
        for headers in (CHINESE, GERMAN)
    }
    with translation.override("zh-hans"):
        in_chinese = letterhead_of(campaign).brand_name
    with translation.override("en"):
        in_english = letterhead_of(campaign).brand_name

    assert mail["Subject"] == "From 灵辉"
    assert {in_chinese, in_english} == {"灵辉"}
    assert len(shown) == 1
    assert "<p>灵辉</p>" in shown.pop()


@pytest.mark.parametrize("more", ["", "/preferences"])
def test_pages_bear_the_brand_and_not_the_console(mail, more):
    for headers in ({}, CHINESE, GERMAN):
        text = page(mail, more, **headers)
        assert "灵辉" in text
        assert "Yingtai" not in text
        assert "营台" not in text
        assert "<nav" not in text
        assert "<header" not in text


def test_pages_speak_the_language_of_the_browser_or_else_of_the_brand(mail):
    assert "退订" in page(mail)
    assert "退订" in page(mail, **CHINESE)
    assert "Unsubscribe" in page(mail, **GERMAN)


@pytest.mark.parametrize("path", ["/u/broken", "/u/broken/preferences", "/v/broken", "/c/broken"])
def test_a_link_that_is_broken_says_so_without_the_console(path):
    answer = Client().get(path)

    text = answer.content.decode()
    assert answer.status_code == 404
    assert "This link is not complete" in text
    assert "Yingtai" not in text
    assert "<nav" not in text


@pytest.mark.parametrize("more", ["", "/preferences"])
def test_pages_wear_the_brands_color_and_logo(acting, brand_in_china, mail, more):
    look = keep_look(acting, node_no=brand_in_china.node_no, color="#ffdd00", logo=png())
    plain = Client()

    text = page(mail, more)
    sheet, logo = re.findall(r"/u/[\w-]+/(?:look\.css|logo)", text)

    assert "tabler" not in text
    assert "static/ui/" not in text
    assert plain.get(sheet).content.decode() == (
        ":root { --brand: #ffdd00; --brand-ink: #000000; --brand-edge: #111827; }\n"
    )
    assert plain.get(sheet)["Content-Type"] == "text/css"
    assert plain.get(logo).content == look.logo
    assert plain.get(logo)["X-Content-Type-Options"] == "nosniff"
    assert Client().get("/u/broken/look.css").status_code == 404


def test_whoever_told_us_their_language_is_answered_in_it(mail, monkeypatch):
    told = iter(["en-GB", "Klingon", ""])
    monkeypatch.setattr(viewing, "language_told", lambda _acting, _send_no: next(told))

    assert [("退订" in page(mail)) for _ in range(3)] == [False, True, True]
