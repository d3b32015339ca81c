from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from yingtai.audiences.api import (
    archive_audience,
    change_audience,
    create_audience,
    get_audience,
    list_audiences,
)
from yingtai.audiences.errors import (
    AudienceIsInUse,
    AudienceNotFound,
    AudienceRefersToItself,
    DefinitionNotUnderstood,
    NameIsMissing,
    NameIsTooLong,
    PlaceNotYours,
)
from yingtai.audiences.services.definitions import copy_audience, restore_audience
from yingtai.audiences.services.membership import forget_members
from yingtai.kernel.acting import Acting
from yingtai.kernel.testing import settle
from yingtai.lake.api import replace, scoped
from yingtai.lake.testing import rows_of
from yingtai.organization.testing import BrandForTest, deeds_of, make_acting, make_staff

EVERYONE = {"join": "all", "parts": []}


def made_of(number: int) -> dict:
    return {"join": "all", "parts": [{"block": "member", "audience": number}]}


def test_an_audience_is_kept_changed_and_archived(brand: BrandForTest, acting: Acting) -> None:
    audience_id = create_audience(acting, node_no=brand.node_no, name=" Everyone ", definition=EVERYONE)
    view = get_audience(acting, audience_id)
    assert (view.name, view.document, view.people, view.is_current) == ("Everyone", EVERYONE, None, False)
    seen = {"join": "all", "parts": [{"block": "seen", "within_days": "7"}]}
    change_audience(acting, audience_id, name="Active", definition=seen, about="This week")
    view = get_audience(acting, audience_id)
    assert view.document["parts"] == [{"block": "seen", "which": "latest_seen_at", "within_days": 7}]
    assert [row.name for row in list_audiences(acting, search="act").rows] == ["Active"]
    for _ in range(2):
        archive_audience(acting, audience_id)
    assert list_audiences(acting).rows == []
    with pytest.raises(AudienceNotFound):
        get_audience(acting, audience_id)


def test_neighbours_do_not_see_each_others_audiences(
    brand: BrandForTest, acting: Acting, neighbour_acting: Acting
) -> None:
    audience_id = create_audience(acting, node_no=brand.node_no, name="Ours", definition=EVERYONE)
    assert list_audiences(neighbour_acting).rows == []
    with pytest.raises(AudienceNotFound):
        change_audience(neighbour_acting, audience_id, name="Theirs", definition=EVERYONE)
    with pytest.raises(AudienceNotFound):
        archive_audience(neighbour_acting, audience_id)
    assert get_audience(acting, audience_id).name == "Ours"


def test_nobody_keeps_an_audience_outside_their_place(brand: BrandForTest, neighbour: BrandForTest) -> None:
    dealer = make_acting(brand.dealer_no)
    for node_no in (brand.node_no, brand.other_dealer_no, neighbour.node_no, 0, -1):
        with pytest.raises(PlaceNotYours):
            create_audience(dealer, node_no=node_no, name="Mine", definition=EVERYONE)


def test_an_audience_cannot_be_made_of_itself(brand: BrandForTest, acting: Acting) -> None:
    one = create_audience(acting, node_no=brand.node_no, name="One", definition=EVERYONE)
    one_no = get_audience(acting, one).audience_no
    two = create_audience(acting, node_no=brand.node_no, name="Two", definition=made_of(one_no))
    three = create_audience(
        acting, node_no=brand.node_no, name="Three", definition=made_of(get_audience(acting, two).audience_no)
    )
    for inner in (one, two, three):
        with pytest.raises(AudienceRefersToItself):
            change_audience(
                acting, one, name="One", definition=made_of(get_audience(acting, inner).audience_no)
            )
    with pytest.raises(AudienceIsInUse) as problem:
        archive_audience(acting, two)
    assert problem.value.facts == {"names": "Three"}


def test_an_audience_names_only_audiences_that_are_there(
    brand: BrandForTest, neighbour: BrandForTest, acting: Acting, neighbour_acting: Acting
) -> None:
    theirs = create_audience(neighbour_acting, node_no=neighbour.node_no, name="Theirs", definition=EVERYONE)
    number = get_audience(neighbour_acting, theirs).audience_no
    with pytest.raises(DefinitionNotUnderstood):
        create_audience(acting, node_no=brand.node_no, name="Ours", definition=made_of(number))


