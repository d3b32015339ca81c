"""What is done with the rows of a list that were ticked: archived, restored, deleted for good."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import NotConfirmed, ProductError
from yingtai.kernel.http import ActingRequest, words_of
from yingtai.ui.components import Text
from yingtai.ui.formats import listed, number
from yingtai.ui.lists import ListKind
from yingtai.ui.pages import Confirmation, render_confirmation, require_confirmation

MOST_TICKED = 1000
MOST_UNDONE = 100
LONGEST_CURSOR = 500
MOST_NAMED, MOST_HELD = 10, 3
UNDO, ASKED, UNSURE = "undo", "asked", "unsure"
ARCHIVED = "archived"
ARCHIVE, RESTORE, DELETE = "archive", "restore", "delete"
UNDONE_BY = {ARCHIVE: RESTORE, RESTORE: ARCHIVE}

Deed = Callable[[Acting, UUID], object]


@dataclass(frozen=True, kw_only=True)
class Deeds:
    """How rows of a list are archived, restored and deleted; one that cannot be says so with a `ProductError`.

    keeps  which rows cannot be deleted, in words
    named  the names of rows that are there, for the page that asks before they are deleted
    """

    archive: Deed
    restore: Deed
    delete: Deed | None = None
    keeps: Text = ""
    named: Callable[[Acting, Sequence[UUID]], Sequence[str]] = lambda _acting, _chosen: ()


def shows() -> list[tuple[str, str]]:
    """Return what a list can show, as its filter offers it."""
    return [("", _("In use")), (ARCHIVED, _("Archived"))]


def actions(show: str, *, may_delete: bool = False) -> list[tuple[str, str]]:
    """Return what can be done with the rows that are shown."""
    moving = (RESTORE, _("Restore")) if show == ARCHIVED else (ARCHIVE, _("Archive"))
    return [moving, (DELETE, _("Delete for good"))] if may_delete else [moving]


def do_with_ticked(request: ActingRequest, kind: ListKind, deeds: Deeds) -> HttpResponse:
    """Do with the rows that were ticked what was asked for, say how many, and return to the list as it was.

    One with which it cannot be done says why, and it is done with the others. What was moved can be moved back from the
    message; before anything is deleted a page asks, which has an address, so that one can go back to it.
    """
    if request.method == "GET":
        return _page_that_asks(request, kind, deeds)
    do, back = request.POST.get("do", ""), _way_back(request, kind)
    if do == DELETE and deeds.delete:
        return _deleted(request, kind, deeds.delete, back)
    done = _done(request, deeds.restore if do == RESTORE else deeds.archive)
    if done:
        undo = Undo(f"{request.path}?{_query(request, kind)}".rstrip("?"), UNDONE_BY.get(do, RESTORE), done)
        messages.success(request, _told(do, len(done)), extra_tags=undo.as_tags())
    return HttpResponseRedirect(back)


def _deleted(request: ActingRequest, kind: ListKind, delete: Deed, back: str) -> HttpResponse:
    chosen = _chosen(request)
    if not chosen:
        return HttpResponseRedirect(back)
    if "confirm" not in request.POST:
        return HttpResponseRedirect(f"{request.path}?{urlencode({ASKED: _hold(request, kind, chosen)})}")
    asked = request.POST.get(ASKED, "")
    try:
        require_confirmation(request, _asking(back, {}))
    except NotConfirmed:
        held = asked if asked in _held(request) else _hold(request, kind, chosen)
        return HttpResponseRedirect(f"{request.path}?{urlencode({ASKED: held, UNSURE: 1})}")
    if done := _done(request, delete):
        messages.success(request, _told(DELETE, len(done)))
    request.session[ASKED] = {key: one for key, one in _held(request).items() if key != asked}
    return HttpResponseRedirect(back)


def _page_that_asks(request: ActingRequest, kind: ListKind, deeds: Deeds) -> HttpResponse:
    """Ask before rows are deleted; once they are, or in another session, there is only the list to return to."""
    asked = request.GET.get(ASKED, "")
    held = _held(request).get(asked)
    if held is None or held["path"] != request.path:
        return HttpResponseRedirect(kind.url)
    chosen = uuids_in(held["chosen"])
    hidden = {
        "do": DELETE, "chosen": " ".join(held["chosen"]), "query": held["query"], "after": held["after"], ASKED: asked,
    }  # fmt: skip
    confirmation = _asking(
        _address_of(kind, held["query"], held["after"]), hidden,
        post_url=request.path, is_archived=parse_qs(held["query"]).get("show") == [ARCHIVED],
        lead=_("Rows that are ticked: {count}.").format(count=number(len(chosen))),
        consequences=(*_names(deeds.named(request.acting, chosen)), str(deeds.keeps)),
    )  # fmt: skip
    word = str(confirmation.type_to_confirm)
    problem = NotConfirmed(field="confirmed", word=word) if UNSURE in request.GET else None
    return render_confirmation(request, confirmation, problem=problem)


def _asking(
    back: str, hidden: dict[str, str], *, post_url: str = "", is_archived: bool = False, lead: str = "",
    consequences: tuple[str, ...] = (),
) -> Confirmation:  # fmt: skip
    gone = _("Nobody can bring back what is deleted. To have it out of the lists only, leave it archived.")
    if not is_archived:
        gone = _("Nobody can bring back what is deleted. To have it out of the lists only, archive it.")
    recorded = _("Which were deleted, when and by whom, stands in the record of deeds.")
    return Confirmation(
        title=_("Delete the rows that are ticked"), lead=lead, consequences=(*consequences, recorded),
        irreversible=gone, action=_("Delete for good"), cancel_url=back, post_url=post_url, hidden=hidden,
        type_to_confirm=_("delete"),
    )  # fmt: skip


def _names(named: Sequence[str]) -> list[str]:
    """Name the rows, as many as can be read at a glance."""
    quoted = [_("“{name}”").format(name=name) for name in named[:MOST_NAMED]]
    if more := len(named) - MOST_NAMED if len(named) > MOST_NAMED else 0:
        quoted.append(ngettext("{count} more", "{count} more", more).format(count=number(more)))
    return [listed(quoted)] if quoted else []


def _hold(request: ActingRequest, kind: ListKind, chosen: Sequence[UUID]) -> str:
    """Keep in the session what a page is to ask about, the latest few: an address has no room for a thousand rows."""
    key = token_urlsafe(6)
    held = {
        "path": request.path, "chosen": [str(one) for one in chosen], "query": _query(request, kind),
        "after": request.POST.get("after", "")[:LONGEST_CURSOR],
    }  # fmt: skip
    request.session[ASKED] = dict([*_held(request).items(), (key, held)][-MOST_HELD:])
    return key


def _held(request: ActingRequest) -> dict[str, Any]:
    held: dict[str, Any] = request.session.get(ASKED, {})
    return held


def _told(do: str, count: int) -> str:
    words = {RESTORE: _("{count} restored."), DELETE: _("{count} deleted for good.")}
    return words.get(do, _("{count} archived.")).format(count=number(count))


def _query(request: ActingRequest, kind: ListKind) -> str:
    # A form carries it; the way back of a message stands in its address.
    return kind.kept(request.POST.get("query") or request.GET.urlencode())


def _way_back(request: ActingRequest, kind: ListKind) -> str:
    """Return the address of the list as it was: its filters, its sort and its page."""
    return _address_of(kind, _query(request, kind), request.POST.get("after", "")[:LONGEST_CURSOR])


def _address_of(kind: ListKind, kept: str, after: str) -> str:
    query = parse_qs(kept)
    if after:
        query["after"] = [after]
    return f"{kind.url}?{urlencode(query, doseq=True)}".rstrip("?")


def _done(request: ActingRequest, do: Deed) -> list[UUID]:
    done = []
    for ticked in _chosen(request):
        try:
            do(request.acting, ticked)
            done.append(ticked)
        except ProductError as problem:
            messages.error(request, " ".join(words_of(problem)))
    return done


def _chosen(request: ActingRequest) -> list[UUID]:
    # A page that asks sends them back as one value.
    return uuids_in(" ".join(request.POST.getlist("chosen")).split())


@dataclass(frozen=True)
class Undo:
    """The way back from what was done with rows: which address takes the deed that undoes it, for which of them."""

    url: str
    do: str
    chosen: Sequence[UUID]

    def as_tags(self) -> str:
        """Write it as a message carries it; of too many rows a message carries none."""
        if len(self.chosen) > MOST_UNDONE:
            return ""
        return " ".join([UNDO, self.url, self.do, *(str(one) for one in self.chosen)])

    @classmethod
    def of_tags(cls, tags: str) -> "Undo | None":
        """Read what a message carries; None when it is something else."""
        kind, _, rest = (tags or "").partition(" ")
        if kind != UNDO:
            return None
        url, do, *chosen = rest.split()
        return cls(url, do, uuids_in(chosen))


def uuids_in(chosen: Sequence[str]) -> list[UUID]:
    """Return the ids of the rows that were ticked; what is none is left out, and so is what no page shows at once."""
    found = []
    for text in chosen[:MOST_TICKED]:
        with suppress(ValueError):
            found.append(UUID(text))
    return found
