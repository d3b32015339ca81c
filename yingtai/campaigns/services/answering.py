"""What people do with a mail: open it, follow a link, unsubscribe. Once each in the ledger, and as events."""

from yingtai.campaigns.models import Campaign, Send
from yingtai.campaigns.queries import OPENED, PROXIED
from yingtai.campaigns.services.ledger import add_to_tally
from yingtai.campaigns.visitors import Visit
from yingtai.collect.api import RecordedFact, record
from yingtai.compliance.api import Status, consents_of, record_consent
from yingtai.customers.api import survivors_of
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake.api import MACHINE


def note_open(acting: Acting, send_no: int, visit: Visit) -> None:
    """Note that a mail was opened; machines are recorded as such and not counted. A repeat changes nothing.

    When a mail service fetched the picture, nobody knows whether the person looked: that is counted apart, until
    they open it themselves or follow a link.
    """
    if visit.proxy:
        _note_proxy(acting, send_no, visit.proxy)
        return
    _note(acting, send_no, visit, event="Email Opened", column="opened_at", what="opened")


def note_click(acting: Acting, send_no: int, visit: Visit, *, link_no: int) -> None:
    """Note that a link was followed; whoever follows a link has opened the mail."""
    if _note(
        acting,
        send_no,
        visit,
        event="Email Link Clicked",
        column="clicked_at",
        what="clicked",
        link_no=link_no,
    ):
        _note(acting, send_no, visit, event="Email Opened", column="opened_at", what="opened")


def unsubscribe(acting: Acting, send_no: int, *, method: str) -> bool:
    """Withdraw the consent the mail stood on, at once, and return whether the send is known.

    Whatever is owed to the person for this purpose is not sent any more. Repeating it changes nothing.
    """
    with acting_transaction(acting):
        send = Send.objects.select_for_update().filter(send_no=send_no).first()
        if send is None:
            return False
        campaign = Campaign.objects.get(campaign_no=send.campaign_no)
        profile_no = survivors_of(acting, [send.profile_no])[send.profile_no]
        if send.unsubscribed_at is None:
            send.unsubscribed_at = acting.at
            send.save(update_fields=["unsubscribed_at"])
            add_to_tally(campaign.campaign_no, campaign.node_no, {"unsubscribed": 1})
            record(acting, [_fact(acting, send, "Unsubscribed", f"send-{send_no}-unsubscribed", {})])
        record_consent(
            acting, profile_no=profile_no, node_no=send.node_no, purpose=campaign.purpose,
            channel=campaign.channel, status=Status.WITHDRAWN, source="unsubscribe",
            evidence={"method": method, "campaign": campaign.campaign_no, "send": send_no},
        )  # fmt: skip
    return True


def unsubscribe_from_all(acting: Acting, send_no: int, *, method: str) -> bool:
    """Withdraw every consent that the person gave the brand, for whatever purpose and channel, and return whether the
    send is known. Repeating it changes nothing."""
    with acting_transaction(acting):
        if not unsubscribe(acting, send_no, method=method):
            return False
        send = Send.objects.get(send_no=send_no)
        profile_no = survivors_of(acting, [send.profile_no])[send.profile_no]
        for held in consents_of(acting, profile_no):
            if held.status == "granted":
                record_consent(
                    acting, profile_no=profile_no, node_no=send.node_no, purpose=held.purpose, channel=held.channel,
                    recipient=held.recipient, status=Status.WITHDRAWN, source="unsubscribe",
                    evidence={"method": method, "send": send_no},
                )  # fmt: skip
    return True


def subscribe_again(acting: Acting, send_no: int) -> bool:
    """Record that the person wants the mails after all, and return whether the send is known.

    Whoever opens the link has the mailbox it went to, so the yes is for that address and no other.
    """
    with acting_transaction(acting):
        send = Send.objects.filter(send_no=send_no).first()
        if send is None:
            return False
        campaign = Campaign.objects.get(campaign_no=send.campaign_no)
        profile_no = survivors_of(acting, [send.profile_no])[send.profile_no]
        record_consent(
            acting, profile_no=profile_no, node_no=send.node_no, purpose=campaign.purpose,
            channel=campaign.channel, status=Status.GRANTED, source="preferences",
            alias_nos=None if send.alias_no is None else [send.alias_no],
            notice_version=campaign.notice_version, evidence={"method": "preferences page", "send": send_no},
        )  # fmt: skip
    return True


def _note(
    acting: Acting,
    send_no: int,
    visit: Visit,
    *,
    event: str,
    column: str,
    what: str,
    link_no: int | None = None,
) -> bool:
    """Note the first time and return whether a person seems to be behind it."""
    with acting_transaction(acting):
        send = Send.objects.filter(send_no=send_no).first()
        if send is None or send.sent_at is None:
            return False
        is_machine = visit.is_machine(send.sent_at, acting.at)
        properties: dict[str, object] = {"is_machine": is_machine} | (
            {"link_no": link_no} if link_no is not None else {}
        )
        if is_machine:
            record(
                acting, [_fact(acting, send, event, f"send-{send_no}-{what}-machine", properties, MACHINE)]
            )
            return False
        first = Send.objects.filter(send_no=send_no, **{f"{column}__isnull": True})
        if first.update(**{column: acting.at}):
            campaign = Campaign.objects.get(campaign_no=send.campaign_no)
            is_certain_now = what == OPENED and send.proxied_at is not None
            steps = {what: 1} | ({PROXIED: -1} if is_certain_now else {})
            add_to_tally(campaign.campaign_no, campaign.node_no, steps)
        suffix = "" if link_no is None else f"-{link_no}"
        record(acting, [_fact(acting, send, event, f"send-{send_no}-{what}{suffix}", properties)])
    return True


def _note_proxy(acting: Acting, send_no: int, proxy: str) -> None:
    with acting_transaction(acting):
        send = Send.objects.select_for_update().filter(send_no=send_no).first()
        if send is None or send.sent_at is None:
            return
        if send.proxied_at is None:
            send.proxied_at = acting.at
            send.save(update_fields=["proxied_at"])
            if send.opened_at is None:
                campaign = Campaign.objects.get(campaign_no=send.campaign_no)
                add_to_tally(campaign.campaign_no, campaign.node_no, {PROXIED: 1})
        properties: dict[str, object] = {"is_machine": False, "is_proxy": True, "proxy": proxy}
        # Whether the person looked as well, nobody knows.
        record(acting, [_fact(acting, send, "Email Opened", f"send-{send_no}-proxied", properties, MACHINE)])


def _fact(
    acting: Acting,
    send: Send,
    event: str,
    message_id: str,
    properties: dict[str, object],
    device_class: str | None = None,
) -> RecordedFact:
    return RecordedFact(
        event=event, message_id=message_id, node_no=send.node_no, occurred_at=acting.at,
        profile_no=send.profile_no, channel="email", campaign_no=send.campaign_no, send_no=send.send_no,
        device_class=device_class, properties=properties,
    )  # fmt: skip
