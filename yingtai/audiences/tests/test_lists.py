"""The list of audiences: sorted, filtered, with chosen columns, kept views, and several archived at once."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from yingtai.audiences.api import create_audience, get_audience, list_audiences
from yingtai.audiences.models import Audience
from yingtai.compliance.testing import signed_in
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import CursorNotUnderstood
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import BrandForTest

EVERYONE = {"join": "all", "parts": []}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def marketer(brand: BrandForTest) -> Client:
    return signed_in(brand.code, "marketer")


def make(acting: Acting, brand: BrandForTest, name: str, **known: object) -> str:
    made = create_audience(acting, node_no=brand.node_no, name=name, definition=EVERYONE)
    if known:
        with acting_transaction(acting):
            Audience.objects.filter(id=made).update(**known)
    return str(made)


def names_on(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/audiences/[^"]*">([^<]*)</a>', page)


def headers_on(page: str) -> list[str]:
    heads = re.search(r"<thead>(.*?)</thead>", page, re.S)
    assert heads
    return [title for title in re.findall(r">([^<>]+)<", heads[1]) if title.strip()]


def test_a_list_is_sorted_by_its_columns_and_what_has_no_value_comes_last(marketer, acting, brand):
    for name, people in (("b", 10), ("c", None), ("a", 30)):
        make(acting, brand, name, people=people)
    for sort, expected in (
        ("", ["a", "c", "b"]),
        ("?sort=name", ["a", "b", "c"]),
        ("?sort=-name", ["c", "b", "a"]),
        ("?sort=people", ["b", "a", "c"]),
        ("?sort=-people", ["a", "b", "c"]),
        ("?sort=nonsense", ["a", "c", "b"]),
    ):
        assert names_on(marketer.get(f"/audiences/{sort}").content.decode()) == expected


def test_the_number_above_the_list_follows_what_is_searched_for(marketer, acting, brand):
    for name in ("Spring", "Sprint", "Autumn"):
        make(acting, brand, name)

    whole = marketer.get("/audiences/").content.decode()
    typed = marketer.get("/audiences/?search=spri", headers=HTMX).content.decode()

    assert whole.count('id="rows-note"') == 1
    assert "<b>3</b> audiences" in whole
    assert '<p class="table-note" id="rows-note" hx-swap-oob="true">' in typed
    assert "<b>2</b> audiences" in typed


@pytest.mark.parametrize("sort", ["name", "-name", "people", "-people", "refreshed", "-refreshed", "-made"])
def test_pages_of_any_order_hold_everything_once(acting, brand, sort):
    for number in range(105):
        make(
            acting,
            brand,
            f"n{number % 7}",
            people=None if number % 3 == 0 else number % 5,
            refreshed_at=None if number % 4 == 0 else acting.at - timedelta(hours=number % 6),
        )
    rows, after = [], None
    while True:
        page = list_audiences(acting, sort=sort, after=after)
        rows += page.rows
        after = page.next_cursor
        if after is None:
            break
    assert page.total == 105
    assert len({row.id for row in rows}) == len(rows) == 105
    values = [getattr(row, {"refreshed": "refreshed_at", "made": "audience_no"}.get(sort.strip("-"), sort.strip("-")))
              for row in rows]  # fmt: skip
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=sort.startswith("-"))
    assert values[len(known) :] == [None] * (105 - len(known))


def test_a_cursor_of_another_order_is_refused(acting, brand):
    for number in range(51):
        make(acting, brand, f"n{number}")
    cursor = list_audiences(acting, sort="name").next_cursor
    with pytest.raises(CursorNotUnderstood):
        list_audiences(acting, sort="-people", after=cursor)


def test_columns_are_chosen_and_remembered(marketer, acting, brand):
    make(acting, brand, "One")
    before = headers_on(marketer.get("/audiences/").content.decode())
    assert before == ["Name", "State", "People", "Entered", "Left", "As of"]
    answer = marketer.post(
        "/ui/columns",
        {"list": "audiences", "column": ["people", "cost", "nonsense"], "query": "sort=name&x=1"},
    )
    assert answer["Location"] == "/audiences/?sort=name"
    assert headers_on(marketer.get("/audiences/").content.decode()) == ["Name", "People", "Took"]


def test_a_view_is_kept_by_name_for_oneself_and_removed(marketer, acting, brand):
    make(acting, brand, "One")
    kept = {
        "list": "audiences",
        "name": "Archived ones",
        "query": "show=archived&sort=-people&after=x&phone=1",
    }
    answer = marketer.post("/organization/views/keep", kept)
    assert answer["Location"] == "/audiences/?show=archived&sort=-people"
    page = marketer.get("/audiences/?show=archived&sort=-people").content.decode()
    assert (
        '<a href="/audiences/?show=archived&amp;sort=-people" aria-current="page">Archived ones</a>' in page
    )
    colleague = signed_in(brand.code, "brand_manager")
    assert "Archived ones" not in colleague.get("/audiences/").content.decode()
    remove = re.search(r'action="(/organization/views/[^"]*/remove)"', page)
    assert remove
    colleague.post(remove[1])
    assert "Archived ones" in marketer.get("/audiences/").content.decode()
    marketer.post(remove[1])
    assert "Archived ones" not in marketer.get("/audiences/").content.decode()
    for number in range(21):
        marketer.post("/organization/views/keep", kept | {"name": f"v{number:02}"})
    page = marketer.get("/audiences/").content.decode()
    assert "v19" in page
    assert "v20" not in page.replace("keep 20", "")


def test_several_are_archived_and_restored_and_one_that_cannot_be_says_why(marketer, acting, brand):
    inner, alone = make(acting, brand, "Inner"), make(acting, brand, "Alone")
    number = get_audience(acting, inner).audience_no
    create_audience(
        acting, node_no=brand.node_no, name="Outer",
        definition={"join": "all", "parts": [{"block": "member", "audience": number}]},
    )  # fmt: skip
    form = {"do": "archive", "chosen": [inner, alone, "nonsense"]}
    page = marketer.post("/audiences/several", form, follow=True).content.decode()
    assert "1 archived." in page
    assert "Other audiences are made of this one: Outer" in page
    assert names_on(page) == ["Outer", "Inner"]
    assert names_on(marketer.get("/audiences/?show=archived").content.decode()) == ["Alone"]
    marketer.post("/audiences/several", {"do": "restore", "chosen": [alone]})
    assert names_on(marketer.get("/audiences/?sort=name").content.decode()) == ["Alone", "Inner", "Outer"]
    assert signed_in(brand.code, "auditor").post("/audiences/several", form).status_code == 403


def test_the_place_is_a_column_for_whoever_sees_several(marketer, acting, brand):
    make(acting, brand, "One")
    assert "Place" not in headers_on(marketer.get("/audiences/").content.decode())
    create_audience(acting, node_no=brand.region_no, name="Two", definition=EVERYONE)
    assert "Place" in headers_on(marketer.get("/audiences/").content.decode())


def test_archiving_several_can_be_undone_from_the_message(marketer, acting, brand):
    one = make(acting, brand, "One")
    page = marketer.post("/audiences/several", {"do": "archive", "chosen": [one]}, follow=True)
    text = page.content.decode()
    assert names_on(text) == []
    assert '<form class="notice-undo" method="post" action="/audiences/several">' in text
    assert f'<input type="hidden" name="chosen" value="{one}">' in text
    assert '<button class="btn btn-sm" name="do" value="restore">' in text

    undone = marketer.post("/audiences/several", {"do": "restore", "chosen": [one]}, follow=True)

    assert undone.redirect_chain == [("/audiences/", 302)]
    assert "1 restored." in undone.content.decode()
    assert names_on(undone.content.decode()) == ["One"]


def test_a_deed_with_rows_leaves_the_list_as_it_was_filtered_sorted_and_paged(marketer, acting, brand):
    one = make(acting, brand, "Spring")
    page = marketer.get("/audiences/?search=spr&sort=-people").content.decode()
    query = re.search(r'id="bulk".*?name="query" value="([^"]*)"', page, re.S)[1].replace("&amp;", "&")

    deed = {"do": "archive", "chosen": [one], "query": query, "after": "c"}
    answer = marketer.post("/audiences/several", deed)
    undo = re.search(
        r'notice-undo" method="post" action="([^"]*)"', marketer.get("/audiences/").content.decode()
    )[1].replace("&amp;", "&")

    assert answer["Location"] == "/audiences/?search=spr&sort=-people&after=c"
    assert (
        marketer.post(undo, {"do": "restore", "chosen": [one]})["Location"]
        == "/audiences/?search=spr&sort=-people"
    )
    assert get_audience(acting, one).archived_at is None


def test_several_are_deleted_after_the_word_is_typed_and_what_is_needed_stays(marketer, acting, brand):
    old, live = make(acting, brand, "Old", archived_at=acting.at), make(acting, brand, "Live")
    form = {"do": "delete", "chosen": [old, live], "query": "show=archived"}

    answer = marketer.post("/audiences/several", form)
    asked = marketer.get(answer["Location"]).content.decode()
    held = re.search(r'name="asked" value="([^"]*)"', asked)[1]
    doubt = form | {"confirm": "yes", "confirmed": "no", "asked": held}
    unsure = marketer.post("/audiences/several", doubt, follow=True)
    before = {row.name for shown in (True, False) for row in list_audiences(acting, is_archived=shown).rows}
    chosen = re.search(r'name="chosen" value="([^"]*)"', asked)[1]
    sure = {
        "do": "delete",
        "chosen": chosen,
        "query": "show=archived",
        "confirm": "yes",
        "confirmed": "delete",
        "asked": held,
    }
    page = marketer.post("/audiences/several", sure, follow=True)

    assert "Rows that are ticked: 2." in asked
    assert "“Live”, “Old”" in asked
    assert "leave it archived" in asked
    assert (unsure.status_code, before) == (422, {"Old", "Live"})
    assert page.redirect_chain == [("/audiences/?show=archived", 302)]
    assert "1 deleted for good." in page.content.decode()
    assert "Only an archived audience can be deleted" in page.content.decode()
    assert list_audiences(acting, is_archived=True).rows == []
    # Back leads to the page that asked, which has an address, and from there to the list.
    assert marketer.get(answer["Location"])["Location"] == "/audiences/"
    assert signed_in(brand.code, "auditor").post("/audiences/several", sure).status_code == 403


def test_what_can_be_done_with_rows_follows_which_of_them_are_shown(marketer, acting, brand):
    make(acting, brand, "One")
    on = {"HX-Current-URL": "http://testserver/audiences/", **HTMX}
    changed = marketer.get("/audiences/?search=&show=archived", headers=on)
    assert (changed.status_code, changed["HX-Redirect"]) == (204, "/audiences/?search=&show=archived")
    assert names_on(marketer.get("/audiences/?search=one&show=", headers=on).content.decode()) == ["One"]


def test_the_copy_of_a_long_name_is_still_called_a_copy(marketer, acting, brand):
    source = make(acting, brand, "x" * 120)
    for _time in range(2):
        marketer.post(f"/audiences/{source}/copy")
    assert sorted(names_on(marketer.get("/audiences/").content.decode()), key=len) == [
        f"{'x' * 108}… copy", f"{'x' * 108}… copy 2", "x" * 120,
    ]  # fmt: skip
