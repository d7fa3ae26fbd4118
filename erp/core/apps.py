from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "erp.core"
    label = "core"
    verbose_name = _("Foundations")

    def ready(self) -> None:
        from erp.core import card_kinds  # noqa: F401
