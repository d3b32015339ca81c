"""Every page and every endpoint, asked by those it is not for. Generated from the resolver and from the API
document, so a new page is asked too."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.doors.addresses import PARAMETER, Filler, pages
from tests.doors.furnishing import NOW, what_there_is
from yingtai.organization.api import Role, make_api_key
from yingtai.organization.testing import make_brand
from yingtai.web.api import api

OF_LIBRARIES = ("account", "i18n", "static")
EVERY_ROLE = tuple(Role.values)


def our_pages():
    return [one for one in pages() if not one.route.startswith(tuple(f"/{part}/" for part in OF_LIBRARIES))]


def browsable():
    return [one for one in our_pages() if "api" not in one.spaces]


def test_every_page_says_what_it_needs_or_why_it_is_open():
    silent = [one.route for one in browsable() if not one.needs and not one.public]

    assert silent == []


def test_few_pages_are_open_and_we_know_them():
    """An open page is a decision: write it down here, beside the reason that it gives."""
    known = {"/health", "/health/live", "/metrics", "/organization/workplace", "/ui/language", "/ui/theme"}
    made_of_samples = "/ui/gallery"
    words_of_problems = "/help/errors/<str:code>"
    links_in_mails = (*(f"/{kind}/<str:token>" for kind in "uocvy"), "/join/<str:token>")

    opened = {one.route for one in browsable() if one.public}
    known_starts = (made_of_samples, words_of_problems, *links_in_mails)
    assert {route for route in opened - known if not route.startswith(known_starts)} == set()


def test_the_walk_finds_the_pages():
    spaces = {space for one in browsable() for space in one.spaces}

    assert {"audiences", "compliance", "content", "insights"} <= spaces
    assert len(browsable()) > 30


@pytest.fixture(scope="module")
def fill(furnished) -> Filler:
    return Filler(furnished)


def what_a_form_holds(furnished) -> dict[str, Any]:
    """One body for every form: a view takes what it knows. It names things of the brand wherever it can."""
    ids, brand = furnished.ids, furnished.brand
    part = {"0.block": "audience", "0.audience": "1", "0.which": "in"}
    return part | {
        "name": "Taken over", "title": "Taken over", "title_zh": "Taken over", "about": "x", "code": "taken.over",
        "subject": "Taken over", "html": "<p>Taken over</p>", "draft_subject": "Taken over", "text": "x",
        "language": "en", "basis": "consent", "channels": "email", "retention_days": "30", "do": "save",
        "join": "all", "place": str(brand.node_no), "node_no": str(brand.node_no), "next": "/", "kind": "sdk",
        "time_zone": "UTC", "back_fill_days": "30", "on_violation": "block", "allowed_origins": "*",
        "query": "anna", "search": "a", "q": "a", "to": "a", "reason": "x", "purpose": "marketing.email",
        "audience_id": str(ids["audience"][0]), "template_id": str(ids["template"][0]),
        "version_id": str(ids["version"][0]), "import_id": str(ids["import"][0]), "confirm": "yes",
        "source": str(ids["source"][0]), "label": "2", "event": "Order Completed", "preset": "commerce",
    }  # fmt: skip


def walk(furnished, fill, client: Client, ways=("get", "post", "swap")) -> list[tuple[str, Any]]:
    """Ask every page with the brand's ids, look and change, and return the answers."""
    answers = []
    form = what_a_form_holds(furnished)
    for page in browsable():
        for path in fill.addresses(page.route):
            for ask_it in ways if PARAMETER.search(page.route) is None else ways[:2]:
                if ask_it == "post":
                    upload = SimpleUploadedFile("x.csv", b"a,b\n1,2\n")
                    answer = client.post(path, form | {"file": upload})
                elif ask_it == "get":
                    answer = client.get(path, form if page.name in {"profile_list", "look", "people"} else {})
                else:
                    answer = client.get(path, {"search": "a", "q": "a"}, headers={"HX-Request": "true"})
                answers.append((f"{ask_it} {path}", answer))
    return answers


def words(answer) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace") + json.dumps(dict(answer.items()))


def telling(answers, *marks: str) -> list[str]:
    return [path for path, answer in answers if any(mark in words(answer) for mark in marks)]


def broken(answers) -> list[str]:
    # One shows what a bug looks like; the other says 503 wherever no collector runs, as here.
    are_meant = ("/ui/gallery/broken", " /health")
    return [path for path, answer in answers if answer.status_code >= 500 and not path.endswith(are_meant)]


@pytest.fixture
def everything_allowed(browser):
    """Signs somebody in who has every role there is, in one place."""

    def signed_in(unit_code: str) -> Client:
        return browser(unit_code, *EVERY_ROLE)

    return signed_in