@pytest.mark.parametrize(
    ("name", "about", "problem"),
    [
        ("  ", "", NameIsMissing),
        ("x" * 121, "", NameIsTooLong),
        ("x", "y" * 401, NameIsTooLong),
        ("\x00", "", NameIsTooLong),
    ],
)
def test_a_name_is_asked_for(
    brand: BrandForTest, acting: Acting, name: str, about: str, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        create_audience(acting, node_no=brand.node_no, name=name, about=about, definition=EVERYONE)


def test_a_copy_has_a_name_of_its_own_and_the_same_sentences(brand: BrandForTest, acting: Acting) -> None:
    one = create_audience(
        acting, node_no=brand.node_no, name="One", definition=made_of_seen(), about="For May"
    )
    copies = [get_audience(acting, copy_audience(acting, one, name="One copy")) for _time in range(3)]
    assert [copy.name for copy in copies] == ["One copy", "One copy 2", "One copy 3"]
    assert {copy.about for copy in copies} == {"For May"}
    assert copies[0].document == get_audience(acting, one).document
    long = get_audience(acting, copy_audience(acting, one, name="x" * 130))
    again = get_audience(acting, copy_audience(acting, one, name="x" * 130))
    assert (len(long.name), again.name) == (120, "x" * 118 + " 2")


def test_an_archived_audience_comes_back(brand: BrandForTest, acting: Acting) -> None:
    inner = create_audience(acting, node_no=brand.node_no, name="Inner", definition=EVERYONE)
    outer = create_audience(
        acting,
        node_no=brand.node_no,
        name="Outer",
        definition=made_of(get_audience(acting, inner).audience_no),
    )
    archive_audience(acting, outer)
    archive_audience(acting, inner)
    with pytest.raises(AudienceNotFound):
        get_audience(acting, outer)
    with pytest.raises(DefinitionNotUnderstood) as problem:
        restore_audience(acting, outer)
    assert "Inner" in problem.value.facts["what"]
    restore_audience(acting, inner)
    restore_audience(acting, outer)
    assert {row.name for row in list_audiences(acting).rows} == {"Inner", "Outer"}


def made_of_seen() -> dict[str, object]:
    return {"join": "all", "parts": [{"block": "seen"}]}


def test_no_migration_is_missing(books: None) -> None:
    call_command("makemigrations", "audiences", check=True, dry_run=True, stdout=StringIO())


def test_only_an_archived_audience_that_nothing_needs_is_deleted_for_good(brand, acting) -> None:
    inner = create_audience(acting, node_no=brand.node_no, name="Inner", definition=EVERYONE)
    inner_no = get_audience(acting, inner).audience_no
    outer = create_audience(acting, node_no=brand.node_no, name="Outer", definition=made_of(inner_no))
    browser, manager = Client(), make_staff(brand.code, "marketer")
    browser.force_login(manager, "allauth.account.auth_backends.AuthenticationBackend")
    typed, url = {"confirmed": "delete"}, "/audiences/{}/delete"

    not_archived = browser.post(url.format(outer), typed)
    for one in (outer, inner):
        archive_audience(acting, one)
    needed = browser.post(url.format(inner), typed)
    not_typed = browser.post(url.format(outer))
    deleted = [browser.post(url.format(one), typed).status_code for one in (outer, inner)]
    settle()

    assert (not_archived.status_code, needed.status_code, not_typed.status_code) == (409, 409, 422)
    assert "Outer" in needed.content.decode()
    assert deleted == [302, 302]
    assert browser.get(f"/audiences/{inner}/").status_code == 404
    assert [(one.about, one.by) for one in deeds_of(acting, "audience.deleted")] == [
        ("Inner", f"staff:{manager.id}"),
        ("Outer", f"staff:{manager.id}"),
    ]


def test_deleting_an_audience_removes_its_stored_members(brand, acting, neighbour_acting) -> None:
    kept, gone = 8_000_001, 8_000_002
    for number in (kept, gone):
        row = {"audience_no": number, "profile_no": brand.node_no + 1, "entered_at": acting.at}
        replace(
            "audience_members",
            rows_of("audience_members", [row], node_no=brand.node_no),
            {"audience_no": number},
        )

    for _ in range(2):
        forget_members(acting, gone)

    found = scoped(acting.scope).query("SELECT audience_no FROM audience_members").to_pylist()
    assert [row["audience_no"] for row in found] == [kept]
