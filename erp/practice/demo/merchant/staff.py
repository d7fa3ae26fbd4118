"""The people who work at Terramare Casa: one for each role, with a password that the demo prints."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from erp.core.transactions import atomic

PEOPLE = (
    ("owner", "titolare", "Caterina", "Zauli"),
    ("order_desk", "ordini", "Luca", "Montanari"),
    ("warehouse", "magazzino", "Davide", "Casadio"),
    ("customer_service", "assistenza", "Sara", "Liverani"),
    ("purchasing", "acquisti", "Nicola", "Babini"),
    ("accountant", "contabile", "Ilaria", "Tampieri"),
    ("integrator", "integratore", "Matteo", "Savini"),
)
LABELS: dict[str, Promise] = {
    "owner": _("Owner"),
    "order_desk": _("Order desk"),
    "warehouse": _("Warehouse role"),
    "customer_service": _("Customer service"),
    "purchasing": _("Purchasing"),
    "accountant": _("Accountant"),
    "integrator": _("Integrator"),
}
CONSONANTS, VOWELS = "bdflmnrst", "aeio"


@dataclass(frozen=True)
class Staff:
    role: str
    username: str
    password: str

    @property
    def label(self) -> str:
        return str(LABELS[self.role])


def hire_staff(passwords: Path) -> list[Staff]:
    """A user for each role; passwords are made once and kept in the file, which only its owner can read."""
    known: dict[str, str] = json.loads(passwords.read_text()) if passwords.exists() else {}
    staff = [Staff(role, username, known.get(username) or _password()) for role, username, _first_name, _last_name in PEOPLE]
    _make_users([person for person in staff if person.username not in known or not _exists(person.username)])
    passwords.parent.mkdir(parents=True, exist_ok=True)
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({person.username: person.password for person in staff}))
    return staff


def owner() -> User:
    """In whose name the demo sets the merchant up."""
    return User.objects.get(username=PEOPLE[0][1])


def _exists(username: str) -> bool:
    return User.objects.filter(username=username).exists()


@atomic
def _make_users(staff: list[Staff]) -> None:
    names = {username: (first, last) for _role, username, first, last in PEOPLE}
    for person in staff:
        first, last = names[person.username]
        user, _is_new = get_user_model().objects.get_or_create(
            username=person.username, defaults={"first_name": first, "last_name": last, "email": f"{person.username}@terramare.example"}
        )
        user.is_staff, user.is_superuser = True, person.role == "owner"
        user.set_password(person.password)
        user.save()
        user.groups.set([Group.objects.get(name=person.role)])


def _password() -> str:
    """Easy to type, hard to guess: about 46 bits."""
    syllables = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(9)]
    return "-".join("".join(syllables[place : place + 3]) for place in (0, 3, 6))
