"""Answer a browser with a page, and an htmx swap with the part of it that was asked for."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from yingtai.kernel.errors import NotConfirmed, ProductError

SWAP_HEADERS = "HX-Request, HX-Boosted, HX-History-Restore-Request"


def is_swap(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part. Boosted links and restored history replace everything, so they do not."""
    asked = request.headers
    return "HX-Request" in asked and not ("HX-Boosted" in asked or "HX-History-Restore-Request" in asked)


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    fragment: str | None = None,
    status: int = 200,
    whole_for: str = "",
) -> HttpResponse:
    """Answer a browser with the whole page, and an htmx swap with the named part of it.

    In: fragment   names a `{% partialdef %}` of the template; without one every answer is the whole page
        whole_for  names a parameter by which more than the part changes, such as what can be done with the rows: a
                   swap that changes it has the browser load the whole page
    """
    if (
        whole_for
        and is_swap(request)
        and _parameter_before(request, whole_for) != request.GET.get(whole_for, "")
    ):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = request.get_full_path()
        return response
    if (taken := getattr(request, "taken", None)) is not None:
        # The rows are wanted and no page (`ui.sheets`).
        render(request, f"{template}#{fragment}" if fragment else template, context)
        taken.next_cursor = getattr(context.get("page"), "next_cursor", None)
        return HttpResponse(status=status)
    part = f"{template}#{fragment}" if fragment and is_swap(request) else template
    response = render(request, part, context, status=status)
    response["Vary"] = SWAP_HEADERS
    return response


def _parameter_before(request: HttpRequest, name: str) -> str:
    """Return a parameter of the page that a swap is for; of whoever does not tell the page, the one asked for now."""
    page = request.headers.get("HX-Current-URL")
    if page is None:
        return request.GET.get(name, "")
    return QueryDict(urlsplit(page).query).get(name, "")


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """What a person must know before a dangerous action.

    lead          one sentence: what will happen, to how many
    consequences  further sentences, one fact each
    irreversible  what cannot be undone, or "" when everything can
    hidden        values the form posts back with the decision
    type_to_confirm  a word to type, for actions that end something for good
    """

    title: str
    lead: str
    action: str
    cancel_url: str
    consequences: tuple[str, ...] = ()
    irreversible: str = ""
    post_url: str = ""
    hidden: dict[str, str] = field(default_factory=dict)
    type_to_confirm: str = ""
    is_danger: bool = True


def render_confirmation(
    request: HttpRequest,
    confirmation: Confirmation,
    *,
    form: Any = None,
    problem: ProductError | None = None,
    status: int = 200,
) -> HttpResponse:
    """Ask before a dangerous action, on a page of its own."""
    words = {"confirmation": confirmation, "form": form, "problem": problem}
    return render(request, "ui/confirm.html", words, status=problem.status if problem else status)


def require_confirmation(request: HttpRequest, confirmation: Confirmation) -> None:
    """Let an action go on only when its word was typed, whoever posts and from whatever page.

    Raises: NotConfirmed
    """
    word = str(confirmation.type_to_confirm)
    if word and request.POST.get("confirmed", "").strip().casefold() != word.casefold():
        raise NotConfirmed(field="confirmed", word=word)
