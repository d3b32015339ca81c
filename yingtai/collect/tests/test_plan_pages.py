"""The pages of the tracking plan: what arrives, what is declared, what is not kept."""

import re
from datetime import UTC, datetime

from django.conf import settings

from yingtai.collect import api
from yingtai.kernel.scope import brand_of
from yingtai.lake.api import append
from yingtai.lake.testing import events_of
from yingtai.organization.testing import make_acting


def text_of(response):
    return response.content.decode()


def test_the_plan_names_standard_events_and_says_how_often_they_happen(
    marketer, stranger, acting, brand, neighbour
):
    now = datetime.now(UTC)
    rows = [{"event": "Product Viewed", "occurred_at": now, "received_at": now}] * 3
    append("events", events_of(rows, node_no=brand.node_no))
    for place in (brand, neighbour):
        api.declare_preset(make_acting(place.node_no), place.node_no, "commerce")
    found = []
    for browser in (marketer, stranger):
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
        page = text_of(browser.get("/data/plan/?show=declared&subject=event&search=浏览商品"))
        found.append(
            re.findall(r"<th scope=\"row\">([^<]*)<br><code>([^<]*)</code>|numeric\">(\d+)</td>", page)
        )

    assert found[0] == [
        ("浏览商品列表", "Product List Viewed", ""), ("", "", "0"), ("浏览商品", "Product Viewed", ""), ("", "", "3"),
    ]  # fmt: skip
    assert found[1][-1] == ("", "", "0")


def test_what_is_seen_is_declared_in_two_clicks(marketer, acting, brand):
    brand_no = brand_of(brand.node_no)
    api.note_seen(acting, {(brand_no, "trait", "", "shoe_size"): 5})
    assert "shoe_size" in text_of(marketer.get("/data/plan/"))

    form = marketer.get("/data/plan/declare?subject=trait&name=shoe_size")
    assert 'value="shoe_size"' in text_of(form)
    marketer.post(
        "/data/plan/declare",
        {"subject": "trait", "name": "shoe_size", "type": "number", "label": "2", "purpose": "analytics",
         "retention_days": "730"},
    )  # fmt: skip

    assert api.plan_of(brand_no).split_traits({"shoe_size": 41}).l2 == {"shoe_size": 41}


def test_a_name_that_is_not_kept_is_told_with_the_reason_and_its_event(marketer, acting, brand):
    brand_no = brand_of(brand.node_no)
    api.note_seen(acting, {(brand_no, "property", "a@example.com", "size"): 3})
    api.note_seen(acting, {(brand_no, "property", "Door Opened", "b@example.com"): 2})

    marketer.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    page = text_of(marketer.get("/data/plan/"))

    assert "未保留名称的条目" in page
    assert "(name not kept)" not in page
    assert "Door Opened" in page
    assert "<code>size</code>" in page


def test_the_preset_is_taken_over_with_one_button(marketer, brand):
    page = marketer.post("/data/plan/preset", follow=True)

    assert "Completed an order" in text_of(page)
