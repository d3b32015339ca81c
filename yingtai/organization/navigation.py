from django.utils.translation import gettext_lazy as _

from yingtai.kernel.labels import Label
from yingtai.ui import navigation

navigation.register(
    "operations", _("Organization"), "organization:tree", place="organization.unit", label=Label.L1, order=10
)
navigation.register(
    "operations", _("Staff and roles"), "organization:staff_list", place="organization.staff", action="administer",
    order=20,
)  # fmt: skip
navigation.register(
    "operations",
    _("API keys"),
    "organization:key_list",
    place="organization.key",
    action="administer",
    order=30,
)
navigation.register(
    "home", _("Approvals"), "organization:approval_list", place="home", label=Label.L1, order=90
)
navigation.register(
    "compliance",
    _("Audit log"),
    "organization:record",
    place="organization.record",
    action="audit",
    order=90,
)
