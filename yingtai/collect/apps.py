from django.apps import AppConfig


class CollectConfig(AppConfig):
    name = "yingtai.collect"
    default_auto_field = "django.db.models.BigAutoField"
