"""An address that only a page gave is asked by mail; whoever has the mailbox proves it, and nobody else's with it."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from yingtai.campaigns.confirmations import confirming_of, how_many
from yingtai.campaigns.models import Confirmation
from yingtai.campaigns.privacy import told_of
from yingtai.campaigns.senders import list_senders
from yingtai.campaigns.services import confirming
from yingtai.campaigns.services.asking_addresses import NO_CAMPAIGN, ask_addresses
from yingtai.campaigns.services.following import forget_people
from yingtai.campaigns.services.journal import list_journals
from yingtai.campaigns.services.keeping_senders import keep_sender
from yingtai.campaigns.tests.test_addresses_of_consent import identify, person, run_campaign
from yingtai.collect.api import make_source
from yingtai.compliance.api import consents_of, record_consent
from yingtai.compliance.testing import make_purposes, signed_in
from yingtai.content.api import keep_look
from yingtai.customers.api import ids_of
from yingtai.customers.testing import EMAIL, Identifier, drain, hear_given, send
from yingtai.kernel.acting import system
from yingtai.kernel.scope import Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.testing import dispatch_facts, run_jobs
from yingtai.organization.testing import make_acting

pytestmark = pytest.mark.usefixtures("lake")
ANNA, THIEF = "anna@example.com", "thief@example.org"
LINK = re.compile(r"https?://[^/\s]+(/y/[\w-]+)")
DAY = 24 * 60


class Shop:
    """A brand that lets people confirm addresses, its page and its server; times are minutes after Monday."""

    def __init__(self, acting, brand, office, facts):
        self.acting, self.brand, self.office, self.facts = acting, brand, office, facts
        make_purposes(acting, brand.node_no)
        self.page = make_source(acting, brand.node_no, name="shop")
        self.server = make_source(acting, brand.node_no, name="shop's server", kind="server")

    def choose(self, *, is_on=True, most_an_hour=100):
        manager = make_acting(self.brand.node_no, roles=("brand_manager",))
        keep_sender(manager, node_no=self.brand.node_no, name="Nova", address="service@nova.example.com")
        [sender] = list_senders(manager, node_no=self.brand.node_no)
        confirming.choose_confirming(
            manager, node_no=self.brand.node_no, sender_id=sender.id, is_on=is_on, most_an_hour=most_an_hour
        )

    def product(self, minutes):
        return system("campaigns", Scope.of(self.brand.node_no), self.acting.at + timedelta(minutes=minutes))

    def says(self, email, *, minutes=1, purpose="marketing.email", source=None, client="203.0.113.9", **ids):
        """Let the page say an address with a yes, and whoever listens hear of it."""
        at = self.acting.at + timedelta(minutes=minutes)
        event = {
            "type": "identify", "messageId": f"{email} {minutes} {ids}", "timestamp": at.isoformat(),
            "anonymousId": "browser-1", "traits": {"email": email},
            "context": {"consent": {"categoryPreferences": {purpose: True, "statistics": True}}}, **ids,
        }  # fmt: skip
        self.facts.clear()
        send(source or self.page, [event], at=at, client=client)
        drain(at)
        for fact in self.facts:
            confirming.note_given(self.product(minutes), node_no=fact.node_no, given=fact.each())

    def asks(self, *, minutes=2):
        ask_addresses(self.product(minutes), server=self.office.server)
        return self.office.recipients

    def link(self, address):
        [path] = set(LINK.findall(self.office.read(address).get_body(("plain",)).get_content()))
        return path

    def presses(self, address, *, minutes=5):
        answer = Client().post(self.link(address))
        self.settles(minutes=minutes)
        return answer

    def settles(self, *, minutes=5):
        drain(self.acting.at + timedelta(minutes=minutes))
        confirming.record_confirmed(self.product(minutes))

    def standing(self, address):
        with acting_transaction(self.acting):
            mine = Identifier.objects.filter(profile_no=person(self.acting, address), kind=EMAIL)
            return [one.standing for one in mine]

    def answers(self, address):
        held = consents_of(self.acting, person(self.acting, address))
        return [(one.purpose, one.status, one.source) for one in held]


@pytest.fixture
def facts(monkeypatch):
    """The facts that ingest tells, as it tells them."""
    return hear_given(monkeypatch)


@pytest.fixture
def quiet(acting, brand, office, facts):
    """A shop whose brand chose nothing."""
    return Shop(acting, brand, office, facts)


@pytest.fixture
def shop(quiet, monkeypatch):
    quiet.choose()
    # Links are opened on the clock of the machine, mails are made on the tests' Monday.
    monkeypatch.setattr("yingtai.campaigns.confirmations.LINK_KEPT", timedelta(days=40_000))
    return quiet


def test_whoever_confirms_is_reached_by_the_next_campaign(acting, brand, office, shop):
    shop.says(ANNA)
    assert shop.asks() == [ANNA]
    assert run_campaign(acting, brand, office, [person(acting, ANNA)]) == {"no_consent": 1}

    answer = shop.presses(ANNA)

    assert "Your address is confirmed" in answer.content.decode()
    assert shop.standing(ANNA) == [2]
    assert shop.answers(ANNA) == [("marketing.email", "granted", "double opt-in")]
    assert run_campaign(acting, brand, office, [person(acting, ANNA)]) == {person(acting, ANNA): "sent"}
    assert office.recipients == [ANNA, ANNA]


def test_the_fact_comes_to_the_module_by_the_outbox(shop):
    shop.facts.clear()
    at = shop.acting.at
    event = {
        "type": "identify", "messageId": "1", "anonymousId": "browser-1", "traits": {"email": ANNA},
        "context": {"consent": {"categoryPreferences": {"marketing.email": True}}},
    }  # fmt: skip
    send(shop.page, [event], at=at)
    drain(at)
    dispatch_facts()
    run_jobs("sending")

    assert how_many(shop.acting, shop.brand.node_no).waiting == 1


def test_a_mail_to_confirm_holds_the_brands_words_and_nothing_of_whoever_gave_the_address(shop, brand):
    shop.says(ANNA, traits={"email": ANNA, "first_name": "Buy at evil.example"})
    shop.asks()
    mail = shop.office.read(ANNA)
    text = mail.get_body(("plain",)).get_content()

    assert mail["From"] == "Nova <service@nova.example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    assert "evil" not in text + mail.get_body(("html",)).get_content()
    assert "/o/" not in mail.get_body(("html",)).get_content()
    assert ANNA not in text


def test_looking_confirms_nothing_and_pressing_twice_confirms_once(shop):
    shop.says(ANNA)
    shop.asks()
    for ask in (Client().get, Client().head):
        assert ask(shop.link(ANNA)).status_code == 200
    shop.settles()
    assert (shop.standing(ANNA), shop.answers(ANNA)) == ([1], [])

    shop.presses(ANNA)
    record_consent(
        shop.product(8), profile_no=person(shop.acting, ANNA), node_no=shop.brand.node_no,
        purpose="marketing.email", channel="email", status="withdrawn", source="unsubscribe",
    )  # fmt: skip
    shop.presses(ANNA, minutes=9)

    assert shop.answers(ANNA) == [("marketing.email", "withdrawn", "unsubscribe")]


def test_a_brand_that_chose_nothing_asks_nobody(quiet):
    quiet.says(ANNA)
    assert quiet.asks() == []

    quiet.choose(is_on=False)
    quiet.says(ANNA, minutes=3)
    assert quiet.asks(minutes=4) == []


@pytest.mark.parametrize("purpose", ["marketing.telepathy", "service.messages"])
def test_a_yes_to_what_is_no_marketing_of_the_brand_asks_nobody(shop, purpose):
    shop.says(ANNA, purpose=purpose)

    assert shop.asks() == []


def test_what_a_server_says_needs_no_asking(shop):
    shop.says(ANNA, source=shop.server)

    assert shop.asks() == []


def test_a_thief_who_names_the_user_of_another_gets_that_user_nothing_of_theirs(acting, brand, office, shop):
    identify(acting, shop.server, "anna", minutes=0, city="Shanghai")
    anna = person(acting, "anna")
    shop.says(THIEF, userId="anna")
    shop.asks()
    assert shop.standing(THIEF) == [0]

    shop.presses(THIEF)

    assert person(acting, THIEF) != anna == person(acting, "anna")
    assert (shop.standing(THIEF), shop.answers(THIEF)) == (
        [2],
        [("marketing.email", "granted", "double opt-in")],
    )
    assert consents_of(acting, anna) == []
    assert run_campaign(acting, brand, office, [anna]) == {"no_address": 1}


def test_a_server_that_says_user_and_confirmed_address_together_makes_them_one(acting, shop):
    identify(acting, shop.server, "anna", minutes=0)
    shop.says(ANNA, userId="anna")
    shop.asks()
    shop.presses(ANNA)
    identify(acting, shop.server, "anna", minutes=9, email=ANNA)

    assert person(acting, "anna") == person(acting, ANNA)
    assert shop.answers("anna") == [("marketing.email", "granted", "merge")]


def test_whom_a_server_named_meanwhile_keeps_the_address(acting, shop):
    identify(acting, shop.server, "thief", minutes=0)
    shop.says(ANNA, userId="thief")
    shop.asks()
    identify(acting, shop.server, "anna", minutes=3, email=ANNA)
    shop.presses(ANNA)

    assert person(acting, ANNA) == person(acting, "anna")
    assert shop.answers("anna") == [("marketing.email", "granted", "double opt-in")]


def test_what_else_a_page_said_of_a_confirmed_address_is_a_claim(acting, shop):
    shop.says(ANNA, userId="somebody-else")
    shop.asks()
    shop.presses(ANNA)
    identify(acting, shop.server, "somebody-else", minutes=9)

    assert person(acting, "somebody-else") != person(acting, ANNA)


def test_an_address_is_asked_once_a_day_and_three_times_ever(shop):
    for day in range(4):
        for minutes in (1, DAY - 60):
            shop.says(ANNA, minutes=day * DAY + minutes)
            shop.asks(minutes=day * DAY + minutes + 1)

    assert shop.office.recipients == [ANNA] * 3


def test_strangers_are_not_flooded(shop):
    shop.choose(most_an_hour=4)
    for number in range(4):
        shop.says(f"stranger-{number}@example.com", minutes=1, anonymousId=f"browser-{number}")
    shop.asks(minutes=2)
    shop.asks(minutes=30)
    assert len(shop.office.recipients) == 2

    shop.asks(minutes=70)
    assert len(shop.office.recipients) == 4


def test_one_run_sends_all_that_is_allowed_not_only_the_first_of_it(shop, monkeypatch):
    monkeypatch.setattr("yingtai.campaigns.services.asking_addresses.MOST_AT_ONCE", 1)
    shop.choose(most_an_hour=6)
    for number in range(4):
        shop.says(f"stranger-{number}@example.com", minutes=1, anonymousId=f"browser-{number}")

    assert len(shop.asks()) == 3


def test_an_address_without_a_mailbox_is_asked_no_more(shop):
    shop.office.refusals[ANNA] = "550 5.1.1 no such user"
    shop.says(ANNA)
    shop.asks()
    shop.office.refusals.clear()
    shop.says(ANNA, minutes=2 * DAY)

    assert shop.asks(minutes=2 * DAY + 1) == []


def test_what_a_server_puts_off_is_tried_again_for_a_day_and_does_not_count(shop):
    shop.office.later[ANNA] = 1
    shop.says(ANNA)
    assert shop.asks() == []
    assert shop.asks(minutes=5) == []

    assert shop.asks(minutes=20) == [ANNA]
    with acting_transaction(shop.acting):
        assert Confirmation.objects.get(node_no=shop.brand.node_no).mails == 1


class Killed(BaseException):
    """The sender's process ends here."""


