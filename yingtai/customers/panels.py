"""What Home shows of people: a dealer's own, for whom people and not numbers are the day's work."""

from django.urls import reverse
from django.utils.translation import gettext as _

from yingtai.customers import queries, viewing
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import home_panels
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import is_below_brand
from yingtai.ui.panels import Panel

SHOWN = 5


def seen_lately(acting: Acting) -> Panel | None:
    """The people of a dealer or region who were seen latest, masked; nothing for those who work for a whole brand."""
    if not is_below_brand(acting.scope) or not decide(acting, "view", Label.L3, "customers.profile").allowed:
        return None
    rows = queries.list_latest(acting, only_known=True).rows[:SHOWN]
    return Panel(
        title=_("Your customers, latest seen first"),
        template="customers/seen_lately.html",
        context={"lines": viewing.listed(rows)},
        url=reverse("customers:profile_list"),
    )


home_panels.register("customers.seen_lately", seen_lately, order=30)
