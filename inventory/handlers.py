"""What stock hears: kits from the catalog, and its own news where the work wants a transaction of its own."""

from catalog.events import KitChanged
from erp.core.events import handles
from inventory.events import WarehouseSwitched, WindowPolicyChanged
from inventory.services.policies import apply_policy, recheck_kit
from inventory.services.warehouses import follow_warehouse


@handles(KitChanged)
def recheck_changed_kits(events: list[KitChanged]) -> None:
    for event in events:
        recheck_kit(event.kit_id)


@handles(WindowPolicyChanged, lane="backlog")
def apply_changed_policies(events: list[WindowPolicyChanged]) -> None:
    for event in events:
        apply_policy(event.variant_id)


@handles(WarehouseSwitched)
def follow_switched_warehouses(events: list[WarehouseSwitched]) -> None:
    for event in events:
        follow_warehouse(event.warehouse_id)
