from django.urls import path

from erp.pages.activity.views import activity, undo

urlpatterns = [
    path("activity/", activity, name="activity"),
    path("activity/<int:receipt_id>/undo/", undo, name="activity_undo"),
]
