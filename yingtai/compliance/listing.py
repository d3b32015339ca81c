"""The list of purposes: its columns and what it can be filtered by."""

from django.utils.translation import gettext_lazy as _

from yingtai.ui.lists import Column, ListKind, list_kinds

PURPOSES = ListKind(
    name="purposes",
    url_name="compliance:overview",
    columns=(
        Column(name="title", title=_("Purpose"), is_heading=True, is_sorted=True),
        Column(name="place", title=_("Brand")),
        Column(name="code", title=_("Code"), is_sorted=True),
        Column(name="channels", title=_("Channels")),
        Column(name="basis", title=_("Legal basis")),
        Column(name="retention", title=_("Declared retention, days"), is_numeric=True, is_sorted=True),
    ),
    filters=("basis", "channel", "show"),
    sort="code",
)
list_kinds.register(PURPOSES.name, PURPOSES)
