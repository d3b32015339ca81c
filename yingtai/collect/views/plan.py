from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.collect.forms import LABELS, SUBJECTS, TYPES, DeclarationForm
from yingtai.collect.naming import event_title, trait_title
from yingtai.collect.plan import EVENT, HIDDEN_NAME, TRAIT, Declared
from yingtai.collect.queries.counting import events_lately
from yingtai.collect.queries.planning import SeenView, declared_at, list_declarations, list_seen
from yingtai.collect.services.planning import declare, declare_preset, withdraw
from yingtai.collect.views.places import brand_of_page
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.organization.api import read_seen, seen_by_form, status_of
from yingtai.ui.components import Tab
from yingtai.ui.pages import render_page

MOST_SHOWN = 100


@require_GET
@page(action="view", place="collect.plan")
def plan(request: ActingRequest) -> HttpResponse:
    """What arrives and is not declared yet, and what is declared."""
    node_no = brand_of_page(request).node_no or 0
    search, subject = request.GET.get("search", "").strip().lower(), request.GET.get("subject", "")
    seen = list_seen(request.acting, node_no)
    declared = list_declarations(request.acting, node_no)
    waiting = [row for row in seen if row.declared is None and row.is_kept]
    is_settled = all(row.declared for row in seen)
    is_declared = request.GET.get("show") == "declared" or (is_settled and "show" not in request.GET)
    lately = events_lately(request.acting, node_no) if is_declared else {}
    lines = [line for line in declared if _fits(line, search, subject)]
    rows = [row for row in waiting if _fits(row, search, subject)]
    kinds = {str(code): words for code, words in TYPES}
    context = {
        "is_declared": is_declared,
        "lines": [
            (
                line,
                _title(line),
                event_title(line.event),
                kinds.get(line.type, line.type),
                lately.get(line.name, 0) if line.subject == EVENT else None,
            )
            for line in lines[:MOST_SHOWN]
        ],
        "rows": [(row, _title(row), event_title(row.event)) for row in rows[:MOST_SHOWN]],
        "total": len(lines if is_declared else rows),
        "is_too_much": len(lines if is_declared else rows) > MOST_SHOWN,
        "is_empty": not seen and not declared,
        "search": search,
        "subject": subject,
        "subjects": [("", _("All")), *SUBJECTS],
        "labels": dict(LABELS),
        "not_kept": [
            (
                row,
                "" if row.name == HIDDEN_NAME else row.name,
                "" if row.event == HIDDEN_NAME else event_title(row.event),
            )
            for row in seen
            if not row.is_kept
        ][:MOST_SHOWN],
        "tabs": _tabs(len(waiting), len(declared), is_declared),
        "now": request.acting.at,
        "types": kinds,
    }
    return render_page(request, "collect/plan.html", context, fragment="rows")


@require_http_methods(["GET", "POST"])
@page(action="edit", place="collect.plan")
def declare_line(request: ActingRequest) -> HttpResponse:
    """Declare one name, or change its declaration."""
    form = DeclarationForm(request.POST or None, initial=_initial(request))
    problem: ProductError | None = None
    node_no, asked, posted = (
        brand_of_page(request).node_no or 0,
        _asked(request),
        request.POST.get("seen", ""),
    )
    if form.is_valid():
        given = form.cleaned_data
        given["label"] = Label(given["label"])
        # Whoever names another line than the one that was opened has seen nothing of it.
        is_same = all(given[name] == asked[name] for name in asked)
        try:
            declare(request.acting, node_no, [Declared(**given)], seen=read_seen(posted) if is_same else None)
            return redirect("collect:plan")
        except ProductError as error:
            problem = error
    written_at = declared_at(request.acting, node_no, **asked)
    context = {
        "seen": seen_by_form(posted, problem, changed_at=written_at) if written_at else None,
        "form": form,
        "problem": problem,
        "title": _("Declare a name"),
        "lead": _(
            "What is declared L1 or L2 can be analysed from the next event on. All else is kept sealed."
        ),
        "back": reverse("collect:plan"),
        "back_title": _("Tracking plan"),
    }
    return render_page(request, "collect/form.html", context, status=status_of(form, problem))


@require_POST
@page(action="edit", place="collect.plan")
def take_preset(request: ActingRequest) -> HttpResponse:
    """Take over the plan for shops and car retail."""
    declare_preset(request.acting, brand_of_page(request).node_no or 0, "commerce")
    return redirect(f"{reverse('collect:plan')}?show=declared")


@require_POST
@page(action="edit", place="collect.plan")
def withdraw_line(request: ActingRequest) -> HttpResponse:
    """Take one line out of the plan."""
    given = {name: request.POST.get(name, "")[:200] for name in ("subject", "event", "name")}
    withdraw(request.acting, brand_of_page(request).node_no or 0, **given)
    return redirect(f"{reverse('collect:plan')}?show=declared")


def _fits(row: Declared | SeenView, search: str, subject: str) -> bool:
    texts = (row.name, row.event, _title(row))
    return (not subject or row.subject == subject) and any(search in text.lower() for text in texts)


def _title(row: Declared | SeenView) -> str:
    if row.subject == EVENT:
        return event_title(row.name)
    return trait_title(row.name) if row.subject == TRAIT else row.name


def _tabs(waiting: int, declared: int, is_declared: bool) -> list[Tab]:
    here = reverse("collect:plan")
    return [
        Tab(_("Seen, not declared"), f"{here}?show=seen", not is_declared, waiting),
        Tab(_("Declared"), f"{here}?show=declared", is_declared, declared),
    ]


def _asked(request: ActingRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:200] for name in ("subject", "event", "name")}


def _initial(request: ActingRequest) -> dict[str, object]:
    given = _asked(request)
    known = list_declarations(request.acting, brand_of_page(request).node_no or 0)
    for line in known:
        if (line.subject, line.event, line.name) == (given["subject"], given["event"], given["name"]):
            return {name: getattr(line, name) for name in Declared.__slots__} | {"label": int(line.label)}
    kind = "object" if given["subject"] == "event" else "string"
    return {"type": kind, **{name: value for name, value in given.items() if value}}
