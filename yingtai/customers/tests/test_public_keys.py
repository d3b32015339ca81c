"""What a key that everybody can read in a page may say of who somebody is, and what it may not."""

from datetime import timedelta

import pytest

from yingtai.collect.api import Declared, declare, make_source
from yingtai.customers.api import find_profiles, merge_profiles
from yingtai.customers.contacts import choose_contact, open_contacts
from yingtai.customers.personal_values import values_of
from yingtai.customers.services.confirming import confirm_identifier
from yingtai.customers.services.erasing import export_own
from yingtai.customers.testing import Identifier, drain, send
from yingtai.kernel.labels import Label
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sets import new_set
from yingtai.organization.testing import make_acting

pytestmark = pytest.mark.usefixtures("lake")
VICTIM, THIEF = "victim@example.com", "thief@example.org"


@pytest.fixture
def page(acting, brand):
    return make_source(acting, brand.node_no, name="shop")


@pytest.fixture
def server(acting, brand):
    return make_source(acting, brand.node_no, name="shop's server", kind="server")


def put(acting, source, minute=0, **ids):
    """Send identifiers that came together, and leave them in the inbox."""
    names = {"user": "userId", "anonymous": "anonymousId", "member": "member_no"}
    at = (acting.at + timedelta(minutes=minute)).isoformat()
    event = {"type": "identify", "messageId": str(ids), "timestamp": at, "traits": {}}
    if "device" in ids:
        event["context"] = {"device": {"id": ids["device"]}}
    for kind, value in ids.items():
        if kind != "device":
            (event if kind in ("user", "anonymous") else event["traits"])[names.get(kind, kind)] = value
    send(source, [event], at=acting.at)


def say(acting, source, **ids):
    put(acting, source, **ids)
    drain(acting.at)


def person(acting, value):
    [found] = find_profiles(acting, value)
    return found


def addresses_of(acting, profile_no):
    """Return where mail on no particular consent goes."""
    with acting_transaction(acting):
        people = new_set()
        people.add([(profile_no, 0)])
        choose_contact(people, "email")
        return [address for _, address in open_contacts(acting, people)]


def standings(acting, value):
    with acting_transaction(acting):
        rows = Identifier.objects.filter(profile_no=person(acting, value).profile_no)
        return sorted((row.get_kind_display(), row.standing) for row in rows)


def test_a_page_gives_the_addresses_of_somebody_new_and_claims_another(acting, page):
    say(acting, page, user="anna", email=VICTIM)
    say(acting, page, user="anna", email=THIEF)

    assert standings(acting, VICTIM) == [("email", 0), ("email", 1), ("user", 1)]


def test_two_people_who_are_known_stay_two_for_a_page_and_become_one_for_a_server(acting, page, server):
    say(acting, server, user="anna")
    say(acting, server, email=VICTIM)
    say(acting, page, user="anna", email=VICTIM)
    assert person(acting, "anna").id != person(acting, VICTIM).id

    say(acting, server, user="anna", email=VICTIM, phone="+8613800008123")
    assert person(acting, "anna").id == person(acting, VICTIM).id


def test_a_server_that_says_the_same_proves_a_claim(acting, page, server):
    say(acting, page, user="anna", email=VICTIM)
    say(acting, page, user="anna", email=THIEF)
    say(acting, server, user="anna", email=THIEF)

    assert standings(acting, "anna") == [("email", 0), ("email", 2), ("user", 2)]


def test_a_server_takes_a_claimed_address_to_whom_it_belongs(acting, page, server):
    say(acting, page, user="anna", email=VICTIM)
    say(acting, page, user="anna", email=THIEF)
    say(acting, server, user="theo", email=THIEF)

    assert person(acting, THIEF).id == person(acting, "theo").id != person(acting, "anna").id
    assert standings(acting, "anna") == [("email", 1), ("user", 1)]
    assert standings(acting, "theo") == [("email", 2), ("user", 2)]


def test_a_colleague_confirms_a_claim(acting, brand, page):
    say(acting, page, user="anna", email=VICTIM)
    say(acting, page, user="anna", email=THIEF)
    anna = person(acting, "anna")
    with acting_transaction(acting):
        claimed = Identifier.objects.get(profile_no=anna.profile_no, standing=0)

    confirm_identifier(
        make_acting(brand.node_no, roles=("brand_manager",)), profile_id=anna.id, alias_no=claimed.alias_no
    )

    assert standings(acting, "anna") == [("email", 0), ("email", 2), ("user", 0)]


