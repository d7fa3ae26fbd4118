from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShippingConfig(AppConfig):
    name = "inventory.shipping"
    label = "shipping"
    verbose_name = _("Shipping")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("inventory.shipping.cards")
        import_module("inventory.shipping.handlers")
        import_module("inventory.shipping.papers.kinds")
        import_module("inventory.shipping.proofs")
