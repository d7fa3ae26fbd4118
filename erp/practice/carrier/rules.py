"""What the carrier takes and what it refuses, with its own codes and words."""

import re
from decimal import Decimal
from typing import Any

LIMITS = {
    "ragioneSociale": (2, 35),
    "presso": (0, 35),
    "indirizzo": (6, 35),
    "localita": (2, 30),
    "nazione": (2, 2),
    "telefono": (0, 16),
    "email": (0, 70),
}
SERVICES = ("STANDARD", "EXPRESS", "CONTRASSEGNO")
PROVINCES = frozenset(
    re.findall(
        "..",
        "AGALANAOAPAQARATAVBABGBIBLBNBOBRBSBTBZCACBCECHCLCNCOCRCSCTCZENFCFEFGFIFMFRGEGOGRIMISKRLCLELILOLTLU"
        "MBMCMEMIMNMOMSMTNANONUORPAPCPDPEPGPIPNPOPRPTPUPVPZRARCRERGRIRMRNROSASISOSPSRSSSUSVTATETNTOTPTRTSTVUDVAVBVCVEVIVRVTVV",
    )
)
HIGHEST_CASH = Decimal("4999.99")
REFERENCE = re.compile(r"[A-Za-z0-9/_-]{1,15}")
AMOUNT = re.compile(r"\d{1,5},\d{2}")
WEIGHT = re.compile(r"\d{1,4}(,\d{1,3})?")


class Refusal(Exception):
    """`{"esito": {codice, gravita, messaggio, campo}}` with a negative code, inside an answer of 200."""

    def __init__(self, code: int, message: str, field: str = "", *, status: int = 200) -> None:
        super().__init__(message)
        self.code, self.message, self.field, self.status = code, message, field, status


def check(parcel: Any) -> list[str]:
    """The warnings of a parcel that is taken. Raises Refusal for the first field that does not do."""
    if not isinstance(parcel, dict) or not isinstance(parcel.get("destinatario"), dict):
        raise Refusal(-10, "Dati della spedizione mancanti.", "spedizione")
    if not REFERENCE.fullmatch(str(parcel.get("riferimento", ""))):
        raise Refusal(-11, "Riferimento mittente non valido: da 1 a 15 lettere o cifre.", "riferimento")
    if parcel.get("servizio") not in SERVICES:
        raise Refusal(-12, f"Servizio sconosciuto: {parcel.get('servizio', '')}.", "servizio")
    if not WEIGHT.fullmatch(str(parcel.get("pesoKG", ""))):
        raise Refusal(-13, "Peso non valido: chilogrammi con la virgola.", "pesoKG")
    if len(str(parcel.get("note", ""))) > 70:
        raise Refusal(-20, "Note troppo lunghe: massimo 70 caratteri.", "note")
    _check_texts(parcel["destinatario"])
    _check_place(parcel["destinatario"])
    _check_cash(parcel)
    return [] if parcel["destinatario"]["localita"].isupper() else ["Località normalizzata."]


def _check_texts(to: dict[str, Any]) -> None:
    for name, (shortest, longest) in LIMITS.items():
        value = to.get(name, "")
        if not isinstance(value, str):
            raise Refusal(-20, f"Campo {name} non valido.", f"destinatario.{name}")
        if len(value) > longest:
            raise Refusal(-20, f"Campo {name} troppo lungo: massimo {longest} caratteri.", f"destinatario.{name}")
        if len(value.strip()) < shortest:
            raise Refusal(-21, f"Campo {name} mancante o troppo corto.", f"destinatario.{name}")


def _check_place(to: dict[str, Any]) -> None:
    postcode, province = str(to.get("cap", "")), str(to.get("provincia", ""))
    if to["nazione"] != "IT":
        if not 3 <= len(postcode) <= 9:
            raise Refusal(-30, "CAP estero non valido: da 3 a 9 caratteri.", "destinatario.cap")
        return
    if not re.fullmatch(r"\d{5}", postcode):
        raise Refusal(-30, f"CAP non valido: “{postcode}”. Servono 5 cifre.", "destinatario.cap")
    if postcode == "00000":
        raise Refusal(-31, "CAP 00000 non servito.", "destinatario.cap")
    if province not in PROVINCES:
        raise Refusal(-32, f"Provincia non valida: “{province}”.", "destinatario.provincia")


def _check_cash(parcel: dict[str, Any]) -> None:
    cash = parcel.get("contrassegno")
    if cash is None:
        if parcel["servizio"] == "CONTRASSEGNO":
            raise Refusal(-35, "Il servizio contrassegno richiede un importo.", "contrassegno.importo")
        return
    amount = cash.get("importo", "") if isinstance(cash, dict) else ""
    if parcel["servizio"] != "CONTRASSEGNO":
        raise Refusal(-36, "Il contrassegno non è previsto con questo servizio.", "contrassegno")
    if not AMOUNT.fullmatch(str(amount)) or not 0 < Decimal(amount.replace(",", ".")) <= HIGHEST_CASH:
        raise Refusal(-35, "Importo del contrassegno non valido: da 0,01 a 4.999,99.", "contrassegno.importo")
    if cash.get("divisa") != "EUR":
        raise Refusal(-37, "Il contrassegno si incassa solo in euro.", "contrassegno.divisa")


def routing_of(to: dict[str, Any]) -> str:
    """What the sorting machine reads: the hub by the first figures, the round by the last."""
    if to["nazione"] != "IT":
        return f"{to['nazione']} 99-{to['cap'][:3].upper()}"
    return f"{to['provincia']} {to['cap'][:2]}-{to['cap'][2:]}"