def test_confirming_asks_first_and_says_what_follows_for_an_address(acting, brand, page, sign_in):
    say(acting, page, user="anna", email=VICTIM)
    anna = person(acting, "anna")
    manager = sign_in("brand_manager")
    with acting_transaction(acting):
        aliases = dict(Identifier.objects.filter(profile_no=anna.profile_no).values_list("kind", "alias_no"))
        Identifier.objects.filter(profile_no=anna.profile_no).update(standing=0)

    asked = {
        kind: manager.get(f"/profiles/{anna.id}/confirm/{no}").content.decode()
        for kind, no in aliases.items()
    }
    manager.post(f"/profiles/{anna.id}/confirm/{aliases[2]}")

    assert {kind: "Marketing goes there only after" in text for kind, text in asked.items()} == {
        1: False,
        2: True,
    }
    assert manager.get(f"/profiles/{anna.id}/").content.decode().count("nothing is sent there until") == 0
    assert standings(acting, "anna") == [("email", 2), ("user", 0)]


@pytest.mark.parametrize(
    "ids", [{"anonymous": "browser-9"}, {"user": "anna"}, {"user": "anna", "anonymous": "b"}]
)
def test_no_mail_owed_to_somebody_goes_where_a_page_says(acting, page, server, ids):
    say(acting, server, user="anna", email=VICTIM)
    say(acting, page, email=VICTIM, anonymous="browser-9")
    say(acting, page, email=THIEF, **ids)
    anna = person(acting, "anna")

    assert addresses_of(acting, anna.profile_no) == [VICTIM]


@pytest.mark.parametrize(
    "named", [{"user": "anna"}, {"phone": "+8613800008123"}, {"member": "0815"}, {"device": "pad-1"}]
)
@pytest.mark.parametrize("first", ["page", "server", "both"])
def test_who_names_an_identifier_first_gets_no_mail_of_whom_a_server_knows_by_it(
    acting, page, server, named, first
):
    """Neither before the server speaks, nor with it in one set, nor after."""
    said = {page: {"email": THIEF, **named}, server: named}
    order = [page, server] if first != "server" else [server, page]
    for source in order:
        put(acting, source, **said[source])
        if first != "both":
            drain(acting.at)
    drain(acting.at)
    thief = person(acting, THIEF)

    assert addresses_of(acting, thief.profile_no) == []
    assert values_of(acting, [thief.profile_no], ["email"])[thief.profile_no] == {}

    say(acting, server, email=THIEF, **named)
    assert addresses_of(acting, person(acting, THIEF).profile_no) == [THIEF]


@pytest.mark.parametrize("together", [False, True])
def test_two_whom_only_a_page_called_one_are_two_for_a_server_that_names_each(acting, page, server, together):
    say(acting, page, user="theo", email=VICTIM)
    put(acting, server, user="theo")
    if not together:
        drain(acting.at)
    put(acting, server, minute=1, email=VICTIM)
    drain(acting.at)

    assert standings(acting, "theo") == [("user", 2)]
    assert standings(acting, VICTIM) == [("email", 2)]


@pytest.mark.parametrize("known_by", ["server", "confirmed"])
@pytest.mark.parametrize("browser", ["new", "before", "known to the server", "known in the same set"])
def test_no_browser_that_a_page_tied_to_somebody_takes_them_to_the_account_of_another(
    acting, page, server, known_by, browser
):
    """The thief ties a browser of theirs to an address, and then signs in to the shop with an account of their own."""
    tie = {"anonymous": "browser-9", "email": VICTIM}
    if browser == "before":
        say(acting, page, **tie)
    say(acting, server, email=VICTIM, **({"phone": "+8613800008123"} if known_by == "server" else {}))
    if browser == "known to the server":
        say(acting, server, anonymous="browser-9")
    if browser == "known in the same set":
        put(acting, server, anonymous="browser-9")
    put(acting, page, minute=1, **tie)
    drain(acting.at)
    victim = person(acting, VICTIM)
    say(acting, server, user="thief", anonymous="browser-9")
    say(acting, server, user="thief", email=THIEF)
    thief = person(acting, "thief")

    assert thief.profile_no != victim.profile_no == person(acting, VICTIM).profile_no
    assert addresses_of(acting, victim.profile_no) == [VICTIM]
    assert addresses_of(acting, thief.profile_no) == [THIEF]
    assert person(acting, THIEF) == thief


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("victim", [{"email": VICTIM}, {"phone": "+8613800008123"}])
def test_whoever_signs_in_takes_no_one_along_whom_only_pages_know(acting, page, server, victim, alone):
    """Nor their name and birthday, though the thief tied a browser to what they gave."""
    say(acting, page, anonymous="own", first_name="Wanda", **victim)
    say(acting, page, anonymous="tied", **victim)
    if alone:
        say(acting, server, anonymous="tied")
    say(acting, server, user="thief", anonymous="tied", email=THIEF)
    thief, wanda = person(acting, "thief"), person(acting, next(iter(victim.values())))

    assert thief.profile_no != wanda.profile_no
    assert standings(acting, "thief") == [("anonymous", 2), ("email", 2), ("user", 2)]
    assert values_of(acting, [thief.profile_no], ["first_name"])[thief.profile_no] == {}
    assert values_of(acting, [wanda.profile_no], ["first_name"])[wanda.profile_no] == {"first_name": "Wanda"}


