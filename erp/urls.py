"""Every address of the house: the daily pages, the admin, the login, the webhook door."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("erp.pages.urls")),
    path("accounts/", include("erp.site.doors")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("webhooks/", include("channels.urls")),
]
