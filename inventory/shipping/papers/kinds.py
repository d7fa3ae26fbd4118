"""The paper kinds of shipping. All are urgent: somebody stands at the printer."""

from erp.core.documents import PaperKind, register_paper
from inventory.shipping.papers import codes
from inventory.shipping.papers.labels import build_batch_labels, build_label
from inventory.shipping.papers.pick_lists import build_batch_list, build_pick_list
from inventory.shipping.papers.slips import build_batch_slips, build_slip

PERMISSION = "shipping.print_shipment"

for _code, _build in (
    (codes.PICK_LIST, build_pick_list),
    (codes.SLIP, build_slip),
    (codes.LABEL, build_label),
    (codes.BATCH_LIST, build_batch_list),
    (codes.BATCH_SLIPS, build_batch_slips),
    (codes.BATCH_LABELS, build_batch_labels),
    (codes.BATCH_ZPL, None),
):
    register_paper(PaperKind(_code, _build, PERMISSION, is_urgent=True))
