"""Labels: asked for in a transaction, bought by workers (claim, call, record), taken back, printed again from what is stored."""

from inventory.shipping.services.labelling.asking import ask_again, request_labels
from inventory.shipping.services.labelling.buying import buy_label, work_due_labels
from inventory.shipping.services.labelling.by_hand import (
    NumbersTaken,
    carriers_by_hand,
    check_numbers,
    enter_tracking,
    export_parcels,
    import_numbers,
    labels_by_hand,
)
from inventory.shipping.services.labelling.clearing import clear_strays
from inventory.shipping.services.labelling.closing import close_days
from inventory.shipping.services.labelling.following import track_parcel
from inventory.shipping.services.labelling.texts import labels_of, zpl_of
from inventory.shipping.services.labelling.trying import try_now
from inventory.shipping.services.labelling.voiding import let_parcels_go, stop_parcels, void_label, void_labels_of, void_outdated_labels

__all__ = [
    "NumbersTaken",
    "ask_again",
    "buy_label",
    "carriers_by_hand",
    "check_numbers",
    "clear_strays",
    "close_days",
    "enter_tracking",
    "export_parcels",
    "import_numbers",
    "labels_by_hand",
    "labels_of",
    "let_parcels_go",
    "request_labels",
    "stop_parcels",
    "track_parcel",
    "try_now",
    "void_label",
    "void_labels_of",
    "void_outdated_labels",
    "work_due_labels",
    "zpl_of",
]
