"""From "who is this?" to "did it work?": what a marketer does all day, on a product that really runs."""

import re
import time
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.stories.shop import Desk, links_in, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # starts the whole product and Chromium

SECONDS_UNTIL_VISIBLE = 5


def test_a_marketer_finds_writes_and_measures(browser, shop):
    with signed_in(browser, shop, "marketer") as desk:
        look_somebody_up(desk)
        build_an_audience(desk)
        write_a_mail(desk)
        campaign = send_it(desk, hold_out=10)

        # It arrived; somebody reads it, clicks, and has enough of it.
        recipient = somebody_who_got_it(desk)
        headers, html = desk.mail_to(recipient)
        assert "Hello Guest" in html, html
        open_click_and_unsubscribe(headers, html)
        timeline_says(desk, recipient, "Opened", "Clicked", "Unsubscribed")

        # Too early for a verdict is said, not hidden.
        desk.page.goto(campaign + "result/")
        expect(
            desk.page.get_by_text(re.compile(r"about \d+ more days|No difference|Too early"))
        ).to_be_visible()
        desk.look()

        # The next campaign leaves out who had enough, and says so before and after.
        desk.page.goto(campaign + "monitor/")
        desk.page.get_by_role("button", name="Duplicate").click()
        send_it(desk, hold_out=0, says=["unsubscribed: 1 person"])
        desk.is_content()


def look_somebody_up(desk: Desk) -> None:
    """One person, found by everything one may have of them; private values stay masked."""
    for known in ("138 0000 0007", "Guest7@example.com", "M00007", "A-00007"):
        desk.find_person(known)
        expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
        expect(desk.page.get_by_label("Phone: 138****0007")).to_be_visible()
    page = desk.page
    assert "13800000007" not in page.content()
    assert "guest7@example.com" not in page.content()
    # What happened, and what we may do about it.
    expect(page.locator("ol.events").get_by_text("Completed an order").first).to_be_visible()
    expect(page.get_by_text("Marketing by e-mail · E-mail")).to_be_visible()
    desk.look()


def build_an_audience(desk: Desk) -> None:
    """Sentences, and a count that follows every change."""
    page = desk.go("/audiences/new")
    count = page.locator(".count-number")
    expect(count).to_contain_text(re.compile(r"12\d"))
    page.get_by_role("button", name="did something").click()
    page.get_by_label("Event").fill("Order Completed")
    page.get_by_label("Days").fill("3")
    expect(count).not_to_contain_text(re.compile(r"12\d"))
    page.get_by_label("Days").fill("30")
    expect(count).to_contain_text("120")
    desk.look()
    page.get_by_label("Name", exact=True).fill("Bought this month")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bought this month")
    expect(page.locator(".stat").first).to_contain_text("120")
    desk.look()


def write_a_mail(desk: Desk) -> None:
    """A template, seen as one real person would see it, made final."""
    page = desk.go("/content/")
    page.get_by_role("link", name="New template").click()
    page.get_by_label("Language of the mail").select_option(label="English")
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Name", exact=True).fill("Autumn letter")
    page.get_by_label("Subject").fill('Autumn teas for {{ person.first_name | default: "you" }}')
    page.get_by_label("Preview as").fill("M00007")
    expect(page.locator("#check")).to_contain_text("Autumn teas for")
    frame = page.frame_locator("iframe.mail-frame")
    expect(frame.get_by_role("heading")).to_contain_text("Hello")
    desk.look()
    page.get_by_role("button", name="Publish a version").click()
    expect(page.get_by_text("it never changes")).to_be_visible()


def send_it(desk: Desk, *, hold_out: int, says: list[str] | None = None) -> str:
    """Fill in the campaign, read what will happen, send, and watch it to its end; returns its address."""
    page = desk.page
    if not re.search(r"/campaigns/[0-9a-f-]{36}/$", page.url):
        desk.go("/campaigns/")
        page.get_by_role("button", name="New campaign").first.click()
        page.get_by_label("Name", exact=True).fill("Autumn")
        page.get_by_label("Audience").select_option(label="Bought this month")
        page.get_by_label("Template").select_option(label="Autumn letter · 1")
        page.get_by_label("From, address").fill("tea@example.com")
    page.get_by_label("Hold-out").fill(str(hold_out))
    campaign = page.url
    page.get_by_role("button", name="Save and go on to launch").click()
    expect(page.get_by_text("This cannot be undone.")).to_be_visible()
    desk.look()
    for words in says or []:
        expect(page.get_by_role("main")).to_contain_text(words)
    page.get_by_role("button", name=re.compile(r"Send to \d+ people")).click()
    expect(page.locator("#progress .status-tag").first).to_have_text("Sent")
    desk.look()
    return campaign


def somebody_who_got_it(desk: Desk) -> str:
    """The list shows masked addresses, so whoever wants to see somebody's mail has to know them."""
    guests = (f"guest{number}@example.com" for number in range(1, 20))
    return next(guest for guest in guests if desk.has_mail_to(guest))


def open_click_and_unsubscribe(headers: dict[str, str], html: str) -> None:
    """As mail programs do it: load the picture, follow a link, and post what RFC 8058 says."""
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    opener = urllib.request.build_opener(_StayHere)
    [pixel] = links_in(html, "o")
    assert opener.open(pixel).headers["content-type"] == "image/gif"
    answer = opener.open(links_in(html, "c")[0])
    assert answer.headers["location"] == "https://www.example.com/"
    [address] = re.findall(r"<(http[^>]+)>", headers["List-Unsubscribe"])
    assert opener.open(address, data=b"List-Unsubscribe=One-Click").status == 200


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Takes a redirect as the answer: a test does not visit the shop's website."""

    def http_error_302(self, request, answer, code, words, headers):
        return answer


def timeline_says(desk: Desk, known: str, *lines: str) -> None:
    """What just happened stands in the profile within seconds."""
    began = time.monotonic()
    desk.find_person(known)
    while not all(_has(desk.page, line) for line in lines):
        assert time.monotonic() - began < SECONDS_UNTIL_VISIBLE, desk.page.locator("ol.events").inner_text()
        desk.page.reload()


def _has(page: Page, line: str) -> bool:
    return page.locator("ol.events").get_by_text(re.compile(line)).count() > 0
