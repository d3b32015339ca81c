from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "yingtai.campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yingtai.campaigns.doors import install_doors
        from yingtai.kernel.contributions import starters

        starters.register("campaigns.doors", install_doors)
