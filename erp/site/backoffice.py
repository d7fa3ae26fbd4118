"""The administration's site: signing in through our own door, a content policy of its own, and the sections in its sidebar."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog
from unfold.sites import UnfoldAdminSite

ADMIN_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE], "font-src": [SELF]}
"""What the admin theme needs beyond our own pages: its Alpine evaluates expressions, its templates carry styles."""


class ScriptTexts(JavaScriptCatalog):
    """The texts of Django's scripts, with those that we translate ourselves."""

    def get_paths(self, packages: list[str]) -> list[str]:
        return [*super().get_paths(packages), *map(str, settings.LOCALE_PATHS)]


ORDER = ("orders", "catalog", "crm", "inventory", "channels", "auth", "django_celery_beat", "core")


class BackOffice(UnfoldAdminSite):  # type: ignore[misc]
    site_title = _("Regia")
    site_header = _("Regia")
    index_title = _("Administration")
    enable_nav_sidebar = True

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The sections in the order of the day's work."""
        sections: list[dict[str, Any]] = super().get_app_list(request, app_label)
        places = {label: place for place, label in enumerate(ORDER)}
        return sorted(sections, key=lambda section: (places.get(section["app_label"], len(places)), str(section["name"])))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """There is one door: `account_login`, with its limit of tries."""
        response: HttpResponseBase = secure_admin_login(super().login)(request, extra_context)
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        logout(request)
        return redirect("account_login")

    def i18n_javascript(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        return ScriptTexts.as_view(packages=["django.contrib.admin"])(request)

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Callable[..., HttpResponseBase]:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def with_policy(*args: Any, **kwargs: Any) -> HttpResponseBase:
            response: HttpResponseBase = inner(*args, **kwargs)
            response._csp_replace = ADMIN_POLICY  # type: ignore[attr-defined]  # django-csp's own mark on a response
            return response

        return with_policy
