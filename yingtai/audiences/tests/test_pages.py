"""The pages work as plain forms; htmx only asks for parts of them."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from yingtai.audiences.api import Use, audience_uses, create_audience, get_audience, refresh_audience
from yingtai.audiences.testing import write_events, write_people
from yingtai.collect.api import make_source
from yingtai.compliance.testing import grant_email, make_purposes, signed_in
from yingtai.customers.api import refresh_traits
from yingtai.customers.testing import EMAIL, Identifier, acting_now, drain, send
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.testing import run_jobs
from yingtai.organization.testing import MONDAY, BrandForTest, make_acting

HTMX = {"HX-Request": "true"}
PEOPLE = re.compile(r'<th scope="row"><a href="(/profiles/[^"]+)"')
SUV = {
    "join": "all", "0.block": "did", "0.event": "Product Viewed", "0.at_least": "2", "0.within_days": "30",
    "1.join": "any", "1.0.block": "spent", "1.0.at_least": "100", "1.1.block": "seen", "1.1.negated": "1",
}  # fmt: skip


@pytest.fixture
def marketer(brand: BrandForTest) -> Client:
    return signed_in(brand.code, "marketer")


@pytest.fixture
def now(brand: BrandForTest) -> Acting:
    return replace(make_acting(brand.node_no, at=timezone.now()), actor="system:test")


@pytest.fixture
def viewers(brand: BrandForTest, now: Acting, lake: object) -> list[int]:
    people = [brand.node_no + number for number in range(1, 13)]
    write_people(brand.node_no, dict.fromkeys(people, brand.node_no), at=now.at)
    rows = [
        {
            "profile_no": number,
            "event": "Product Viewed",
            "occurred_at": now.at - timedelta(days=1),
            "category": "suv",
        }
        for number in people[:11]
        for _time in range(2)
    ]
    write_events(brand.node_no, rows)
    return people


@pytest.fixture
def viewers_audience(brand: BrandForTest, now: Acting) -> UUID:
    parts = [{"block": "did", "event": "Product Viewed"}]
    return create_audience(
        now, node_no=brand.node_no, name="Viewers", definition={"join": "all", "parts": parts}
    )


def text(answer: object) -> str:
    """The words of an answer, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))  # type: ignore[attr-defined]


def test_a_brand_without_audiences_is_told_how_to_begin(marketer: Client) -> None:
    page = marketer.get("/audiences/")
    assert "No audience yet" in text(page)
    assert "/audiences/new?preset=lapsed" in page.content.decode()


def test_an_audience_is_built_saved_and_looked_up_without_javascript(
    marketer: Client, now: Acting, viewers: list[int]
) -> None:
    form = {"join": "all", "name": "SUV lookers", "about": "", "do": "add::did"}
    page = marketer.post("/audiences/new", form)
    assert 'name="0.event"' in page.content.decode()
    form |= {"0.block": "did", "0.event": "Product Viewed", "do": "save"}
    page = marketer.post("/audiences/new", form, follow=True)
    assert "did this: “Viewed a product”" in text(page)
    assert "Being looked up" in text(page)
    run_jobs("audiences")
    page = marketer.get(page.request["PATH_INFO"])
    assert "Up to date" in text(page)
    assert "11 people" in text(page)
    listed = text(marketer.get("/audiences/"))
    assert "SUV lookers" in listed
    assert "+11" in listed


def test_buttons_change_the_form_and_keep_what_was_typed(marketer: Client) -> None:
    def names(do: str) -> set[str]:
        part = marketer.post("/audiences/new", SUV | {"do": do}, headers=HTMX)
        assert "<html" not in part.content.decode()
        assert part["HX-Trigger-After-Settle"] == "definition-changed"
        return set(re.findall(r'name="([\d.]*\w+)"', part.content.decode())) - {"do"}

    before = names("redraw")
    assert before >= {
        "join",
        "0.block",
        "0.event",
        "0.within_days",
        "0.where",
        "1.join",
        "1.0.at_least",
        "1.1.negated",
    }
    assert "0.value" not in before
    assert names("remove:0") >= {"0.join", "0.1.negated"}
    assert "1.1.negated" not in names("negate:1.1")
    assert "0.negated" in names("negate:0")
    assert "1.2.trait" in names("add:1:trait")
    assert "1.2.join" in names("group:1")
    assert "2.audience" in names("add::member")
    for nonsense in (
        "remove:7",
        "remove:",
        "add:0:did",
        "add::nothing",
        "group:9.9.9.9",
        "negate:1",
        "🙂",
        "remove:0.0.0",
    ):
        assert names(nonsense) == before


