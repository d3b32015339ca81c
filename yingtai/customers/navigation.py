from django.utils.translation import gettext_lazy as _

from yingtai.kernel.labels import Label
from yingtai.ui import navigation

navigation.register(
    "customers", _("Profiles"), "customers:profile_list", place="customers.profile", label=Label.L3, order=10
)
navigation.register(
    "compliance", _("How long events are kept"), "customers:retention", place="compliance.retention", order=15
)
