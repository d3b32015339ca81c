from django.utils.translation import gettext_lazy as _

from yingtai.ui import navigation

navigation.register(
    "campaigns", _("All campaigns"), "campaigns:campaign_list", place="campaigns.campaign", order=10
)
