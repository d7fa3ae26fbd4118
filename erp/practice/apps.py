from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "erp.practice"
    label = "practice"
