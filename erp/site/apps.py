from django.apps import apps
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _

TITLES = {"auth": _("People and roles"), "django_celery_beat": _("Schedules")}
"""Sections of libraries under the words that our people use."""


class SiteConfig(AdminConfig):
    """Django's admin with our site; stands in INSTALLED_APPS in the place of `django.contrib.admin`."""

    default_site = "erp.site.backoffice.BackOffice"

    def ready(self) -> None:
        super().ready()
        from erp.site import sections  # noqa: F401

        for label, title in TITLES.items():
            apps.get_app_config(label).verbose_name = title
