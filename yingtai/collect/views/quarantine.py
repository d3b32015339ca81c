import json
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yingtai.collect.queries.quarantine import list_quarantine, list_refusals, open_refused
from yingtai.collect.queries.sources import names_of_sources
from yingtai.collect.views.words import reason_words
from yingtai.kernel.acting import decide
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.kernel.reading import read_whole
from yingtai.ui.pages import render_page


@require_GET
@page(action="view", place="collect.quarantine")
def quarantine(request: ActingRequest) -> HttpResponse:
    """What was refused, by reason."""
    refusals = list_refusals(request.acting)
    rows = [(row, *reason_words(row.reason)) for row in refusals]
    total = sum(row.occurrences for row in refusals)
    return render_page(
        request, "collect/quarantine.html", {"rows": rows, "total": total, "now": request.acting.at}
    )


@require_GET
@page(action="view", place="collect.quarantine")
def refused_list(request: ActingRequest) -> HttpResponse:
    """The refused events of one reason, closed."""
    reason, source = request.GET.get("reason", ""), request.GET.get("source", "")
    source_no = read_whole(source[:10])
    found = list_quarantine(
        request.acting, reason=reason, source_no=source_no, cursor=request.GET.get("after")
    )
    title, remedy = reason_words(reason) if reason else (_("Refused events"), "")
    context = {
        "page": found,
        "title": title,
        "remedy": remedy,
        "names": names_of_sources(request.acting),
        "may_open": decide(request.acting, "reveal", Label.L3, "collect.quarantine").allowed,
        "now": request.acting.at,
    }
    return render_page(request, "collect/refused_list.html", context, fragment="rows")


@require_POST
@page(action="reveal", place="collect.quarantine", label=Label.L3)
def open_event(request: ActingRequest, refused_id: UUID) -> HttpResponse:
    """Show one refused event as it came."""
    body = open_refused(request.acting, refused_id)
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2)
    response = render_page(request, "collect/refused.html", {"text": text})
    response["Cache-Control"] = "no-store"
    return response
