from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Customers and suppliers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm import cards  # noqa: F401  registration is the import's purpose
