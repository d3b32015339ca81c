"""A website's events and a till's file: how data gets in, with nobody's help but the pages'."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect
from segment.analytics.client import Client

from tests.stories.founding import write_csv
from tests.stories.shop import Desk, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # starts the whole product and Chromium

SECONDS_UNTIL_VISIBLE = 2
KNOWN = "guest9@example.com"
LINES = [
    {"Receipt": "K-1", "Sold at": "2026-03-02 10:15", "Article": "T-1", "Pieces": "2", "Price": "128.00"},
    {"Receipt": "K-1", "Sold at": "2026-03-02 10:15", "Article": "T-2", "Pieces": "1", "Price": "96.50"},
    {"Receipt": "K-1", "Sold at": "2026-03-02 10:15", "Article": "T-2", "Pieces": "1", "Price": "96.50"},
    {"Receipt": "K-2", "Sold at": "2026-03-02 11:40", "Article": "T-3", "Pieces": "many", "Price": "210.00"},
    {"Receipt": "K-3", "Sold at": "2026-03-03 09:05", "Article": "T-3", "Pieces": "1", "Price": "210.00"},
]
CARDS = ("M00001", "M00001", "M00001", "M00002", "M90003")


def test_an_event_of_a_website_is_in_the_timeline_at_once(browser, shop):
    with signed_in(browser, shop, "integrator") as desk:
        page = desk.go("/data/sources/new")
        page.get_by_label("Name").first.fill("Website")
        page.get_by_role("button", name="Save").click()
        key = page.locator(".notice .copyable code").inner_text()
        desk.look()

        website = Client(key, host=shop.collector, sync_mode=True)
        website.identify("M00009", {"plan": "green"})
        website.track("M00009", "Product Viewed", {"product_id": "T-9"}, context={"traits": {"email": KNOWN}})
        sent = time.monotonic()
        desk.find_person(KNOWN)
        while not page.locator("ol.events").get_by_text("Viewed a product").count():
            assert time.monotonic() < sent + SECONDS_UNTIL_VISIBLE, page.locator("ol.events").inner_text()
            page.reload()

        desk.go("/data/sources/")
        page.get_by_role("link", name="Website").click()
        expect(page.get_by_text("Events arrive: 2 so far")).to_be_visible()
        desk.is_content()


def test_a_file_is_tried_imported_and_never_doubled(browser, shop):
    path = shop.product.home / "receipts.csv"
    write_csv(path, [line | {"Card": card} for line, card in zip(LINES, CARDS, strict=True)])

    with signed_in(browser, shop, "integrator") as desk:
        figures = import_file(desk, path)
        assert figures == {
            "Lines of the file": "5",
            "Orders": "2",
            "Order lines": "4",
            "New profiles": "1",
        } | {"Profiles touched": "2"}
        rejected = desk.page.get_by_role("row").filter(has_text="Rejected")
        expect(rejected).to_contain_text("number")
        expect(desk.page.get_by_role("region", name="The first of them")).to_contain_text("Pieces")
        desk.look()

        again = import_file(desk, path)
        assert again["Taken before"] == "2"
        assert "New profiles" not in again
        desk.find_person("K-1")
        order = desk.page.locator("ol.events li").filter(has_text="K-1")
        expect(order).to_have_count(1)
        expect(order).to_contain_text("449.00")
        desk.is_content()


def import_file(desk: Desk, path: Path) -> dict[str, str]:
    """Upload, say what the columns mean, try, read what would happen, import; returns the report's figures."""
    page = desk.go("/data/imports/new")
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    page.locator("#shape").select_option("order-lines")
    expect(page).to_have_url(re.compile("shape=order-lines"))
    page.get_by_label("Name of the source").fill("Second till")
    page.get_by_label("Receipt").select_option("order.id")
    page.get_by_label("Sold at").select_option("order.occurred_at")
    page.get_by_label("Article").select_option("line.product_id")
    page.get_by_label("Card").select_option("person.member_no")
    desk.look()
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Nothing is loaded yet. Of 5 lines, 1 cannot be used.")).to_be_visible()
    desk.look()
    page.get_by_role("button", name="Import it now").click()
    expect(page.get_by_text(re.compile("5 lines were read|was imported before"))).to_be_visible()
    labels = page.locator(".stat-label").all_inner_texts()
    return dict(zip(labels, page.locator(".stat-value").all_inner_texts(), strict=True))
