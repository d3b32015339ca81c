"""`yingtai bench console`: how long the pages of the console take, beside the emptiest page there is.

Needs a running product with the sample in it (`make run`; `yingtai sample --size M` for the size that counts).

Each page is opened once before it is measured. The cards of the dashboard keep their answers for a minute, so they are
measured a second time as a first look: every card, over every length of time, for everyone of FIRST_LOOKERS, whose
scopes differ, and again when the kept answers are gone.
"""

import argparse
import http.client
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from http.cookies import SimpleCookie
from itertools import product
from urllib.parse import urlencode, urlsplit

from yingtai.kernel.env import env

BUDGET_P95_MS = 200
ROLE = "marketer"
GROUP_ROLE = "compliance_officer"
GROUP_PAGES = ("/", "/profiles/", "/audiences/", "/campaigns/", "/insights/", "/compliance/")
FIRST_LOOKERS = ("executive", "marketer")
LENGTHS = ("30d", "90d", "365d", "all")
ANSWERS_KEPT_SECONDS = 61
LISTS = (
    "/", "/profiles/", "/audiences/", "/audiences/new", "/campaigns/", "/templates/", "/insights/",
    "/insights/metrics/", "/sources/", "/imports/", "/compliance/",
)  # fmt: skip
LINKS = re.compile(r'href="(/(?:profiles|audiences|campaigns|templates)/[0-9a-f-]{36}/)"')
CARDS = re.compile(r'hx-get="(/insights/cards/[^"]+)"')
CARD_NAMES = re.compile(r'hx-get="/insights/cards/(\w+)')
EMPTIEST = "/health/live"


@dataclass(frozen=True)
class Line:
    """The times of one page, in milliseconds."""

    page: str
    status: int
    p50_ms: float
    p95_ms: float


class Browser:
    """A signed-in visitor on one kept connection."""

    def __init__(self) -> None:
        where = urlsplit(env().web_url)
        self._connection = http.client.HTTPConnection(where.hostname or "", where.port or 80, timeout=60)
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, str, float]:
        """Return status, text and milliseconds."""
        return self._ask("GET", path, None)

    def sign_in(self, who: dict[str, str]) -> None:
        """Sign in as one of the sample's colleagues."""
        self.get("/account/login/")
        form = {
            "login": who["email"],
            "password": who["password"],
            "csrfmiddlewaretoken": self._cookies["csrftoken"],
        }
        status, _text, _ms = self._ask("POST", "/account/login/", urlencode(form))
        if status != http.client.FOUND:
            raise SystemExit(
                f"The sample's {who['role']} could not sign in. Start the product with its sample first."
            )

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str, float]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": env().web_url}
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        took = (time.perf_counter() - began) * 1000
        for line in answer.headers.get_all("Set-Cookie") or []:
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer.status, text, took


def main(arguments: list[str]) -> int:
    """Measure every page and return 1 when one of them is slower than promised."""
    parser = argparse.ArgumentParser(prog="yingtai bench console", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how often each page is opened")
    parser.add_argument(
        "--looks", type=int, default=2, help="how often every card is looked at for the first time"
    )
    parser.add_argument("--json", action="store_true", help="print for machines")
    options = parser.parse_args(arguments)
    [browser, *_others] = _signed_in([ROLE])
    lines = [_measured(browser, page, options.rounds) for page in [EMPTIEST, *_pages(browser)]]
    [officer, *_others] = _signed_in([GROUP_ROLE])
    lines += [_measured(officer, page, options.rounds, who="group: ") for page in GROUP_PAGES]
    lines += _first_looks(options.looks)
    _print(lines, as_json=options.json)
    return int(any(line.p95_ms > BUDGET_P95_MS for line in lines))


def _signed_in(roles: Iterable[str]) -> list[Browser]:
    known = json.loads((env().home / "sign-ins.json").read_text())
    browsers = []
    for who in (one for one in known if one["role"] in roles):
        browser = Browser()
        browser.sign_in(who)
        browsers.append(browser)
    return browsers


def _pages(browser: Browser) -> list[str]:
    """The lists, the first page that each leads to, and the cards of the dashboard."""
    found: list[str] = []
    for page in LISTS:
        status, text, _ms = browser.get(page)
        if status == http.client.OK:
            found.append(page)
            found += [link.replace("&amp;", "&") for link in [*LINKS.findall(text)[:1], *CARDS.findall(text)]]
    return list(dict.fromkeys(found))


def _first_looks(looks: int) -> list[Line]:
    """The times of the cards when nobody of a scope has looked for a minute."""
    times: dict[str, list[float]] = defaultdict(list)
    statuses: dict[str, int] = defaultdict(int)
    for _ in range(looks):
        time.sleep(ANSWERS_KEPT_SECONDS)
        # A connection that rested so long is closed by the server.
        browsers = _signed_in(FIRST_LOOKERS)
        names = dict.fromkeys(CARD_NAMES.findall(browsers[0].get("/insights/")[1]))
        for browser, length, name in product(browsers, LENGTHS, names):
            status, _text, took = browser.get(f"/insights/cards/{name}?period={length}")
            statuses[name] = max(statuses[name], status)
            times[name].append(took)
    return [_line(f"first look: {name}", statuses[name], found) for name, found in times.items()]


def _measured(browser: Browser, page: str, rounds: int, *, who: str = "") -> Line:
    status, _text, _ms = browser.get(page)
    return _line(who + page, status, [browser.get(page)[2] for _ in range(rounds)])


def _line(page: str, status: int, times: list[float]) -> Line:
    times = sorted(times)
    return Line(page, status, times[len(times) // 2], times[min(int(len(times) * 0.95), len(times) - 1)])


def _print(lines: list[Line], *, as_json: bool) -> None:
    bare = lines[0].p50_ms
    if as_json:
        print(json.dumps([asdict(line) | {"ratio": line.p50_ms / bare} for line in lines], indent=2))
        return
    print(f"{'page':<70}{'status':>7}{'p50 ms':>9}{'p95 ms':>9}{'ratio':>8}")
    for line in lines:
        slow = "  over budget" if line.p95_ms > BUDGET_P95_MS else ""
        print(
            f"{line.page:<70}{line.status:>7}{line.p50_ms:>9.1f}{line.p95_ms:>9.1f}{line.p50_ms / bare:>8.1f}{slow}"
        )
