"""What an order says to have been told, and what is written beside it; other people's members stay."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from channels.connectors.woocommerce.tracking import (
    OWN_KEY,
    PLUGIN_KEY,
    Note,
    fulfilments_of,
    is_ours_to_the_end,
    meta_to_write,
    new_parcels,
    note_in,
    told_in,
)
from channels.contract import ChannelFulfilment, FulfilledParcel, Fulfilment

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
THEIRS = {"tracking_id": "a1", "tracking_number": "PT1", "tracking_provider": "poste", "date_shipped": "1"}


def told(*parcels: str, completes: bool = True, key: str = "shp_1") -> Fulfilment:
    rows = tuple(FulfilledParcel(f"{key}-{each}", each, "GLS", f"https://gls.example/{each}") for each in parcels)
    return Fulfilment("7", key, AT, {"11": Decimal("2.000")}, rows, completes=completes)


def body(status: str = "processing", **meta: Any) -> dict[str, Any]:
    names = {"own": OWN_KEY, "plugin": PLUGIN_KEY}
    return {"status": status, "meta_data": [{"id": 1, "key": names[name], "value": value} for name, value in meta.items()]}


def after(before: dict[str, Any], what: Fulfilment, status: str = "processing") -> dict[str, Any]:
    rows = {row["key"]: row for row in before["meta_data"]} | {row["key"]: row for row in meta_to_write(before, what)}
    return {"status": status, "meta_data": list(rows.values())}


def test_the_first_telling_writes_our_keys_and_the_plugin_s_form() -> None:
    own, plugin = meta_to_write(body(), told("G1"))

    line = {"id": "11", "quantity": "2"}
    row = {"key": "shp_1", "parcels": ["shp_1-G1"], "lines": [line], "completes": True, "numbers": ["G1"]}
    assert own == {"key": OWN_KEY, "value": [row]}
    assert plugin["value"] == [
        {
            "tracking_provider": "",
            "custom_tracking_provider": "GLS",
            "custom_tracking_link": "https://gls.example/G1",
            "tracking_number": "G1",
            "date_shipped": str(int(AT.timestamp())),
            "tracking_id": "shp_1-G1",
        }
    ]


def test_the_same_again_writes_nothing() -> None:
    written = after(body(), told("G1", "G2"))

    assert (meta_to_write(written, told("G1", "G2")), meta_to_write(written, told("G1"))) == ([], [])


def test_a_parcel_more_and_the_last_word_are_added() -> None:
    written = after(body(), told("G1", completes=False))

    more = after(written, told("G2", completes=False))
    last = after(more, told("G2", completes=True), "completed")

    assert told_in(more).parcels == {"shp_1": ("shp_1-G1", "shp_1-G2")}
    assert [(told_in(each).is_complete, is_ours_to_the_end(each)) for each in (more, last)] == [(False, False), (True, True)]
    assert len(fulfilments_of(last)) == 2


def test_what_others_wrote_stays_and_is_theirs() -> None:
    written = after(body(plugin=[THEIRS]), told("G1"))

    assert fulfilments_of(written) == (ChannelFulfilment("", "PT1", "poste"), ChannelFulfilment("shp_1-G1", "G1", "GLS"))


def test_a_parcel_of_ours_that_a_plugin_saved_anew_is_still_ours() -> None:
    written = after(after(body(), told("G1", completes=False)), told("G2"))
    plugin = next(row for row in written["meta_data"] if row["key"] == PLUGIN_KEY)
    plugin["value"] = [{**row, "tracking_id": f"new-{place}"} for place, row in enumerate(plugin["value"])]

    assert [each.key for each in fulfilments_of(written)] == ["new-0", "new-1"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "text",
        7,
        [],
        ["x", None],
        {"0": {"key": "shp_9"}},
        [{"key": None, "parcels": None}],
        [{"key": "a", "parcels": 7, "numbers": 7}],
    ],
)
def test_members_of_any_shape_are_read(value: Any) -> None:
    strange = body("completed", own=value, plugin=value)

    assert (is_ours_to_the_end(strange), len(meta_to_write(strange, told("G1")))) == (False, 2)


def test_a_parcel_without_a_number_is_ours_alone() -> None:
    silent = Fulfilment("7", "shp_1", AT, {}, (FulfilledParcel("shp_1-1", carrier="GLS"),))

    assert [row["key"] for row in meta_to_write(body(), silent)] == [OWN_KEY]


def test_the_words_of_the_note_and_what_was_written_before_it_stand_beside_our_keys() -> None:
    note = Note("Spedito con GLS.\nSpedito con GLS.", 41)
    written = {"status": "processing", "meta_data": meta_to_write(body(), told("G1"), note)}

    assert (note_in(written, "shp_1"), note_in(written, "shp_2"), note_in(body(), "shp_1")) == (note, None, None)
    assert [parcel.tracking_number for parcel in new_parcels(written, told("G1", "G2"))] == ["G2"]
