"""The builder as a person uses it: in a real browser, on a desk and on a phone."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from yingtai.audiences.api import create_audience, refresh_audience
from yingtai.audiences.testing import write_events, write_people
from yingtai.compliance.testing import grant_email, make_purposes, signed_in
from yingtai.kernel.acting import system
from yingtai.kernel.testing import run_jobs
from yingtai.organization.testing import BrandForTest
from yingtai.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # starts Chromium and a server
PHONE, DESK = 390, 1280
VIEWED = {"join": "all", "parts": [
    {"block": "did", "event": "Product Viewed", "at_least": 3, "within_days": 30, "where": "category", "value": "suv"},
    {"block": "did", "event": "Order Completed", "within_days": 90, "negated": True},
    {"join": "any", "parts": [{"block": "seen"}, {"block": "spent", "at_least": 100}]},
]}  # fmt: skip

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def address(books: None) -> Iterator[str]:
    with testing.served_pages() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not testing.has_browser():
        pytest.skip("no Chromium here")
    with testing.chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser, address: str, brand: BrandForTest) -> Iterator[Open]:
    """Open a page as a marketer of the brand; what the browser complains about is the test's failure."""
    session = signed_in(brand.code, "marketer").cookies["sessionid"].value
    complaints: list[str] = []
    contexts = []

    def open_(
        path: str, *, theme: str = "light", language: str = "en-US", width: int = DESK, script: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            locale=language,
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        contexts.append(context)
        cookies = {"sessionid": session, "django_language": "zh-hans" if language == "zh-CN" else "en"}
        context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        )
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
    # A form that comes back with problems is answered with 422, which Chromium notes.
    assert [said for said in complaints if "422" not in said] == []


@pytest.fixture
def shop(brand: BrandForTest, lake: object) -> UUID:
    """A hundred people with a year behind them, and one audience among them."""
    now = timezone.now()
    acting = system("audiences", brand.scope, now)
    chance = random.Random(7)  # noqa: S311 - the same people every time
    people = [brand.node_no + number for number in range(1, 101)]
    city = {number: chance.choice(["Shanghai", "Chengdu"]) for number in people}
    write_people(brand.node_no, dict.fromkeys(people, brand.node_no), at=now, traits={"city": city})
    write_events(brand.node_no, [
        {"profile_no": chance.choice(people[:90]), "event": chance.choice(["Product Viewed"] * 9 + ["Order Completed"]),
         "occurred_at": now - timedelta(days=chance.randrange(365)), "category": chance.choice(["suv", "sedan"]),
         "amount_minor": chance.randrange(1_000, 90_000)}
        for _ in range(2_000)
    ])  # fmt: skip
    make_purposes(acting, brand.node_no)
    grant_email(acting, brand.node_no, people[:60])
    audience_id = create_audience(
        acting,
        node_no=brand.node_no,
        name="SUV lookers",
        definition=VIEWED,
        about="For the test drive mailing",
    )
    for days in (2, 1, 0):
        refresh_audience(acting.at_time(now - timedelta(days=days)), audience_id)
    return audience_id


def test_an_audience_is_built_and_counted_while_one_types(shop: UUID, open_page: Open) -> None:
    page = open_page("/audiences/new")
    expect(page.locator("#count")).to_contain_text("100 people")
    page.get_by_role("button", name="Did something").click()
    expect(page.locator("#count")).to_contain_text("Fill in")
    page.get_by_label("event").fill("Product Viewed")
    page.get_by_label("times").fill("3")
    page.get_by_label("days").fill("30")
    expect(page.locator("#count")).to_contain_text(
        "did this: “Viewed a product” 3 or more times in the last 30 days"
    )
    # The sentence is laid out anew when its detail changes.
    with page.expect_response(lambda answer: answer.url.endswith("/audiences/count")):
        page.get_by_label("detail").select_option("category")
    with page.expect_response(lambda answer: "/suggestions/values" in answer.url):
        page.get_by_label("event").focus()
        page.get_by_label("value", exact=True).press("ArrowDown")
    expect(page.locator("datalist option[value=suv]")).to_have_count(1)
    page.get_by_label("value", exact=True).fill("suv")
    page.get_by_role("button", name="Show some of them").click()
    expect(page.locator("#look")).to_contain_text("may be written to")
    page.get_by_label("value", exact=True).fill("")
    page.get_by_label("Name").fill("Lookers")
    page.get_by_role("button", name="Save").click()
    # The sentence about a category has no value yet.
    expect(page.locator("[data-problem]")).to_contain_text("Fill in")
    page.get_by_label("value", exact=True).fill("suv")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Lookers")).to_be_visible()
    # The browser keeps an event loop in this thread; the worker wants one of its own.
    with ThreadPoolExecutor(1) as worker:
        worker.submit(_work).result()
    expect(page.get_by_text("Up to date")).to_be_visible()


AS_IT_ARRIVES = """() => {
    window.arrived = [];
    new MutationObserver(() => {
        const event = document.querySelector("#builder input[name$=event]");
        if (event) window.arrived.push([event.getAttribute("role"), document.activeElement.name]);
    }).observe(document.body, { childList: true, subtree: true });
}"""


def test_a_blank_can_be_typed_into_as_soon_as_it_arrives(shop: UUID, open_page: Open) -> None:
    page = open_page("/audiences/new")
    page.evaluate(AS_IT_ARRIVES)
    page.get_by_role("button", name="Did something").click()
    expect(page.locator("#count")).to_contain_text("Fill in")
    assert page.evaluate("window.arrived[0][0]") == "combobox"

    # A picker that is made while somebody types takes nothing away.
    page.evaluate("""() => {
        const blank = document.createElement("input");
        blank.setAttribute("list", "known-events");
        blank.dataset.picker = "Choices";
        document.querySelector("#builder").append(blank);
        blank.focus();
        document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: document.querySelector("#builder") } }));
        blank.id = "typed-into";
    }""")
    page.keyboard.insert_text("Order")
    expect(page.locator("#typed-into")).to_have_value("Order")
    page.locator("#typed-into").evaluate("one => one.closest('.picker').remove()")


def test_the_builder_works_without_javascript(shop: UUID, open_page: Open) -> None:
    page = open_page("/audiences/new", script=False)
    page.get_by_role("button", name="Did something").click()
    page.get_by_label("event").fill("Product Viewed")
    page.get_by_role("button", name="any of several").click()
    assert page.get_by_label("event").input_value() == "Viewed a product"
    page.get_by_label("Name").fill("Plain")
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_role("heading", name="Plain")).to_be_visible()


@pytest.mark.parametrize(("language", "width"), [("en-US", DESK), ("zh-CN", PHONE)])
def test_every_page_is_accessible_and_fits(
    shop: UUID, open_page: Open, address: str, language: str, width: int
) -> None:
    one = f"/audiences/{shop}"
    paths = (
        "/audiences/",
        f"{one}/",
        f"{one}/edit",
        "/audiences/new?preset=lapsed",
        "/audiences/rfm",
        f"{one}/archive",
    )
    page = open_page("/audiences/", language=language, width=width)
    for path in paths:
        page.goto(address + path)
        testing.wait_until_quiet(page)
        for wide in dict.fromkeys((DESK, width)):
            page.set_viewport_size({"width": wide, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= wide, (path, wide)
        assert testing.accessibility_problems(page) == [], path
        # The other theme has other colors and nothing else.
        page.emulate_media(color_scheme="dark")
        assert testing.accessibility_problems(page, only=["color-contrast"]) == [], path
        page.emulate_media(color_scheme="light")


def _work() -> None:
    run_jobs("audiences")
    connections.close_all()
