"""What Home shows of people: a dealer's own, for whom people and not numbers are the day's work; and people by name in
the audit log."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yingtai.collect.api import trait_title
from yingtai.customers import queries, viewing
from yingtai.customers.codes import code_of
from yingtai.customers.contacting import calling_permissions, phone_of
from yingtai.customers.renaming import renamed_products
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import (
    deed_abouts,
    deed_values,
    home_panels,
    import_next_steps,
    import_renamings,
)
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import is_below_brand
from yingtai.ui.panels import Panel

SHOWN = 5
PRIVATE_TRAITS = ("name", "first_name", "last_name", "address", "birthday", "vin", "member_no")


def seen_lately(acting: Acting) -> Panel | None:
    """The people of a dealer or region who were seen latest, masked; nothing for those who work for a whole brand."""
    if not is_below_brand(acting.scope) or not decide(acting, "view", Label.L3, "customers.profile").allowed:
        return None
    rows = queries.list_latest(acting, only_known=True).rows[:SHOWN]
    may_call = calling_permissions(acting, [row.profile_no for row in rows])
    return Panel(
        title=_("Your customers, last seen first"),
        template="customers/seen_lately.html",
        context={
            "lines": [
                (line, phone_of(line.row.identifiers), may_call[line.row.profile_no])
                for line in viewing.listed(rows)
            ],
            "may_reveal": decide(acting, "reveal", Label.L3, "customers.profile").allowed,
        },
        url=reverse("customers:profile_list"),
    )


def people_of_deeds(acting: Acting, abouts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return people by public id as pages call them, masked; a short code to whoever may not look at people."""
    ids = []
    for about in abouts:
        with suppress(ValueError):
            ids.append(UUID(about))
    numbers = queries.profile_nos_of(acting, ids)
    if not decide(acting, "view", Label.L3, "customers.profile").allowed:
        words = _("Customer {code}")
        return {str(id): (words.format(code=code_of(number)), "") for id, number in numbers.items()}
    names = queries.names_of(acting, list(numbers.values()))
    return {
        str(id): (names.get(number, ""), reverse("customers:profile", args=[id]))
        for id, number in numbers.items()
    }


deed_abouts.register("person", people_of_deeds)
deed_values.register(
    "value",
    [
        *((name, lazy(trait_title, str)(name)) for name in PRIVATE_TRAITS),
        *viewing.KINDS.items(),
        ("mail", gettext_lazy("a mail to them")),
        ("everything", gettext_lazy("everything kept of them")),
    ],
)
import_renamings.register("customers.products", renamed_products)
home_panels.register("customers.seen_lately", seen_lately, order=30)
import_next_steps.register(
    "customers", (gettext_lazy("See the customers"), lambda: reverse("customers:profile_list"))
)
