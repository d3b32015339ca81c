from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.collect.forms import SourceForm
from yingtai.collect.listing import SOURCES
from yingtai.collect.models import Source
from yingtai.collect.queries.counting import orders_lately
from yingtai.collect.queries.sources import SourceView, get_source, list_sources, notes_of
from yingtai.collect.services import secret_keys
from yingtai.collect.services.sources import change_source, make_source, revoke_write_keys
from yingtai.collect.views.places import unit_of, zones_of
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.env import env
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.organization.api import find_waiting, read_seen, seen_by_form, status_of, units_at
from yingtai.ui.lists import listing
from yingtai.ui.pages import Confirmation, render_confirmation, render_page
from yingtai.ui.sheets import can_be_taken

KEY = "collect_new_key"
CURRENCIES_SHOWN = 5
LONG_AGO = datetime.min.replace(tzinfo=UTC)
ORDERS: dict[str, Callable[[SourceView], Any]] = {
    "name": lambda source: source.name.casefold(),
    "events": lambda source: source.event_count,
    "latest": lambda source: source.latest_arrival_at or LONG_AGO,
}


@require_GET
@page(action="view", place="collect.source")
@can_be_taken
def source_list(request: ActingRequest) -> HttpResponse:
    """All sources, what they send, and since when."""
    sources = list_sources(request.acting)
    places = units_at([source.node_no for source in sources])
    shown = listing(request, SOURCES, without=() if len(places) > 1 else ("place",))
    in_order = sorted(sources, key=ORDERS[shown.sort.removeprefix("-")], reverse=shown.sort.startswith("-"))
    context = {
        "rows": [(source, places.get(source.node_no)) for source in in_order],
        "listing": shown,
        "now": request.acting.at,
    }
    return render_page(request, "collect/source_list.html", context)


@require_http_methods(["GET", "POST"])
@page(action="edit", place="collect.source")
def source_new(request: ActingRequest) -> HttpResponse:
    """Make a source, and its first write key."""
    unit = unit_of(request)
    form = SourceForm(request.POST or None, initial={"time_zone": unit.time_zone}, zones=zones_of(request))
    problem: ProductError | None = None
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = make_source(
                request.acting,
                unit.node_no or 0,
                name=given["name"],
                kind=given["kind"],
                time_zone=given["time_zone"],
                back_fill_days=given["back_fill_days"],
                allowed_origins=form.origins(),
                on_violation=given["on_violation"],
            )
            return _with_new_key(request, made.id)
        except ProductError as error:
            problem = error
    return _form(request, form, problem, _("New source"))


@require_http_methods(["GET", "POST"])
@page(action="edit", place="collect.source")
def source_edit(request: ActingRequest, source_id: UUID) -> HttpResponse:
    """Change what a source may send."""
    found = get_source(request.acting, source_id)
    form = SourceForm(request.POST or None, initial=_initial(found), zones=zones_of(request))
    posted = request.POST.get("seen", "")
    form.fields["name"].disabled = form.fields["kind"].disabled = True
    problem: ProductError | None = None
    if form.is_valid():
        given = form.cleaned_data
        try:
            change_source(
                request.acting,
                source_id,
                time_zone=given["time_zone"],
                back_fill_days=given["back_fill_days"],
                allowed_origins=form.origins(),
                on_violation=given["on_violation"],
                seen=read_seen(posted),
            )
            return redirect("collect:source", source_id)
        except ProductError as error:
            problem = error
    seen = seen_by_form(posted, problem, changed_at=found.changed_at)
    return _form(request, form, problem, found.name, seen=seen)


@require_GET
@page(action="view", place="collect.source")
def source(request: ActingRequest, source_id: UUID) -> HttpResponse:
    """One source: how to send, and whether anything has arrived. A new key is shown here once."""
    found = get_source(request.acting, source_id)
    new = request.session.get(KEY) or {}
    key = new.get("key", "") if new.get("source") == str(source_id) else ""
    if key and not request.headers.get("HX-Request"):
        del request.session[KEY]
    context = {
        "source": found,
        "key": key,
        "waiting": find_waiting(request.acting, secret_keys.KEY, secret_keys.called(found)),
        "approved": secret_keys.approved_key(request.acting, found),
        "notes": notes_of(request.acting, found.source_no),
        **_money_said(request.acting, found),
        "address": collector_address(),
        "snippets": _snippets(key or _("YOUR WRITE KEY")),
        "now": request.acting.at,
    }
    return render_page(request, "collect/source.html", context, fragment="arrivals")


