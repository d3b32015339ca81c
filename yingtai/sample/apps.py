from django.apps import AppConfig


class SampleConfig(AppConfig):
    name = "yingtai.sample"
