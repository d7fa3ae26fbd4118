"""Three hundred customers as values: Italian names, real towns with their postcode and province, fiscal codes with right check signs."""

import csv
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stdnum import luhn
from stdnum.it.codicefiscale import calc_check_digit

from crm.people import folded

SEED = 20260402
CUSTOMERS, COMPANY_EVERY, CODICE_FISCALE_EVERY = 300, 6, 3
MALE = (
    "Andrea Marco Luca Matteo Francesco Alessandro Davide Stefano Paolo Giorgio Simone Riccardo Nicola Pietro Filippo Enrico Fabio"
    " Emanuele Giacomo Tommaso Daniele"
)
FEMALE = (
    "Giulia Chiara Francesca Sara Martina Elena Valentina Alessia Silvia Laura Federica Paola Anna Beatrice Camilla Ilaria Marta"
    " Cristina Caterina Lucia"
)
SURNAMES = (
    "Rossi Ferrari Russo Bianchi Romano Gallo Costa Fontana Conti Esposito Ricci Bruno Rizzo Moretti Marino Greco Barbieri Lombardi"
    " Cassani Colombo Mancini Longo Leone Martinelli Marchetti Martini Galli Gatti Mariani Ferrara Santoro Marini Bianco Conte Serra"
    " Montanari Zoli Casadio Babini Ravaioli Savini Bandini Drei Liverani Gaudenzi Emiliani Tampieri Donati Samorì Ancarani Zauli"
)
STREETS = (
    "Via Giuseppe Garibaldi,Via Giuseppe Mazzini,Corso Camillo Cavour,Via Roma,Via Guglielmo Marconi,Via Dante Alighieri"
    ",Viale della Libertà,Via Alessandro Manzoni,Via Giosuè Carducci,Corso Giacomo Matteotti,Via XX Settembre,Piazza del Popolo"
    ",Via Giovanni Pascoli,Via Giuseppe Verdi,Via Antonio Gramsci,Via San Francesco,Vicolo del Pozzo,Via Caduti della Libertà"
)
SHOPS = "Casa,Arredi,Bottega,Locanda,Agriturismo,Hotel,Ristorante,Studio,Enoteca,Trattoria"
FORMS = "S.r.l.,S.n.c.,S.a.s.,S.r.l.s."
OFFICES = ("037", "039", "040", "015", "058", "121", "048", "010", "024", "072")
MONTHS = "ABCDEHLMPRST"
VOWELS = "AEIOU"


@dataclass(frozen=True)
class Place:
    city: str
    province: str
    postcode: str
    belfiore: str


@dataclass(frozen=True)
class Customer:
    """A buyer. `codice_fiscale`, or `partita_iva` with `recipient_code` or `pec`, is "" where the buyer gives none."""

    first_name: str
    last_name: str
    company: str
    email: str
    phone: str
    street: str
    place: Place
    codice_fiscale: str = ""
    partita_iva: str = ""
    recipient_code: str = ""
    pec: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@cache
def places() -> tuple[Place, ...]:
    with Path(__file__).with_name("places.csv").open(newline="", encoding="utf-8") as file:
        return tuple(Place(**row) for row in csv.DictReader(file))


@cache
def customers() -> tuple[Customer, ...]:
    """The merchant's own customers, the same at every call; nobody shares an e-mail address."""
    chance = random.Random(SEED)
    return tuple(make_customer(chance, number) for number in range(1, CUSTOMERS + 1))


def make_customer(chance: random.Random, number: int) -> Customer:
    """One more person; `number` keeps the e-mail address unique. New buyers of the practice shops come from here too."""
    is_man = chance.random() < 0.5
    first, last = chance.choice((MALE if is_man else FEMALE).split()), chance.choice(SURNAMES.split())
    place = chance.choice(places())
    street = f"{chance.choice(STREETS.split(','))}, {chance.randint(1, 140)}"
    mailbox = f"{folded(first)}.{folded(last)}{number}".replace(" ", "")
    phone = f"+39 3{chance.choice('234')}{chance.randint(0, 9)} {chance.randint(1_000_000, 9_999_999)}"
    person = Customer(first, last, "", f"{mailbox}@posta.example", phone, street, place)
    if number % COMPANY_EVERY == 0:
        return _with_company(person, chance, number)
    if number % CODICE_FISCALE_EVERY == 0:
        return _with(person, codice_fiscale=codice_fiscale(first, last, is_man=is_man, place=place, chance=chance))
    return person


def _with(person: Customer, **facts: str) -> Customer:
    return Customer(**{**person.__dict__, **facts})


def _with_company(person: Customer, chance: random.Random, number: int) -> Customer:
    company = f"{chance.choice(SHOPS.split(','))} {person.last_name} {chance.choice(FORMS.split(','))}"
    recipient = "".join(chance.choice("ABCDEFGHKMNPRSTUVWXYZ23456789") for _ in range(7)) if chance.random() < 0.7 else ""
    pec = "" if recipient else f"{folded(person.last_name).replace(' ', '')}{number}@pec.example"
    return _with(person, company=company, partita_iva=partita_iva(chance), recipient_code=recipient, pec=pec)


def partita_iva(chance: random.Random) -> str:
    """Seven digits of the taxpayer, three of the tax office, and the check digit of DM 23.12.1976."""
    body = f"{chance.randint(100_000, 9_999_999):07d}{chance.choice(OFFICES)}"
    return body + str(luhn.calc_check_digit(body))


def codice_fiscale(first: str, last: str, *, is_man: bool, place: Place, chance: random.Random) -> str:
    """The sixteen signs of DM 23.12.1976 for a birthday between 1950 and 2004."""
    year, month, day = chance.randint(1950, 2004), chance.randint(1, 12), chance.randint(1, 28)
    body = _surname(last) + _first_name(first) + f"{year % 100:02d}{MONTHS[month - 1]}{day + (0 if is_man else 40):02d}{place.belfiore}"
    return body + str(calc_check_digit(body))


def _surname(name: str) -> str:
    letters = folded(name).replace(" ", "").upper()
    consonants = "".join(sign for sign in letters if sign not in VOWELS)
    return (consonants + "".join(sign for sign in letters if sign in VOWELS) + "XXX")[:3]


def _first_name(name: str) -> str:
    consonants = "".join(sign for sign in folded(name).replace(" ", "").upper() if sign not in VOWELS)
    return consonants[0] + consonants[2:4] if len(consonants) > 3 else _surname(name)
