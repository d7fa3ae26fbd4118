from django.urls import path

from erp.pages.attention.views import attention, press, settle

urlpatterns = [
    path("attention/", attention, name="attention"),
    path("attention/<int:card_id>/press/", press, name="attention_press"),
    path("attention/<int:card_id>/settle/", settle, name="attention_settle"),
]
