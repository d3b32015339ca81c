from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

CONTRIBUTIONS = (
    "errors", "events", "jobs", "handlers", "panels", "blocks", "gates", "privacy", "metrics", "tables", "navigation",
    "wording_of_metrics", "searching",
)  # fmt: skip


class KernelConfig(AppConfig):
    name = "yingtai.kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The kernel is listed last in INSTALLED_APPS, so every module's models are loaded by now.
        autodiscover_modules(*CONTRIBUTIONS)
        from yingtai.kernel import housekeeping  # noqa: F401 - declares its jobs
        from yingtai.kernel.contributions import starters

        for starter in starters.all():
            starter()
