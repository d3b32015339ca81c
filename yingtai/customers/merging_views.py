"""Merging two profiles by hand, and undoing it: both are shown side by side before anybody decides."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yingtai.customers import queries, viewing
from yingtai.customers.comparing import compare
from yingtai.customers.deeds import count_search
from yingtai.customers.jobs import merge_by_hand, split_by_hand
from yingtai.customers.services.merging import check_merge, check_split
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.ui.pages import Confirmation, render_confirmation, render_page

PLACE = "customers.profile"
MOST_LOOKS = 60
"""A page looks every two seconds whether a merge is done, and no longer than this."""


@require_http_methods(["GET", "POST"])
@page(action="edit", place=PLACE, label=Label.L3)
def merge(request: ActingRequest, profile_id: UUID) -> HttpResponse:
    """Find the other profile by a whole value; what is looked for is posted, so that no address holds it."""
    view = queries.get_living(request.acting, profile_id)
    search = request.POST.get("search", "").strip()
    if search:
        count_search(request.acting)
    found = [row for row in queries.find_profiles(request.acting, search) if row.id != profile_id]
    context = {
        "profile": view,
        "title": queries.called(view),
        "search": search,
        "rows": viewing.listed(found),
    }
    return render_page(request, "customers/merge.html", context)


@require_http_methods(["GET", "POST"])
@page(action="edit", place=PLACE, label=Label.L3)
def merge_with(request: ActingRequest, profile_id: UUID, duplicate_id: UUID) -> HttpResponse:
    """Show both profiles and what contradicts; posted, fold the other one into this one."""
    here, there = (queries.get_living(request.acting, one) for one in (profile_id, duplicate_id))
    if request.method == "POST":
        check_merge(request.acting, survivor_id=profile_id, duplicate_id=duplicate_id)
        merge_by_hand.enqueue(
            request.acting,
            survivor_id=str(profile_id),
            duplicate_id=str(duplicate_id),
            once_per=str(duplicate_id),
        )
        return redirect(_watched(profile_id, merge=duplicate_id))
    places = viewing.listed([here, there])
    context = {
        "profile": here,
        "other": there,
        "title": queries.called(here),
        "places": [one.place for one in places],
        "comparison": compare(request.acting, here, there),
        "refusal": _refusal(request.acting, profile_id, duplicate_id),
    }
    return render_page(request, "customers/merge_with.html", context)


def _refusal(acting: Acting, profile_id: UUID, duplicate_id: UUID) -> ProductError | None:
    try:
        check_merge(acting, survivor_id=profile_id, duplicate_id=duplicate_id)
    except ProductError as refusal:
        return refusal
    return None


@require_http_methods(["GET", "POST"])
@page(action="edit", place=PLACE, label=Label.L3)
def split(request: ActingRequest, profile_id: UUID, evidence_id: UUID) -> HttpResponse:
    """Undo a merge, after saying what that means."""
    if request.method == "POST":
        check_split(request.acting, survivor_id=profile_id, evidence_id=evidence_id)
        split_by_hand.enqueue(request.acting, evidence_id=str(evidence_id), once_per=str(evidence_id))
        return redirect(_watched(profile_id, undo=evidence_id))
    confirmation = Confirmation(
        title=_("Undo this merge"),
        lead=_("The identifiers that this merge moved go back to the profile they came from."),
        consequences=(
            _("Events under those identifiers move with them."),
            _("What was refused since stays refused for both."),
            _("You can merge the two again later."),
        ),
        action=_("Undo the merge"),
        cancel_url=reverse("customers:profile", args=[profile_id]),
        is_danger=False,
    )
    return render_confirmation(request, confirmation)


@require_GET
@page(action="view", place=PLACE, label=Label.L3)
def under_way(request: ActingRequest, profile_id: UUID) -> HttpResponse:
    """The part of a profile's page that looks whether a merge or its undoing is done, and then shows the page anew."""
    view = queries.get_profile(request.acting, profile_id)
    if (done := done_in_words(request, view)) is None:
        return render(request, "customers/under_way.html", {"under_way": watching(request, profile_id)})
    messages.success(request, done)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = reverse("customers:profile", args=[profile_id])
    return response


def watching(request: ActingRequest, profile_id: UUID) -> dict[str, str]:
    """Return what is waited for in words, and where to look again; no address after many looks."""
    looks = int(asked) if (asked := request.GET.get("looks", "")).isdecimal() else 0
    values = {name: value for name in ("merge", "undo") if (value := request.GET.get(name, ""))}
    again = reverse("customers:under_way", args=[profile_id])
    return {
        "words": _("The merge is being undone.") if "undo" in values else _("The profiles are being merged."),
        "url": f"{again}?{urlencode({**values, 'looks': looks + 1})}" if looks < MOST_LOOKS else "",
    }


def done_in_words(request: ActingRequest, view: queries.ProfileView) -> str | None:
    """Return what was done, in words; None while it is waited for, "" when nothing is."""
    if merged := _id_in(request, "merge"):
        is_merged = _is_merged(request.acting, merged, view)
        return _("The profiles were merged. “Undo” stands under “Merged from”.") if is_merged else None
    if undone := _id_in(request, "undo"):
        still = any(one.id == undone for one in queries.list_merges(request.acting, view.profile_no))
        return None if still else _("The merge was undone.")
    return ""


def _is_merged(acting: Acting, duplicate_id: UUID, view: queries.ProfileView) -> bool:
    found = queries.people_of(acting, [duplicate_id]).get(duplicate_id)
    return found is not None and found[0] == view.profile_no


def _watched(profile_id: UUID, **what: UUID) -> str:
    return f"{reverse('customers:profile', args=[profile_id])}?{urlencode(what)}"


def _id_in(request: ActingRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None
