"""Test mails go to colleagues only, count nowhere, and are what people will get, word for word."""

import re

import pytest
from django.test import Client
from django.utils import translation

from yingtai.campaigns import previewing, queries
from yingtai.campaigns.errors import NobodyToTest, SenderIsMissing, SenderNotFound, TooManyTests
from yingtai.campaigns.letterheads import tokens
from yingtai.campaigns.models import Send
from yingtai.campaigns.services import drafting, proofs
from yingtai.campaigns.services.keeping_senders import keep_sender
from yingtai.campaigns.services.proofs import send_proof, send_proof_of_template
from yingtai.campaigns.services.sending import send_for_a_while
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.campaigns.tokens import UNSUBSCRIBE, Link
from yingtai.compliance.api import consents_of
from yingtai.compliance.testing import signed_in
from yingtai.content.api import Person, create_template
from yingtai.customers.api import ids_of
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import call_brand, deeds_of, make_staff

pytestmark = pytest.mark.usefixtures("lake")
WORDS = {
    "subject": "{{ brand.name }}: {{ campaign.name }} for {{ person.city | default: 'you' }}",
    "html": '<p>灵辉 writes as {{ brand.name }} about {{ campaign.name }}: {{ person.email | default: "nobody" }}</p>'
    '<p><a href="https://shop.example.com">Shop</a> <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>',
}


@pytest.fixture
def people(acting, brand):
    return make_people(acting, brand.node_no, ["anna@example.com"])


@pytest.fixture
def campaign(acting, brand, people):
    return make_campaign(acting, brand.node_no, people, template=WORDS)


@pytest.fixture
def anna(acting, people):
    return Person(ids_of(acting, people)[people[0]], people[0], "a***")


def as_staff(acting, staff, *roles):
    return Acting(f"staff:{staff.id}", acting.scope, acting.purpose, acting.at, frozenset(roles))


def test_it_goes_to_those_chosen_marked_and_is_counted_nowhere(acting, brand, campaign, office):
    own, colleague = make_staff(brand.code, "marketer"), make_staff(brand.code, "analyst")
    marketer = as_staff(acting, own, "marketer")

    taken = send_proof(marketer, campaign.id, to=[own.id, colleague.id], server=office.server)

    mail = office.read(colleague.email)
    assert (taken, sorted(office.recipients)) == (2, sorted([own.email, colleague.email]))
    assert str(mail["Subject"]) == f"[Test] Brand {brand.code[6:]}: Spring news for Shanghai"
    assert str(mail["From"]) == "Nova <news@nova.example.com>"
    assert 'href="https://shop.example.com"' in mail.get_body(("html",)).get_content()
    with acting_transaction(acting):
        assert not Send.objects.filter(campaign_no=campaign.campaign_no).exists()
    assert queries.tallies_of(acting, [campaign.campaign_no])[campaign.campaign_no] == {}
    [deed] = deeds_of(acting, "mail.tested")
    assert (deed.about, deed.by, deed.details) == ("Spring news", marketer.actor, {"people": 2})


def test_nobody_else_can_be_written_to(acting, brand, neighbour, campaign, office):
    own, stranger = make_staff(brand.code, "marketer"), make_staff(neighbour.code, "marketer")

    with pytest.raises(NobodyToTest):
        send_proof(as_staff(acting, own), campaign.id, to=[stranger.id], server=office.server)

    assert office.mails == []


def test_values_of_a_person_are_clear_in_ones_own_copy_and_recorded(acting, brand, campaign, anna, office):
    own, colleague = make_staff(brand.code, "brand_manager"), make_staff(brand.code, "analyst")
    manager = as_staff(acting, own, "brand_manager")

    send_proof(manager, campaign.id, to=[own.id, colleague.id], person=anna, server=office.server)

    assert "anna@example.com" in office.read(own.email).get_body(("plain",)).get_content()
    assert "anna@example.com" not in office.read(colleague.email).as_string()
    [seen] = deeds_of(acting, "person.revealed")
    assert (seen.by, seen.about, seen.details["value"]) == (
        manager.actor, str(anna.id), "preview: city, email",
    )  # fmt: skip


def test_a_role_that_may_not_reveal_sees_masked_values(acting, brand, campaign, anna, office):
    own = make_staff(brand.code, "analyst")

    send_proof(as_staff(acting, own, "analyst"), campaign.id, to=[own.id], person=anna, server=office.server)

    assert "anna@example.com" not in office.read(own.email).as_string()
    assert deeds_of(acting, "person.revealed") == []


def test_so_many_within_an_hour(acting, brand, campaign, office, monkeypatch):
    monkeypatch.setattr(proofs, "MOST_AN_HOUR", 1)
    own = as_staff(acting, make_staff(brand.code, "marketer"))
    [to] = [one.id for one in proofs.who_may_get(own, brand.node_no)]
    send_proof(own, campaign.id, to=[to], server=office.server)

    with pytest.raises(TooManyTests):
        send_proof(own, campaign.id, to=[to], server=office.server)

    assert len(office.mails) == 1


