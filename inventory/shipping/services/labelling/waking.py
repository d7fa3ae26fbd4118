"""The wake-up of those who talk with carriers. Only a courtesy: the sweep finds every label by itself."""

from django.db import transaction

from erp.core.events import wake
from erp.core.queues import OUTSIDE


def wake_buyers() -> None:
    """After the commit."""
    transaction.on_commit(lambda: wake("inventory.shipping.tasks.buy_labels", OUTSIDE))
