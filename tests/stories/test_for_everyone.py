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
LAZY = ("/", "/insights/")
LATIN_WORD = re.compile(r"\b[a-z]{3,}\b")


def test_every_page_fits_a_phone_and_speaks_chinese(browser, shop):
    with signed_in(browser, shop, "marketer", width=390) as desk:
        page, english = desk.page, {}
        page.get_by_role("button", name="Navigation").click()
        page.get_by_role("button", name="中文").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
        for path in PAGES:
            desk.go(path)
            if path in LAZY:
                page.wait_for_load_state("networkidle")
            expect(page.locator("h1")).to_have_count(1)
            desk.fits()
            words = page.locator("h1, h2, thead th, label, nav a, main .btn").all_text_contents()
            english[path] = [text.strip() for text in (page.title(), *words) if LATIN_WORD.search(text)]
        left = {path: texts for path, texts in english.items() if texts}
        assert not left, left

        navigation = page.locator("#navigation")
        expect(navigation).not_to_be_visible()
        page.get_by_role("button", name="导航").click()
        navigation.get_by_role("link", name="客户").click()
        expect(page.locator("#rows tr").first).to_be_visible()
        desk.look()
        desk.is_content()


def test_a_dealer_finds_their_own_customers_only(browser, shop):
    with signed_in(browser, shop, "marketer") as marketer:
        marketer.find_person("M00004")
        foreign = marketer.page.url

    with signed_in(browser, shop, "dealer", width=390) as desk:
        desk.find_person("M00003")
        expect(desk.page.get_by_text("Bund store").first).to_be_visible()
        desk.look()
        for known in ("guest4@example.com", "A-00004"):
            desk.search(known)
            expect(desk.page.get_by_text("No matching customer")).to_be_visible()
        assert desk.page.goto(foreign).status == 404
        desk.look()
