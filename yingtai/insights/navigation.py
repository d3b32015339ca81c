from django.utils.translation import gettext_lazy as _

from yingtai.ui import navigation

navigation.register("insights", _("Dashboard"), "insights:dashboard", place="insights.dashboard", order=10)
navigation.register("insights", _("Metrics"), "insights:metric_list", place="insights.metric", order=20)
