"""Mails go out once each, over a real SMTP conversation, to those who may get them at that moment."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from yingtai.campaigns import queries
from yingtai.campaigns.errors import NothingToStop
from yingtai.campaigns.models import Campaign, Send
from yingtai.campaigns.services import handing, ledger
from yingtai.campaigns.services.following import follow_merges, forget_people
from yingtai.campaigns.services.ledger import Desk
from yingtai.campaigns.services.recovering import send_unknown_again
from yingtai.campaigns.services.sending import keep_going, send_for_a_while
from yingtai.campaigns.services.stopping import stop_campaign
from yingtai.campaigns.smtp import Server
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.compliance.api import record_consent
from yingtai.content.testing import make_template
from yingtai.kernel.scoping import acting_transaction

pytestmark = pytest.mark.usefixtures("lake")


def send(acting, campaign, office, *, later=timedelta(0), inquiry=lambda message_ids: None):
    at = acting.at + later
    send_for_a_while(
        product(acting.at_time(at), campaign),
        campaign.campaign_no,
        clock=lambda: at,
        server=office.server,
        inquiry=inquiry,
    )


def states(acting, campaign):
    with acting_transaction(acting):
        rows = Send.objects.filter(campaign_no=campaign.campaign_no)
        return {row.profile_no: row.reason or row.state for row in rows}


def tally(acting, campaign):
    found = queries.tallies_of(acting, [campaign.campaign_no])[campaign.campaign_no]
    return {what: count for what, count in found.items() if count}


@pytest.fixture
def three(acting, brand):
    return make_people(acting, brand.node_no, ["anna@example.com", "bert@example.com", "carl@example.com"])


def test_every_recipient_gets_one_mail_over_one_connection(acting, brand, office, three):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))

    send(acting, campaign, office)

    assert sorted(office.recipients) == ["anna@example.com", "bert@example.com", "carl@example.com"]
    assert len(office.sessions) == 1
    assert set(states(acting, campaign).values()) == {"sent"}
    assert tally(acting, campaign) == {"sent": 3}
    assert queries.get_campaign(acting, campaign.id).state == Campaign.State.DONE


def test_a_mail_has_text_html_and_the_headers_of_one_click_unsubscribe(acting, brand, office):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    template = {
        "subject": "新款 {{ brand.name }}",
        "html": '<p>你好 {{ person.first_name | default: "there" }}</p><a href="{{ unsubscribe_url }}">x</a>',
    }
    campaign = launch_and_decide(
        acting, make_campaign(acting, brand.node_no, people, template=template, from_name="品牌")
    )

    send(acting, campaign, office)

    mail = office.read("anna@example.com")
    raw = office.mails[0][1]
    assert mail["From"].startswith("品牌 <news@nova.example.com>")
    assert mail["Subject"].startswith("新款 Brand")
    assert mail["Message-ID"].endswith("@nova.example.com>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<http")
    assert raw.count(b"\r\nList-Unsubscribe: <") == 1
    assert all(len(line) < 998 for line in raw.split(b"\r\n"))
    assert "你好 there" in mail.get_body(("plain",)).get_content()
    assert "你好 there" in mail.get_body(("html",)).get_content()
    assert b"anna" not in raw.split(b"\r\n\r\n", 1)[1]


def test_sending_again_sends_nothing_again(acting, brand, office, three):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))

    send(acting, campaign, office)
    send(acting, campaign, office)
    keep_going(product(acting, campaign))

    assert len(office.mails) == 3


def test_who_withdraws_before_their_mail_is_claimed_gets_none(acting, brand, office, three):
    _anna, bert, _carl = three
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))
    record_consent(
        acting, profile_no=bert, node_no=brand.node_no, purpose="marketing.email", channel="email",
        status="withdrawn", source="form",
    )  # fmt: skip

    send(acting, campaign, office)

    assert sorted(office.recipients) == ["anna@example.com", "carl@example.com"]
    assert states(acting, campaign)[bert] == "withdrawn"
    assert tally(acting, campaign) == {"sent": 2, "withdrawn": 1}


def test_a_mailbox_that_does_not_exist_is_not_written_to_again(acting, brand, office, three):
    anna, bert, carl = three
    office.refusals["bert@example.com"] = "550 5.1.1 <bert@example.com>: no user bert here"
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))

    send(acting, campaign, office)
    again = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))

    assert states(acting, campaign) == {anna: "sent", bert: "bounced", carl: "sent"}
    assert tally(acting, campaign) == {"sent": 2, "bounced": 1}
    assert states(acting, again)[bert] == "suppressed"
    [line] = queries.list_sends(acting, campaign, state="bounced").rows
    assert line.answer == "550 5.1.1 … no user … here"


def test_who_is_put_off_is_tried_again_later_and_given_up_at_last(acting, brand, office, three):
    anna, bert, carl = three
    office.later.update({"bert@example.com": 1, "carl@example.com": 99})
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))

    send(acting, campaign, office)
    first = states(acting, campaign)
    send(acting, campaign, office, later=timedelta(seconds=10))
    too_early = states(acting, campaign)
    for hours in range(1, 8):
        send(acting, campaign, office, later=timedelta(hours=hours))

    assert first == too_early == {anna: "sent", bert: "owed", carl: "owed"}
    assert states(acting, campaign) == {anna: "sent", bert: "sent", carl: "gave_up"}
    assert tally(acting, campaign) == {"sent": 2, "gave_up": 1}
    assert queries.get_campaign(acting, campaign.id).state == Campaign.State.DONE


def test_a_mail_server_that_does_not_answer_loses_nothing(acting, brand, office, three):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))
    real, office.server = office.server, Server("127.0.0.1", 1)

    send(acting, campaign, office)
    trouble = queries.get_campaign(acting, campaign.id).trouble_words[0]
    office.server = real
    send(acting, campaign, office, later=timedelta(minutes=1))

    assert "127.0.0.1:1" in trouble
    assert len(office.mails) == 3
    assert queries.get_campaign(acting, campaign.id).trouble == ""


def test_a_missing_value_stops_that_mail_and_says_which(acting, brand, office, three):
    campaign = make_campaign(
        acting, brand.node_no, three,
        template={"html": '<p>{{ person.nickname }}</p><a href="{{ unsubscribe_url }}">x</a>'},
    )  # fmt: skip
    campaign = launch_and_decide(acting, campaign)

    send(acting, campaign, office)

    rows = queries.list_sends(acting, campaign).rows
    assert office.mails == []
    assert {(row.reason, row.answer) for row in rows} == {("field_missing", "HTML: person.nickname")}
    assert queries.get_campaign(acting, campaign.id).state == Campaign.State.DONE


def test_a_stopped_campaign_sends_nothing_more(acting, brand, office, three):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))

    stop_campaign(acting, campaign.id)
    send(acting, campaign, office)

    assert office.mails == []
    assert tally(acting, campaign) == {"stopped": 3}


def test_a_stop_in_the_middle_of_a_batch_leaves_the_rest_unsent(acting, brand, office, three):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))
    office.after_mail = lambda: stop_from_another_connection(acting, campaign)

    send(acting, campaign, office)

    assert len(office.mails) == 1
    assert tally(acting, campaign) == {"sent": 1, "stopped": 2}


def stop_from_another_connection(acting, campaign):
    """The mail server's thread has a connection of its own."""
    with contextlib.suppress(NothingToStop):
        stop_campaign(acting, campaign.id)
    connection.close()


