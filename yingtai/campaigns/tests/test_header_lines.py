"""No text that anybody gives becomes a header, an envelope or a command of its own."""

import email
import email.policy
from datetime import UTC, datetime

import pytest

from yingtai.campaigns.addresses import NotAnAddress, ascii_address, one_line
from yingtai.campaigns.errors import SenderAddressNotUnderstood, SenderNameNotUnderstood
from yingtai.campaigns.mail import Letterhead, headers
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.services import drafting
from yingtai.campaigns.services.sending import send_for_a_while
from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people, product
from yingtai.compliance.testing import signed_in
from yingtai.kernel.scoping import acting_transaction

BREAKS = ["\r\nBcc: thief@example.org", "\nBcc: thief@example.org", "\rBcc: thief@example.org",
          "\r\n Bcc: thief@example.org", "\u2028Bcc: thief@example.org", "\x85Bcc: thief@example.org",
          "\x0bBcc: thief@example.org", "\x00Bcc: thief@example.org", "\r\n\r\nBody"]  # fmt: skip
AT = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
NAMES = ["From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
         "X-Yingtai-Node", "MIME-Version", "Content-Type"]  # fmt: skip


def head(
    *, from_name="Nova", from_address="news@nova.example.com", subject="News", url="https://a.example/u/x"
):
    letterhead = Letterhead(7, "Spring", "Nova", 1 << 40, from_name, from_address, "https://a.example")
    return headers(letterhead, 1, "anna@example.com", subject, url, AT)


@pytest.mark.parametrize("text", BREAKS)
@pytest.mark.parametrize("start", ["Nova", "品牌"])
@pytest.mark.parametrize("where", ["from_name", "subject", "url"])
def test_the_builder_cannot_make_a_second_header(where, start, text):
    if where == "url" and start != "Nova":
        start = "https://a.example/u/"
    raw = head(**{where: start + text})
    mail = email.message_from_bytes(raw, policy=email.policy.default)

    assert mail.keys() == NAMES
    assert raw.endswith(b"\r\n\r\n")
    assert raw.count(b"\r\n\r\n") == 1
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@pytest.mark.parametrize("subject", ["x" * 5000, "号" * 2000, "tab\there", "a " * 2000])
def test_a_long_subject_is_folded_and_reads_as_it_was(subject):
    mail = email.message_from_bytes(head(subject=subject), policy=email.policy.compat32)

    read = str(email.header.make_header(email.header.decode_header(mail["Subject"])))
    assert " ".join(read.split()) == " ".join(one_line(subject).split())


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ("news@bücher.example", "news@xn--bcher-kva.example"),
        ("news@营台.example", "news@xn--kprt53i.example"),
        ("News+a.b@Example.COM", "News+a.b@Example.COM"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_a_domain_travels_in_punycode(given, wire):
    assert ascii_address(given) == wire
    assert email.message_from_bytes(head(from_address=given))["From"] == f"Nova <{wire}>"


@pytest.mark.parametrize(
    "address",
    [
        "", "news", "@example.com", "news@", "néws@example.com", "a b@example.com", "a@b@example.com",
        "news@example.com\r\nRCPT TO:<thief@example.org>", "news@example.com>\r\nRSET", "a>@example.com",
        "<a@example.com", "news@exa mple.com", "news@-a.example", "news@a..example", ".a@example.com",
        f"{'a' * 65}@example.com", f"a@{'b' * 64}.example", "a\x00@example.com", "a@[127.0.0.1]",
    ],
)  # fmt: skip
def test_what_no_command_can_carry_is_no_address(address):
    with pytest.raises(NotAnAddress):
        ascii_address(address)


@pytest.mark.parametrize("text", BREAKS)
def test_a_line_break_in_the_sender_is_refused_by_the_service(acting, brand, text):
    draft = drafting.create_campaign(acting, node_no=brand.node_no, name="Spring")

    with pytest.raises(SenderNameNotUnderstood):
        drafting.change_campaign(acting, draft.id, {"from_name": f"Nova{text}"})
    with pytest.raises(SenderNameNotUnderstood):
        drafting.create_campaign(acting, node_no=brand.node_no, name="Spring", from_name=f"Nova{text}")
    with pytest.raises(SenderAddressNotUnderstood):
        drafting.change_campaign(acting, draft.id, {"from_address": f"news@nova.example.com{text}"})


@pytest.mark.usefixtures("lake")
def test_the_form_refuses_it_beside_the_field(acting, brand):
    marketer = signed_in(brand.code, "marketer")
    url = marketer.post("/campaigns/new", follow=True).redirect_chain[-1][0]
    form = {"name": "Autumn", "purpose": "marketing.email", "from_name": "Nova\r\nBcc: thief@example.org",
            "from_address": "néws@nova.example.com", "hold_out_percent": "0", "goal_event": "Order Completed",
            "goal_days": "14"}  # fmt: skip

    answer = marketer.post(url, form)

    assert answer.status_code == 422
    assert "holds a line break" in answer.content.decode()
    assert set(answer.context["form"].errors) >= {"from_name", "from_address"}


@pytest.mark.usefixtures("lake")
def test_what_stands_in_the_books_from_before_goes_out_as_one_line(acting, brand, office):
    people = make_people(acting, brand.node_no, ["anna@example.com"])
    campaign = launch_and_decide(acting, make_campaign(acting, brand.node_no, people))
    with acting_transaction(acting):
        Campaign.objects.filter(campaign_no=campaign.campaign_no).update(
            from_name="Nova\r\nBcc: thief@example.org", from_address="news@bücher.example"
        )

    send_for_a_while(
        product(acting, campaign), campaign.campaign_no, clock=lambda: acting.at, server=office.server,
        inquiry=lambda message_ids: None,
    )  # fmt: skip

    mail = office.read("anna@example.com")
    assert office.recipients == ["anna@example.com"]
    assert mail["Bcc"] is None
    assert mail["From"].addresses[0].addr_spec == "news@xn--bcher-kva.example"
    assert mail["Message-ID"].endswith("@xn--bcher-kva.example>")
