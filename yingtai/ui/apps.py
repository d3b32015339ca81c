from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "yingtai.ui"
    label = "ui"
