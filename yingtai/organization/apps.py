from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "yingtai.organization"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yingtai.organization.identity import identify
        from yingtai.ui import frame

        frame.install(identify)
