"""The administration's sidebar: the daily pages first, then the sections that this person may open."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

SECTION_ICONS = {
    "catalog": "sell",
    "crm": "groups",
    "inventory": "inventory_2",
    "shipping": "local_shipping",
    "orders": "receipt_long",
    "invoices": "request_quote",
    "channels": "storefront",
    "auth": "badge",
    "django_celery_beat": "schedule",
    "core": "foundation",
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links in the shape that the theme wants."""
    return [_pages(request), *(_section(app) for app in admin.site.get_app_list(request))]


def _pages(request: HttpRequest) -> dict[str, Any]:
    items = [
        {"title": gettext("Today"), "icon": "today", "link": reverse("today"), "active": False},
        {"title": gettext("What needs you"), "icon": "notifications", "link": reverse("attention"), "active": False},
    ]
    if request.user.has_perm("inventory.view_stocklevel"):
        items.append({"title": gettext("Stock"), "icon": "shelves", "link": reverse("stock"), "active": False})
    return {"title": "", "items": items}


def _section(app: dict[str, Any]) -> dict[str, Any]:
    icon = SECTION_ICONS.get(app["app_label"], "folder")
    return {
        "title": str(app["name"]),
        "collapsible": True,
        "separator": True,
        "items": [{"title": str(model["name"]), "icon": icon, "link": model["admin_url"]} for model in app["models"]],
    }
