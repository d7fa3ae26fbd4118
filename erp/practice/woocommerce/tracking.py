"""The tracking plugin of the practice shop: parcels in a member of the order's `meta_data`, shown to the buyer with a link.

What it takes is in `contract/plugins/shipment_tracking.json`. A real plugin passes over what it cannot read and shows nothing; this one
refuses it, so that a wrong member is found here.
"""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from erp.practice.woocommerce.contract import FOLDER
from erp.practice.woocommerce.contract.values import Problem, check
from erp.practice.woocommerce.errors import invalid_params
from erp.practice.woocommerce.store import Change

Parcels = list[dict[str, str]]


@cache
def _plugin() -> dict[str, Any]:
    plugin: dict[str, Any] = json.loads((FOLDER / "plugins" / "shipment_tracking.json").read_text())
    return plugin


def check_tracking(metas: list[dict[str, Any]]) -> None:
    """Raises the platform's refusal for a member of the plugin that it could not show."""
    for meta in metas:
        if meta.get("key") == _plugin()["key"] and meta.get("value") is not None:
            try:
                _check_parcels(meta["value"])
            except Problem as problem:
                raise invalid_params({"meta_data": str(problem.args[0])}, {"meta_data": problem.args[1]}) from None


def _check_parcels(value: Any) -> None:
    seen: set[str] = set()
    for parcel in check(_plugin()["key"], value, _plugin()["facts"]):
        if missing := [name for name in _plugin()["required"] if not parcel.get(name)]:
            raise Problem(f"{missing[0]} is missing.", "rest_missing_callback_param")
        if not parcel["date_shipped"].isdigit():
            raise Problem("date_shipped is no moment in seconds.", "rest_invalid_date")
        if parcel["tracking_id"] in seen:
            raise Problem("tracking_id is there twice.", "rest_invalid_param")
        seen.add(parcel["tracking_id"])


def parcels_of(order: dict[str, Any]) -> Parcels:
    """What the plugin shows: number, carrier, link and day of each parcel."""
    value: list[dict[str, str]] = next((meta["value"] for meta in order["meta_data"] if meta["key"] == _plugin()["key"]), [])
    return [
        {
            "number": parcel["tracking_number"],
            "carrier": parcel.get("custom_tracking_provider") or parcel.get("tracking_provider", ""),
            "link": parcel.get("custom_tracking_link", ""),
            "day": datetime.fromtimestamp(int(parcel["date_shipped"]), UTC).strftime("%d/%m/%Y"),
        }
        for parcel in value
    ]


def parcel_by_hand(change: Change, *, number: str, carrier: str, link: str) -> dict[str, str]:
    """A parcel that the shop's own people typed into the plugin's box."""
    return {
        "tracking_provider": "",
        "custom_tracking_provider": carrier,
        "custom_tracking_link": link,
        "tracking_number": number,
        "date_shipped": str(int(change.now.timestamp())),
        "tracking_id": f"staff-{change.next_id('tracking')}",
    }


def with_parcel(order: dict[str, Any], parcel: dict[str, str]) -> list[dict[str, Any]]:
    """The `meta_data` to write for one more parcel."""
    key = _plugin()["key"]
    before: list[dict[str, str]] = next((meta["value"] for meta in order["meta_data"] if meta["key"] == key), [])
    return [{"key": key, "value": [*before, parcel]}]
