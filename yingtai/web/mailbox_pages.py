"""The pages of the development mailbox: who may send for a node may read what was sent for it.

Mails about accounts hold links that take the account over, so they have pages of their own, for those who administer
accounts there. Opening a mail shows what is somebody's own, and is recorded.
"""

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from yingtai.kernel.acting import decide
from yingtai.kernel.caches import near
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.organization.api import record_deed
from yingtai.ui.pages import render_page
from yingtai.web.errors import MailNotFound
from yingtai.web.mailbox_reading import MailView, find_mail, list_mails, masked

MAILS_PER_PAGE = 50
PLACE = "campaigns.mailbox"
ACCOUNTS = "organization.staff"
OPENING_SECONDS = 60
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
@page(action="administer", place=ACCOUNTS)
def accounts(request: ActingRequest) -> HttpResponse:
    """The newest mails about colleagues' accounts."""
    return _list(request, is_account=True)


@require_safe
@page(action="send", place=PLACE, label=Label.L3)
def mail(request: ActingRequest, no: int) -> HttpResponse:
    """One mail: its headers, and its content in a frame that runs nothing."""
    return render_page(request, "web/mail.html", {"mail": _opened(request, no)})


@require_safe
@xframe_options_sameorigin
@csp_replace(MAIL_POLICY)  # type: ignore[untyped-decorator]  # django-csp has no types
@page(action="send", place=PLACE, label=Label.L3)
def mail_content(request: ActingRequest, no: int) -> HttpResponse:
    """The HTML of one mail as its recipient would see it; links open beside the product."""
    return HttpResponse(
        f'<!doctype html><meta charset="utf-8"><base target="_blank">{_opened(request, no).html}'
    )


@require_safe
@page(action="administer", place=ACCOUNTS)
def account_mail(request: ActingRequest, no: int) -> HttpResponse:
    """One mail about an account, as text; who opens it is recorded with whose it was."""
    found = find_mail(request.acting.scope, no, is_account=True)
    if found is None:
        raise MailNotFound
    record_deed(
        request.acting,
        "mail.account-opened",
        node_no=found.row.node_no,
        about=", ".join(found.row.recipients),
    )
    return render_page(request, "web/mail.html", {"mail": found, "is_account": True})


def _list(request: ActingRequest, *, is_account: bool) -> HttpResponse:
    to, before = request.POST.get("to", "").strip(), request.GET.get("after", "")
    mails = list_mails(
        request.acting.scope, to=to, before=int(before) if before.isdecimal() else 0, limit=MAILS_PER_PAGE,
        is_account=is_account,
    )  # fmt: skip
    is_full = mails is not None and len(mails) == MAILS_PER_PAGE and not to
    context = {
        "mails": [(one, reverse(_page_of(is_account), args=[one.no])) for one in mails or []],
        "is_there": mails is not None,
        "is_account": is_account,
        "to": to,
        "next_cursor": str(mails[-1].no) if mails and is_full else None,
    }
    return render_page(request, "web/mailbox.html", context, fragment="rows")


def _page_of(is_account: bool) -> str:
    return "mailbox:account_mail" if is_account else "mailbox:mail"


def _opened(request: ActingRequest, no: int) -> MailView:
    acting = request.acting
    found = find_mail(acting.scope, no)
    if found is None:
        raise MailNotFound
    is_clear = decide(acting, "reveal", Label.L3, "customers.profile").allowed
    # A page and the frame inside it are one opening.
    if near.add(f"opened-{acting.actor}-{found.row.received_at.timestamp()}-{no}", 1, OPENING_SECONDS):
        record_deed(acting, "mail.opened", node_no=found.row.node_no, about=str(no), clear=is_clear)
    return found if is_clear else masked(found)
