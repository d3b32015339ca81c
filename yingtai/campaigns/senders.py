"""Whom mails of a brand come from, as pages see it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yingtai.campaigns.errors import SenderNotFound
from yingtai.campaigns.models import Sender
from yingtai.campaigns.queries import CampaignView
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction

MOST_SHOWN = 500
SORTS = {"name": "name", "address": "address", "made": "id"}


@dataclass(frozen=True)
class SenderView:
    """A sender; `reply_to` is "" when answers go to the address itself."""

    id: UUID
    node_no: int
    name: str
    address: str
    reply_to: str
    created_at: datetime
    archived_at: datetime | None

    @property
    def title(self) -> str:
        return f"{self.name} <{self.address}>"

    def is_of(self, campaign: CampaignView) -> bool:
        """Whether a campaign comes from it."""
        said = (campaign.from_name, campaign.from_address, campaign.reply_to)
        return said == (self.name, self.address, self.reply_to)


def list_senders(
    acting: Acting, *, node_no: int | None = None, is_archived: bool = False, sort: str = "-made"
) -> list[SenderView]:
    """Return the senders of a brand, or of all in the scope, at most five hundred.

    In: sort  a name of SORTS, with `-` before it for the largest first
    """
    is_down, field = sort.startswith("-"), SORTS.get(sort.removeprefix("-"), "id")
    with acting_transaction(acting):
        found = Sender.objects.filter(archived_at__isnull=not is_archived)
        if node_no is not None:
            found = found.filter(node_no=node_no)
        return [
            view_sender(one) for one in found.order_by(f"-{field}" if is_down else field, "-id")[:MOST_SHOWN]
        ]


def get_sender(acting: Acting, sender_id: UUID) -> SenderView:
    """Return one sender, archived or not.

    Raises: SenderNotFound
    """
    with acting_transaction(acting):
        one = Sender.objects.filter(id=sender_id).first()
    if one is None:
        raise SenderNotFound
    return view_sender(one)


def view_sender(one: Sender) -> SenderView:
    return SenderView(
        one.id, one.node_no, one.name, one.address, one.reply_to, one.created_at, one.archived_at
    )


def sent_from(one: SenderView) -> dict[str, str]:
    """Return what a campaign keeps of its sender."""
    return {"from_name": one.name, "from_address": one.address, "reply_to": one.reply_to}
