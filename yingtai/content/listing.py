"""The list of templates: its columns and what it can be filtered by."""

from django.utils.translation import gettext_lazy as _

from yingtai.ui.lists import Column, ListKind, list_kinds

TEMPLATES = ListKind(
    name="templates",
    url_name="content:template_list",
    columns=(
        Column(name="name", title=_("Name"), is_heading=True, is_sorted=True),
        Column(name="place", title=_("Brand")),
        Column(name="basis", title=_("Sent as")),
        Column(name="subject", title=_("Subject")),
        Column(name="version", title=_("Latest version"), is_numeric=True, is_sorted=True),
        Column(name="changed", title=_("Changed"), is_sorted=True),
    ),
    filters=("search", "show"),
    sort="-changed",
)
list_kinds.register(TEMPLATES.name, TEMPLATES)
