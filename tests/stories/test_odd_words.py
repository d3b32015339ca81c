"""Long, right-to-left and odd words on the main pages, at three widths: nothing sticks out, nothing covers another."""

import pytest
from django.conf import settings
from django.test import Client

from yingtai.organization.api import Role
from yingtai.organization.testing import make_staff
from yingtai.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # starts Chromium and a server

WIDTHS = (390, 820, 1280)
LONG, RIGHT_TO_LEFT, SIGNS = range(3)
SHAPE = """
() => {
  const seen = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement;
    if (!node.data.trim() || !holder.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      let {left, top, right, bottom} = rect;
      for (let up = holder; up && up !== document.body; up = up.parentElement) {
        const style = getComputedStyle(up);
        if (style.overflowX === 'visible' && style.clipPath === 'none' && style.clip === 'auto') continue;
        const edge = up.getBoundingClientRect();
        left = Math.max(left, edge.left); right = Math.min(right, edge.right);
        top = Math.max(top, edge.top); bottom = Math.min(bottom, edge.bottom);
      }
      if (right - left > 4 && bottom - top > 4)
        seen.push({left, top, right, bottom, node, words: node.data.trim().slice(0, 40)});
    }
  }
  seen.sort((one, other) => one.top - other.top);
  const covered = [];
  seen.forEach((one, place) => {
    for (let next = place + 1; next < seen.length && seen[next].top < one.bottom; next++) {
      const other = seen[next];
      if (one.node === other.node) continue;
      const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const height = Math.min(one.bottom, other.bottom) - other.top;
      const least = Math.min(one.bottom - one.top, other.bottom - other.top);
      if (width > 4 && height > least / 2) covered.push(`${one.words} / ${other.words}`);
    }
  });
  return {width: document.documentElement.scrollWidth, covered};
}
"""


@pytest.fixture(scope="module")
def address(books: None):
    with testing.served_pages() as address:
        yield address


def main_pages(ids: dict) -> list[str]:
    """Return the main pages, with the oddest of what each can show."""
    profiles, audiences, campaigns = ids["profile_id"], ids["audience_id"], ids["campaign_id"]
    sending = campaigns[5]
    return [
        "/", "/profiles/", *(f"/profiles/{one}/" for one in profiles[:3]), f"/audiences/{audiences[LONG]}/",
        "/audiences/", f"/campaigns/{campaigns[RIGHT_TO_LEFT]}/", "/campaigns/", f"/campaigns/{sending}/monitor/",
        f"/campaigns/{sending}/sends/", f"/content/{ids['template_id'][SIGNS]}/", f"/audiences/{audiences[5]}/",
        f"/data/sources/{ids['source_id'][LONG]}/", "/data/imports/", f"/data/imports/{ids['import_id'][9]}/",
        f"/compliance/purposes/{ids['purpose_id'][1]}/", "/organization/approvals/",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_odd_words_fit_every_page_at_three_widths(browser, stated, address, language):
    """Both languages share the pages between them, turn about."""
    session = Client()
    session.force_login(
        make_staff(stated.brand.code, *Role.values), "allauth.account.auth_backends.AuthenticationBackend"
    )
    session.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
    context.add_cookies(
        [{"name": name, "value": one.value, "url": address} for name, one in session.cookies.items()]
    )
    page, wrong = context.new_page(), []
    page.on(
        "console", lambda said: wrong.append(f"{page.url} says {said.text}") if said.type == "error" else None
    )
    page.on("pageerror", lambda error: wrong.append(f"{page.url} breaks: {error}"))
    for path in main_pages(stated.ids)[language == "en" :: 2]:
        page.goto(address + path)
        testing.wait_until_quiet(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            shape = page.evaluate(SHAPE)
            wrong += [f"{path} is {shape['width']} wide at {width}"] if shape["width"] > width else []
            wrong += [f"{path} at {width}: {both}" for both in shape["covered"]]
        wrong += [f"{path}: {problem}" for problem in testing.accessibility_problems(page)]
    context.close()

    assert wrong == []