def test_a_detail_opens_its_value(marketer: Client) -> None:
    part = marketer.post("/audiences/new", SUV | {"0.where": "category", "do": "redraw"}, headers=HTMX)
    assert 'name="0.value"' in part.content.decode()


def test_what_is_missing_is_said_at_the_sentence(marketer: Client) -> None:
    form = {
        "join": "all",
        "0.block": "did",
        "1.block": "spent",
        "1.at_least": "x",
        "name": "Half",
        "do": "save",
    }
    page = marketer.post("/audiences/new", form)
    assert page.status_code == 422
    assert "Fill in “event” of the sentence “Did something”" in text(page)
    assert "“amount” in “Spent money” must be a whole number, not “x”" in text(page)
    assert 'value="Half"' in page.content.decode()
    nameless = marketer.post("/audiences/new", {"join": "all", "do": "save"})
    assert "The audience has no name yet" in text(nameless)


def test_the_count_follows_the_form(marketer: Client, viewers: list[int]) -> None:
    form = {"join": "all", "0.block": "did", "0.event": "Product Viewed"}
    counted = text(marketer.post("/audiences/count", form, headers=HTMX))
    assert "11 people" in counted
    assert "data as of" in counted
    assert "did this: “Viewed a product”" in counted
    assert "12 people" in text(marketer.post("/audiences/count", {"join": "all"}, headers=HTMX))
    unfinished = marketer.post("/audiences/count", {"join": "all", "0.block": "did"}, headers=HTMX)
    assert unfinished.status_code == 200
    assert "Fill in" in text(unfinished)


def test_a_look_shows_some_people_masked_and_who_falls_out(
    marketer: Client, brand: BrandForTest, acting: Acting, now: Acting, lake: object
) -> None:
    source = make_source(acting, brand.node_no, name="shop")
    known = [
        {"type": "identify", "userId": f"u{n}", "messageId": f"i{n}", "timestamp": "2026-03-02T08:00:00Z",
         "traits": {"name": "Anna Li"} | ({"email": f"u{n}@example.com"} if n < 5 else {})}
        for n in range(12)
    ]  # fmt: skip
    viewed = [
        {"type": "track", "event": "Product Viewed", "userId": f"u{n}", "messageId": f"v{n}",
         "timestamp": "2026-03-02T08:30:00Z", "properties": {"category": "suv"}}
        for n in range(12)
    ]  # fmt: skip
    send(source, known + viewed)
    drain(MONDAY)
    refresh_traits(acting_now())
    form = {"join": "all", "0.block": "did", "0.event": "Product Viewed", "gate": "marketing.email:email"}
    assert "No purpose is registered" in text(marketer.post("/audiences/look", form, headers=HTMX))
    make_purposes(acting, brand.node_no)
    with acting_transaction(acting):
        reached = Identifier.objects.filter(sealed__isnull=False, kind=EMAIL)
        grant_email(acting, brand.node_no, [row.profile_no for row in reached[:3]])
    audience_id = create_audience(now, node_no=brand.node_no, name="All", definition={"join": "all"})
    for answer in (
        marketer.post("/audiences/look", form, headers=HTMX),
        marketer.get(f"/audiences/{audience_id}/people?gate=marketing.email:email", headers=HTMX),
    ):
        said = text(answer)
        assert "may be written to 3" in said
        assert "no address known 7" in said
        assert "never agreed 2" in said
        assert "Of 12 people." in said
        assert said.count("A**") == 10
        assert answer.content.decode().count('href="/profiles/') == 10


