import os

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "yingtai.ui"
    label = "ui"

    def ready(self) -> None:
        from yingtai.ui.translation import catalogues

        # A package that an installer wrote for us was compiled by it, and may be closed to us now.
        if os.access(catalogues.PACKAGE, os.W_OK):
            catalogues.compile_stale()
