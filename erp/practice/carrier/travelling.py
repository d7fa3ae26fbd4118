"""Where a parcel is: from the moments of its life and the time that has passed. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

HUB = "Hub di Bologna"
JOURNEY = (
    (timedelta(0), "PRESA_IN_CARICO", "Presa in carico dal corriere", "Filiale di partenza"),
    (timedelta(hours=4), "IN_TRANSITO", "Partita verso la filiale di destinazione", HUB),
    (timedelta(hours=18), "IN_CONSEGNA", "In consegna", "Filiale di destinazione"),
    (timedelta(hours=24), "CONSEGNATA", "Consegnata al destinatario", "Filiale di destinazione"),
)
WORDS = {
    "REGISTRATA": "in attesa di ritiro",
    "PRESA_IN_CARICO": "presa in carico",
    "IN_TRANSITO": "in transito",
    "IN_CONSEGNA": "in consegna",
    "CONSEGNATA": "consegnata",
    "ANNULLATA": "annullata",
}


@dataclass(frozen=True)
class Step:
    at: datetime
    state: str
    text: str
    place: str


def steps(parcel: dict[str, Any], now: datetime) -> list[Step]:
    """What has happened until `now`, oldest first."""
    found = [Step(datetime.fromisoformat(parcel["created_at"]), "REGISTRATA", "Spedizione registrata dal mittente", "Mittente")]
    if parcel["voided_at"]:
        found.append(Step(datetime.fromisoformat(parcel["voided_at"]), "ANNULLATA", "Annullata dal mittente", "Mittente"))
    if parcel["picked_up_at"]:
        start = datetime.fromisoformat(parcel["picked_up_at"])
        found += [Step(start + after, state, text, place) for after, state, text, place in JOURNEY if start + after <= now]
    return found


def state(parcel: dict[str, Any], now: datetime) -> str:
    return steps(parcel, now)[-1].state
