"""The pages of the development mailbox: who may send for a node may read what was sent for it.

Mails about accounts have pages of their own. Their links take the account over, so only whose account it is reads
those; who administers accounts there sees that a mail came. Opening a mail shows what is somebody's own, and is
recorded.
"""

from collections.abc import Sequence

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from yingtai.campaigns.api import campaign_names
from yingtai.customers.api import count_search, find_profiles, note_shown
from yingtai.kernel.acting import Acting, decide, require
from yingtai.kernel.contributions import deed_abouts, deed_words
from yingtai.kernel.counters import count_of, count_up
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.kernel.reading import read_whole
from yingtai.kernel.scope import EVERYTHING
from yingtai.organization.api import colleague_of, record_deed
from yingtai.ui.pages import render_page
from yingtai.web.errors import MailNotFound
from yingtai.web.mailbox_reading import MailRow, MailView, find_mail, list_mails, masked_row, without_links

MAILS_PER_PAGE = 50
PLACE = "campaigns.mailbox"
ACCOUNTS = "organization.staff"
FRAME_SECONDS = 60
# A mail is somebody's HTML: it may show pictures and its own styles, and run nothing.
MAIL_POLICY = {
    "default-src": [NONE],
    "img-src": ["*", "data:"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}

deed_words.register("mail.opened", gettext_lazy("opened a mail in the development mailbox"))
deed_words.register("mail.account-opened", gettext_lazy("opened a mail about somebody's account"))


@require_http_methods(["GET", "HEAD", "POST"])
@page(action="send", place=PLACE, label=Label.L3)
def mailbox(request: ActingRequest) -> HttpResponse:
    """The newest mails to customers; a search, which is posted, finds those to one whole address."""
    return _list(request, is_account=False)


@require_http_methods(["GET", "HEAD", "POST"])
@page(action="view", place="home", label=Label.L1)
def accounts(request: ActingRequest) -> HttpResponse:
    """The newest mails about accounts: one's own, and to administrators those of their place."""
    return _list(request, is_account=True)


@require_safe
@page(action="send", place=PLACE, label=Label.L3)
def mail(request: ActingRequest, no: int) -> HttpResponse:
    """One mail: its headers, and its content in a frame that runs nothing."""
    found = _opened(request, no)
    _record_opening(request, found)
    count_up(_frame_key(request, found), seconds=FRAME_SECONDS)
    return render_page(request, "web/mail.html", {"mail": found})


@require_safe
@xframe_options_sameorigin
@csp_replace(MAIL_POLICY)  # type: ignore[untyped-decorator]  # django-csp has no types
@page(action="send", place=PLACE, label=Label.L3)
def mail_content(request: ActingRequest, no: int) -> HttpResponse:
    """The HTML of one mail as its recipient would see it; links open beside the product."""
    found = _opened(request, no)
    if not _is_frame_of_page(request, found):
        _record_opening(request, found)
    return HttpResponse(f'<!doctype html><meta charset="utf-8"><base target="_blank">{found.html}')


@require_safe
@page(action="view", place="home", label=Label.L1)
def account_mail(request: ActingRequest, no: int) -> HttpResponse:
    """One mail about an account, as text; who opens it is recorded with whose it was."""
    scope, found = request.acting.scope, _account_mail(request.acting, no)
    record_deed(
        request.acting,
        "mail.account-opened",
        # One's own may have been for a place where one does not work now.
        node_no=found.row.node_no if scope.covers(found.row.node_no) else scope.hull.lo,
        about=", ".join(found.row.recipients),
    )
    return render_page(request, "web/mail.html", {"mail": found, "is_account": True})


def _account_mail(acting: Acting, no: int) -> MailView:
    """Return one's own mail, wherever it is for; that of somebody else without its links.

    Raises: NotAllowed, MailNotFound
    """
    found = find_mail(EVERYTHING, no, is_account=True)
    if found and _is_own(found.row, own_address(acting)):
        return found
    require(acting, "administer", Label.L2, ACCOUNTS)
    found = find_mail(acting.scope, no, is_account=True)
    if found is None:
        raise MailNotFound
    is_inviter = ("X-Yingtai-Shown-To", acting.actor) in found.headers
    return found if is_inviter else without_links(found)


def _list(request: ActingRequest, *, is_account: bool) -> HttpResponse:
    acting = request.acting
    to, before = request.POST.get("to", "").strip(), request.GET.get("after", "")
    if to and not is_account:
        count_search(acting)
    scope = acting.scope
    if is_account and not decide(acting, "administer", Label.L2, ACCOUNTS).allowed:
        scope, to = EVERYTHING, own_address(acting) or "-"
    mails = list_mails(
        scope, to=to, before=read_whole(before) or 0, limit=MAILS_PER_PAGE,
        is_account=is_account,
    )  # fmt: skip
    is_full = mails is not None and len(mails) == MAILS_PER_PAGE and not to
    context = {
        "mails": _shown(acting, mails or [], is_account=is_account),
        "is_there": mails is not None,
        "is_account": is_account,
        "may_open_all": is_account or _may_open_all(acting),
        "to": to,
        "next_cursor": str(mails[-1].no) if mails and is_full else None,
    }
    return render_page(request, "web/mailbox.html", context, fragment="rows")


def _shown(acting: Acting, mails: list[MailRow], *, is_account: bool) -> list[tuple[MailRow, dict[str, str]]]:
    """Return each mail with its title, and its page when the actor may open it.

    A subject may name whom it goes to: of mails to others the campaign is shown instead.
    """
    address, page_of = own_address(acting), _page_of(is_account)
    may_open_all = is_account or _may_open_all(acting)
    campaigns = campaign_names(acting, [one.campaign_no for one in mails if one.campaign_no])
    shown = []
    for one in mails:
        is_clear = is_account or _is_own(one, address)
        campaign = campaigns.get(one.campaign_no or 0)
        other = _("Asks to confirm an address") if one.asks_address else _("A mail to a customer")
        title = one.subject if is_clear else campaign[1] if campaign else other
        url = reverse(page_of, args=[one.no]) if may_open_all or is_clear else ""
        shown.append((one if is_account else masked_row(one), {"title": title, "url": url}))
    return shown


def _may_open_all(acting: Acting) -> bool:
    return decide(acting, "reveal", Label.L3, "customers.profile").allowed


def _page_of(is_account: bool) -> str:
    return "mailbox:account_mail" if is_account else "mailbox:mail"


def _opened(request: ActingRequest, no: int) -> MailView:
    found = find_mail(request.acting.scope, no)
    if found is None:
        raise MailNotFound
    if not _is_own(found.row, own_address(request.acting)):
        require(request.acting, "reveal", Label.L3, "customers.profile")
    return found


def _record_opening(request: ActingRequest, mail: MailView) -> None:
    """Record one look at a mail before anything of it is shown.

    Raises: TooManyReveals
    """
    acting, row = request.acting, mail.row
    is_own = _is_own(row, own_address(acting))
    if not is_own:
        _note_shown(acting, row)
    campaign = campaign_names(acting, [row.campaign_no]).get(row.campaign_no) if row.campaign_no else None
    told = {"campaign": campaign[1]} if campaign else {}
    record_deed(acting, "mail.opened", node_no=row.node_no, about=str(row.no), own=is_own, **told)


def mails_of_deeds(acting: Acting, abouts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return mails by number in words: their numbers begin anew with each start, and tell nobody anything."""
    return {about: (_("a mail in the development mailbox"), "") for about in abouts if about.isdecimal()}


deed_abouts.register("mail", mails_of_deeds)


def _is_frame_of_page(request: ActingRequest, mail: MailView) -> bool:
    """Say whether the page around a frame was just recorded; each page pays for one frame."""
    key = _frame_key(request, mail)
    return count_of(key) > 0 and count_up(key, -1, seconds=FRAME_SECONDS) >= 0


def _frame_key(request: ActingRequest, mail: MailView) -> str:
    return f"opened-{request.acting.actor}-{mail.row.received_at.timestamp()}-{mail.row.no}"


def _note_shown(acting: Acting, row: MailRow) -> None:
    """Count and record the look at whoever the mail went to.

    Raises: TooManyReveals
    """
    people = {one.profile_no for to in row.recipients for one in find_profiles(acting, to)}
    note_shown(acting, sorted(people), "mail")


def own_address(acting: Acting) -> str:
    """Return the address of the colleague who looks; empty for a program."""
    colleague = colleague_of(acting.actor)
    return colleague.email.lower() if colleague else ""


def _is_own(row: MailRow, address: str) -> bool:
    return bool(row.recipients) and {one.lower() for one in row.recipients} == {address}
