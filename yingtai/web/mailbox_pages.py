"""The pages of the development mailbox: who may send for a node may read what was sent for it."""

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.ui.pages import render_page
from yingtai.web.errors import MailNotFound
from yingtai.web.mailbox_reading import MailView, find_mail, list_mails

MAILS_PER_PAGE = 50
PLACE = "campaigns.mailbox"
# A mail is somebody's HTML: it may show pictures and its own styles, and run nothing.
MAIL_POLICY = {
    "default-src": [NONE],
    "img-src": ["*", "data:"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


@require_safe
@page(action="send", place=PLACE, label=Label.L3)
def mailbox(request: ActingRequest) -> HttpResponse:
    """The newest mails, searchable by recipient."""
    to, before = request.GET.get("to", "").strip(), request.GET.get("after", "")
    mails = list_mails(
        request.acting.scope, to=to, before=int(before) if before.isdigit() else 0, limit=MAILS_PER_PAGE
    )
    is_full = mails is not None and len(mails) == MAILS_PER_PAGE
    context = {
        "mails": mails or [],
        "is_there": mails is not None,
        "to": to,
        "next_cursor": str(mails[-1].no) if mails and is_full else None,
    }
    return render_page(request, "web/mailbox.html", context, fragment="rows")


@require_safe
@page(action="send", place=PLACE, label=Label.L3)
def mail(request: ActingRequest, no: int) -> HttpResponse:
    """One mail: its headers, and its content in a frame that runs nothing."""
    return render_page(request, "web/mail.html", {"mail": _found(request, no)})


@require_safe
@xframe_options_sameorigin
@csp_replace(MAIL_POLICY)  # type: ignore[untyped-decorator]  # django-csp has no types
@page(action="send", place=PLACE, label=Label.L3)
def mail_content(request: ActingRequest, no: int) -> HttpResponse:
    """The HTML of one mail as its recipient would see it; links open beside the product."""
    return HttpResponse(
        f'<!doctype html><meta charset="utf-8"><base target="_blank">{_found(request, no).html}'
    )


def _found(request: ActingRequest, no: int) -> MailView:
    found = find_mail(request.acting.scope, no)
    if found is None:
        raise MailNotFound
    return found
