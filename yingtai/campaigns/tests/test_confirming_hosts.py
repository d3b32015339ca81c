"""Nobody keeps the honest of a host waiting: not by its other names, by tags it does not know, or by many at once."""

import pytest
from django.test import Client

from yingtai.campaigns.addresses import folded_address, untagged_address
from yingtai.campaigns.models import AskedMailbox
from yingtai.campaigns.tests.test_confirming import DAY
from yingtai.campaigns.tests.test_confirming_floods import HONEST, floods, shop, strangers
from yingtai.kernel.scoping import acting_transaction

__all__ = ["shop"]
pytestmark = pytest.mark.usefixtures("lake")
REAL, JUNK = "hon@corp.example", "hon+junk@corp.example"
NEIGHBOR = "198.51.100.200"
NO_SUCH_USER, UNWANTED = "550 5.1.1 no such user", "554 5.2.0 not taken"


def test_who_floods_a_host_gets_half_of_it_and_the_next_from_elsewhere_is_asked_at_once(shop):
    floods(shop, strangers(12, host="corp.example"))
    shop.asks(minutes=2)
    shop.asks(minutes=3)
    assert len(shop.office.recipients) == 5

    shop.says(REAL, minutes=4, client=HONEST)

    assert shop.asks(minutes=5)[5:] == [REAL]


def test_a_host_gets_no_more_than_ten_mails_an_hour_from_however_many_networks(shop):
    for number in range(12):
        floods(shop, [f"one-{number}-{one}@corp.example" for one in range(3)], client=f"198.51.{number}.7")

    assert len(shop.asks(minutes=2)) == 10
    assert len(shop.asks(minutes=3)) == 10


@pytest.mark.parametrize("answer", [NO_SUCH_USER, UNWANTED])
def test_what_the_server_of_a_host_refuses_is_held_against_the_network_alone(shop, answer):
    invented = strangers(30, host="corp.example")
    shop.office.refusals.update(dict.fromkeys(invented, answer))
    for minutes in range(2, 5):
        floods(shop, invented, minutes=minutes)
        shop.asks(minutes=minutes + 1)
    with acting_transaction(shop.acting):
        tried = [one.mails for one in AskedMailbox.objects.all()]
    assert tried == [0] * 20  # Ten addresses, each counted for its mailbox and for its network.

    shop.says(REAL, minutes=6, client=HONEST)

    assert shop.asks(minutes=7) == [REAL]


def test_a_tag_that_a_host_may_not_know_costs_the_mailbox_of_others_nothing(shop):
    shop.says(JUNK)
    shop.asks()

    shop.says(REAL, minutes=3, client="192.0.2.9")

    assert shop.asks(minutes=4) == [JUNK, REAL]


def test_three_days_of_tags_do_not_close_a_mailbox_for_others(shop):
    for day in range(4):
        floods(shop, [f"hon+{day}@corp.example"], minutes=1 + 2 * day * DAY)
        shop.asks(minutes=2 + 2 * day * DAY)
    assert len(shop.office.recipients) == 3

    shop.says(REAL, minutes=9 * DAY, client=HONEST)

    assert shop.asks(minutes=9 * DAY + 1)[3:] == [REAL]


def test_one_network_asks_one_mailbox_once_a_day_whatever_the_tag(shop):
    floods(shop, [f"hon+{number}@corp.example" for number in range(4)])
    shop.asks()
    shop.says("hon+other@corp.example", minutes=3, client=NEIGHBOR)
    shop.says(REAL, minutes=4, client=NEIGHBOR)

    assert len(shop.asks(minutes=5)) == 1


@pytest.mark.parametrize("given", [REAL, "real.person@gmail.com", "realperson+junk@gmail.com"])
def test_an_address_that_waits_behind_a_flood_is_asked_when_it_comes_from_elsewhere(shop, given):
    mine = "real.person@gmail.com" if "gmail" in given else REAL
    shop.choose(most_an_hour=6)
    floods(shop, [given, *strangers(9)])
    shop.asks(minutes=2)
    assert len(shop.office.recipients) == 3

    shop.says(mine, minutes=3, client=HONEST)

    assert shop.asks(minutes=4)[3:] == [mine]


def test_who_floods_takes_no_waiting_address_into_the_crowd(shop):
    shop.choose(most_an_hour=6)
    shop.says(REAL, client=HONEST)
    floods(shop, [REAL, *strangers(9)])

    assert REAL in shop.asks(minutes=2)


@pytest.mark.parametrize("answer", [NO_SUCH_USER, UNWANTED])
def test_a_spelling_that_was_refused_does_not_count_for_its_mailbox(shop, answer):
    shop.office.refusals["victim+junk@gmail.com"] = answer
    shop.says("victim+junk@gmail.com")
    assert shop.asks() == []

    shop.says("victim@gmail.com", minutes=3)

    assert shop.asks(minutes=4) == ["victim@gmail.com"]


def test_who_said_under_a_tag_that_it_was_not_them_is_asked_for_that_address_from_nowhere(shop):
    shop.says(JUNK)
    shop.asks()
    Client().post(shop.link(JUNK), {"confirm": "no"})

    shop.says(JUNK, minutes=2 * DAY, client="192.0.2.9")
    shop.says("hon+2@corp.example", minutes=2 * DAY)

    assert shop.asks(minutes=2 * DAY + 1) == [JUNK]


@pytest.mark.parametrize(
    ("address", "folded", "untagged"),
    [
        ("A.B+x@gmail.com", "ab@gmail.com", None),
        ("a.b+x@hotmail.co.uk", "a.b@hotmail.co.uk", None),
        ("a.b-c_d+x@pm.me", "abcd@proton.me", None),
        ("a-b+x@fastmail.com", "a-b@fastmail.com", None),
        ("A.b+x@qq.com", "a.b+x@qq.com", "a.b@qq.com"),
        ("a+x@outlook.corp.example", "a+x@outlook.corp.example", "a@outlook.corp.example"),
    ],
)
def test_tags_are_folded_where_the_host_is_known_to_know_them(address, folded, untagged):
    assert (folded_address(address), untagged_address(folded)) == (folded, untagged)
