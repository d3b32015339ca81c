"""One browser and one running product for all stories; both are gone before other tests begin."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.stories.shop import Shop
from yingtai.ui import testing


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; a story that needs it is skipped where there is none."""
    if not testing.has_browser():
        pytest.skip("no Chromium here: the browser stories need one (Debian: apt-get install chromium)")
    expect.set_options(timeout=15_000)
    with testing.chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def shop(browser: Browser, books: None) -> Iterator[Shop]:
    """A tea shop on a product of its own, started as people start it."""
    shop = Shop()
    try:
        shop.open()
        yield shop
    finally:
        shop.close()