@pytest.mark.parametrize(
    ("step", "mails"),
    [("_try", 0), ("_judge", 1), ("Journal.end", 1)],
    ids=["promised", "answered", "on the wire"],
)
def test_a_killed_sender_sends_nothing_twice_and_loses_nothing(shop, monkeypatch, step, mails):
    def dies(*_arguments, **_options):
        raise Killed

    shop.says(ANNA)
    with monkeypatch.context() as patched:
        patched.setattr(f"yingtai.campaigns.services.asking_addresses.{step}", dies)
        with pytest.raises(Killed):
            shop.asks()
    assert len(shop.office.recipients) == mails

    # At once: no server asked for a pause.
    shop.asks(minutes=2)

    assert shop.office.recipients == [ANNA]
    assert [one for one in list_journals() if one[0] == NO_CAMPAIGN] == []
    shop.presses(ANNA)
    assert shop.standing(ANNA) == [2]


def test_the_profile_says_what_its_address_was_asked(acting, brand, shop):
    shop.says(ANNA)
    shop.asks()
    profile_id = ids_of(acting, [person(acting, ANNA)])[person(acting, ANNA)]
    marketer = signed_in(brand.code, "marketer")
    before = marketer.get(f"/profiles/{profile_id}/").content.decode()
    shop.presses(ANNA)
    after = marketer.get(f"/profiles/{profile_id}/").content.decode()

    assert "a***@example.com was asked by mail to confirm" in before
    assert "a***@example.com was confirmed by mail" in after
    assert ANNA not in before + after


