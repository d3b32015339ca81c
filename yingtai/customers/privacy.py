"""What customers keeps of a person, and how it is given out and erased."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from yingtai.customers.copying import count_events, count_orders, events_for_copy, orders_for_copy
from yingtai.customers.services.erasing import export_own, forget_own
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import Holder, privacy_holders

STAYS = _(
    "It stays counted, under a number that leads to nobody; what was undeclared in it cannot be opened any more."
)


def let_stay(acting: Acting, profile_nos: Sequence[int]) -> None:
    """Do nothing: once who they are is forgotten, what they did is nobody's."""


privacy_holders.register(
    "customers",
    Holder(
        title=_("Who they are: identifiers and traits"),
        erasing=_("Identifiers, private traits and the order index are removed, and the keys destroyed."),
        export=export_own,
        erase=forget_own,
    ),
    order=10,
)
privacy_holders.register(
    "orders",
    Holder(
        title=_("Orders and returns"),
        erasing=STAYS,
        export=orders_for_copy,
        erase=let_stay,
        count=count_orders,
    ),
    order=12,
)
privacy_holders.register(
    "events",
    Holder(
        title=_("What they did"), erasing=STAYS, export=events_for_copy, erase=let_stay, count=count_events
    ),
    order=14,
)
