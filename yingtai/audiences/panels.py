"""What audiences has for Home: audiences whose people are not up to date."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yingtai.audiences.queries import has_audience, list_stale
from yingtai.customers.api import ids_of
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import (
    FirstStep,
    first_steps,
    home_todos,
    import_next_steps,
    profile_panels,
)
from yingtai.kernel.labels import Label
from yingtai.ui.formats import number
from yingtai.ui.panels import Panel, Todo


def audiences_wait(acting: Acting) -> list[Todo]:
    """Audiences that the regular refresh did not reach: something about them has to be mended."""
    if not decide(acting, "edit", Label.L2, "audiences.audience").allowed:
        return []
    stale = list_stale(acting)
    if not stale:
        return []
    title = ngettext("%s audience is out of date", "%s audiences are out of date", len(stale)) % number(
        len(stale)
    )
    alone = reverse("audiences:audience", args=[stale[0].id]) if len(stale) == 1 else ""
    return [
        Todo(
            title=title,
            url=alone or reverse("audiences:audience_list"),
            note=_(", ").join(view.name for view in stale[:3]),
        )
    ]


def of_person(acting: Acting, profile_no: int) -> Panel | None:
    """Show which audiences hold a person and how they score; it loads after the page."""
    if not decide(acting, "view", Label.L2, "audiences.audience").allowed:
        return None
    profile_id = ids_of(acting, [profile_no])[profile_no]
    return Panel(title=_("Audiences and scores"), lazy_url=reverse("audiences:of_person", args=[profile_id]))


profile_panels.register("audiences.of_person", of_person, order=40)
home_todos.register("audiences", audiences_wait, order=40)
first_steps.register(
    "audiences.audience",
    FirstStep(
        gettext_lazy("Build the first audience"), gettext_lazy("a sentence that says who is meant"),
        "audiences:audience_new", has_audience,
    ),
    order=40,
)  # fmt: skip
import_next_steps.register(
    "audiences", (gettext_lazy("Build an audience"), lambda: reverse("audiences:audience_new"))
)
