"""The daily pages."""

from django.urls import include, path

from erp.pages.bulk import undo
from erp.pages.heartbeat import heartbeat
from erp.pages.menu import menu

urlpatterns = [
    path("", include("erp.pages.today.urls")),
    path("", include("erp.pages.attention.urls")),
    path("", include("erp.pages.stock.urls")),
    path("", include("erp.pages.orders.urls")),
    path("", include("erp.pages.activity.urls")),
    path("", include("erp.pages.order.urls")),
    path("", include("erp.pages.selling.urls")),
    path("", include("erp.pages.search.urls")),
    path("", include("erp.pages.documents.urls")),
    path("", include("erp.pages.shipments.urls")),
    path("", include("erp.pages.invoices.urls")),
    path("menu/", menu, name="menu"),
    path("shell/live/", heartbeat, name="shell_live"),
    path("receipts/<int:receipt_id>/undo/", undo, name="receipt_undo"),
]
