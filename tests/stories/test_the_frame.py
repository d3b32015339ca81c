"""A colleague signs in, finds their way, changes the language, looks at their security; on a phone and at a desk."""

import pytest
from playwright.sync_api import expect

from yingtai.organization.testing import PASSWORD, make_staff
from yingtai.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # starts Chromium and a server


@pytest.fixture(scope="module")
def address(books):
    with testing.served_pages() as address:
        yield address


@pytest.fixture
def colleague(brand):
    return make_staff(brand.code, "marketer")


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")], ids=["desk", "phone"])
def test_a_colleague_finds_their_way(browser, address, colleague, width, theme):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, locale="en-US"
    )
    page = context.new_page()
    complaints = []
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None
    )

    page.goto(address + "/")
    page.get_by_label("E-mail").fill(colleague.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#navigation")).to_be_attached()
    assert testing.accessibility_problems(page) == []

    page.keyboard.press("Control+k")
    search = page.get_by_role("dialog", name="Search")
    search.get_by_role("searchbox").fill("dashb")
    expect(search.get_by_role("link", name="Dashboard Insights")).to_be_visible()
    assert testing.accessibility_problems(page) == []
    page.keyboard.press("Escape")
    expect(search).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(address + "/insights/")

    page.get_by_role("link", name="Help on this page").click()
    expect(page.locator("h1")).to_have_text("Dashboard")
    assert testing.accessibility_problems(page) == []
    page.goto(address + "/")

    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    assert testing.accessibility_problems(page) == []

    for path in ("/account/2fa/", "/account/password/change/", "/account/logout/", "/nowhere"):
        page.goto(address + path)
        expect(page.locator("h1")).to_have_count(1)
        assert testing.accessibility_problems(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path

    assert [said for said in complaints if "Security Policy" in said] == []
    context.close()
