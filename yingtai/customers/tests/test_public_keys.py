"""What a key that everybody can read in a page may say of who somebody is, and what it may not."""

import pytest

from yingtai.collect.api import make_source
from yingtai.customers.api import find_profiles
from yingtai.customers.contacts import choose_contact, open_contacts
from yingtai.customers.services.confirming import confirm_identifier
from yingtai.customers.testing import Identifier, drain, send
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


def say(acting, source, **ids):
    names = {"user": "userId", "anonymous": "anonymousId"}
    event = {"type": "identify", "messageId": str(ids), "traits": {}}
    for kind, value in ids.items():
        (event if kind in names else event["traits"])[names.get(kind, kind)] = value
    send(source, [event], at=acting.at)
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

    assert standings(acting, "anna") == [("email", 1), ("email", 2), ("user", 2)]


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

    assert standings(acting, "anna") == [("email", 1), ("email", 2), ("user", 1)]


@pytest.mark.parametrize(
    "ids", [{"anonymous": "browser-9"}, {"user": "anna"}, {"user": "anna", "anonymous": "b"}]
)
def test_no_mail_owed_to_somebody_goes_where_a_page_says(acting, page, server, ids):
    say(acting, server, user="anna", email=VICTIM)
    say(acting, page, email=VICTIM, anonymous="browser-9")
    say(acting, page, email=THIEF, **ids)
    anna = person(acting, "anna")

    assert addresses_of(acting, anna.profile_no) == [VICTIM]
