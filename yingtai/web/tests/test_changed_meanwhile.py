"""Two people with one form of what a brand shares: the second is told of the first, and overwrites nothing unseen."""

import re

import pytest

from yingtai.collect.api import Declared, declare, make_source
from yingtai.compliance.api import install_standard_purposes
from yingtai.compliance.testing import signed_in
from yingtai.content.api import keep_look
from yingtai.kernel.labels import Label
from yingtai.organization.api import list_brands


def source(acting, brand):
    made = make_source(acting, brand.node_no, name="Shop")
    form = {
        "time_zone": made.time_zone,
        "back_fill_days": "30",
        "allowed_origins": "",
        "on_violation": "keep",
    }
    return "marketer", f"/data/sources/{made.id}/edit", form, "back_fill_days", ["40", "50"]


def line_of_the_plan(acting, brand):
    declare(acting, brand.node_no, [Declared("trait", "", "city", "string", Label.L2)])
    form = {
        "subject": "trait", "event": "", "name": "city", "type": "string", "label": "2", "purpose": "analytics",
        "retention_days": "730", "description": "",
    }  # fmt: skip
    url = "/data/plan/declare?subject=trait&event=&name=city"
    return "marketer", url, form, "description", ["Where they live", "Where they shop"]


def look_of_the_brand(acting, brand):
    keep_look(acting, node_no=brand.node_no, color="#c00000")
    url = f"/content/look/{list_brands(acting.scope)[0].id}/"
    return "marketer", url, {}, "color", ["#00c000", "#0000c0"]


def notice(acting, brand):
    purpose = install_standard_purposes(acting, node_no=brand.node_no)[0]
    form = {"title": "News", "text": "", "title_zh": "", "text_zh": ""}
    url = f"/compliance/purposes/{purpose.id}/notice"
    return "compliance_officer", url, form, "text", ["We write on Mondays.", "We write on Fridays."]


def seen(page):
    return re.search(r'name="seen" value="([^"]+)"', page.content.decode()).group(1)


@pytest.mark.parametrize("furnish", [source, line_of_the_plan, look_of_the_brand, notice])
def test_the_second_save_is_told_of_the_first(furnish, acting, brand):
    role, url, form, field, (first, second) = furnish(acting, brand)
    one, other = signed_in(brand.code, role), signed_in(brand.code, role)
    drawn = [seen(client.get(url)) for client in (one, other)]
    assert drawn == [acting.at.isoformat()] * 2

    saved = one.post(url, form | {field: first, "seen": drawn[0]})
    late = other.post(url, form | {field: second, "seen": drawn[1]}, headers={"Accept-Language": "en"})

    words = late.content.decode()
    assert (saved.status_code, late.status_code) == (302, 409)
    assert re.search(r"\w+ changed this at \d{4}-\d\d-\d\d \d\d:\d\d \(.+\), after you opened it", words)
    assert second in words
    assert "Save all the same" in words
    assert seen(late) not in drawn

    assert other.post(url, form | {field: second, "seen": seen(late)}).status_code == 302
