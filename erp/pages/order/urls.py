from django.urls import path

from erp.pages.order.cancelling import cancelling
from erp.pages.order.deeds import act
from erp.pages.order.editing import editing
from erp.pages.order.views import body, order, presence

urlpatterns = [
    path("orders/<int:order_id>/", order, name="order"),
    path("orders/<int:order_id>/presence/", presence, name="order_presence"),
    path("orders/<int:order_id>/body/", body, name="order_body"),
    path("orders/<int:order_id>/edit/", editing, name="order_edit"),
    path("orders/<int:order_id>/cancel/", cancelling, name="order_cancel"),
    path("orders/<int:order_id>/do/<slug:name>/", act, name="order_act"),
]
