"""The lists of sources and imports: their columns."""

from django.utils.translation import gettext_lazy as _

from yingtai.ui.lists import Column, ListKind, list_kinds

SOURCES = ListKind(
    name="sources",
    url_name="collect:source_list",
    columns=(
        Column(name="name", title=_("Name"), is_heading=True, is_sorted=True),
        Column(name="place", title=_("Place")),
        Column(name="kind", title=_("Kind")),
        Column(name="keys", title=_("Live keys"), is_numeric=True),
        Column(name="events", title=_("Events"), is_numeric=True, is_sorted=True),
        Column(name="latest", title=_("Latest event"), is_sorted=True),
    ),
    sort="name",
)
IMPORTS = ListKind(
    name="imports",
    url_name="collect:import_list",
    columns=(
        Column(name="started", title=_("Started"), is_heading=True),
        Column(name="file", title=_("File")),
        Column(name="place", title=_("Place")),
        Column(name="state", title=_("State")),
        Column(name="lines", title=_("Lines"), is_numeric=True),
        Column(name="rejected", title=_("Rejected"), is_numeric=True),
        Column(name="profiles", title=_("New profiles"), is_numeric=True),
    ),
)
for kind in (SOURCES, IMPORTS):
    list_kinds.register(kind.name, kind)