def test_two_recipients_who_turn_out_to_be_one_get_one_mail(acting, brand, office, three):
    anna, bert, _carl = three
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))

    follow_merges(acting, [(anna, bert)])
    follow_merges(acting, [(anna, bert)])
    send(acting, campaign, office)

    assert sorted(office.recipients) == ["anna@example.com", "carl@example.com"]
    assert tally(acting, campaign) == {"sent": 2, "duplicate_person": 1}


def test_a_claim_follows_a_person_to_the_survivor(acting, brand, office, three):
    anna, bert, carl = three
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, [bert, carl]))

    follow_merges(acting, [(anna, bert)])

    assert states(acting, campaign) == {anna: "owed", carl: "owed"}


def test_who_was_sent_the_mail_already_is_not_sent_it_as_somebody_else(acting, brand, office, three):
    anna, bert, _carl = three
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))
    office.later["anna@example.com"] = 1
    send(acting, campaign, office)

    follow_merges(acting, [(anna, bert)])
    send(acting, campaign, office, later=timedelta(hours=1))

    assert sorted(office.recipients) == ["bert@example.com", "carl@example.com"]
    assert tally(acting, campaign) == {"sent": 2, "duplicate_person": 1}


def test_nothing_is_owed_to_somebody_who_was_erased(acting, brand, office, three):
    _anna, bert, _carl = three
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))

    forget_people(acting, [bert])
    send(acting, campaign, office)

    assert len(office.mails) == 2
    assert tally(acting, campaign) == {"sent": 2, "erased": 1}


