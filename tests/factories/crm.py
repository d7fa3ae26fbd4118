from typing import Any

from crm.models import Company, Evidence, Party
from crm.people import Person, PostalAddress
from erp.core import clock
from erp.core.sorting import sort_name

HOME = PostalAddress(
    name="Anna Verdi",
    street="Via Garibaldi 12",
    postcode="95124",
    city="Catania",
    province="CT",
    country="IT",
)


def make_party(name: str = "Anna Verdi", **fields: Any) -> Party:
    return Party.objects.create(**{"name": name, "sort_name": sort_name(name), "is_customer": True, "created_at": clock.now(), **fields})


def make_evidence(party: Party, kind: str, value: str) -> Evidence:
    return Evidence.objects.create(party=party, kind=kind, value=value)


def person(source: str = "terramare", **fields: Any) -> Person:
    """A buyer with nothing but what is given."""
    return Person(source=source, **fields)


def anna(number: int = 1, source: str = "terramare", **fields: Any) -> Person:
    """A buyer with account, e-mail, phone and address; another number is another person at another door."""
    told: dict[str, Any] = {
        "external_id": str(number),
        "email": f"anna{number}@example.com",
        "phone": f"+39 333 {1000000 + number}",
        "first_name": "Anna",
        "last_name": f"Verdi {number}",
        "address": PostalAddress(
            name=f"Anna Verdi {number}",
            street=f"Via Garibaldi {number}",
            postcode="95124",
            city="Catania",
            province="CT",
            country="IT",
        ),
    }
    return Person(source=source, **{**told, **fields})


def make_company(**fields: Any) -> Company:
    return Company.objects.create(
        **{"name": "Bottega Etna S.r.l.", "street": "Via Etnea 1", "postcode": "95124", "city": "Catania", "province": "CT", **fields}
    )
