"""The list of audiences: its columns and what it can be filtered by."""

from django.utils.translation import gettext_lazy as _

from yingtai.ui.lists import Column, ListKind, list_kinds

AUDIENCES = ListKind(
    name="audiences",
    url_name="audiences:audience_list",
    columns=(
        Column(name="name", title=_("Name"), is_heading=True, is_sorted=True),
        Column(name="place", title=_("Place")),
        Column(name="state", title=_("State")),
        Column(name="people", title=_("People"), is_numeric=True, is_sorted=True),
        Column(name="entered", title=_("Entered"), is_numeric=True, is_sorted=True),
        Column(name="left", title=_("Left"), is_numeric=True, is_sorted=True),
        Column(name="refreshed", title=_("As of"), is_sorted=True),
        Column(name="changed", title=_("Changed"), is_sorted=True, is_extra=True),
        Column(name="cost", title=_("Took"), is_numeric=True, is_sorted=True, is_extra=True),
    ),
    filters=("search", "show"),
    sort="-made",
)
list_kinds.register(AUDIENCES.name, AUDIENCES)
