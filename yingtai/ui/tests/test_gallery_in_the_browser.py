"""Every component in every state, looked at by a real browser."""

import pytest
from playwright.sync_api import expect

from yingtai.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # starts Chromium and a server
PHONE, DESK = 390, 1280
LOOKS = [
    ("/ui/gallery", "light", "en-US", DESK),
    ("/ui/gallery", "dark", "zh-CN", DESK),
    ("/ui/gallery", "light", "zh-CN", PHONE),
    ("/ui/gallery", "dark", "en-US", PHONE),
    ("/ui/gallery/confirm", "dark", "en-US", PHONE),
    ("/ui/gallery/signin", "light", "zh-CN", PHONE),
    ("/account/login/", "dark", "zh-CN", PHONE),
]


@pytest.fixture(scope="module")
def address(books):
    with testing.served_pages() as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    if not testing.has_browser():
        pytest.skip("no Chromium here")
    with testing.chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser, address):
    """Open a page in a look; what the browser complains about is the test's failure."""
    complaints, contexts = [], []

    def open_(path, *, theme="light", language="en-US", width=DESK):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, locale=language
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    # One part of the gallery is made to fail, to show how that looks.
    assert [said for said in complaints if "503" not in said] == []


@pytest.mark.parametrize(("path", "theme", "language", "width"), LOOKS)
def test_pages_are_accessible_and_fit_the_screen(open_page, path, theme, language, width):
    page = open_page(path, theme=theme, language=language, width=width)
    testing.wait_until_quiet(page)

    assert testing.accessibility_problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_charts_are_drawn_and_say_their_numbers(open_page):
    page = open_page("/ui/gallery")
    page.locator("[data-chart] canvas").first.wait_for()

    expect(page.locator("[data-chart]:has(canvas)")).to_have_count(8)
    page.get_by_text("Show the numbers").first.click()

    assert page.get_by_role("row", name="2026-11 26.0%").is_visible()


def test_light_and_dark_change_at_once_and_stay(open_page):
    page = open_page("/ui/gallery")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)

    page.get_by_text("Appearance").locator("..").click()
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(ground)
    page.reload()

    assert light != dark
    assert page.evaluate(ground) == dark
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_the_language_can_be_switched_and_comes_back_to_the_same_page(open_page):
    page = open_page("/ui/gallery/confirm")

    page.get_by_role("button", name="中文").click()

    page.get_by_role("heading", name="停止营销活动").wait_for()
    assert page.url.endswith("/ui/gallery/confirm")
    assert page.locator("html").get_attribute("lang") == "zh-hans"


def test_a_list_answers_while_one_types_and_keeps_the_search_in_the_address(open_page):
    page = open_page("/ui/gallery")

    page.get_by_role("searchbox", name="Search").fill("anna")

    expect(page.locator("#sample-rows tr")).to_have_count(1)
    assert page.get_by_role("link", name="Anna Keller").is_visible()
    assert "search=anna" in page.url


def test_a_long_list_goes_on_when_its_end_comes_into_view(open_page):
    page = open_page("/ui/gallery")

    page.locator("#sample-rows tr").last.scroll_into_view_if_needed()

    expect(page.locator("#sample-rows tr")).to_have_count(6)


def test_a_running_task_goes_on_until_it_is_finished(open_page):
    page = open_page("/ui/gallery")

    task = page.locator(".task", has_text="Counting the audience")

    task.get_by_text("Finished").wait_for(timeout=10_000)
    assert task.get_by_text("100,000 of 100,000 profiles").is_visible()


def test_a_part_that_does_not_come_says_so_in_its_place(open_page):
    page = open_page("/ui/gallery")

    page.get_by_text("This part could not be loaded.").wait_for()

    assert page.get_by_role("button", name="Try again").is_visible()


def test_the_keyboard_reaches_the_content_first(open_page):
    page = open_page("/ui/gallery")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_the_navigation_opens_and_closes_on_a_phone(open_page):
    page = open_page("/ui/gallery", width=PHONE)
    toggle = page.get_by_role("button", name="Navigation")

    toggle.click()
    opened = toggle.get_attribute("aria-expanded")
    page.keyboard.press("Escape")

    assert (opened, toggle.get_attribute("aria-expanded")) == ("true", "false")


def test_a_definition_opens_without_script(open_page):
    page = open_page("/ui/gallery")

    page.locator("details.definition summary").click()

    assert page.get_by_text("of all who had a first order").is_visible()


def test_what_opens_beside_a_word_stays_inside_the_window(open_page):
    page = open_page("/ui/gallery", width=PHONE)
    definition = page.locator("details.definition").first
    # As at the right end of a row, where the text would begin close to the edge.
    definition.evaluate(
        "one => { one.style.position = 'absolute'; one.style.right = '0'; one.style.left = 'auto'; }"
    )

    definition.locator("summary").click()

    text = definition.locator(".definition-text")
    expect(text).to_be_visible()
    left, right = text.evaluate(
        "one => [one.getBoundingClientRect().left, one.getBoundingClientRect().right]"
    )
    assert left >= 0
    assert right <= PHONE
