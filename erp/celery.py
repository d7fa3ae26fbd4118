"""The Celery app. Tasks load nothing and call one service; what must not be lost is a row in PostgreSQL, never only a message."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")

app = Celery("regia")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
