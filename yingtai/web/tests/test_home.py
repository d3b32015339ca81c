"""Home: what waits for whom, and where it leads."""

import re
from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from yingtai.audiences.api import create_audience
from yingtai.collect.api import RefusedRow, ensure_source, note_seen, quarantine
from yingtai.compliance.api import register_purpose
from yingtai.kernel.scope import brand_of

ENGLISH = {"accept-language": "en"}


def waiting_for(browser):
    """Return the to-dos of Home: (sentence, address)."""
    page = browser.get("/", headers=ENGLISH).content.decode()
    part = page.partition('<ul class="todos">')[2].partition("</ul>")[0]
    return [(text, url) for url, text in re.findall(r'<a href="([^"]*)">([^<]*)</a>', part)]


def test_home_says_what_waits_for_each_role_and_leads_there(sign_in, acting, brand, neighbour):
    marketer, officer = sign_in("marketer"), sign_in("compliance_officer")
    source = ensure_source(acting, brand.node_no, name="shop", kind="sdk")
    refused = RefusedRow(
        source_no=source.source_no, node_no=brand.node_no, reason="collect.event-without-name", path="event",
        received_at=datetime.now(UTC), body=b"{}",
    )  # fmt: skip
    quarantine(acting, [refused, refused])
    note_seen(acting, {(brand_of(brand.node_no), "trait", "", "shoe_size"): 3})
    marketer.post("/data/imports/new", {"file": SimpleUploadedFile("orders.csv", b"Order,Total\n1,2\n")})
    campaign = marketer.post("/campaigns/new")["Location"]
    audience = create_audience(
        acting, node_no=brand.node_no, name="Old", definition={"join": "all", "parts": []}
    )
    register_purpose(acting, node_no=brand.node_no, code="letters", title="Letters", channels=["post"])

    todos = waiting_for(marketer)

    assert todos[0] == ("1 draft of yours is not launched", campaign)
    assert [text for text, _ in todos[1:]] == [
        "2 events were refused lately",
        "1 file waits to be assigned and loaded",
        "1 new name in the data is not declared",
        "1 audience is out of date",
    ]
    assert todos[4][1] == f"/audiences/{audience}/"
    assert {marketer.get(url).status_code for _, url in todos} == {200}
    declares = waiting_for(officer)
    assert [text for text, _ in declares] == [
        "1 purpose has no notice",
        "1 new name in the data is not declared",
    ]
    assert {officer.get(url).status_code for _, url in declares} == {200}
    for other in (
        sign_in("auditor"),
        sign_in("analyst"),
        sign_in("dealer"),
        sign_in("marketer", neighbour.code),
    ):
        assert [text for text, _ in waiting_for(other) if "audience" not in text] == []


def test_an_empty_day_leads_only_where_the_reader_may_go(sign_in, brand):
    for role, unit, leads_to in (
        ("dealer", brand.dealer_code, "/profiles/"),
        ("marketer", "", "/data/sources/new"),
        ("executive", "", "/insights/"),
        ("administrator", "", "/data/sources/new"),
    ):
        browser = sign_in(role, unit)
        page = browser.get("/", headers=ENGLISH).content.decode()
        [url] = re.findall(r'class="btn btn-primary" href="([^"]*)"', page)

        assert "Nothing needs your attention today" in page
        assert (role, url) == (role, leads_to)
        assert browser.get(url).status_code == 200


def test_home_names_only_the_files_one_brought_oneself(sign_in):
    one, other = sign_in("marketer"), sign_in("marketer")
    one.post("/data/imports/new", {"file": SimpleUploadedFile("orders.csv", b"Order,Total\n1,2\n")})

    assert [text for text, _url in waiting_for(one) if "file waits" in text] == [
        "1 file waits to be assigned and loaded"
    ]
    assert [text for text, _url in waiting_for(other) if "file waits" in text] == []
