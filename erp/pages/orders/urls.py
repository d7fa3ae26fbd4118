from django.urls import path

from erp.pages.orders.acting import act, ask, undo
from erp.pages.orders.export import export
from erp.pages.orders.panel import drop, panel, save
from erp.pages.orders.views import chosen, live, orders, rows, side

urlpatterns = [
    path("orders/", orders, name="orders"),
    path("orders/rows/", rows, name="orders_rows"),
    path("orders/live/", live, name="orders_live"),
    path("orders/chosen/", chosen, name="orders_chosen"),
    path("orders/filter/", panel, name="orders_filter"),
    path("orders/filter/save/", save, name="orders_save_filter"),
    path("orders/filter/<int:filter_id>/drop/", drop, name="orders_drop_filter"),
    path("orders/export/", export, name="orders_export"),
    path("orders/ask/<slug:code>/", ask, name="orders_ask"),
    path("orders/act/<slug:code>/", act, name="orders_act"),
    path("orders/undo/<int:receipt_id>/", undo, name="orders_undo"),
    path("orders/<int:order_id>/side/", side, name="orders_side"),
]