def test_a_mail_says_no_name_that_a_page_said_of_somebody_whose_address_is_only_claimed(acting, page, server):
    """Two whom a page called one: the account of the thief is proven, the name is of the other."""
    say(acting, page, anonymous="own", email=VICTIM, first_name="Wanda")
    say(acting, page, user="thief", anonymous="own")
    say(acting, server, user="thief", email=THIEF)
    thief = person(acting, "thief").profile_no

    assert values_of(acting, [thief], ["first_name", "email"])[thief] == {"email": THIEF}


def test_a_persons_copy_shows_no_address_that_a_page_only_claimed(acting, page, server):
    say(acting, server, user="anna", email=VICTIM)
    say(acting, page, user="anna", email=THIEF)
    number = person(acting, "anna").profile_no

    found = [one for one in export_own(acting, [number]) if one.get("identifier") == "email"]

    assert [(one["value"], one.get("is_only_claimed", False)) for one in found] == [
        (VICTIM, False), ("t***@example.org", True)
    ]  # fmt: skip


def test_a_browser_finds_whom_a_page_tied_it_to_for_other_pages_and_a_server_makes_it_theirs(
    acting, page, server
):
    say(acting, server, user="anna", email=VICTIM)
    say(acting, page, anonymous="browser-9", email=VICTIM)
    anna = person(acting, "anna")
    assert standings(acting, "anna") == [("anonymous", 0), ("email", 2), ("user", 2)]

    say(acting, server, user="anna", anonymous="browser-9")
    assert standings(acting, "anna") == [("anonymous", 2), ("email", 2), ("user", 2)]
    assert person(acting, "anna").profile_no == anna.profile_no


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("named", [{"email": VICTIM}, {"email": VICTIM, "phone": "+8613800008123"}])
def test_whoever_invents_a_user_for_an_address_keeps_it_from_nobody(
    acting, page, server, is_known, together, named
):
    """One user id is never another's: the address would have stayed with the invented one."""
    if is_known:
        say(acting, server, user="anna")
    put(acting, page, user="invented", **named)
    if not together:
        drain(acting.at)
    put(acting, server, minute=1, user="anna", **named)
    drain(acting.at)
    anna, invented = person(acting, "anna"), person(acting, "invented")

    assert standings(acting, "anna") == sorted([("user", 2), *((kind, 2) for kind in named)])
    assert standings(acting, "invented") == [("user", 1)]
    assert addresses_of(acting, anna.profile_no) == [VICTIM]
    assert addresses_of(acting, invented.profile_no) == []


def test_an_address_somebody_gave_stays_theirs_when_a_server_knows_only_the_browser(acting, page, server):
    say(acting, page, anonymous="browser-9", email=VICTIM)
    say(acting, server, anonymous="browser-9")

    assert addresses_of(acting, person(acting, VICTIM).profile_no) == [VICTIM]


def test_a_merge_by_hand_proves_no_address_that_a_page_gave(acting, page, server):
    say(acting, server, user="anna", email=VICTIM)
    say(acting, page, member="0815", email=THIEF)
    anna = person(acting, "anna")

    merge_profiles(acting, survivor_id=anna.id, duplicate_id=person(acting, THIEF).id)

    assert standings(acting, "anna") == [("email", 0), ("email", 2), ("member", 0), ("user", 2)]
    assert addresses_of(acting, anna.profile_no) == [VICTIM]


def tell(acting, source, minute, user="anna", **traits):
    """Say traits of somebody so many minutes later, by a user id or by what the traits hold."""
    at = acting.at + timedelta(minutes=minute)
    event = {
        "type": "identify",
        "messageId": f"{source.name} {minute}",
        "timestamp": at.isoformat(),
        "traits": traits,
    }
    send(source, [event | ({"userId": user} if user else {})], at=at)
    drain(at)


