"""What collect has for Home: what was refused, names that nobody declared, imports that wait."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yingtai.collect.queries.waiting import (
    count_refused,
    count_undeclared,
    has_import,
    has_source,
    imports_waiting,
)
from yingtai.collect.record_names import imports_of_deeds, lines_of_plan, refused_of_deeds
from yingtai.collect.services.secret_keys import KEY
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import FirstStep, deed_abouts, first_steps, home_todos
from yingtai.kernel.labels import Label
from yingtai.organization.api import list_approved
from yingtai.ui.formats import number
from yingtai.ui.panels import Todo

LATELY = timedelta(days=7)


def data_waits(acting: Acting) -> list[Todo]:
    """What waits for those who may mend it; one entry for each kind of work."""
    kinds = {
        "collect.quarantine": _refused, "collect.import": _imports, "collect.plan": _undeclared,
        "collect.source": _keys,
    }  # fmt: skip
    return [
        todo
        for place, waiting in kinds.items()
        if decide(acting, "edit", Label.L2, place).allowed
        for todo in waiting(acting)
    ]


def _refused(acting: Acting) -> list[Todo]:
    count = count_refused(acting, since=acting.at - LATELY)
    if not count:
        return []
    title = ngettext("%s event was refused lately", "%s events were refused lately", count) % number(count)
    note = _("in the last 7 days; see why, and fix it at the source")
    return [Todo(title=title, url=reverse("collect:quarantine"), note=note, is_urgent=True)]


def _undeclared(acting: Acting) -> list[Todo]:
    count = count_undeclared(acting)
    if not count:
        return []
    title = ngettext(
        "%s new name in the data is not declared", "%s new names in the data are not declared", count
    ) % number(count)
    note = _("their values stay sealed and cannot be analyzed until somebody declares them")
    return [Todo(title=title, url=f"{reverse('collect:plan')}?show=seen", note=note)]


def _imports(acting: Acting) -> list[Todo]:
    waiting = imports_waiting(acting, since=acting.at - LATELY)
    here = reverse("collect:import_list")
    failed, unfinished = waiting["failed"], waiting["unfinished"]
    todos = []
    if failed:
        title = ngettext("%s import failed", "%s imports failed", len(failed)) % number(len(failed))
        url = reverse("collect:import", args=failed) if len(failed) == 1 else here
        todos.append(Todo(title=title, url=url, note=_("in the last 7 days"), is_urgent=True))
    if unfinished:
        title = ngettext(
            "%s file waits to be assigned and loaded",
            "%s files wait to be assigned and loaded",
            len(unfinished),
        ) % number(len(unfinished))
        url = reverse("collect:import", args=unfinished) if len(unfinished) == 1 else here
        todos.append(Todo(title=title, url=url))
    return todos


def _keys(acting: Acting) -> list[Todo]:
    keys = list_approved(acting, KEY)
    if not keys:
        return []
    title = ngettext(
        "%s secret write key was approved: make it now",
        "%s secret write keys were approved: make them now",
        len(keys),
    )
    here = reverse("collect:source_list")
    url = reverse("organization:approval_decide", args=[keys[0][0]]) if len(keys) == 1 else here
    return [Todo(title=title % number(len(keys)), url=url)]


home_todos.register("collect", data_waits, order=30)
deed_abouts.register("import", imports_of_deeds)
deed_abouts.register("plan", lines_of_plan)
deed_abouts.register("quarantine", refused_of_deeds)
first_steps.register(
    "collect.source",
    FirstStep(
        gettext_lazy("Connect a source"), gettext_lazy("a website, an app or a shop system"),
        "collect:source_new", has_source,
    ),
    order=10,
)  # fmt: skip
first_steps.register(
    "collect.import",
    FirstStep(
        gettext_lazy("Import a file"), gettext_lazy("customers and orders that you have already"),
        "collect:import_new", has_import,
    ),
    order=20,
)  # fmt: skip
