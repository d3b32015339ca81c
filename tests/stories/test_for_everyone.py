"""The same product in Chinese, on a phone, and for a dealer who may see their own customers only."""

import re

import pytest
from playwright.sync_api import expect

from tests.stories.shop import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # starts the whole product and Chromium

PAGES = (
    "/",
    "/profiles/",
    "/audiences/",
    "/audiences/new",
    "/audiences/rfm",
    "/campaigns/",
    "/content/",
    "/mailbox/",
    "/insights/",
    "/insights/metrics/",
    "/data/sources/",
    "/data/plan/",
    "/data/imports/",
    "/data/quarantine/",
    "/compliance/",
    "/compliance/policy/",
)
LATIN_WORD = re.compile(r"\b[a-z]{3,}\b")


def test_every_page_fits_a_phone(browser, shop):
    with signed_in(browser, shop, "marketer", width=390) as desk:
        for path in PAGES:
            desk.go(path)
            expect(desk.page.locator("h1")).to_have_count(1)
            desk.page.wait_for_load_state("networkidle")
            desk.look()

        navigation = desk.page.locator("#navigation")
        expect(navigation).not_to_be_visible()
        desk.page.get_by_role("button", name="Menu").click()
        navigation.get_by_role("link", name="Customers").click()
        expect(desk.page.get_by_role("heading", level=1)).to_have_text("Profiles")
        assert not desk.complaints, desk.complaints


def test_every_page_speaks_chinese(browser, shop):
    with signed_in(browser, shop, "marketer") as desk:
        desk.page.get_by_role("button", name="中文").click()
        expect(desk.page.locator("html")).to_have_attribute("lang", "zh-hans")
        english = {}
        for path in PAGES:
            desk.go(path)
            desk.page.wait_for_load_state("networkidle")
            words = [
                desk.page.title(),
                *desk.page.locator("h1, h2, thead th, label, nav a, main .btn").all_inner_texts(),
            ]
            english[path] = [text for text in words if LATIN_WORD.search(text)]
        left = {path: texts for path, texts in english.items() if texts}
        assert not left, left
        expect(desk.page.locator("#navigation")).to_contain_text("人群")


def test_a_dealer_finds_their_own_customers_only(browser, shop):
    with signed_in(browser, shop, "dealer", width=390) as desk:
        desk.find_person("M00003")
        expect(desk.page.get_by_text("Bund store").first).to_be_visible()
        own = desk.page.url
        desk.look()
        for known in ("M00004", "guest4@example.com", "138 0000 0004", "A-00004"):
            desk.go("/profiles/")
            desk.page.get_by_role("searchbox").fill(known)
            expect(desk.page.get_by_text("Nobody is known by that")).to_be_visible()

    with signed_in(browser, shop, "marketer") as desk:
        desk.find_person("M00004")
        foreign = desk.page.url
    with signed_in(browser, shop, "dealer", width=390) as desk:
        assert desk.page.goto(own).status == 200
        assert desk.page.goto(foreign).status == 404
        desk.look()