def test_a_draft_without_a_sender_says_so(acting, brand, campaign, office):
    drafting.change_campaign(acting, campaign.id, {"from_address": ""})
    own = make_staff(brand.code, "marketer")

    with pytest.raises(SenderIsMissing):
        send_proof(as_staff(acting, own), campaign.id, to=[own.id], server=office.server)


def test_the_draft_of_a_template_goes_out_from_a_sender_of_its_brand(
    acting, brand, neighbour, campaign, office
):
    own = make_staff(brand.code, "marketer")
    sender = keep_sender(acting, node_no=brand.node_no, name="Nova", address="news@nova.example.com")
    other = keep_sender(
        system("test", EVERYTHING, acting.at),
        node_no=neighbour.node_no,
        name="Fox",
        address="fox@fox.example",
    )
    made = create_template(acting, node_no=brand.node_no, name="Draft", **WORDS)
    text = signed_in(brand.code, "marketer").get(f"/content/{made.id}/").content.decode()

    send_proof_of_template(
        as_staff(acting, own), made.id, sender_id=sender.id, to=[own.id], server=office.server
    )
    with pytest.raises(SenderNotFound):
        send_proof_of_template(as_staff(acting, own), made.id, sender_id=other.id, to=[own.id])

    mail = office.read(own.email)
    assert f'href="/campaigns/test/{made.id}"' in text
    assert str(mail["Subject"]) == f"[Test] Brand {brand.code[6:]}: preview for Shanghai"
    assert str(mail["From"]) == "Nova <news@nova.example.com>"


def test_its_links_unsubscribe_nobody(acting, brand, campaign, anna):
    token = tokens().make(UNSUBSCRIBE, Link(0, brand.node_no))
    before = consents_of(acting, anna.profile_no)
    reader = Client()

    one_click = reader.post(f"/u/{token}", {"List-Unsubscribe": "One-Click"})
    chosen = reader.post(f"/u/{token}/preferences", {"email": "no"}).content.decode()

    assert one_click.status_code == 200
    assert "In a test mail it changes nothing" in chosen
    assert consents_of(acting, anna.profile_no) == before


def test_the_page_sends_it_and_tells(acting, brand, campaign, office, monkeypatch):
    monkeypatch.setattr(proofs, "mail_server", lambda: office.server)
    marketer = signed_in(brand.code, "marketer")
    url = f"/campaigns/{campaign.id}/test"
    [own] = re.findall(r'name="to" value="([^"]+)"[^>]* checked', marketer.get(url).content.decode())

    done = marketer.post(url, {"to": own}, follow=True).content.decode()
    missing = marketer.post(url, {"to": own, "person": "nobody@example.com"})

    assert "1 test mail is on its way." in done
    assert missing.status_code == 404
    assert len(office.mails) == 1


@pytest.mark.parametrize("country", ["CN", "DE"])
def test_the_preview_is_the_mail_word_for_word(country, acting, brand, campaign, anna, office):
    call_brand(brand.node_no, name="Linghui", name_zh="灵辉", country=country)
    with translation.override("zh-hans" if country == "DE" else "en"):
        shown = previewing.preview_of(
            as_staff(acting, make_staff(brand.code), "brand_manager"), campaign, person=anna
        )
    launched = launch_and_decide(acting, campaign)
    send_for_a_while(
        product(acting, launched), launched.campaign_no, clock=lambda: acting.at, server=office.server
    )

    mail = office.read("anna@example.com")
    html = mail.get_body(("html",)).get_content()
    assert str(mail["Subject"]) == shown.rendered.subject
    assert str(mail["From"]) == shown.sender
    assert visible(html) == visible(shown.rendered.html)
    assert plain(mail.get_body(("plain",)).get_content()) == plain(shown.rendered.text)
    assert ("灵辉" if country == "CN" else "Linghui") + ": Spring news for you" == shown.rendered.subject


def test_the_pages_show_subject_and_sender_as_delivered(acting, brand, campaign):
    call_brand(brand.node_no, name="Linghui", name_zh="灵辉", country="DE")
    drafting.change_campaign(acting, campaign.id, {"from_address": "news@bücher.example"})
    reader = signed_in(brand.code, "brand_manager")

    for page in ("", "launch"):
        text = reader.get(f"/campaigns/{campaign.id}/{page}", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
        assert "Linghui: Spring news for Shanghai" in text
        assert "Nova &lt;news@xn--bcher-kva.example&gt;" in text
    frame = reader.get(f"/campaigns/{campaign.id}/mail").content.decode()
    assert "灵辉 writes as Linghui about Spring news" in frame


def visible(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html).strip()


def plain(text: str) -> str:
    """Lines as mails end them, without where one's own links lead."""
    return re.sub(r"\((http\S+/u/\S+|#unsubscribe)\)", "(…)", text.replace("\r\n", "\n")).strip()
