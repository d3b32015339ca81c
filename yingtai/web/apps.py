from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "yingtai.web"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from yingtai.kernel.contributions import starters
        from yingtai.kernel.labels import Label
        from yingtai.ui import navigation
        from yingtai.web import schedule

        navigation.register("home", _("Overview"), "home", place="home", label=Label.L1, order=10)

        navigation.register(
            "operations",
            _("System status"),
            "operations:machine",
            place="operations.machine",
            action="administer",
            order=1,
        )
        starters.register("web.schedule", schedule.start)