def test_suggestions_come_from_the_lake(marketer: Client, viewers: list[int]) -> None:
    events = marketer.get("/audiences/suggestions/events", headers=HTMX).content.decode()
    assert 'value="Viewed a product"' in events
    part = {"0.event": "Product Viewed", "0.where": "category"}
    assert 'value="suv"' in marketer.get("/audiences/suggestions/values", part, headers=HTMX).content.decode()
    for nonsense in ({}, {"0.where": "profile_no", "0.event": "x"}, {"0.trait": 'x"; --'}):
        answer = marketer.get("/audiences/suggestions/values", nonsense, headers=HTMX)
        assert answer.content.decode().strip() == ""


def test_presets_and_scores_begin_an_audience(marketer: Client) -> None:
    page = marketer.get("/audiences/new?preset=lapsed").content.decode()
    assert 'name="1.negated" value="1"' in page
    page = marketer.get("/audiences/new?recency=4-5&frequency=2&monetary=9-1").content.decode()
    assert page.count('value="score"') == 2
    assert re.search(r'name="1\.highest"[^>]*value="2"', page)


def test_the_grid_leads_to_audiences(
    marketer: Client, brand: BrandForTest, viewers: list[int], now: Acting
) -> None:
    assert "Nobody has ordered yet" in text(marketer.get("/audiences/rfm"))
    orders = [{"profile_no": n, "event": "Order Completed", "occurred_at": now.at - timedelta(days=n % 9),
               "amount_minor": 100} for n in viewers[:5]]  # fmt: skip
    write_events(brand.node_no, orders)
    page = marketer.get("/audiences/rfm")
    assert "/audiences/new?recency=5&amp;frequency=1" in page.content.decode()


def test_the_page_of_an_audience_says_what_uses_it(
    marketer: Client, now: Acting, viewers: list[int], viewers_audience: UUID
) -> None:
    number = get_audience(now, viewers_audience).audience_no
    audience_uses.register(
        f"test {number}",
        lambda acting, audience_no: (
            [Use("Spring mailing", "/campaigns/1", "Draft")] if audience_no == number else []
        ),
    )
    refresh_audience(now, viewers_audience)
    refresh_audience(now.at_time(now.at + timedelta(days=1)), viewers_audience)
    page = marketer.get(f"/audiences/{viewers_audience}/")
    assert "Spring mailing" in text(page)
    assert "People in the audience" in text(page)
    warned = text(marketer.get(f"/audiences/{viewers_audience}/archive"))
    assert "Spring mailing" in warned
    assert "11 people" in warned
    marketer.post(f"/audiences/{viewers_audience}/archive", {"confirm": "yes"})
    assert "Archived" in text(marketer.get(f"/audiences/{viewers_audience}/"))
    assert marketer.get(f"/audiences/{viewers_audience}/edit").status_code == 404


def test_a_refresh_shows_its_progress(marketer: Client, viewers: list[int], viewers_audience: UUID) -> None:
    page = marketer.post(f"/audiences/{viewers_audience}/refresh", follow=True)
    assert "Looking up the people" in text(page)
    url = re.search(r'hx-get="([^"]*/progress/[^"]*)"', page.content.decode())[1]
    assert "HX-Refresh" not in marketer.get(url, headers=HTMX)
    run_jobs("audiences")
    assert marketer.get(url, headers=HTMX)["HX-Refresh"] == "true"


def test_only_those_who_may_edit_find_buttons(brand: BrandForTest, viewers_audience: UUID) -> None:
    auditor = signed_in(brand.code, "auditor")
    assert "/edit" not in auditor.get(f"/audiences/{viewers_audience}/").content.decode()
    assert auditor.get("/audiences/new").status_code == 403
    assert auditor.post(f"/audiences/{viewers_audience}/refresh").status_code == 403
    assert signed_in(brand.dealer_code, "dealer").get("/audiences/").status_code == 403


def test_neighbours_find_nothing(neighbour: BrandForTest, viewers_audience: UUID) -> None:
    stranger = signed_in(neighbour.code, "marketer")
    for path in ("", "edit", "archive", "people", "members/"):
        assert stranger.get(f"/audiences/{viewers_audience}/{path}").status_code == 404
    assert "Viewers" not in text(stranger.get("/audiences/"))


def members_shown(client: Client, url: str) -> list[str]:
    """Return the people of a list, page by page."""
    found: list[str] = []
    while url:
        page = client.get(url, headers=HTMX).content.decode()
        found += PEOPLE.findall(page)
        more = re.search(r'hx-get="([^"]*after=[^"]*)"', page)
        url = more[1].replace("&amp;", "&") if more else ""
    return found


