from django.utils.translation import gettext_lazy as _

from yingtai.ui import navigation

navigation.register("data", _("Sources"), "collect:source_list", place="collect.source", order=10)
navigation.register("data", _("Tracking plan"), "collect:plan", place="collect.plan", order=20)
navigation.register("data", _("Imports"), "collect:import_list", place="collect.import", order=30)
navigation.register("data", _("Quarantine"), "collect:quarantine", place="collect.quarantine", order=40)
