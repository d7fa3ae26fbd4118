"""Our parcels <-> the practice carrier's JSON. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from inventory.shipping.carriers.contract import ContractBroken, ParcelAnswer, ParcelRequest, Stage, TrackingStep

VOIDED = "ANNULLATA"
STAGES: dict[str, Stage] = {
    "REGISTRATA": "registered",
    "PRESA_IN_CARICO": "accepted",
    "IN_TRANSITO": "in_transit",
    "IN_CONSEGNA": "out_for_delivery",
    "CONSEGNATA": "delivered",
    "ANNULLATA": "voided",
}


def body_of(request: ParcelRequest) -> dict[str, Any]:
    """`createData` of one parcel: kilograms with a decimal comma, an amount to collect only where there is one."""
    to = request.recipient
    body: dict[str, Any] = {
        "riferimento": request.reference,
        "servizio": request.service,
        "colli": 1,
        "pesoKG": f"{Decimal(max(request.weight_grams, 100)) / 1000:.1f}".replace(".", ","),
        "destinatario": {
            "ragioneSociale": to.name,
            "presso": to.care_of,
            "indirizzo": to.street,
            "cap": to.postcode,
            "localita": to.town,
            "provincia": to.province,
            "nazione": to.country,
            "telefono": to.phone,
            "email": to.email,
        },
        "note": to.note,
        "numeroOrdine": request.order_number,
    }
    if request.cash is not None:
        body["contrassegno"] = {"importo": f"{request.cash:.2f}".replace(".", ","), "divisa": request.currency}
    return body


def answer_of(parcel: Any) -> ParcelAnswer:
    """One `spedizione` of an answer. Raises ContractBroken with the path of what is missing."""
    return ParcelAnswer(
        tracking_number=text_at(parcel, "codiceTracking"),
        carrier_reference=text_at(parcel, "numero"),
        routing=text_at(parcel, "instradamento"),
        barcode=text_at(parcel, "segnacollo"),
    )


def is_standing(parcel: Any) -> bool:
    return text_at(parcel, "stato") != VOIDED


def steps_of(body: Mapping[str, Any]) -> list[TrackingStep]:
    """`eventi`, oldest first; a state that we do not know is on its way."""
    events = body.get("eventi")
    if not isinstance(events, list):
        raise ContractBroken("eventi", "not a list")
    return [
        TrackingStep(
            at=datetime.fromisoformat(text_at(event, "data")),
            stage=STAGES.get(text_at(event, "stato"), "in_transit"),
            text=text_at(event, "descrizione"),
            place=str(event.get("filiale", "")),
        )
        for event in events
    ]


def text_at(document: Any, name: str) -> str:
    value = document.get(name) if isinstance(document, Mapping) else None
    if not isinstance(value, str) or not value:
        raise ContractBroken(f"spedizione.{name}", "missing")
    return value
