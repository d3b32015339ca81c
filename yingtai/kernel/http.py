"""Requests that know who acts, pages that say what they need, and problems in the caller's own voice."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast

from django.contrib.auth.views import redirect_to_login
from django.db import DataError, ProgrammingError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_protect

from yingtai.kernel.acting import Acting, require
from yingtai.kernel.contributions import missing_rights
from yingtai.kernel.errors import CharacterNotStorable, NotAllowed, ProductError
from yingtai.kernel.labels import Label
from yingtai.kernel.spacing import closed_up

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
NEVER_SHOWN_AGAIN = frozenset({"csrfmiddlewaretoken"})
UNSTORABLE_JSON = re.compile(rb"\0|(?<!\\)(?:\\\\)*\\u0000")
SOMEBODYS = "yingtai.somebodys"
"""In the environ of a request: whose it is, `staff:…` or `key:…`, once a session or a key turned out to be real."""


class ActingRequest(HttpRequest):
    """A request of someone signed in, working in a scope."""

    acting: Acting
    workplace: Any
    workplaces: list[Any]


class View(Protocol):
    def __call__(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse: ...


def page(*, action: str, place: str, label: Label = Label.L2) -> Callable[[View], View]:
    """Declare what a page needs: a sign-in, and the right to do `action` at `place` with that label."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: ActingRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            require(request.acting, action, label, place)
            return view(request, *args, **kwargs)

        guarded.needs = (action, label, place)  # type: ignore[attr-defined]
        return cast(View, guarded)

    return guard


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead a browser to the sign-in.

    What somebody sent is not lost (401): the page that htmx asks for a part of stays as it is, and a form comes back in
    a page that sends it once more after a sign-in beside it.
    """
    if _is_for_a_part(request):
        return _in_messages(request, "ui/signed_out.html", {}, status=401)
    if request.method == "POST":
        # A page that checks its form itself has not done so yet: nothing is echoed that another site sent.
        return _keep_what_was_sent(request)
    return redirect_to_login(request.get_full_path())


@csrf_protect
def _keep_what_was_sent(request: HttpRequest) -> HttpResponse:
    # The browser keeps it, inside the page: here nothing of somebody unknown is stored, and no address tells of it.
    kept = [(name, values) for name, values in request.POST.lists() if name not in NEVER_SHOWN_AGAIN]
    context = {"kept": kept, "had_files": bool(request.FILES), "url": request.get_full_path()}
    return render(request, "ui/kept.html", context, status=401)


def public(reason: str) -> Callable[[View], View]:
    """Declare that a page is open to anyone, and why."""

    def mark(view: View) -> View:
        view.public = reason  # type: ignore[attr-defined]
        return view

    return mark


def takes_files(most_bytes: int) -> Callable[[View], View]:
    """Declare that a page takes files, and how long what is sent to it may be; all others take what a form needs."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark


def words_of(problem: ProductError) -> tuple[str, str]:
    """Return title and remedy in the reader's language."""
    facts = {
        name: gettext(str(value)) if name in problem.worded and value else value
        for name, value in problem.facts.items()
    }
    title, remedy = (closed_up(gettext(text), facts) for text in (problem.title, problem.remedy))
    return title.format(**facts), remedy.format(**facts)


def problem_document(problem: ProductError) -> dict[str, Any]:
    """Return a problem as RFC 9457 has it."""
    title, remedy = words_of(problem)
    document = {
        "type": f"/help/errors/{problem.code}",
        "title": title,
        "status": problem.status,
        "detail": remedy,
        "code": problem.code,
    }
    return document | ({"field": problem.field} if problem.field else {})


def answer_problem(request: HttpRequest, problem: ProductError) -> HttpResponse:
    """Answer a foreseen problem: to an API as a document, to htmx as a notice, to a browser as a page."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            problem_document(problem), status=problem.status, content_type="application/problem+json"
        )
    title, remedy = words_of(problem)
    words: dict[str, Any] = {"title": title, "remedy": remedy}
    if _is_for_a_part(request):
        context = {"problems": [words], "focus": True}
        return _in_messages(request, "ui/problem.html", context, status=problem.status)
    more: dict[str, Any] = {"said": _missing_right(problem), "may_pass": problem.status >= 500}
    if more["said"]:
        # They say who can give which role; the remedy would say it a second time.
        words["remedy"] = ""
        if len(getattr(request, "workplaces", ())) > 1:
            more["said"].append(gettext("Or choose another of your workplaces, at the top of the page."))
    return render(request, "ui/wrong.html", words | more, status=problem.status)


def _missing_right(problem: ProductError) -> list[str]:
    """Return which right is missing and who can give it, of a refusal that knows it."""
    facts = problem.facts
    if not isinstance(problem, NotAllowed) or "place" not in facts:
        return []
    asked = (str(facts["action"]), str(facts["label"]), str(facts["place"]))
    return [sentence for words in missing_rights.all() for sentence in words(*asked)]


def _is_for_a_part(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def _in_messages(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int
) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#messages", "innerHTML"
    return response


class ProblemMiddleware:
    """Turns foreseen problems into answers, and makes sure that what was half done is undone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_storable(request):
            return answer_problem(request, CharacterNotStorable())
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        problem = NotAllowed() if _is_a_wall(exception) else exception
        if _is_unstorable(exception):
            problem = CharacterNotStorable()
        if not isinstance(problem, ProductError):
            return None
        # The answer first: it may have to ask who is signed in, and nothing can be asked after.
        answer = answer_problem(request, problem)
        if connection.in_atomic_block:
            transaction.set_rollback(True)
        return answer


def is_storable(request: HttpRequest) -> bool:
    """Say whether PostgreSQL can keep every text of a request: none holds a null character or half a character.

    The files of an upload are not looked at here; their fields are, when the database refuses them.
    """
    texts = [
        request.path_info,
        *request.GET,
        *(value for values in request.GET.lists() for value in values[1]),
    ]
    if request.content_type == "application/x-www-form-urlencoded":
        texts += [*request.POST, *(value for values in request.POST.lists() for value in values[1])]
    elif request.content_type == "application/json" and UNSTORABLE_JSON.search(request.body):
        return False
    return not any(UNSTORABLE.search(text) for text in texts)


def without_odd_cookies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Leave out cookies that no database can look for; a quoted cookie may spell any byte."""

    def middleware(request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if UNSTORABLE.search(name + value)]:
            del request.COOKIES[name]
        return get_response(request)

    return middleware


def _is_unstorable(exception: Exception) -> bool:
    # Psycopg refuses a null character with a ValueError of its own, before anything is sent.
    return isinstance(exception, UnicodeEncodeError) or (
        isinstance(exception, ValueError | DataError) and "NUL" in str(exception)
    )


def _is_a_wall(exception: Exception) -> bool:
    # Somebody may have a role in a smaller place than the page thinks of; the database knows for sure.
    return isinstance(exception, ProgrammingError) and "row-level security policy" in str(exception)
