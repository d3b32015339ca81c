"""What a refusal does: to the address, to the campaign, to nobody."""

from datetime import timedelta

import pytest

from yingtai.campaigns import queries
from yingtai.campaigns.errors import NothingToResume, ReasonIsMissing, SuppressionNotFound
from yingtai.campaigns.models import Campaign, SuppressedAddress
from yingtai.campaigns.services import sending
from yingtai.campaigns.services.pausing import resume_campaign
from yingtai.campaigns.services.stopping import stop_campaign
from yingtai.campaigns.services.suppressing import lift_suppression
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.campaigns.tests.test_sending import send, states, tally
from yingtai.compliance.testing import signed_in
from yingtai.customers.api import ids_of
from yingtai.kernel.scoping import acting_transaction

pytestmark = pytest.mark.usefixtures("lake")
BERT = "bert@example.com"


@pytest.fixture
def three(acting, brand):
    return make_people(acting, brand.node_no, ["anna@example.com", BERT, "carl@example.com"])


@pytest.fixture
def campaign(acting, brand, three):
    return launch_and_decide(acting, make_campaign(acting, brand.node_no, three))


def found(acting, campaign):
    return queries.get_campaign(acting, campaign.id)


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.7.1 blocked by policy",
        "554 5.7.1 rejected",
        "550 blocked",
        "554 no",
        "550 5.7.26 DMARC",
        "521 no",
    ],
)
def test_who_is_blocked_pauses_the_campaign_and_nobody_is_suppressed(acting, office, three, campaign, answer):
    anna, bert, carl = three
    office.refusals[BERT] = answer

    send(acting, campaign, office)
    paused = found(acting, campaign)
    send(acting, campaign, office)

    assert paused.state == Campaign.State.PAUSED
    assert answer.split()[0] in paused.trouble_words[0]
    assert states(acting, campaign) == {anna: "sent", bert: "owed", carl: "owed"}
    assert queries.suppressions_of(acting, bert) == []


def test_somebody_chooses_to_go_on_when_it_is_put_right(acting, office, three, campaign):
    office.refusals[BERT] = "550 5.7.1 blocked by policy"
    send(acting, campaign, office)
    office.refusals.clear()

    resumed = resume_campaign(acting, campaign.id)
    send(acting, campaign, office)

    assert (resumed.state, resumed.trouble) == (Campaign.State.SENDING, "")
    assert len(office.mails) == 3
    assert found(acting, campaign).state == Campaign.State.DONE
    with pytest.raises(NothingToResume):
        resume_campaign(acting, campaign.id)


def test_after_that_single_people_who_are_blocked_are_passed_by(acting, office, three, campaign):
    anna, bert, carl = three
    office.refusals[BERT] = "550 5.7.1 blocked by policy"
    send(acting, campaign, office)

    resume_campaign(acting, campaign.id)
    send(acting, campaign, office)

    assert states(acting, campaign) == {anna: "sent", bert: "blocked", carl: "sent"}
    assert found(acting, campaign).state == Campaign.State.DONE


def test_when_all_are_blocked_it_pauses_again(acting, brand, office):
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(12)])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))
    office.refusals.update({f"p{number}@example.com": "554 5.7.1 no" for number in range(12)})
    send(acting, campaign, office)

    resume_campaign(acting, campaign.id)
    send(acting, campaign, office)

    assert found(acting, campaign).state == Campaign.State.PAUSED
    assert tally(acting, campaign) == {"blocked": 4, "owed": 8}


def test_a_paused_campaign_can_be_stopped(acting, office, three, campaign):
    office.refusals["anna@example.com"] = "550 5.7.1 blocked by policy"
    send(acting, campaign, office)

    stop_campaign(acting, campaign.id)

    assert tally(acting, campaign) == {"stopped": 3}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("552 5.2.2 mailbox full", "owed"), ("550 5.4.1 denied", "owed"), ("452 4.2.2 full", "owed"),
        ("550 5.2.1 disabled", "refused"), ("550", "refused"), ("553 5.6.7 SMTPUTF8", "bad_address"),
    ],
)  # fmt: skip
def test_what_is_not_about_the_address_suppresses_nobody(acting, office, three, campaign, answer, state):
    _anna, bert, _carl = three
    office.refusals[BERT] = answer

    send(acting, campaign, office)

    assert states(acting, campaign)[bert] == state
    assert len(office.mails) == 2
    assert queries.suppressions_of(acting, bert) == []


