"""What recipients see: no account, no cookie; the sealed token in the path says whom it is about."""

import base64
import contextlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp
from django.conf import settings
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from yingtai.campaigns import confirmations, queries, viewing
from yingtai.campaigns.doors import is_about_a_send, link_in
from yingtai.campaigns.errors import LinkNotUnderstood
from yingtai.campaigns.letterheads import tokens
from yingtai.campaigns.services import answering, confirming
from yingtai.campaigns.tokens import UNSUBSCRIBE, Link
from yingtai.campaigns.visitors import Visit
from yingtai.content.api import edge_of, ink_on, look_of
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, public, words_of
from yingtai.organization.api import UnitView, get_unit_at

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
View = Callable[..., HttpResponse]
PROOF = 0
"""What a link of a test mail names instead of a send; such links lead to a page that says so."""
MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "https:", "data:"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


def for_recipients(view: View) -> View:
    """Answer as the brand: in the language of the browser, or else the one the person told us, or else the brand's;
    problems without the console around."""

    @wraps(view)
    def answered(request: ActingRequest, token: str) -> HttpResponse:
        brand = _brand_of(request)
        says = "Accept-Language" in request.headers or settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        with (
            contextlib.nullcontext()
            if says or brand is None
            else translation.override(_language(request, brand))
        ):
            try:
                return view(request, token) if not _is_proof(request) else _page(request, "proof_opened", {})
            except ProductError as problem:
                title, remedy = words_of(problem)
                answer = _page(
                    request, "recipient_problem", {"title": title, "remedy": remedy}, problem.status
                )
                if connection.in_atomic_block:
                    transaction.set_rollback(True)
                return answer

    return answered


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public("whoever got a mail can unsubscribe, without signing in (RFC 8058)")
@for_recipients
def unsubscribe(request: ActingRequest, token: str) -> HttpResponse:
    """GET asks, because scanners follow links; POST acts at once, for the button and for one-click."""
    link, send = link_in(request.path), _send(request)
    if request.method != "POST":
        return _page(request, "unsubscribe", {"token": token, "send": send})
    is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    answering.unsubscribe(
        request.acting, link.send_no, method="one-click" if is_one_click else "unsubscribe page"
    )
    if is_one_click:
        return HttpResponse("Unsubscribed.\n", content_type="text/plain")
    return _page(request, "unsubscribed", {"token": token})


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public("whoever got a mail can choose what they get, without signing in")
@for_recipients
def preferences(request: ActingRequest, token: str) -> HttpResponse:
    """What this brand may write about; the answer is recorded as consent or withdrawal."""
    link = link_in(request.path)
    is_saved = request.method == "POST"
    if is_saved and request.POST.get("email") == "yes":
        answering.subscribe_again(request.acting, link.send_no)
    elif is_saved and request.POST.get("email") == "nothing":
        answering.unsubscribe_from_all(request.acting, link.send_no, method="preferences page")
    elif is_saved:
        answering.unsubscribe(request.acting, link.send_no, method="preferences page")
    offered = viewing.offered_to(request.acting, link.send_no)
    context = {"token": token, "offered": offered, "is_saved": is_saved}
    return _page(request, "preferences", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public("whoever got a mail to confirm an address can do so, without signing in")
@for_recipients
def confirm(request: ActingRequest, token: str) -> HttpResponse:
    """GET asks, because scanners follow links; POST, which a button makes, confirms or says that it was not them."""
    link = link_in(request.path)
    number = link.send_no
    if request.method == "POST" and request.POST.get("confirm") == "no":
        confirming.decline(request.acting, number)
    elif request.method == "POST":
        confirming.confirm(request.acting, number, mail_no=link.link_no)
    asked = confirmations.asked_behind(request.acting, number, mail_no=link.link_no)
    return _page(request, "confirm", {"token": token, "asked": asked})


@never_cache
@require_safe
@public("the picture in a mail tells that it was opened")
def opened(request: ActingRequest, token: str) -> HttpResponse:
    """Answer with a picture whatever comes; note the opening."""
    with contextlib.suppress(LinkNotUnderstood):
        answering.note_open(request.acting, link_in(request.path).send_no, _visit(request))
    return HttpResponse(PIXEL, content_type="image/gif")


@never_cache
@require_safe
@public("a link in a mail leads over this address to its page")
@for_recipients
def clicked(request: ActingRequest, token: str) -> HttpResponse:
    """Lead to where the mail's author pointed, and nowhere else: the address comes from the sealed token."""
    link = link_in(request.path)
    url = viewing.target_of(request.acting, link)
    answering.note_click(request.acting, link.send_no, _visit(request), link_no=link.link_no)
    response = HttpResponseRedirect(url)
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@require_safe
@public("whoever got a mail can look at it in the browser")
@csp(MAIL_POLICY)  # type: ignore[untyped-decorator]
@for_recipients
def viewed(request: ActingRequest, token: str) -> HttpResponse:
    """The mail as it was sent to this person."""
    response = HttpResponse(viewing.mail_again(request.acting, link_in(request.path)))
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@cache_control(private=True, max_age=300)
@public("the colors of the pages that recipients open are the brand's")
def look(request: ActingRequest, token: str) -> HttpResponse:
    """The brand's color as a style sheet, for styles may not stand in a page."""
    color = look_of(request.acting, _node_no(request)).color
    rules = f":root {{ --brand: {color}; --brand-ink: {ink_on(color)}; --brand-edge: {edge_of(color)}; }}\n"
    return HttpResponse(rules, content_type="text/css")


@require_safe
@cache_control(private=True, max_age=300)
@public("the logo on the pages that recipients open is the brand's")
def logo(request: ActingRequest, token: str) -> HttpResponse:
    """The brand's logo: a picture whose bytes were checked when it was kept."""
    found = look_of(request.acting, _node_no(request))
    if not found.logo:
        raise Http404
    return HttpResponse(found.logo, content_type=found.logo_type)


def _page(request: ActingRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    brand = _brand_of(request)
    shown: dict[str, Any] = {"brand_name": brand.own_title if brand else "", **context}
    if brand is not None:
        link = link_in(request.path)
        # A confirmation's number is no send's: it must not make a link that unsubscribes somebody.
        send_no = link.send_no if is_about_a_send(request.path) else PROOF
        shown["look_token"] = tokens().make(UNSUBSCRIBE, Link(send_no, link.node_no))
        shown["has_logo"] = bool(look_of(request.acting, link.node_no).logo)
    return render(request, f"campaigns/{name}.html", shown, status=status)


def _brand_of(request: ActingRequest) -> UnitView | None:
    try:
        return get_unit_at(link_in(request.path).node_no)
    except LinkNotUnderstood:
        return None


def _node_no(request: ActingRequest) -> int:
    try:
        return link_in(request.path).node_no
    except LinkNotUnderstood:
        raise Http404 from None


def _language(request: ActingRequest, brand: UnitView) -> str:
    if not is_about_a_send(request.path):
        return brand.language
    said = viewing.language_told(request.acting, link_in(request.path).send_no)
    with contextlib.suppress(LookupError):
        return translation.get_supported_language_variant(said) if said else brand.language
    return brand.language


def _is_proof(request: ActingRequest) -> bool:
    return link_in(request.path).send_no == PROOF


def _send(request: ActingRequest) -> queries.SendView:
    send = queries.find_send(request.acting, link_in(request.path).send_no)
    if send is None:
        raise LinkNotUnderstood
    return send


def _visit(request: HttpRequest) -> Visit:
    headers = request.headers
    purpose = f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')} {headers.get('X-Purpose', '')}"
    is_prefetch = request.method == "HEAD" or "prefetch" in purpose or "preview" in purpose
    return Visit(headers.get("User-Agent", "")[:400], is_prefetch)
