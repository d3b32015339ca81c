from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "yingtai.organization"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yingtai.organization.identity import identify
        from yingtai.organization.list_views import kept_views
        from yingtai.ui import frame, lists

        frame.install(identify)
        lists.install(lists.Keeping(kept_views, "organization:view_keep"))
