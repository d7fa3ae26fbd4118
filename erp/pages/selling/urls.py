from django.urls import path

from erp.pages.selling.views import articles, confirm, customer, customers, new_order, preview, repeat

urlpatterns = [
    path("orders/new/", new_order, name="new_order"),
    path("orders/new/articles/", articles, name="new_order_articles"),
    path("orders/new/customers/", customers, name="new_order_customers"),
    path("orders/new/customers/<int:party_id>/", customer, name="new_order_customer"),
    path("orders/new/repeat/<int:order_id>/", repeat, name="new_order_repeat"),
    path("orders/new/preview/", preview, name="new_order_preview"),
    path("orders/new/confirm/", confirm, name="new_order_confirm"),
]
