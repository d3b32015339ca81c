"""The policy's own words, as people read them: actions, the parts of the product, and how private a value is."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yingtai.kernel.labels import Label

ACTION_WORDS = {
    "view": pgettext_lazy("policy", "see"),
    "edit": pgettext_lazy("policy", "make and change"),
    "reveal": pgettext_lazy("policy", "show a hidden value"),
    "send": pgettext_lazy("policy", "send to customers"),
    "share": pgettext_lazy("policy", "share with others"),
    "export": pgettext_lazy("policy", "take out as a file"),
    "administer": pgettext_lazy("policy", "administer"),
    "audit": pgettext_lazy("policy", "audit"),
}
PLACE_WORDS = {
    "": _("everywhere"),
    "audiences": _("Audiences"),
    "campaigns": _("Campaigns"),
    "collect": _("Data"),
    "collect.plan": _("Tracking plan"),
    "collect.quarantine": _("Refused events"),
    "collect.source": _("Sources of data"),
    "compliance": _("Compliance"),
    "compliance.consent": _("Customers’ consents"),
    "compliance.purpose": _("Purposes and notices"),
    "content": _("Templates"),
    "customers": _("Customers"),
    "customers.erasure": _("Erasing customers"),
    "home": _("Home"),
    "insights": _("Insights"),
    "insights.money": _("Exact sums of money"),
    "kernel.task": _("Long-running work"),
    "operations": _("Operations"),
    "organization": _("Organization and staff"),
    "organization.approval": _("Requests for roles"),
    "ui": _("The look of the pages"),
}
LABEL_WORDS = {
    Label.L1: _("public"),
    Label.L2: _("internal: numbers without names"),
    Label.L3: _("private: names, contacts, single persons"),
    Label.L4: _("sensitive"),
}
OF_NOBODY = {"insights.money": _("exact sums, without names or single persons")}
"""Parts that are private and yet show nobody: the words of their label would promise more than there is to see."""
