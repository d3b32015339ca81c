"""Senders of a brand: kept once, archived when no mail shall come from them any more."""

from uuid import UUID

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
        if not is_new and one.archived_at:
            one.archived_at = None
            one.save(update_fields=["archived_at"])
        return view_sender(one)


def archive_sender(acting: Acting, sender_id: UUID) -> None:
    """Offer a sender to no new campaign; drafts and campaigns that come from it keep it. A repeat changes nothing.

    Raises: SenderNotFound
    """
    _move(acting, sender_id, is_archived=True)


def restore_sender(acting: Acting, sender_id: UUID) -> None:
    """Offer an archived sender again. A repeat changes nothing.

    Raises: SenderNotFound
    """
    _move(acting, sender_id, is_archived=False)


def _move(acting: Acting, sender_id: UUID, *, is_archived: bool) -> None:
    with acting_transaction(acting):
        at = acting.at if is_archived else None
        if not Sender.objects.filter(id=sender_id).update(archived_at=at):
            raise SenderNotFound