def test_a_persons_copy_says_what_their_address_was_asked(acting, shop):
    shop.says(ANNA)
    shop.asks()
    shop.presses(ANNA)

    [line] = told_of(acting, [person(acting, ANNA)])
    assert (line["asked_to_confirm"], line["mails"], line["state"]) == (["marketing.email"], 1, "confirmed")


def test_the_page_says_masked_which_address_it_asks(shop):
    shop.says(ANNA)
    shop.asks()

    text = Client().get(shop.link(ANNA)).content.decode()

    assert "a***@example.com" in text
    assert ANNA not in text


def test_who_says_that_it_was_not_them_is_never_asked_again(acting, brand, shop):
    shop.says(ANNA)
    shop.asks()
    answer = Client().post(shop.link(ANNA), {"confirm": "no"})
    shop.says(ANNA, minutes=2 * DAY)

    assert "You will not be asked again" in answer.content.decode()
    assert shop.asks(minutes=2 * DAY + 1) == [ANNA]
    assert (shop.standing(ANNA), shop.answers(ANNA), how_many(acting, brand.node_no).declined) == ([1], [], 1)


def test_a_mail_that_waits_is_not_sent_to_who_said_that_it_was_not_them(shop):
    shop.says(ANNA)
    shop.asks()
    shop.says(ANNA, minutes=2 * DAY)
    Client().post(shop.link(ANNA), {"confirm": "no"})

    assert shop.asks(minutes=2 * DAY + 1) == [ANNA]