def test_what_a_dead_sender_had_claimed_is_owed_again_and_what_it_was_handing_over_is_not(
    acting, brand, office, three
):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))
    dead = 4711
    with acting_transaction(acting):
        [one, _two, _three] = ledger.claim(campaign.campaign_no, dead, size=3, at=acting.at)
    Desk(acting, campaign.campaign_no, campaign.node_no, dead).turn([], [one.send_no], at=acting.at)

    send(acting, campaign, office)

    assert len(office.mails) == 2
    assert tally(acting, campaign) == {"sent": 2, "unknown": 1}
    assert queries.get_campaign(acting, campaign.id).state == Campaign.State.DONE


@pytest.mark.parametrize(("was_taken", "mails"), [(True, 2), (False, 3)])
def test_a_server_that_can_be_asked_clears_up_what_nobody_knows(
    acting, brand, office, three, was_taken, mails
):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))
    dead = 4712
    with acting_transaction(acting):
        [one, _two, _three] = ledger.claim(campaign.campaign_no, dead, size=3, at=acting.at)
    Desk(acting, campaign.campaign_no, campaign.node_no, dead).turn([], [one.send_no], at=acting.at)

    send(acting, campaign, office, inquiry=lambda message_ids: set(message_ids) if was_taken else set())

    assert len(office.mails) == mails
    assert tally(acting, campaign) == {"sent": 3}


def test_a_person_may_decide_to_send_again_what_nobody_knows(acting, brand, office, three):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))
    with acting_transaction(acting):
        [one, _two, _three] = ledger.claim(campaign.campaign_no, 4713, size=3, at=acting.at)
    Desk(acting, campaign.campaign_no, campaign.node_no, 4713).turn([], [one.send_no], at=acting.at)
    send(acting, campaign, office)

    send_unknown_again(acting, campaign.id)
    send(acting, campaign, office)

    assert len(office.mails) == 3
    assert tally(acting, campaign) == {"sent": 3}


@pytest.mark.usefixtures("books")
def test_a_sender_is_alive_for_others_as_long_as_it_works():
    with ThreadPoolExecutor(1) as elsewhere, ledger.living_sender() as sender_no:
        during = elsewhere.submit(asked_from_another_connection, sender_no).result()

    assert during is True
    assert ledger.is_alive(sender_no) is False


def asked_from_another_connection(sender_no):
    try:
        return ledger.is_alive(sender_no)
    finally:
        connection.close()


def test_a_speed_limit_makes_small_batches(acting, brand, office, three):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three, per_minute=600))

    send(acting, campaign, office)

    assert len(office.mails) == 3


def test_the_newest_version_of_a_template_does_not_change_what_a_campaign_sends(acting, brand, office, three):
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, three))
    make_template(acting, brand.node_no, subject="Other")

    send(acting, campaign, office)

    assert office.read("anna@example.com")["Subject"] == "News for you"


def test_what_was_promised_to_a_server_that_became_slow_is_given_back_and_sent_once(
    acting, brand, office, monkeypatch
):
    monkeypatch.setattr(handing, "LONGEST_PROMISE_SECONDS", 0.0)
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(12)])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))

    # The batch after is made while this one is handed over: what comes back late is another turn's.
    while "owed" in tally(acting, campaign):
        send(acting, campaign, office)

    assert sorted(office.recipients) == sorted(f"p{number}@example.com" for number in range(12))
    assert tally(acting, campaign) == {"sent": 12}