def known_of(acting, user="anna"):
    """Return a declared and a private trait, as a template would say them."""
    number = person(acting, user).profile_no
    found = values_of(acting, [number], ["first_name", "member_level"])[number]
    return found.get("first_name"), found.get("member_level")


@pytest.fixture
def plan(acting, brand):
    """Member level is declared, so it lies open in the books; a first name is private."""
    declare(acting, brand.node_no, [Declared("trait", "", "member_level", "string", Label.L2)])


@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("order", [("server", "page"), ("page", "server"), ("server", "page", "page")])
@pytest.mark.parametrize("together", [False, True])
def test_a_page_does_not_rewrite_what_a_server_said(acting, brand, page, server, order, together):
    """Whatever the order, be it in one set or in several."""
    for minute, who in enumerate(order):
        said = {"server": ("Anna", "gold"), "page": ("win.example", "diamond")}[who]
        source = {"server": server, "page": page}[who]
        at = acting.at + timedelta(minutes=minute)
        event = {"type": "identify", "messageId": f"{minute}", "userId": "anna", "timestamp": at.isoformat(),
                 "traits": {"first_name": said[0], "member_level": said[1]}}  # fmt: skip
        send(source, [event], at=at)
        if not together:
            drain(at)
    drain(acting.at + timedelta(hours=1))

    assert known_of(acting) == ("Anna", "gold")


@pytest.mark.usefixtures("plan")
def test_a_page_fills_what_is_empty_and_changes_what_pages_said(acting, page, server):
    tell(acting, server, 0, city="Shanghai")
    tell(acting, page, 1, first_name="Ann", member_level="silver")
    tell(acting, page, 2, first_name="Anne")
    first = known_of(acting)
    tell(acting, server, 3, first_name="", member_level="")
    tell(acting, page, 4, first_name="Anja", member_level="bronze")

    assert first == ("Anne", "silver")
    assert known_of(acting) == ("Anja", "bronze")


@pytest.mark.usefixtures("plan")
def test_merged_the_proven_word_stays(acting, page, server):
    tell(acting, server, 0, user="", email=VICTIM, first_name="Anna", member_level="gold")
    tell(acting, page, 1, user="bea", first_name="win.example", member_level="diamond")
    tell(acting, server, 2, user="bea", email=THIEF)
    anna, bea = person(acting, VICTIM), person(acting, "bea")

    merge_profiles(acting, survivor_id=bea.id, duplicate_id=anna.id)

    assert known_of(acting, "bea") == ("Anna", "gold")


def test_a_claimed_address_is_no_value_of_a_mail(acting, page, server):
    say(acting, server, user="anna", email=VICTIM)
    say(acting, page, user="anna", email=THIEF)
    number = person(acting, "anna").profile_no

    assert values_of(acting, [number], ["email"])[number] == {"email": VICTIM}


@pytest.mark.parametrize(
    ("name", "is_said"),
    [
        ("Anna", True), ("Anne-Marie de la Tour", True), ("O'Neill", True), ("王小明", True), ("St. Gallen", True),
        ("阿不都热依木·买买提", True), ("you have won: www.evil.example/win", False), ("evil.example", False),
        ("evil．example", False), ("thief@example.org", False), ("www evil", True), ("a b c d e f", False),
        ("Call 021-55551234", False), ("加微信abc12345领奖", False), ("13900001111", False), (13900001111, False),
        ("evil。中国", False), ("evil\u00ad.example", False), ("evil۔com", False), ("中奖 evil.", False),
        (".com", False), (["won", "evil"], False), ({"a": "http"}, False), (1200, True), (True, True),
        ("x" * 41, False), ("中奖。com", False), ("https://shop.example/a?id=1", True),
        ("https://shop.example.evil.example/a", False), ("https://shop.example/ won https://evil.example", False),
    ],
)  # fmt: skip
def test_a_mail_says_what_a_page_said_of_somebody_only_when_it_reads_like_a_name(
    acting, brand, page, server, name, is_said
):
    """Anybody can say anything of anybody with the key in a page; it would stand in a mail of the brand's own."""
    make_source(acting, brand.node_no, name="site", kind="sdk", allowed_origins=["https://shop.example"])
    say(acting, server, email=VICTIM)
    say(acting, page, email=VICTIM, first_name=name)
    anna = person(acting, VICTIM).profile_no

    assert values_of(acting, [anna], ["first_name"])[anna] == ({"first_name": name} if is_said else {})
