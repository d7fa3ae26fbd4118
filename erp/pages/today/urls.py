from django.urls import path

from erp.pages.today.views import live, stop_stock, today

urlpatterns = [
    path("", today, name="today"),
    path("today/live/", live, name="today_live"),
    path("today/stop-stock/", stop_stock, name="today_stop_stock"),
]
