"""Senders of a brand: kept once, archived when no mail shall come from them any more."""

from datetime import datetime
from uuid import UUID

from yingtai.campaigns import deeds
from yingtai.campaigns.addresses import checked_sender_address, checked_sender_name
from yingtai.campaigns.errors import SenderIsMissing, SenderNotFound
from yingtai.campaigns.models import Sender
from yingtai.campaigns.senders import SenderView, view_sender
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction


def keep_sender(acting: Acting, *, node_no: int, name: str, address: str, reply_to: str = "") -> SenderView:
    """Keep whom mails of a brand may come from; one that is kept already, even archived, is that one again.

    Raises: SenderIsMissing, SenderNameNotUnderstood, SenderAddressNotUnderstood
    """
    name, address = checked_sender_name(name), checked_sender_address(address)
    if not name or not address:
        raise SenderIsMissing(field="address")
    with acting_transaction(acting):
        one, is_new = Sender.objects.get_or_create(
            node_no=brand_node(node_no), name=name, address=address, reply_to=checked_sender_address(reply_to),
            defaults={"created_at": acting.at, "created_by": acting.actor},
        )  # fmt: skip
        if is_new:
            deeds.note(acting, deeds.SENDER_KEPT, one)
        _move(acting, one, archived_at=None)
        return view_sender(one)


def archive_sender(acting: Acting, sender_id: UUID) -> None:
    """Offer a sender to no new campaign; drafts and campaigns that come from it keep it. A repeat changes nothing.

    Raises: SenderNotFound
    """
    with acting_transaction(acting):
        _move(acting, _found(sender_id), archived_at=acting.at)


def restore_sender(acting: Acting, sender_id: UUID) -> None:
    """Offer an archived sender again. A repeat changes nothing.

    Raises: SenderNotFound
    """
    with acting_transaction(acting):
        _move(acting, _found(sender_id), archived_at=None)


def _found(sender_id: UUID) -> Sender:
    one = Sender.objects.select_for_update().filter(id=sender_id).first()
    if one is None:
        raise SenderNotFound
    return one


def _move(acting: Acting, one: Sender, *, archived_at: datetime | None) -> None:
    if bool(one.archived_at) == bool(archived_at):
        return
    one.archived_at = archived_at
    one.save(update_fields=["archived_at"])
    deeds.note(acting, deeds.SENDER_ARCHIVED if archived_at else deeds.SENDER_RESTORED, one)
