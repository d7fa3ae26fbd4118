"""One paper alone, the first time or again: what is kept comes out again to the byte."""

from django.utils.translation import gettext as _

from crm.letterhead import letterhead
from erp.core.documents import document_of, request_document
from erp.core.history import By, record
from erp.core.models import Document
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.shipping.models import Label, PickList, Shipment
from inventory.shipping.papers.codes import LABEL, PICK_LIST, SLIP, label_subject, list_subject, shipment_subject
from inventory.shipping.papers.slips import readers_language
from inventory.shipping.states import LabelStatus


@atomic
def paper_of_label(label_id: int, *, by: By) -> Document:
    """The 100 x 150 mm label as PDF. Raises Refused for a label that is not ready or was voided."""
    label = Label.objects.select_for_update(of=("self",)).select_related("parcel").filter(pk=label_id).order_by("pk").first()
    if label is None or label.status != LabelStatus.READY:
        raise Refused(_("This label is not there to be printed: it is still at the carrier, or was voided. Look at the shipment."))
    paper = document_of(LABEL, label_subject(label_id)) or request_document(LABEL, label_subject(label_id), language=letterhead().language)
    if label.pdf_id != paper.pk:
        label.pdf = paper
        label.save(update_fields=["pdf"])
    record(f"shipping.shipment:{label.parcel.shipment_id}", "label_printed", by=by, tracking=label.tracking_number)
    return paper


@atomic
def paper_of_shipment(shipment_id: int, *, by: By) -> Document:
    """The packing slip of a shipment as it stands now: pieces or parcels may have changed since the last one."""
    shipment = Shipment.objects.filter(pk=shipment_id).order_by("pk").first()
    if shipment is None:
        raise Refused(_("This shipment is not here any more. Look at the list."))
    record(f"shipping.shipment:{shipment_id}", "slip_printed", by=by)
    return request_document(SLIP, shipment_subject(shipment_id), language=readers_language(shipment.language))


@atomic
def paper_of_list(pick_list_id: int, *, by: By) -> Document:
    """The pick list as it was made; the first one that was printed stays the one that is printed."""
    if not PickList.objects.filter(pk=pick_list_id).exists():
        raise Refused(_("This pick list is not here any more. Look at the list."))
    subject = list_subject(pick_list_id)
    record(subject, "list_printed", by=by)
    return document_of(PICK_LIST, subject) or request_document(PICK_LIST, subject, language=letterhead().language)
