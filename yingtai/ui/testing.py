"""Pages in a real browser: the product's own application on a free port, and Debian's or Playwright's Chromium."""

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

from yingtai.ui import front_end

AXE = front_end.PACKAGES / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
QUIET = """async () => {
  await document.fonts.ready;
  const isQuiet = () => document.readyState === 'complete' && !document.querySelector('.htmx-request');
  for (let looks = 0; looks < 3; looks = isQuiet() ? looks + 1 : 0)
    await new Promise((done) => setTimeout(done, 50));
}"""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """A test prints what it asserts, nothing else."""


@contextmanager
def served_pages() -> Iterator[str]:
    """Serve the product's pages from this process; gives their address."""
    front_end.collect()
    server = make_server("127.0.0.1", 0, _closing(get_wsgi_application()), _Server, _Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _closing(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    def answer(environ: Any, start_response: Any) -> Iterator[bytes]:
        # Every request has its own thread here, and a thread's database connection would outlive it.
        try:
            response = application(environ, start_response)
            yield from response
            if hasattr(response, "close"):
                response.close()
        finally:
            connections.close_all()

    return answer


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; tests that ask for it skip themselves where there is none (`has_browser`)."""
    # Playwright keeps an event loop in this thread, which Django takes for async code; the test is not.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def has_browser() -> bool:
    """Say whether a Chromium can be started here."""
    if CHROMIUM:
        return True
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def wait_until_quiet(page: Page) -> None:
    """Wait until the open page and the parts it loads afterwards are there, a tenth of a second after the last."""
    page.evaluate(QUIET)


def accessibility_problems(page: Page, *, only: Sequence[str] = ()) -> list[str]:
    """Return what breaks WCAG 2.2 AA on the open page, one line each; found by axe.

    In: only    names of axe's rules, when the page was judged by all of them before and only its colors changed
    """
    # Through the debugger and not a script element, which the page's own policy would refuse.
    page.evaluate(AXE.read_text())
    # Frames hold mails, which are sealed off: the checker may not look in, and the browser would say so.
    judged = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": WCAG}
    found = page.evaluate("judged => axe.run({runOnly: judged, iframes: false})", judged)
    return [
        f"{problem['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for problem in found["violations"]
        for node in problem["nodes"]
    ]
