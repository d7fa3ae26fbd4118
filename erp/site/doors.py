"""Signing in and out. Accounts are made by the owner in the administration; nobody signs up."""

from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import URLPattern, path

urlpatterns: list[URLPattern] = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
]
"""Only what has a page of ours; there is no sign-up, and no mail to reset a password with."""


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth for staff: closed to newcomers, and silent about signing in and out."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *args: object, **kwargs: object) -> None:
        """A good sign-in needs no words; a changed password does."""
        if message_template and "password" in message_template:
            super().add_message(request, level, message_template, *args, **kwargs)
