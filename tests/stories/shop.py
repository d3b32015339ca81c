"""A small tea shop on a product of its own, and the browser its people look through."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.stories import founding
from yingtai.organization.testing import PASSWORD
from yingtai.ui.testing import accessibility_problems
from yingtai.web.tests.running import Product


class Shop:
    """`yingtai run` with two brands, a dealer, an address book and the orders of a week."""

    def __init__(self) -> None:
        self.product = Product()
        self.address = f"http://127.0.0.1:{self.product.port}"
        self.collector = f"http://127.0.0.1:{self.product.port + 1}"

    def open(self) -> None:
        self.product.begin()
        told = subprocess.run(
            [sys.executable, "-m", founding.__name__, PASSWORD, str(self.product.home)],
            env=self.product.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stdout + told.stderr

    def close(self) -> None:
        self.product.end()
        shutil.rmtree(self.product.home, ignore_errors=True)


class Desk:
    """One colleague at the console: a signed-in page, and what the browser complained about."""

    def __init__(self, shop: Shop, page: Page) -> None:
        self.shop, self.page = shop, page
        self.complaints: list[str] = []
        page.on("pageerror", lambda problem: self.complaints.append(str(problem)))
        page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    def go(self, path: str) -> Page:
        """Open a page of the console, which must be there."""
        answer = self.page.goto(self.shop.address + path)
        assert answer, path
        assert answer.status == 200, f"{path} answered {answer.status}"
        return self.page

    def is_content(self) -> None:
        """The browser had nothing to complain about; when it had, the product's log tells why."""
        assert not self.complaints, self.told()

    def told(self) -> str:
        """Return where one is, what the browser complained about, and the end of the product's log."""
        log = (self.shop.product.home / "logs" / "web.log").read_text()[-4000:]
        seen = self.page.locator("body").inner_text()[-3000:]
        return "\n".join([self.page.url, seen, *self.complaints, log])

    def look(self) -> None:
        """Judge the open page: it breaks no accessibility rule, and it fits."""
        problems = accessibility_problems(self.page)
        assert problems == [], "\n".join([self.page.url, *problems])
        self.fits()

    def fits(self) -> None:
        """Judge the open page: it is not wider than the window."""
        overflow = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{self.page.url} is {overflow} px too wide"

    def find_person(self, known: str) -> None:
        """Search for somebody as people do: type, look, click."""
        self.search(known)
        rows = self.page.locator("#rows tr")
        expect(rows).to_have_count(1)
        rows.get_by_role("link").click()

    def search(self, known: str) -> None:
        """Look for somebody; what is looked for stands in no address."""
        self.go("/profiles/")
        self.page.get_by_role("searchbox").fill(known)
        self.page.get_by_role("searchbox").press("Enter")
        expect(self.page).not_to_have_url(re.compile("search="))

    def has_mail_to(self, recipient: str) -> bool:
        """Look in the mailbox for mails to a whole address; what is looked for stands in no address of a page."""
        self.go("/mailbox/")
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            self.page.get_by_role("searchbox").fill(recipient)
            self.page.get_by_role("searchbox").press("Enter")
        expect(self.page).not_to_have_url(re.compile("to="))
        expect(
            self.page.locator("#rows tr:has(td)").filter(has_text=re.compile(r"No mail|\*\*\*")).first
        ).to_be_visible()
        return self.page.locator("#rows").get_by_text("No mail to this address").count() == 0

    def mail_to(self, recipient: str) -> tuple[dict[str, str], str]:
        """Have a brand manager, who may see values, open the newest mail to somebody: its headers and its HTML."""
        browser = self.page.context.browser
        assert browser
        with signed_in(browser, self.shop, "brand_manager") as manager:
            assert manager.has_mail_to(recipient)
            page = manager.page
            page.locator("#rows tr").first.get_by_role("link").click()
            names = page.locator("dl.facts dt").all_inner_texts()
            headers = dict(zip(names, page.locator("dl.facts dd").all_inner_texts(), strict=True))
            frame = page.locator("iframe.mail-frame").get_attribute("src")
            return headers, page.request.get(self.shop.address + str(frame)).text()


def links_in(html: str, kind: str) -> list[str]:
    """Return the addresses in a mail that lead to our clicks (`c`), opens (`o`) or unsubscribing (`u`)."""
    return [unescape(found) for found in re.findall(rf'"(http://[^"/]+/{kind}/[^"]+)"', html)]


@contextmanager
def signed_in(
    browser: Browser, shop: Shop, role: str, *, width: int = 1280, locale: str = "en-US"
) -> Iterator[Desk]:
    """Sign a colleague in, as they do it: address, password, Enter."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale=locale)
    context.set_default_timeout(15_000)
    page = context.new_page()
    desk = Desk(shop, page)
    try:
        page.goto(shop.address + "/")
        page.locator("[name=login]").fill(f"{role}@staff.example.com")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
        expect(page.locator("#navigation")).to_be_attached()
        yield desk
    except (AssertionError, PlaywrightError) as problem:
        problem.add_note(desk.told())
        raise
    finally:
        context.close()
