"""The audit log as a list: its columns and what it can be filtered by."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yingtai.ui.lists import Column, ListKind, list_kinds

RECORD = ListKind(
    name="record",
    url_name="organization:record",
    columns=(
        Column(name="when", title=_("When")),
        Column(name="who", title=pgettext_lazy("record", "Who")),
        Column(name="what", title=_("What"), is_heading=True),
        Column(name="place", title=_("Place")),
        Column(name="about", title=pgettext_lazy("record", "About")),
        Column(name="details", title=_("Details")),
    ),
    filters=("what", "by", "days"),
)
STAFF = ListKind(
    name="staff",
    url_name="organization:staff_list",
    columns=(
        Column(name="name", title=pgettext_lazy("person", "Name"), is_heading=True, is_sorted=True),
        Column(name="email", title=_("E-mail"), is_sorted=True),
        Column(name="state", title=_("State")),
        Column(name="roles", title=_("Roles")),
    ),
    filters=("role",),
    sort="name",
)
APPROVALS = ListKind(
    name="approvals",
    url_name="organization:approval_list",
    columns=(
        Column(name="what", title=_("What"), is_heading=True),
        Column(name="about", title=pgettext_lazy("approval", "For")),
        Column(name="facts", title=_("Details")),
        Column(name="asked_by", title=_("Asked by")),
        Column(name="asked", title=_("Asked"), is_sorted=True),
        Column(name="until", title=_("Valid until")),
        Column(name="state", title=_("State")),
    ),
    filters=("show", "what"),
    sort="asked",
)
list_kinds.register(APPROVALS.name, APPROVALS)
list_kinds.register(RECORD.name, RECORD)
list_kinds.register(STAFF.name, STAFF)
