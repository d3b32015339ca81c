from collections.abc import Sequence

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import ngettext

from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import home_todos
from yingtai.organization.approving import list_approved, list_waiting
from yingtai.ui.formats import listed
from yingtai.ui.panels import Todo


def approvals(acting: Acting) -> Sequence[Todo]:
    """What waits for this person to approve, and what of theirs was approved."""
    todos = []
    waiting = list_waiting(acting)
    mine = [one for one in waiting.rows if one.may_decide]
    if mine:
        many = f"{len(mine)}{'+' if waiting.next_cursor else ''}"
        title = ngettext(
            "%s request waits for your approval", "%s requests wait for your approval", len(mine)
        )
        todos.append(
            Todo(
                title=title % many, url=reverse("organization:approval_list"),
                note=capfirst(listed(one.title for one in mine[:3])), is_urgent=True,
            )
        )  # fmt: skip
    keys = list_approved(acting, "key.issue")
    if keys:
        title = ngettext(
            "%s API key was approved: make it now", "%s API keys were approved: make them now", len(keys)
        )
        todos.append(Todo(title=title % len(keys), url=reverse("organization:key_list")))
    return todos


home_todos.register("organization.approvals", approvals, order=5)
