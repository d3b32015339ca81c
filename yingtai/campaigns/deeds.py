"""What was done with a campaign or a sender, for the audit log; written in the transaction that does it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from yingtai.campaigns.models import Campaign, Sender
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_words
from yingtai.organization.api import record_deed

SCHEDULED, TAKEN_BACK, LAUNCHED = "campaign.scheduled", "campaign.taken-back", "campaign.launched"
PAUSED, RESUMED, STOPPED = "campaign.paused", "campaign.resumed", "campaign.stopped"
ARCHIVED, RESTORED, DELETED = "campaign.archived", "campaign.restored", "campaign.deleted"
RESENT = "campaign.resent"
CONFIRMING_ON, CONFIRMING_OFF = "confirming.on", "confirming.off"
SENDER_KEPT, SENDER_ARCHIVED, SENDER_RESTORED = "sender.kept", "sender.archived", "sender.restored"

for code, words in {
    SCHEDULED: _("scheduled a campaign"),
    TAKEN_BACK: _("took a scheduled campaign back"),
    LAUNCHED: _("launched a campaign"),
    PAUSED: _("paused a campaign"),
    RESUMED: _("let a campaign go on"),
    STOPPED: _("stopped a campaign"),
    RESENT: _("sent again what may not have arrived"),
    ARCHIVED: _("archived a campaign"),
    RESTORED: _("restored a campaign"),
    DELETED: _("deleted a campaign that was never launched"),
    CONFIRMING_ON: _("let addresses be confirmed by mail"),
    CONFIRMING_OFF: _("let no more addresses be confirmed by mail"),
    SENDER_KEPT: _("added a sender"),
    SENDER_ARCHIVED: _("archived a sender"),
    SENDER_RESTORED: _("restored a sender"),
}.items():
    deed_words.register(code, words)


def note(acting: Acting, what: str, about: Campaign | Sender, **details: Any) -> None:
    """Write down a deed; the caller is in the transaction that does it."""
    record_deed(acting, what, node_no=about.node_no, about=about.name, **details)
