"""People for the search of the frame: by a whole value, counted and recorded like every other search for somebody."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from yingtai.customers.deeds import count_search
from yingtai.customers.queries import called, find_profiles
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import Searcher, searchers
from yingtai.kernel.labels import Label
from yingtai.organization.api import units_at
from yingtai.ui.panels import Found


def find_people(acting: Acting, text: str) -> list[Found]:
    """Return whom a whole value belongs to, masked.

    Raises: TooManySearches
    """
    if not decide(acting, "view", Label.L3, "customers.profile").allowed:
        return []
    count_search(acting)
    rows = find_profiles(acting, text)
    units = units_at([row.node_no for row in rows])
    return [
        Found(
            title=called(row),
            url=reverse("customers:profile", args=[row.id]),
            note=units[row.node_no].title if row.node_no in units else "",
        )
        for row in rows
    ]


searchers.register(
    "customers.people", Searcher(gettext_lazy("Customers"), find_people, takes_whole_values=True), order=5
)
