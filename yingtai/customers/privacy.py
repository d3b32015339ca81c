"""What customers keeps of a person, and how it is given out and erased."""

from django.utils.translation import gettext_lazy as _

from yingtai.customers.services.erasing import export_own, forget_own
from yingtai.kernel.contributions import Holder, privacy_holders

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
