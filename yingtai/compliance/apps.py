from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "yingtai.compliance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yingtai.compliance.policy import install_policy
        from yingtai.kernel.contributions import starters

        starters.register("compliance.policy", install_policy, order=1)
