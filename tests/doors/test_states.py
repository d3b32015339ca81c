"""Every page that shows something of a brand, for every state it can be in, as every role, in both languages."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import cycle
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.doors.addresses import PARAMETER
from tests.doors.test_pages import browsable
from yingtai.kernel.errors import CATALOGUE
from yingtai.organization.api import Role
from yingtai.organization.testing import make_brand, make_staff

UNMENDED = re.compile(
    r"&lt;/?(?:time|span|a|div|strong)\b|&amp;(?:lt|amp|quot|#)|\bNone\b|\w+ object at|UUID\(|datetime\.|{[{%]"
)
CODE = re.compile(r"\b[a-z]+\.[a-z]+(?:-[a-z]+)*\b")
NOT_TEXT = re.compile(r"<(script|style|code|pre|template|textarea|kbd)\b.*?</\1>|<[^>]+>", re.DOTALL)
# What people were told is shown in the language it was said in, and marked so.
QUOTED = re.compile(r'<(div|span) lang="en">.*?</\1>', re.DOTALL)
ENGLISH = re.compile(r"(?:\b[A-Za-z][a-z’']*[ ,]+){4,}[a-z]+")
# A number with its unit that is put into a sentence stands there without a space behind it.
SPACED = re.compile(r"\d ?[人个位名项条封天] [的中将会已]")
LANGUAGES = ("zh-hans", "en")
# One shows what a bug looks like, one every component with made-up words; one says 503 where no collector runs.
ARE_MEANT = {"/ui/gallery/broken", "/ui/gallery", "/health"}


def addresses(ids: dict[str, list[Any]]) -> Iterator[list[str]]:
    """Return for every page its addresses, one for each thing that may stand in its blank."""
    for page in browsable():
        blanks = [name for _kind, name in PARAMETER.findall(page.route)]
        if not blanks and page.route not in ARE_MEANT:
            yield [page.route]
        elif len(blanks) == 1 and ids.get(blanks[0]):
            yield [PARAMETER.sub(str(one), page.route, count=1) for one in ids[blanks[0]]]


def signed_in(brand: Any, language: str, *roles: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_staff(brand.code, *roles), "allauth.account.auth_backends.AuthenticationBackend")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def text_of(html: str) -> str:
    return NOT_TEXT.sub(" ", QUOTED.sub(" ", html))


def faults(answer: Any, language: str) -> list[str]:
    """Return what is wrong with an answer, as a reader would see it."""
    if answer.status_code >= 500:
        return [f"answers {answer.status_code}"]
    if answer.streaming or not answer.get("Content-Type", "").startswith("text/html"):
        return []
    text = text_of(answer.content.decode())
    found = [one.group() for one in UNMENDED.finditer(text)]
    found += [code for code in CODE.findall(text) if code in CATALOGUE]
    if language == "zh-hans":
        found += [one.group() for one in ENGLISH.finditer(unescape(text))]
        found += [one.group() for one in SPACED.finditer(unescape(text))]
    return found


def walk(groups: Iterable[list[str]], readers: dict[str, Client]) -> list[str]:
    """Look at all these paths, readers of the languages in turns, and return what is wrong with them."""
    found, turns = [], cycle(readers.items())
    for group in groups:
        for path in group:
            language, client = next(turns)
            answer = client.get(path)
            found += [f"{path} in {language}: {fault}" for fault in faults(answer, language)]
            if answer.status_code == 405:
                break  # a page that is only posted to
    return found


def test_every_state_of_everything_can_be_looked_at(stated):
    everyone = {language: signed_in(stated.brand, language, *Role.values) for language in LANGUAGES}

    assert "\n".join(walk(addresses(stated.ids), everyone)) == ""


@pytest.mark.parametrize("role", Role.values)
def test_each_role_can_look_at_every_page(stated, role):
    """Roles take turns in which of the states they see."""
    turn = list(Role.values).index(role)
    language = LANGUAGES[turn % 2]

    groups = ([one[(place + turn) % len(one)]] for place, one in enumerate(addresses(stated.ids)))
    assert "\n".join(walk(groups, {language: signed_in(stated.brand, language, role)})) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_brand_without_anything_can_be_looked_at(books, language):
    assert "\n".join(walk(addresses({}), {language: signed_in(make_brand(), language, *Role.values)})) == ""


def test_no_address_ends_a_reload_in_405(stated):
    """A page that was reached by a form keeps the form's address; a reload leads to the page above."""
    reader, stranger = signed_in(stated.brand, "en", *Role.values), Client()

    posted_to = [group[0] for group in addresses(stated.ids) if stranger.get(group[0]).status_code == 405]
    led_to = {
        path: reader.get(path, headers={"Accept": "text/html"}).headers["Location"] for path in posted_to
    }

    assert len(posted_to) > 15
    assert led_to["/campaigns/new"] == "/campaigns/"
    assert {path: reader.get(path).status_code for path in set(led_to.values())} == dict.fromkeys(
        led_to.values(), 200
    )
