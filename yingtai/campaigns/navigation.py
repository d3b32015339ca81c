from django.utils.translation import gettext_lazy as _

from yingtai.ui import navigation

navigation.register(
    "campaigns", _("All campaigns"), "campaigns:campaign_list", place="campaigns.campaign", order=10
)
navigation.register("campaigns", _("Senders"), "campaigns:sender_list", place="campaigns.campaign", order=40)
navigation.register(
    "campaigns", _("Confirming addresses"), "campaigns:first_confirming", place="campaigns.campaign", order=50
)
