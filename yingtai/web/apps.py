from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "yingtai.web"

    def ready(self) -> None:
        from yingtai.kernel.contributions import starters
        from yingtai.web import schedule

        starters.register("web.schedule", schedule.start)
