"""What shipping shows to people who must decide. Subjects: `shipping.shipment:<id>`, `shipping.label:<id>`, `shipping.carrier:<id>`."""

from django.utils.translation import gettext_lazy as _

from erp.core.cards import CardKind, register

LABEL_REFUSED = "shipping.label_refused"
LABEL_OUTDATED = "shipping.label_outdated"
STOP_PARCEL = "shipping.stop_parcel"
CARRIER_TROUBLE = "shipping.carrier_trouble"
STRAY_PARCEL = "shipping.stray_parcel"
PRINTER_FAILED = "shipping.printer_failed"

register(
    CardKind(
        code=LABEL_REFUSED,
        title=_("%(carrier)s refused the label of order %(number)s"),
        cause=_("The carrier says: “%(reason)s”. Correct the address or choose another service, then ask again."),
        action=_("Ask again"),
        retry="inventory.shipping.services.labelling.ask_again",
        severity="bad",
        permission="shipping.buy_label",
    )
)
register(
    CardKind(
        code=LABEL_OUTDATED,
        title=_("Label %(tracking)s of order %(number)s is no longer right"),
        cause=_(
            "Where the order goes, or what is collected there, was changed. The label is void: take it off the parcel and ask for another."
        ),
        action=_("Ask again"),
        retry="inventory.shipping.services.labelling.ask_again",
        severity="bad",
        permission="shipping.buy_label",
    )
)
register(
    CardKind(
        code=STOP_PARCEL,
        title=_("Stop parcel %(tracking)s of order %(number)s"),
        cause=_("The order was cancelled, but %(carrier)s has the parcel (%(reason)s). Call the carrier and ask for it back."),
        severity="bad",
        permission="shipping.void_label",
    )
)
register(
    CardKind(
        code=STRAY_PARCEL,
        title=_("%(carrier)s has a second parcel of order %(number)s"),
        cause=_(
            "It was asked for a label, its answer was lost, and it made parcel %(tracking)s later. It does not take it back (“%(reason)s”)."
            " Tell the carrier that this parcel does not exist."
        ),
        severity="bad",
        permission="shipping.void_label",
    )
)
register(
    CardKind(
        code=CARRIER_TROUBLE,
        title=_("%(carrier)s makes no labels at the moment"),
        cause=_("Its last answer: “%(detail)s”. Labels are asked for again by themselves, none is bought twice. Check address and keys."),
        action=_("Try now"),
        retry="inventory.shipping.services.labelling.try_now",
        severity="bad",
        permission="shipping.buy_label",
    )
)
register(
    CardKind(
        code=PRINTER_FAILED,
        title=_("The papers of batch %(number)s were not printed"),
        cause=_("%(said)s The papers themselves are ready: they can be opened and printed from the batch's page."),
        action=_("Print now"),
        retry="inventory.shipping.services.printing.retry_sending",
        severity="bad",
        permission="shipping.print_shipment",
    )
)
