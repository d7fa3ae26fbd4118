"""The roof of the house: settings, addresses, the Celery app, and the tools without business words in `erp.core`.

It assembles and shows; rules live in catalog, crm, inventory, orders and channels.
"""

from erp.celery import app as celery_app

__all__ = ["celery_app"]
