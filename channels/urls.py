from django.urls import path

from channels.views import webhook

app_name = "channels"

urlpatterns = [path("<slug:code>/", webhook, name="webhook")]
