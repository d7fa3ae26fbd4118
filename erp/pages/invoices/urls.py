from django.urls import path

from erp.pages.invoices.views import act, invoice, invoices, send_one

urlpatterns = [
    path("invoices/", invoices, name="invoices"),
    path("invoices/act/", act, name="invoices_act"),
    path("invoices/<int:invoice_id>/", invoice, name="invoice"),
    path("invoices/<int:invoice_id>/send/", send_one, name="invoice_send"),
]
