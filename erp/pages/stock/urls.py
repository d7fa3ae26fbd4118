from django.urls import path

from erp.pages.stock.views import republish, stock, why

urlpatterns = [
    path("stock/", stock, name="stock"),
    path("stock/<int:variant_id>/", why, name="stock_why"),
    path("stock/<int:variant_id>/republish/", republish, name="stock_republish"),
]
