"""Home: what needs me now, what runs now, and the numbers that matter to my role."""

import logging
import sys

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yingtai.collect.api import names_of_sources
from yingtai.kernel.contributions import home_panels, home_todos
from yingtai.kernel.http import ActingRequest, answer_problem, page
from yingtai.kernel.ids import uuid7
from yingtai.kernel.labels import Label
from yingtai.kernel.reading import read_whole
from yingtai.lake.errors import LakeDamaged
from yingtai.ui.navigation import may_open
from yingtai.ui.pages import render_page
from yingtai.web.absence import is_away
from yingtai.web.bodies import has_not_arrived
from yingtai.web.errors import BodyDidNotArrive, BooksDoNotAnswer, EventsCannotBeRead
from yingtai.web.first_steps import A_YEAR, COOKIE, dismissed, place_of, steps_shown
from yingtai.web.gathering import gathered

RETRY_SECONDS = 5

log = logging.getLogger(__name__)


@page(action="view", place="home", label=Label.L1)
def home(request: ActingRequest) -> HttpResponse:
    """Today's work, from what every module registers."""
    panels = [panel for contribute in home_panels.all() if (panel := contribute(request.acting))]
    waiting = [todo for todos in home_todos.all() for todo in todos(request.acting)]
    context = {
        "panels": panels,
        "todos": gathered(todo for todo in waiting if may_open(request, todo.url)),
        "first": next(iter(_first_steps(request)), None),
        "steps": steps_shown(request),
    }
    return render_page(request, "web/home.html", context, fragment="main")


@require_POST
@page(action="view", place="home", label=Label.L1)
def dismiss_first_steps(request: ActingRequest) -> HttpResponse:
    """Keep in this browser that the first steps of a place are not wanted any more."""
    places = [one for one in dismissed(request) if read_whole(one) is not None]
    response = redirect("home")
    response.set_cookie(
        COOKIE, ".".join([*places, place_of(request)]), max_age=A_YEAR, samesite="Lax", httponly=True
    )
    return response


def _first_steps(request: ActingRequest) -> list[tuple[str, str]]:
    """Return where a person may go on from an empty day, the nearest to the data first."""
    connect = (reverse("collect:source_new"), _("Connect a source"))
    steps = [
        *([] if names_of_sources(request.acting) else [connect]),
        (reverse("audiences:audience_new"), _("Build an audience")),
        (reverse("customers:profile_list"), _("Find a customer")),
        (reverse("insights:dashboard"), _("Look at the numbers")),
        (reverse("collect:source_list"), _("See what arrives")),
        (reverse("organization:tree"), _("See who works here")),
    ]
    return [step for step in steps if may_open(request, step[0])]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    words = {
        "title": _("There is no such page"),
        "remedy": _("The address may be mistyped, or what it showed may have been removed."),
    }
    return render(request, "ui/wrong.html", words, status=404)


def unreadable(request: HttpRequest, exception: BaseException) -> HttpResponse:
    """Answer a request that is none: say what to change, and keep no record, for anybody can send such."""
    if isinstance(exception, DisallowedHost):
        # A page would name the host it is on, which is what is wrong.
        said = _(
            "Nothing here answers to this address. Whoever runs Yingtai can add its name to YINGTAI_HOSTS."
        )
        return HttpResponse(f"{said}\n", status=400, content_type="text/plain; charset=utf-8")
    remedy = _("Go back, reload the page and try again. Nothing was changed.")
    if isinstance(exception, MultiPartParserError):
        remedy = _(
            "If a file was part of it, give it a name of at most 200 letters. Then go back and try again."
        )
    if not hasattr(request, "user"):
        request.user = AnonymousUser()
    words = {"title": _("What was sent could not be read"), "remedy": remedy}
    if request.path.startswith("/api/"):
        document = {"type": "about:blank", "title": words["title"], "status": 400, "detail": remedy}
        return JsonResponse(document, status=400, content_type="application/problem+json")
    return render(request, "ui/wrong.html", words, status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a bug with a reference that is in the log beside its facts; a database that is away with its own words."""
    trouble = sys.exc_info()[1]
    if trouble is not None and is_away(trouble):
        log.warning("the books do not answer: %s", type(trouble).__name__)
        request.user = AnonymousUser()  # who somebody is cannot be asked either
        response = answer_problem(request, BooksDoNotAnswer())
        response["Retry-After"] = RETRY_SECONDS
        return response
    if isinstance(trouble, LakeDamaged):
        log.error("the lake is damaged: %s", trouble)
        return answer_problem(request, EventsCannotBeRead())
    if isinstance(trouble, UnreadablePostError) or has_not_arrived(trouble):
        # Whoever hung up or was cut off is no fault of the product, and nobody looks a reference up.
        log.info("a body did not arrive: %s", type(trouble).__name__)
        return answer_problem(request, BodyDidNotArrive())
    reference = uuid7().hex[-12:]
    log.error("reference %s", reference, exc_info=trouble)
    words = {
        "title": _("Something went wrong on our side"),
        "remedy": _("Nothing was changed. Try again; if it happens again, tell your operator the reference."),
        "reference": reference,
        "may_pass": True,
    }
    if request.path.startswith("/api/"):
        document = {"type": "about:blank", "title": words["title"], "status": 500, "detail": words["remedy"]}
        return JsonResponse(
            document | {"reference": reference}, status=500, content_type="application/problem+json"
        )
    return render(request, "ui/wrong.html", words, status=500)
