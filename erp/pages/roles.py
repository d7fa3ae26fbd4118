"""The roles and what each may do. A role is a Django group; the table is the default that `ensure_roles` brings in."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from django.contrib.auth.models import Group, Permission
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from erp.core.transactions import atomic

LABELS: dict[str, Promise] = {
    "owner": _("Owner"),
    "order_desk": _("Order desk"),
    "warehouse": _("Warehouse role"),
    "customer_service": _("Customer service"),
    "purchasing": _("Purchasing"),
    "accountant": _("Accountant"),
    "integrator": _("Integrator"),
}
READS = (
    "catalog.view_*",
    "crm.view_*",
    "inventory.view_*",
    "orders.view_*",
    "shipping.view_*",
    "channels.view_account",
    "channels.view_listing",
    "core.view_card",
)
ROLES: dict[str, tuple[str, ...]] = {
    "owner": ("*",),
    "order_desk": (
        *READS,
        "crm.add_*",
        "crm.change_*",
        "orders.*",
        "shipping.*_shipment",
        "shipping.*_label",
        "shipping.choose_carrier",
        "invoices.view_*",
        "invoices.issue_invoice",
        "invoices.send_invoice",
        "channels.view_*",
        "channels.bind_listing",
        "channels.retry_*",
        "channels.pull_account",
        "channels.tell_shop",
        "core.view_historyentry",
        "core.change_card",
    ),
    "warehouse": (*READS, "inventory.*", "shipping.*_shipment", "shipping.*_label", "shipping.choose_carrier", "core.change_card"),
    "customer_service": (
        *READS,
        "crm.add_*",
        "crm.change_*",
        "orders.hold_order",
        "orders.release_hold",
        "orders.cancel_order",
        "orders.tag_order",
        "channels.tell_shop",
        "channels.view_fulfilmentpush",
        "channels.view_cancelpush",
        "invoices.view_*",
        "invoices.send_invoice",
        "core.view_historyentry",
    ),
    "purchasing": (*READS, "catalog.*", "crm.add_*", "crm.change_*", "inventory.receive_stock", "inventory.set_safety_stock"),
    "accountant": (*READS, "crm.change_*", "orders.record_payment", "invoices.*", "core.view_historyentry"),
    "integrator": (*READS, "channels.*", "core.view_*", "core.change_card", "django_celery_beat.*"),
}
"""Patterns over `app.codename`. Operations of documents are named as their services; add, change and delete are for master data."""


def role_label(code: str) -> str:
    """A role in the reader's language; a group that the owner made keeps its name."""
    return str(LABELS.get(code, code))


def permissions_of(role: str, permissions: Iterable[Permission]) -> list[Permission]:
    """Those of `permissions` that the table gives to a role."""
    return [
        one for one in permissions if any(fnmatchcase(f"{one.content_type.app_label}.{one.codename}", pattern) for pattern in ROLES[role])
    ]


@atomic
def ensure_roles() -> list[str]:
    """Make the roles that are missing and give each what the table says; takes nothing away that the owner added. -> roles made"""
    permissions = list(Permission.objects.select_related("content_type").order_by("pk"))
    made = []
    for role in ROLES:
        group, is_new = Group.objects.get_or_create(name=role)
        if is_new:
            made.append(role)
        group.permissions.add(*permissions_of(role, permissions))
    return made
