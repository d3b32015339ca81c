"""The list of campaigns: its columns and what it can be filtered by."""

from django.utils.translation import gettext_lazy as _

from yingtai.ui.lists import Column, ListKind, list_kinds

CAMPAIGNS = ListKind(
    name="campaigns",
    url_name="campaigns:campaign_list",
    columns=(
        Column(name="name", title=_("Name"), is_heading=True, is_sorted=True),
        Column(name="place", title=_("Brand")),
        Column(name="state", title=_("State")),
        Column(name="sent", title=_("Sent"), is_numeric=True),
        Column(name="opened", title=_("Opened"), is_numeric=True),
        Column(name="clicked", title=_("Clicked"), is_numeric=True),
        Column(name="hold_out", title=_("Held out"), is_numeric=True),
        Column(name="launched", title=_("Launched"), is_sorted=True),
        Column(name="changed", title=_("Changed"), is_sorted=True, is_extra=True),
    ),
    filters=("search", "state", "show"),
    sort="-made",
)
SENDERS = ListKind(
    name="senders",
    url_name="campaigns:sender_list",
    columns=(
        Column(name="name", title=_("Name"), is_heading=True, is_sorted=True),
        Column(name="address", title=_("Address"), is_sorted=True),
        Column(name="answers", title=_("Replies go to")),
        Column(name="place", title=_("Brand")),
        Column(name="made", title=_("Made"), is_sorted=True, is_extra=True),
        Column(name="state", title=_("State")),
    ),
    filters=("show",),
    sort="-made",
)
list_kinds.register(CAMPAIGNS.name, CAMPAIGNS)
list_kinds.register(SENDERS.name, SENDERS)
