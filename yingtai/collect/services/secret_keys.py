"""A key of our own servers proves who somebody is, so making one takes two people. Whoever asked makes it after the
approval, and alone sees it.
"""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yingtai.collect.models import Source
from yingtai.collect.queries.sources import SourceView, get_source
from yingtai.collect.services.sources import make_write_key
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import second_person
from yingtai.kernel.env import env
from yingtai.kernel.labels import Label
from yingtai.organization.api import TwoPersonAct, ask, list_approved, units_at, use_approval

KEY = "source.key"


def key_or_ask(acting: Acting, source_id: UUID) -> str | None:
    """Make a write key and return it; for a source that proves who somebody is, ask a second person first and return
    None. With `YINGTAI_ALONE` it is made at once.

    Raises: SourceNotFound
    """
    source = get_source(acting, source_id)
    if source.kind != Source.Kind.SERVER or env().alone:
        return make_write_key(acting, source_id)
    asked = {"source_id": str(source_id), "name": source.name, "node_no": source.node_no}
    ask(acting, KEY, node_no=source.node_no, about=called(source), asked=asked)
    return None


def collect_write_key(acting: Acting, approval_id: UUID) -> tuple[UUID, str]:
    """Make the key that somebody else approved, once, for whoever asked for it; return its source and the key.

    Raises: ApprovalNotFound, SourceNotFound
    """
    source_id = UUID(use_approval(acting, KEY, approval_id)["source_id"])
    return source_id, make_write_key(acting, source_id)


def approved_key(acting: Acting, source: SourceView) -> UUID | None:
    """Return the approval with which the actor may make a key of this source now; None when there is none."""
    return next((id for id, about in list_approved(acting, KEY) if about == called(source)), None)


def called(source: SourceView) -> str:
    """Return how a wish calls a source: two brands may have one of the same name."""
    return f"{source.name} · {source.source_no}"


def _facts(acting: Acting, asked: dict[str, Any]) -> list[tuple[Any, Any]]:
    place = units_at([asked["node_no"]]).get(asked["node_no"])
    return [(_("Source"), asked["name"]), (_("Place"), place.title if place else "–")]


second_person.register(
    KEY,
    TwoPersonAct(
        _("make a secret write key"),
        ("administer", Label.L2, "organization.approval"),
        lambda acting, asked: None,
        _facts,
        lambda asked: (_("Make the key"), reverse("collect:source", args=[asked["source_id"]])),
        is_left_to_asker=True,
    ),
)
