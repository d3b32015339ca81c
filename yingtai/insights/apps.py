from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "yingtai.insights"
    default_auto_field = "django.db.models.BigAutoField"
