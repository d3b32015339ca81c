"""What somebody does on a page stays theirs, whether a session ends, a filter is set or a language chosen."""

import pytest
from playwright.sync_api import Page, Route, expect

from yingtai.audiences.api import create_audience
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


@pytest.fixture
def page(browser, address, colleague):
    """A page of a marketer who is signed in, in English."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    page.goto(f"{address}/account/login/?next=/audiences/")
    _sign_in(page, colleague)
    expect(page.locator("h1")).to_have_text("Audiences")
    yield page
    context.close()


def _sign_in(page, colleague):
    page.get_by_label("E-mail").fill(colleague.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_whoever_is_signed_out_goes_on_after_signing_in_beside(page, address, colleague):
    page.goto(address + "/audiences/new")
    page.get_by_label("Name").fill("Tea drinkers")
    page.context.clear_cookies(name="sessionid")

    page.get_by_role("button", name="Did something").click()

    said = page.locator("#messages [data-signed-out]")
    expect(said).to_contain_text("You were signed out")
    expect(page.get_by_label("Password")).to_have_count(0)
    expect(page.get_by_label("Name")).to_have_value("Tea drinkers")

    with page.context.expect_page() as opened:
        said.get_by_role("link", name="Sign in in another tab").click()
    _sign_in(opened.value, colleague)
    expect(opened.value.locator("#navigation")).to_be_attached()

    page.get_by_role("button", name="Was seen").click()
    expect(said).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Tea drinkers", level=1)).to_be_visible()


def test_a_form_that_is_sent_after_the_session_ended_is_sent_again_after_signing_in(page, address, colleague):
    page.goto(address + "/audiences/new")
    page.get_by_role("button", name="Was seen").click()
    expect(page.locator(".sentence")).to_have_count(1)
    page.get_by_label("Name").fill("Tea & 茶 drinkers")
    page.context.clear_cookies(name="sessionid")

    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="You were signed out")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in another tab").click()
    _sign_in(opened.value, colleague)
    expect(opened.value.locator("#navigation")).to_be_attached()
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", name="Tea & 茶 drinkers", level=1)).to_be_visible()


def test_a_view_keeps_what_is_filtered_on_the_screen(page, address, acting, brand):
    for name in ("Tea drinkers", "Coffee drinkers"):
        create_audience(
            acting, node_no=brand.node_no, name=name, definition={"join": "all", "parts": [{"block": "seen"}]}
        )
    page.goto(address + "/audiences/")
    page.get_by_role("searchbox", name="Search by name").fill("tea")
    expect(page).to_have_url(f"{address}/audiences/?search=tea&show=")

    page.locator("summary", has_text="Views").click()
    page.get_by_label("Keep what is filtered and sorted now as").fill("All tea")
    page.get_by_role("button", name="Keep view").click()

    expect(page).to_have_url(f"{address}/audiences/?search=tea")
    expect(page.get_by_role("link", name="All tea")).to_have_attribute("aria-current", "page")
    page.get_by_role("searchbox", name="Search by name").fill("coffee")
    expect(page.get_by_role("rowheader", name="Tea drinkers")).to_have_count(0)
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("button", name="Show these").click()
    expect(page).to_have_url(f"{address}/audiences/?search=coffee")
    page.get_by_role("searchbox", name="Search by name").fill("drinkers")
    expect(page.get_by_role("rowheader", name="Tea drinkers")).to_be_visible()
    page.get_by_role("columnheader", name="People").get_by_role("link").click()
    expect(page).to_have_url(f"{address}/audiences/?search=drinkers&show=&sort=-people")


def test_no_way_out_of_the_builder_loses_work_without_asking(page, address):
    page.goto(address + "/audiences/new")
    page.get_by_role("button", name="Did something").click()
    expect(page.get_by_label("event")).to_be_visible()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    page.get_by_role("button", name="中文").click()
    page.get_by_role("link", name="Go back").click(no_wait_after=True)
    expect(page.locator("html")).to_have_attribute("lang", "en")

    assert asked == ["beforeunload", "beforeunload"]
    expect(page.get_by_label("event")).to_be_visible()


def test_enter_in_a_choice_sends_nothing_and_a_mended_problem_is_said_no_longer(page, address):
    page.goto(address + "/audiences/new")
    page.get_by_role("button", name="Did something").click()
    expect(page.get_by_label("event")).to_be_visible()
    page.get_by_label("Name").fill("Tea drinkers")
    # The list of choices holds what the brand declared or saw.
    page.evaluate("document.getElementById('known-events').append(new Option('Viewed a product'))")

    event = page.get_by_label("event")
    event.fill("Vewed a prdct")
    expect(page.get_by_role("option", name="Viewed a product")).to_be_visible()
    event.fill("Qqqq")
    expect(page.get_by_text("Nothing in the list fits")).to_be_visible()
    event.press("Enter")
    expect(page).to_have_url(address + "/audiences/new")
    expect(page.locator("[data-problem]")).to_have_count(0)

    event.fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-problem]")).to_contain_text("Fill in")
    page.get_by_label("event").fill("Viewed a product")
    expect(page.locator("[data-problem]")).to_have_count(0)


def test_the_keys_are_told_by_the_full_width_sign_too(page, address):
    page.goto(address + "/audiences/")
    page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: '？', bubbles: true}))")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")

    page.keyboard.press("Control+k")
    page.get_by_role("dialog", name="Search").get_by_role("searchbox").fill("qqqzzz")
    expect(page.get_by_text("No page, audience, campaign or help text is called that.")).to_be_visible()


def _answer(page: Page, late: list[Route]) -> None:
    """Let the one answer through that is held back; it must be on its way."""
    for _ in range(150):
        if late:
            break
        page.wait_for_timeout(20)
    late.pop().continue_()
    assert not late, "more than one was asked for at once"


def test_buttons_pressed_faster_than_the_page_answers_lose_no_sentence(page, address):
    page.goto(address + "/audiences/new")
    sentences = page.locator(".sentence")
    page.get_by_role("button", name="Did something").dblclick()
    expect(sentences).to_have_count(1)
    page.get_by_label("event").fill("Viewed a product")

    # From here on every answer comes when the hand has long gone on, as over a slow line.
    late: list[Route] = []
    page.route("**/audiences/new", lambda route: late.append(route))
    page.get_by_role("button", name="Was seen").dblclick()
    _answer(page, late)
    expect(sentences).to_have_count(2)
    page.get_by_role("button", name="Did something").click()
    page.get_by_role("button", name="Was seen").click()
    page.get_by_label("times").first.fill("7")
    _answer(page, late)
    _answer(page, late)  # asked for again, with the 7 in it
    expect(sentences).to_have_count(3)
    expect(page.get_by_label("event").first).to_have_value("Viewed a product")
    expect(page.get_by_label("times").first).to_have_value("7")

    page.get_by_role("button", name="Remove this sentence").last.dblclick()
    _answer(page, late)
    expect(sentences).to_have_count(2)
    page.unroute("**/audiences/new")
    page.get_by_role("button", name="Remove this sentence").last.dblclick()
    expect(sentences).to_have_count(1)
    expect(page.get_by_label("times")).to_have_value("7")
