"""What a campaign came to so far, as one sentence, and what is to be expected next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yingtai.campaigns.queries import CampaignProgress, CampaignView
from yingtai.kernel.shares import share
from yingtai.kernel.spacing import closed_up
from yingtai.ui.formats import moment_in_words, number, percent, sentences

FEW = 10
"""Of fewer a share says less than their number."""
QUIET_FOR = timedelta(days=2)
"""Longer without a single opened mail is a reason to look whether the mails arrive."""


@dataclass(frozen=True)
class Said:
    """A sentence about a campaign, how good that is (`neutral`, `warn`), and what comes next."""

    sentence: str
    tone: str
    note: str


def said_of(
    campaign: CampaignView, progress: CampaignProgress, at: datetime, *, is_rough: bool
) -> Said | None:
    """Return what is said first of a campaign whose mails go out or went; None while there is nothing to say.

    In: is_rough  numbers are told in tens: then 0 is not nobody
    """
    if campaign.decided_at is None or campaign.trouble:
        return None
    if not progress.sent:
        return None if is_rough else _nobody_got_it(campaign)
    if not progress.opened:
        return _not_opened(campaign, progress, at, is_rough=is_rough)
    shares = {
        "sent": number(progress.sent),
        "opened": _part(progress.opened, progress.sent, is_rough=is_rough),
        "clicked": _part(progress.clicked, progress.sent, is_rough=is_rough),
    }
    said = _("Of %(sent)s people who got the mail, %(opened)s opened it and %(clicked)s clicked.")
    said = closed_up(said, shares) % shares
    return Said(said, "neutral", _result_when(campaign, at))


def _part(people: int, whole: int, *, is_rough: bool) -> str:
    """Return how many of them as a share; of few people, as that many."""
    if not people:
        return _("fewer than 20 people") if is_rough else _("nobody")
    if people < FEW:
        return ngettext("%(count)s person", "%(count)s people", people) % {"count": number(people)}
    return percent(share(people, whole))


def _nobody_got_it(campaign: CampaignView) -> Said | None:
    if campaign.is_running:
        return Said(_("The first mails are on their way."), "neutral", "")
    return Said(_("Nobody got the mail."), "warn", _("The reasons are below."))


def _not_opened(campaign: CampaignView, progress: CampaignProgress, at: datetime, *, is_rough: bool) -> Said:
    went = progress.latest_sent_at or campaign.decided_at or at
    words = ngettext(
        "The mail went to %(sent)s person", "The mail went to %(sent)s people", progress.sent
    ) % {"sent": number(progress.sent)}
    opened = _("few have opened it yet, or none") if is_rough else _("nobody has opened it yet")
    if progress.unsubscribed and not is_rough:
        note = _("A mail program can unsubscribe without showing the mail, or show it without telling.")
        return Said(_left_unopened(words, progress.unsubscribed), "warn", note)
    sentence = _("%(went)s; %(opened)s.") % {"went": words, "opened": opened}
    if at - went > QUIET_FOR:
        note = _(
            "That is unusual after two days. Send a test mail to yourself to see whether mails of this sender arrive."
        )
        return Said(sentence, "warn", note)
    note = _("That is usual in the first hours. What is opened and clicked appears here within minutes.")
    if campaign.counts_until is not None and campaign.counts_until > at:
        note = sentences(note, _result_when(campaign, at))
    return Said(sentence, "neutral", note)


def _left_unopened(went: str, left: int) -> str:
    return ngettext(
        "%(went)s; %(left)s person unsubscribed, and no opening was recorded.",
        "%(went)s; %(left)s people unsubscribed, and no opening was recorded.",
        left,
    ) % {"went": went, "left": number(left)}


def _result_when(campaign: CampaignView, at: datetime) -> str:
    """Return when everybody had the days in which the goal counts; "" when nobody is held out to compare with."""
    if campaign.counts_until is None or not campaign.hold_out_share:
        return ""
    if campaign.counts_until <= at:
        return _("The result is complete.")
    return _("The result is final on %(at)s.") % {"at": moment_in_words(campaign.counts_until)}