def test_the_neighbour_is_shown_nothing_and_changes_nothing(furnished, fill, everything_allowed):
    """With every role there is, in the neighbour's brand."""
    before = what_there_is(furnished)

    answers = walk(furnished, fill, everything_allowed(make_brand().code))

    assert broken(answers) == []
    assert telling(answers, furnished.mark, furnished.shared, furnished.garage, furnished.brand.code) == []
    assert what_there_is(furnished) == before


def test_a_dealer_is_shown_only_what_is_its_own_or_handed_down(furnished, fill, everything_allowed):
    """With every role there is, at one dealer."""
    before = what_there_is(furnished, but=furnished.brand.dealer_no)

    answers = walk(furnished, fill, everything_allowed(furnished.brand.dealer_code))

    assert broken(answers) == []
    assert telling(answers, furnished.mark) == []
    assert what_there_is(furnished, but=furnished.brand.dealer_no) == before


def test_who_is_not_signed_in_is_shown_nothing(furnished, fill):
    before = what_there_is(furnished)

    answers = walk(furnished, fill, Client(raise_request_exception=False))

    assert broken(answers) == []
    assert telling(answers, furnished.mark, furnished.shared, furnished.garage, furnished.brand.code) == []
    assert what_there_is(furnished) == before
    guarded = [one.route for one in browsable() if one.needs]
    welcome = [path for path, answer in answers if answer.status_code == 200]
    assert [path for path in welcome if path.partition(" ")[2] in guarded] == []


def test_a_colleague_without_a_role_is_shown_nothing(furnished, fill, browser):
    """Signed in, but with no place to work in."""
    answers = walk(furnished, fill, browser(""), ways=("get",))

    assert broken(answers) == []
    assert telling(answers, furnished.mark, furnished.shared, furnished.garage, furnished.brand.code) == []


def calls(fill) -> list[tuple[str, str, Any]]:
    """Return method, path and body of every operation, filled with what is the brand's."""
    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    found = []
    for route, operations in document["paths"].items():
        for method, operation in operations.items():
            kinds = {item["name"]: item["schema"] for item in operation.get("parameters", [])}
            typed = route
            for name, schema in kinds.items():
                kind = {"uuid": "uuid"}.get(
                    schema.get("format", ""), {"integer": "int"}.get(schema.get("type", ""), "str")
                )
                typed = typed.replace("{" + name + "}", f"<{kind}:{name}>")
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            body = fill.body(content["schema"], document) if content else None
            found += [(method, path, body) for path in fill.addresses(typed)]
    return found


def call_all(fill, key: str | None) -> list[tuple[str, Any]]:
    client, headers = Client(raise_request_exception=False), {"Authorization": f"Bearer {key}"} if key else {}
    return [
        (
            f"{method} {path}",
            client.generic(method.upper(), path, json.dumps(body) if body is not None else "",
                           content_type="application/json", headers=headers),
        )
        for method, path, body in calls(fill)
    ]  # fmt: skip


def key_of(unit_code: str) -> str:
    return make_api_key(None, unit_code=unit_code, name="Stranger", roles=list(EVERY_ROLE), at=NOW)


def test_the_neighbours_key_opens_nothing(furnished, fill):
    before = what_there_is(furnished)

    answers = call_all(fill, key_of(make_brand().code))

    assert broken(answers) == []
    assert telling(answers, furnished.mark, furnished.shared, furnished.garage, furnished.brand.code) == []
    assert what_there_is(furnished) == before
    of_one = [(path, answer) for path, answer in answers if "-" in path]
    assert [(path, answer.status_code) for path, answer in of_one if answer.status_code < 400] == []


def test_a_dealers_key_opens_only_what_is_its_own_or_handed_down(furnished, fill):
    before = what_there_is(furnished, but=furnished.brand.dealer_no)

    answers = call_all(fill, key_of(furnished.brand.dealer_code))

    assert broken(answers) == []
    assert telling(answers, furnished.mark) == []
    assert what_there_is(furnished, but=furnished.brand.dealer_no) == before


@pytest.mark.parametrize("key", [None, "ytk_wrong", "", "0", "ytk_" + "a" * 10_000])
def test_without_a_key_the_api_answers_nothing(furnished, fill, key):
    answers = call_all(fill, key)

    assert {answer.status_code for _, answer in answers} == {401}
    assert telling(answers, furnished.mark, furnished.shared, furnished.garage) == []


def test_the_brands_own_manager_is_shown_the_marks(furnished, browser):
    """So that the walks above can find something at all."""
    own = browser(furnished.brand.code, "brand_manager")

    assert furnished.mark in own.get("/audiences/").content.decode()
    assert furnished.shared in own.get("/content/").content.decode()
