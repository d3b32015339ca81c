"""Senders are kept per brand, chosen in a campaign, and what was given before stays."""

import pytest

from yingtai.campaigns import queries
from yingtai.campaigns.errors import SenderAddressNotUnderstood, SenderNameNotUnderstood
from yingtai.campaigns.senders import list_senders
from yingtai.campaigns.services import drafting, keeping_senders
from yingtai.campaigns.services.sending import send_for_a_while
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.compliance.testing import make_purposes, signed_in

pytestmark = pytest.mark.usefixtures("lake")
FORM = {
    "name": "Autumn", "purpose": "marketing.email", "hold_out_percent": "0", "goal_event": "Order Completed",
    "goal_days": "14",
}  # fmt: skip


@pytest.fixture
def marketer(brand):
    return signed_in(brand.code, "marketer")


@pytest.fixture
def draft(acting, brand):
    make_purposes(acting, brand.node_no)
    return drafting.create_campaign(acting, node_no=brand.node_no, name="Spring")


def kept(acting, brand, **given):
    return keeping_senders.keep_sender(
        acting, node_no=brand.node_no, **{"name": "Nova", "address": "news@nova.example.com", **given}
    )


def test_the_first_is_made_in_the_campaign_and_offered_to_the_next(marketer, acting, draft):
    typed = {"from_name": "Nova", "from_address": "news@nova.example.com"}
    marketer.post(f"/campaigns/{draft.id}/", FORM | typed)

    [sender] = list_senders(acting)
    following = marketer.post("/campaigns/new", follow=True).content.decode()

    assert sender.title == "Nova <news@nova.example.com>"
    assert f'<option value="{sender.id}" selected>Nova &lt;news@nova.example.com&gt;</option>' in following
    assert 'name="from_address"' not in following


def test_a_chosen_sender_is_on_the_mail_with_its_answers(marketer, acting, brand, office):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = make_campaign(acting, brand.node_no, people)
    sender = kept(
        acting, brand, name="Nova 服务", address="help@bücher.example", reply_to="team@nova.example.com"
    )
    chosen = {"audience_id": str(campaign.audience_id), "version_id": str(campaign.version_id)}

    marketer.post(f"/campaigns/{campaign.id}/", FORM | chosen | {"sender_id": str(sender.id)})
    launched = launch_and_decide(acting, queries.get_campaign(acting, campaign.id))
    send_for_a_while(
        product(acting, launched), launched.campaign_no, clock=lambda: acting.at, server=office.server
    )

    mail = office.read("anna@example.com")
    assert mail["From"].addresses[0].display_name == "Nova 服务"
    assert mail["From"].addresses[0].addr_spec == "help@xn--bcher-kva.example"
    assert str(mail["Reply-To"]) == "team@nova.example.com"


def test_a_draft_keeps_what_it_was_given_before(marketer, acting, brand, draft):
    drafting.change_campaign(acting, draft.id, {"from_name": "Old", "from_address": "old@nova.example.com"})
    kept(acting, brand)

    shown = marketer.get(f"/campaigns/{draft.id}/").content.decode()
    marketer.post(f"/campaigns/{draft.id}/", FORM | {"sender_id": "kept"})

    found = queries.get_campaign(acting, draft.id)
    assert '<option value="kept" selected>Old &lt;old@nova.example.com&gt;</option>' in shown
    assert (found.name, found.from_name, found.from_address) == ("Autumn", "Old", "old@nova.example.com")


def test_an_archived_sender_is_offered_no_more_and_comes_back(marketer, acting, brand, draft):
    first, second = kept(acting, brand), kept(acting, brand, name="Nova team")

    marketer.post(f"/campaigns/senders/{first.id}/archive")
    without = marketer.get(f"/campaigns/{draft.id}/").content.decode()
    again = kept(acting, brand)

    assert str(first.id) not in without
    assert str(second.id) in without
    assert again.id == first.id
    assert {one.id for one in list_senders(acting)} == {first.id, second.id}


def test_the_page_adds_and_refuses_what_no_header_can_carry(marketer, acting, brand):
    given = {"brand": brand.node_no, "name": "Nova", "address": "news@nova.example.com", "reply_to": ""}

    done = marketer.post("/campaigns/senders/", given, follow=True).content.decode()
    refused = marketer.post("/campaigns/senders/", given | {"name": "Nova\r\nBcc: thief@example.org"})

    assert "news@nova.example.com" in done
    assert refused.status_code == 422
    assert "holds a line break" in refused.content.decode()
    for wrong, problem in (
        ({"name": "Nova\nBcc: a@b.example"}, SenderNameNotUnderstood),
        ({"address": "néws@nova.example.com"}, SenderAddressNotUnderstood),
        ({"reply_to": "a@b.example>\r\nBcc: c@d.example"}, SenderAddressNotUnderstood),
    ):
        with pytest.raises(problem):
            kept(acting, brand, **wrong)
    assert len(list_senders(acting)) == 1


def test_another_brand_and_a_reader_change_nothing(acting, brand, neighbour):
    sender = kept(acting, brand)
    given = {"brand": brand.node_no, "name": "Other", "address": "other@nova.example.com"}

    assert (
        signed_in(neighbour.code, "marketer").post(f"/campaigns/senders/{sender.id}/archive").status_code
        == 404
    )
    assert signed_in(neighbour.code, "marketer").post("/campaigns/senders/", given).status_code == 422
    assert (
        "New sender"
        not in signed_in(brand.code, "auditor").post("/campaigns/senders/", given).content.decode()
    )
    assert [one.title for one in list_senders(acting)] == ["Nova <news@nova.example.com>"]
