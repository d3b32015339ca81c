"""The views of lists that colleagues keep: their own, seen by nobody else."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from yingtai.organization.errors import TooManyViews
from yingtai.organization.models import KeptListView, Staff
from yingtai.ui.lists import KeptView, ListKind

MOST_VIEWS = 20
LONGEST_NAME = 60


def kept_views(request: HttpRequest, kind: ListKind) -> Sequence[KeptView]:
    """Return the views that whoever asks keeps of a list, by name."""
    if not isinstance(request.user, Staff):
        return ()
    now = kind.kept(request.GET.urlencode())
    rows = KeptListView.objects.filter(staff=request.user, list=kind.name).order_by("name")[:MOST_VIEWS]
    return [
        KeptView(
            row.name, kind.url_with(row.query), reverse("organization:view_remove", args=[row.id]),
            is_current=bool(now) and row.query == now,
        )
        for row in rows
    ]  # fmt: skip


def keep_view(staff: Staff, kind: ListKind, *, name: str, query: str) -> None:
    """Keep what is filtered and sorted under a name; one of the same name is replaced.

    Raises: TooManyViews
    """
    own = KeptListView.objects.filter(staff=staff, list=kind.name)
    if own.exclude(name=name).count() >= MOST_VIEWS:
        raise TooManyViews(most=MOST_VIEWS)
    KeptListView.objects.update_or_create(
        staff=staff, list=kind.name, name=name[:LONGEST_NAME], defaults={"query": kind.kept(query)}
    )


def remove_view(staff: Staff, view_id: UUID) -> str:
    """Remove a view of one's own and return the name of its list; empty when there is none."""
    view = KeptListView.objects.filter(staff=staff, id=view_id).first()
    if view is None:
        return ""
    view.delete()
    return view.list
