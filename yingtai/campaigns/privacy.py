"""What campaigns keeps of a person: what was sent to them and what they did with it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from yingtai.campaigns.confirmations import asked_of
from yingtai.campaigns.jobs import forget_people
from yingtai.campaigns.queries import mails_of
from yingtai.campaigns.services.mailboxes import close_suppressed
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import Holder, privacy_holders


def told_of(acting: Acting, profile_nos: Sequence[int]) -> list[dict[str, Any]]:
    """Return what campaigns sent to these people, and what their addresses were asked."""
    return mails_of(acting, profile_nos) + asked_of(acting, profile_nos)


def owe_nothing(acting: Acting, profile_nos: Sequence[int]) -> None:
    # Now, as long as their addresses can be read.
    close_suppressed(acting, profile_nos)
    forget_people.enqueue(acting, profile_nos=list(profile_nos))


privacy_holders.register(
    "campaigns",
    Holder(
        title=_("Mails: what was sent to them, opened and clicked"),
        erasing=_("Nothing is sent any more; what was sent stays counted, without an address or a name."),
        export=told_of,
        erase=owe_nothing,
    ),
    order=30,
)
