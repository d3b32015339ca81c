from django.utils.translation import gettext_lazy as _

from yingtai.kernel.labels import Label
from yingtai.ui import navigation

navigation.register(
    "campaigns",
    _("Development mailbox"),
    "mailbox:mailbox",
    place="campaigns.mailbox",
    action="send",
    label=Label.L3,
    order=900,
)
navigation.register(
    "operations",
    _("Mails about accounts"),
    "mailbox:accounts",
    place="organization.staff",
    action="administer",
    order=910,
)