def test_who_pressed_the_wrong_button_can_still_confirm(shop):
    shop.says(ANNA)
    shop.asks()
    Client().post(shop.link(ANNA), {"confirm": "no"})
    shop.presses(ANNA)
    Client().post(shop.link(ANNA), {"confirm": "no"})

    assert (shop.standing(ANNA), shop.answers(ANNA)) == (
        [2],
        [("marketing.email", "granted", "double opt-in")],
    )


def test_the_mail_has_the_color_of_its_brand_and_promises_only_what_holds(acting, brand, shop):
    keep_look(acting, node_no=brand.node_no, color="#0a7d5c")
    shop.says(ANNA)
    shop.asks()
    mail = shop.office.read(ANNA)

    assert "background:#0a7d5c;color:#ffffff" in mail.get_body(("html",)).get_content()
    assert "3 times in all at most" in " ".join(mail.get_body(("plain",)).get_content().split())


def test_whoever_was_erased_is_not_asked_and_confirms_nothing(acting, shop):
    shop.says(ANNA)
    shop.asks()
    forget_people(shop.product(3), [person(acting, ANNA)])

    answer = Client().post(shop.link(ANNA))

    assert answer.status_code == 410
    assert "no longer valid" in answer.content.decode()
    assert shop.standing(ANNA) == [1]


def test_a_link_is_valid_for_a_week(shop, monkeypatch):
    monkeypatch.setattr("yingtai.campaigns.confirmations.LINK_KEPT", timedelta(days=7))
    shop.says(ANNA)
    shop.asks()
    path = shop.link(ANNA)
    with acting_transaction(shop.acting):
        Confirmation.objects.filter(node_no=shop.brand.node_no).update(
            promised_at=shop.acting.at - timedelta(days=900)
        )

    assert Client().get(path).status_code == Client().post(path).status_code == 410


def test_pages_answer_in_the_recipients_language_and_make_no_link_to_unsubscribe_anybody(shop):
    shop.says(ANNA)
    shop.asks()

    text = Client(headers={"accept-language": "zh-CN"}).get(shop.link(ANNA)).content.decode()

    assert "确认您的邮箱" in text
    look = re.search(r"/u/([\w-]+)/look.css", text)[1]
    assert "test mail" in Client(headers={"accept-language": "en"}).post(f"/u/{look}").content.decode()


def test_a_marketer_switches_it_on_and_sees_the_words_in_both_languages(acting, brand):
    make_purposes(acting, brand.node_no)
    sender = keep_sender(acting, node_no=brand.node_no, name="Nova", address="service@nova.example.com")
    marketer = signed_in(brand.code, "marketer")
    here = marketer.get("/campaigns/confirming/", follow=True)
    path = here.redirect_chain[-1][0]

    marketer.post(path, {"is_on": "on", "sender_id": str(sender.id), "most_an_hour": "7"})
    held = confirming_of(acting, brand.node_no)
    text = marketer.get(path).content.decode()

    assert (held.is_on, held.most_an_hour, held.sender.address) == (True, 7, "service@nova.example.com")
    assert "Please confirm your address" in text
    assert "请确认您的邮箱" in text


def test_who_only_reads_and_who_works_elsewhere_cannot_switch_it_on(acting, brand, neighbour):
    sender = keep_sender(acting, node_no=brand.node_no, name="Nova", address="service@nova.example.com")
    given = {"is_on": "on", "sender_id": str(sender.id), "most_an_hour": "7"}
    path = signed_in(brand.code, "marketer").get("/campaigns/confirming/").headers["location"]

    signed_in(brand.code, "analyst").post(path, given)
    answer = signed_in(neighbour.code, "marketer").post(path, given)

    assert confirming_of(acting, brand.node_no) is None
    assert answer.status_code == 404
