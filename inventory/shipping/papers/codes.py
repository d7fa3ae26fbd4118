"""The codes of the paper kinds and the subjects that they are about."""

PICK_LIST = "shipping.pick_list"
SLIP = "shipping.slip"
LABEL = "shipping.label"
BATCH_LIST = "shipping.batch_list"
BATCH_SLIPS = "shipping.batch_slips"
BATCH_LABELS = "shipping.batch_labels"
BATCH_ZPL = "shipping.batch_zpl"


def list_subject(pick_list_id: int) -> str:
    return f"shipping.pick_list:{pick_list_id}"


def shipment_subject(shipment_id: int) -> str:
    return f"shipping.shipment:{shipment_id}"


def label_subject(label_id: int) -> str:
    return f"shipping.label:{label_id}"


def batch_subject(batch_id: int) -> str:
    return f"shipping.batch:{batch_id}"
