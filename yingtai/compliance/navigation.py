from django.utils.translation import gettext_lazy as _

from yingtai.ui import navigation

navigation.register(
    "compliance", _("Purposes and consent"), "compliance:overview", place="compliance.purpose", order=10
)
navigation.register(
    "compliance", _("Who may do what"), "compliance:policy", place="compliance.policy", order=20
)
