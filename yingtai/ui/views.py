"""The gallery: every component in every state, for people who build pages and for the tests that look at them."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingtai.kernel.acting import decide
from yingtai.kernel.errors import CATALOGUE, ProductError
from yingtai.kernel.http import ActingRequest, page, public
from yingtai.kernel.labels import Label
from yingtai.kernel.reading import read_whole
from yingtai.ui import helping, samples
from yingtai.ui.lists import cookie_of, list_kinds, listing
from yingtai.ui.pages import Confirmation, render_confirmation, render_page
from yingtai.ui.searching import LONGEST, look_for

A_YEAR = timedelta(days=365)


@public("Shows invented figures only.")
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    context = samples.gallery(timezone.now(), request.GET)
    context["listing"] = listing(request, samples.PEOPLE, is_bulk=True)
    return render_page(request, "ui/gallery.html", context, fragment="rows")


@public("Shows invented figures only.")
@require_GET
def gallery_confirm(request: HttpRequest) -> HttpResponse:
    """A dangerous action, asked on a page of its own."""
    return render_confirmation(
        request,
        Confirmation(
            title=_("Stop the campaign"),
            lead=_(
                "The campaign “Autumn service” stops now, for 12,480 people who have not had their message yet."
            ),
            consequences=(
                _("8,211 messages already handed over will arrive."),
                _("The measured result covers only those who had their message."),
            ),
            irreversible=_("A stopped campaign cannot be started again; copy it to send to the others."),
            action=_("Stop the campaign"),
            cancel_url="/ui/gallery",
        ),
    )


@public("Shows invented figures only.")
@require_GET
def gallery_signin(request: HttpRequest) -> HttpResponse:
    """The frame before sign-in."""
    return render(request, "ui/gallery_signin.html", {"form": samples.SampleForm(initial={"name": "Li Wei"})})


@public("Shows invented figures only.")
@require_GET
def gallery_progress(request: HttpRequest) -> HttpResponse:
    """A running task, as it answers when asked again."""
    done = read_whole(request.GET.get("done", ""))
    if done is None:
        return HttpResponse(status=204)  # nothing new: the picture stays as it is
    return render(
        request, "ui/gallery_progress.html", {"task": samples.running_task(min(done + 25_000, 100_000))}
    )


@public("Shows invented figures only.")
@require_GET
def gallery_lazy(request: HttpRequest) -> HttpResponse:
    """A part that came after the page."""
    return render(request, "ui/gallery_lazy.html")


@public("Shows invented figures only.")
@require_GET
def gallery_broken(request: HttpRequest) -> HttpResponse:
    """A part that does not come."""
    return HttpResponse(status=503)


@require_http_methods(["GET", "POST"])
@page(action="view", place="home", label=Label.L1)
def search(request: ActingRequest) -> HttpResponse:
    """Everything that the reader may find. What is looked for is posted, for it may be somebody's own."""
    asked, is_typing = request.POST.get("text", "").strip()[:LONGEST], "typing" in request.POST
    context = {
        "asked": asked,
        "is_typing": is_typing,
        "groups": look_for(request, asked, is_typing=is_typing),
        "looks_for_people": decide(request.acting, "view", Label.L3, "customers.profile").allowed,
    }
    return render_page(request, "ui/looking.html", context, fragment="found")


@require_GET
@page(action="view", place="home", label=Label.L1)
def help_list(request: ActingRequest) -> HttpResponse:
    """Everything there is help for."""
    pages = [found for topic in helping.topics() if (found := helping.help_page(topic))]
    return render_page(request, "ui/help_list.html", {"pages": pages})


@require_GET
@page(action="view", place="home", label=Label.L1)
def help_page(request: ActingRequest, topic: str) -> HttpResponse:
    """One page of help, in the reader's language."""
    found = helping.help_page(topic)
    if found is None:
        raise Http404
    return render_page(request, "ui/help.html", {"help": found})


@public("Says what a code of an API problem means; the same words for everybody.")
@require_GET
def error_help(request: HttpRequest, code: str) -> HttpResponse:
    """What a problem means and what to do about it, in the reader's language; facts of one case stay blank."""
    kind = CATALOGUE.get(code)
    if kind is None:
        raise Http404
    title, remedy = words_without_facts(kind)
    return render_page(request, "ui/error_help.html", {"title": title, "remedy": remedy, "code": code})


def words_without_facts(kind: type[ProductError]) -> tuple[str, str]:
    """Return title and remedy of an error in the reader's language, with … for what only a case of it knows."""
    facts = _Blank()
    return _(kind.title).format_map(facts), _(kind.remedy).format_map(facts)


class _Blank(dict[str, str]):
    """Stands for the facts that an error's words may name, which only a case of it has."""

    def __missing__(self, name: str) -> str:
        return "…"


@require_POST
@page(action="view", place="home", label=Label.L1)
def columns(request: ActingRequest) -> HttpResponse:
    """Remember which columns of a list somebody chose, and go back to it."""
    kind = list_kinds.find(request.POST.get("list", ""))
    if kind is None:
        return HttpResponseRedirect("/")
    known = {column.name for column in kind.columns}
    chosen = [name for name in request.POST.getlist("column") if name in known]
    response = HttpResponseRedirect(kind.url_with(request.POST.get("query", "")))
    response.set_cookie(
        cookie_of(kind),
        ".".join(chosen),
        max_age=A_YEAR,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )
    return response


@public("Keeps a choice of colours in the browser that made it.")
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice of light or dark, for browsers without script."""
    chosen = request.POST.get("theme", "auto")
    back = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if is_ours else "/")
    if chosen in ("light", "dark"):
        response.set_cookie("theme", chosen, max_age=A_YEAR, samesite="Lax")
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