def test_a_full_mailbox_is_tried_later_and_given_up_at_last(acting, office, three, campaign):
    _anna, bert, _carl = three
    office.refusals[BERT] = "552 5.2.2 mailbox full"

    for hour in range(7):
        send(acting, campaign, office, later=timedelta(hours=hour))

    assert states(acting, campaign)[bert] == "gave_up"
    assert queries.suppressions_of(acting, bert) == []
    assert found(acting, campaign).state == Campaign.State.DONE


def test_a_server_that_hangs_up_is_asked_again_and_nobody_is_blamed(acting, office, three, campaign):
    office.farewells[BERT] = 1

    send(acting, campaign, office)
    shown = found(acting, campaign)
    send(acting, campaign, office, later=timedelta(minutes=1))

    assert "421" in shown.trouble_words[0]
    assert len(office.mails) == 3
    assert found(acting, campaign).trouble == ""


def test_an_address_without_a_mailbox_is_lifted_with_a_reason_that_is_kept(
    acting, brand, office, three, campaign
):
    _anna, bert, _carl = three
    office.refusals[BERT] = "550 User unknown"
    send(acting, campaign, office)
    [held] = queries.suppressions_of(acting, bert)
    before = states(acting, launch_and_decide(acting, make_campaign(acting, brand.node_no, three)))

    for reason in ("", "  ", "call 13800138000", "x" * 300):
        with pytest.raises(ReasonIsMissing):
            lift_suppression(acting, held.suppression_no, reason=reason)
    lift_suppression(acting, held.suppression_no, reason="She wrote from it today")
    with pytest.raises(SuppressionNotFound):
        lift_suppression(acting, held.suppression_no, reason="Again")
    after = states(acting, launch_and_decide(acting, make_campaign(acting, brand.node_no, three)))

    assert held.address.endswith("@example.com")
    assert BERT not in held.address
    assert (before[bert], after[bert]) == ("suppressed", "owed")
    with acting_transaction(acting):
        kept = SuppressedAddress.objects.get(suppression_no=held.suppression_no)
    assert (kept.lifted_by, kept.lifted_because, kept.lifted_at) == (
        "staff:test", "She wrote from it today", acting.at
    )  # fmt: skip


def test_the_person_shows_it_and_whoever_may_send_lifts_it(acting, brand, office, three, campaign, neighbour):
    _anna, bert, _carl = three
    office.refusals[BERT] = "550 5.1.1 no such user"
    send(acting, campaign, office)
    [held] = queries.suppressions_of(acting, bert)
    url, lift = (
        f"/profiles/{ids_of(acting, [bert])[bert]}/",
        f"/campaigns/suppressions/{held.suppression_no}/lift",
    )
    marketer, stranger = signed_in(brand.code, "marketer"), signed_in(neighbour.code, "marketer")

    shown = marketer.get(url).content.decode()
    refused = marketer.post(lift, {"reason": ""})
    foreign = stranger.post(lift, {"reason": "I want to"})
    done = marketer.post(lift, {"reason": "She wrote from it today"})

    assert "there is no such mailbox" in shown
    assert (refused.status_code, foreign.status_code) == (422, 404)
    assert (done.status_code, done["Location"]) == (302, url)
    assert queries.suppressions_of(acting, bert) == []


def test_a_mistake_of_ours_pauses_the_campaign_instead_of_failing_for_ever(
    acting, office, campaign, monkeypatch
):
    def broken(*_arguments, **_values):
        raise KeyError("of ours")

    monkeypatch.setattr(sending, "values_of", broken)
    with pytest.raises(KeyError):
        send(acting, campaign, office)
    shown = found(acting, campaign)
    monkeypatch.undo()
    sending.keep_going(product(acting, campaign))
    resume_campaign(acting, campaign.id)
    send(acting, campaign, office)

    assert shown.state == Campaign.State.PAUSED
    assert "KeyError" in shown.trouble_words[0]
    assert len(office.mails) == 3


def test_the_monitor_says_why_and_offers_to_try_again(acting, brand, office, campaign):
    office.refusals[BERT] = "550 5.7.1 blocked by policy"
    send(acting, campaign, office)
    marketer, analyst = signed_in(brand.code, "marketer"), signed_in(brand.code, "analyst")

    shown = marketer.get(f"/campaigns/{campaign.id}/monitor/").content.decode()
    seen = analyst.get(f"/campaigns/{campaign.id}/monitor/").content.decode()
    refused = analyst.post(f"/campaigns/{campaign.id}/resume")
    done = marketer.post(f"/campaigns/{campaign.id}/resume")

    assert "blocked by policy" in shown
    assert "Try again" in shown
    assert "Paused" in shown
    assert f'action="/campaigns/{campaign.id}/resume"' not in seen or "Try again</button>" not in seen
    assert refused.status_code == 403
    assert done.status_code == 302
    assert found(acting, campaign).state == Campaign.State.SENDING
