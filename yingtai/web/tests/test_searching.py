"""The search of the frame: what each role finds, in both languages, and what stays unfound."""

import pytest
from django.conf import settings
from django.test import Client

from yingtai.audiences.api import create_audience
from yingtai.collect.api import make_source
from yingtai.content.testing import make_template
from yingtai.customers.testing import drain, send
from yingtai.organization.testing import MONDAY, make_staff

BOUGHT = {"join": "all", "parts": [{"block": "did", "event": "Order Completed", "at_least": 1}]}


def signed_in(unit_code, role):
    browser = Client()
    browser.force_login(make_staff(unit_code, role), "allauth.account.auth_backends.AuthenticationBackend")
    return browser


def found(browser, text, **typing):
    answer = browser.post("/search", {"text": text, **typing}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def shop(brand, acting):
    source = make_source(acting, brand.node_no, name="shop")
    who = {
        "type": "identify", "userId": "u-anna", "messageId": "1", "timestamp": "2026-03-02T08:00:00Z",
        "traits": {"phone": "13800008000", "name": "安娜"},
    }  # fmt: skip
    send(source, [who])
    drain(MONDAY)
    create_audience(acting, node_no=brand.node_no, name="Autumn buyers", about="", definition=BOUGHT)
    make_template(acting, brand.node_no)
    return brand


def test_a_marketer_finds_people_audiences_templates_and_pages(shop):
    marketer = signed_in(shop.code, "marketer")

    assert "安" in found(marketer, "13800008000")
    assert "13800008000" not in found(marketer, "13800008000")
    assert "Autumn buyers" in found(marketer, "autumn")
    assert "/content/" in found(marketer, "news")
    assert 'href="/insights/"' in found(marketer, "dashb")
    assert "/insights/metrics/insights.repeat_rate/" in found(marketer, "复购")


def test_a_small_slip_of_the_fingers_still_finds_what_the_reader_may_see(shop, neighbour):
    marketer = signed_in(shop.code, "marketer")

    assert "Autumn buyers" in found(marketer, "autunm buyrs")
    assert 'href="/insights/"' in found(marketer, "dashbaord")
    assert "/insights/metrics/insights.repeat_rate/" in found(marketer, "repaet rate")
    assert "Autumn buyers" not in found(marketer, "winter")
    assert "Autumn buyers" not in found(signed_in(neighbour.code, "marketer"), "autunm buyrs")


def test_pages_are_found_by_their_name_in_either_language(shop):
    marketer = signed_in(shop.code, "marketer")
    assert 'href="/insights/"' in found(marketer, "仪表盘")

    marketer.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    page = found(marketer, "dashboard")
    assert 'href="/insights/"' in page
    assert "仪表盘" in page


def test_what_a_role_may_not_see_it_does_not_find(shop, neighbour):
    analyst, stranger = signed_in(shop.code, "analyst"), signed_in(neighbour.code, "marketer")

    assert "/profiles/" not in found(analyst, "13800008000")
    assert "/profiles/" not in found(stranger, "13800008000")
    assert "Autumn buyers" not in found(stranger, "autumn")
    assert "/staff" not in found(signed_in(shop.code, "marketer"), "staff and roles")


def test_people_are_looked_for_when_the_value_is_whole_and_often_only_so_often(shop):
    marketer = signed_in(shop.code, "marketer")
    for _turn in range(3):
        assert "/profiles/" not in found(marketer, "13800008000", typing="1")
    for _turn in range(60):
        assert "/profiles/" in found(marketer, "13800008000")
    stopped = found(marketer, "13800008000")

    assert "You have searched for people too often" in stopped
    assert "/profiles/" not in stopped


def test_what_is_looked_for_stands_in_no_address(shop):
    page = signed_in(shop.code, "marketer").get("/search?text=13800008000").content.decode()

    assert "安" not in page
    assert 'method="post" action="/search"' in page


def test_a_stranger_is_asked_to_sign_in(shop):
    answer = Client().post("/search", {"text": "autumn"})

    assert answer.status_code == 401
    assert "Sign in" in answer.content.decode()
