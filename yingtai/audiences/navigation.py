from django.utils.translation import gettext_lazy as _

from yingtai.ui import navigation

navigation.register(
    "audiences", _("All audiences"), "audiences:audience_list", place="audiences.audience", order=10
)
navigation.register(
    "audiences", _("Recency and frequency"), "audiences:rfm", place="audiences.audience", order=20
)
