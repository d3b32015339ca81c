"""The way from an empty brand to a first campaign, on Home."""

import pytest

from yingtai.audiences.api import create_audience
from yingtai.collect.api import make_source
from yingtai.compliance.testing import signed_in
from yingtai.organization.testing import make_acting

BOUGHT = {"join": "all", "parts": [{"block": "did", "event": "Order Completed", "at_least": 1}]}


def done(page):
    """Return which steps of Home are ticked, or None when the list is not there."""
    text = page.content.decode()
    if "first-steps" not in text:
        return None
    inside = text.partition('<ol class="first-steps">')[2].partition("</ol>")[0]
    return [step.partition('class="is-done"')[1] != "" for step in inside.split("<li")[1:]]


@pytest.fixture
def manager(brand):
    return signed_in(brand.code, "brand_manager", "integrator", "marketer")


def test_an_empty_brand_is_shown_the_way(manager):
    page = manager.get("/")

    assert done(page) == [False] * 5
    assert "Connect a source" in page.content.decode()


def test_steps_tick_themselves_from_what_is_there(brand, acting, manager):
    make_source(acting, brand.node_no, name="shop")
    create_audience(acting, node_no=brand.node_no, name="Buyers", about="", definition=BOUGHT)

    assert done(manager.get("/")) == [True, False, False, True, False]


def test_what_a_neighbour_did_ticks_nothing(brand, neighbour, manager):
    make_source(make_acting(neighbour.node_no), neighbour.node_no, name="shop")

    assert done(manager.get("/")) == [False] * 5


def test_the_list_is_gone_when_dismissed_and_only_there(brand, neighbour, manager):
    assert manager.post("/first-steps/dismiss").status_code == 302

    assert done(manager.get("/")) is None
    assert done(signed_in(neighbour.code, "marketer").get("/")) is not None


def test_whoever_may_do_none_of_it_is_shown_nothing(brand):
    assert done(signed_in(brand.dealer_code, "dealer").get("/")) is None