def test_everyone_in_an_audience_is_listed_page_by_page_for_those_who_may_see_people(
    brand: BrandForTest, marketer: Client, now: Acting, lake: object
) -> None:
    messages = [
        {"type": "identify", "userId": f"u{n}", "messageId": f"m{n}", "traits": {"name": f"Wang{n}"}}
        for n in range(53)
    ]
    send(make_source(now, brand.node_no, name="Site"), messages)
    drain(now.at)
    refresh_traits(acting_now())
    audience_id = create_audience(
        now, node_no=brand.node_no, name="All", definition={"join": "all", "parts": []}
    )
    refresh_audience(now, audience_id)
    page = marketer.get(f"/audiences/{audience_id}/members/")
    first = page.content.decode()
    assert first.count('href="/profiles/') == 50 + 1  # the navigation leads there too
    assert "53" in text(page)
    assert "Wang1" not in first
    more = re.search(r'hx-get="([^"]*after=[^"]*)"', first)
    assert more
    rest = marketer.get(more[1].replace("&amp;", "&"), headers=HTMX)
    assert rest.content.decode().count('href="/profiles/') == 3
    url = f"/audiences/{audience_id}/members/"
    orders = [members_shown(marketer, f"{url}?sort={sort}") for sort in ("since", "-since")]
    assert orders[0] == orders[1][::-1]
    assert len(set(orders[0])) == 53
    assert len(PEOPLE.findall(marketer.post(url, {"search": "u7"}).content.decode())) == 1
    assert PEOPLE.findall(marketer.post(url, {"search": "u99"}).content.decode()) == []
    assert marketer.post(url, {"search": ""})["Location"] == url
    analyst = signed_in(brand.code, "analyst")
    assert analyst.get(f"/audiences/{audience_id}/members/").status_code == 403
    assert (
        f"/audiences/{audience_id}/members/" not in analyst.get(f"/audiences/{audience_id}/").content.decode()
    )


def test_an_audience_is_copied_archived_and_restored_by_buttons(
    marketer: Client, viewers_audience: UUID
) -> None:
    copied = marketer.post(f"/audiences/{viewers_audience}/copy", follow=True)
    assert 'value="Viewers copy"' in copied.content.decode()
    assert "The copy is made as “Viewers copy”. Change it here, or leave it as it is." in text(copied)
    assert "Leave it as it is" in text(copied)
    page = marketer.get(copied.redirect_chain[-1][0].removesuffix("edit"))
    assert "Looking up the people" in text(page)
    marketer.post(f"/audiences/{viewers_audience}/archive")
    page = marketer.get(f"/audiences/{viewers_audience}/")
    assert "Archived" in text(page)
    restored = marketer.post(f"/audiences/{viewers_audience}/restore", follow=True)
    assert "“Viewers” is in use again." in text(restored)


@pytest.mark.parametrize("place", ["²", "9" * 5000, "-1", "1.5"])
def test_a_place_that_is_no_number_is_the_first_one(brand, place):
    marketer = signed_in(brand.code, "marketer")

    assert marketer.get("/audiences/new", {"place": place}).status_code == 200
    assert marketer.post("/audiences/count", {"place": place}).status_code == 200
    assert marketer.get("/audiences/suggestions/events", {"place": place}).status_code == 200
    for do in ("remove:²", "add:²:trait", f"remove:{'9' * 5000}"):
        assert marketer.post("/audiences/new", {"do": do, "place": place}).status_code == 200


@pytest.mark.parametrize("value", ["--5", "-", "-²", "9" * 5000])
def test_a_value_that_is_nearly_a_number_is_a_text(brand, value):
    marketer = signed_in(brand.code, "marketer")

    asked = {
        "join": "all", "0.block": "did", "0.event": "Product Viewed", "0.at_least": "1", "0.where": "category",
        "0.comparison": "is", "0.value": value[:200],
    }  # fmt: skip
    counted = marketer.post("/audiences/count", asked)

    assert counted.status_code == 200
    assert '<p class="count-number">0 ' in counted.content.decode()