def _money_said(acting: Acting, found: SourceView) -> dict[str, Any]:
    """Return what pages say of money: figures for whoever may see such, the days that stand out for everybody here."""
    said = orders_lately(acting, found) if found.kind == Source.Kind.SDK else []
    odd = max((one.odd_day for one in said if one.odd_day), default=None)
    may_see = decide(acting, "view", Label.L2, "insights").allowed
    return {"said": said[:CURRENCIES_SHOWN] if may_see else [], "odd_day": odd}


@require_POST
@page(action="edit", place="collect.source")
def source_key(request: ActingRequest, source_id: UUID) -> HttpResponse:
    """Make one more write key, or ask for one that takes two."""
    return _with_new_key(request, source_id)


@require_POST
@page(action="edit", place="collect.source")
def source_key_collect(request: ActingRequest, approval_id: UUID) -> HttpResponse:
    """Make the key that somebody else approved; the page of its source shows it this once."""
    return _showing(request, *secret_keys.collect_write_key(request.acting, approval_id))


@require_http_methods(["GET", "POST"])
@page(action="edit", place="collect.source")
def source_revoke(request: ActingRequest, source_id: UUID) -> HttpResponse:
    """Make every write key of a source useless, after asking."""
    found = get_source(request.acting, source_id)
    if request.method == "POST":
        revoke_write_keys(request.acting, source_id)
        return redirect("collect:source", source_id)
    here = reverse("collect:source", args=[source_id])
    return render_confirmation(
        request,
        Confirmation(
            title=_("Revoke the write keys of %s") % found.name,
            lead=_("Everything that sends with one of its %s live keys is refused from now on.")
            % found.key_count,
            consequences=(_("Events that have arrived are kept."), _("You can make a new key at any time.")),
            irreversible=_("A revoked key never works again."),
            action=_("Revoke the keys"),
            cancel_url=here,
        ),
    )


def collector_address() -> str:
    """Return where events are sent to."""
    settings = env()
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port + 1}"


def _with_new_key(request: ActingRequest, source_id: UUID) -> HttpResponse:
    key = secret_keys.key_or_ask(request.acting, source_id)
    if key is None:
        messages.success(request, _("It now waits for a second person, who finds it under Approvals."))
        return redirect("collect:source", source_id)
    return _showing(request, source_id, key)


def _showing(request: ActingRequest, source_id: UUID, key: str) -> HttpResponse:
    # Kept in the session for one page view: a key in an address would stay in logs and histories.
    request.session[KEY] = {"source": str(source_id), "key": key}
    return redirect("collect:source", source_id)


def _form(
    request: ActingRequest,
    form: SourceForm,
    problem: ProductError | None,
    title: str,
    *,
    seen: datetime | None = None,
) -> HttpResponse:
    context = {
        "form": form, "problem": problem, "title": title, "seen": seen, "back": reverse("collect:source_list"),
        "back_title": _("Sources"),
    }  # fmt: skip
    return render_page(request, "collect/form.html", context, status=status_of(form, problem))


def _initial(found: SourceView) -> dict[str, object]:
    return {
        "name": found.name,
        "kind": found.kind,
        "time_zone": found.time_zone,
        "back_fill_days": found.back_fill_days,
        "allowed_origins": "\n".join(found.allowed_origins),
        "on_violation": found.on_violation,
    }


def _snippets(key: str) -> list[tuple[str, str]]:
    host = collector_address()
    python = (
        "import segment.analytics as analytics\n\n"
        f'analytics.write_key = "{key}"\nanalytics.host = "{host}"\n'
        'analytics.track("user-1", "Order Completed", {"order_id": "1001", "total": 59.9})\nanalytics.flush()'
    )
    node = (
        'import { Analytics } from "@segment/analytics-node";\n\n'
        f'const analytics = new Analytics({{ writeKey: "{key}", host: "{host}" }});\n'
        'analytics.track({ userId: "user-1", event: "Order Completed", '
        'properties: { order_id: "1001", total: 59.9 } });'
    )
    curl = (
        f"curl {host}/v1/track -u {key}: -H 'Content-Type: application/json' \\\n"
        """  -d '{"userId": "user-1", "event": "Order Completed", "properties": {"order_id": "1001", "total": 59.9}}'"""
    )
    return [("Python", python), ("Node.js", node), ("curl", curl)]
