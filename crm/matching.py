"""Who is who on a page of buyers: the rule of evidence. Pure; the rows that it needs come in as `Known`, what to write goes out as `Plan`.

The strongest clue decides: tax ids, then e-mail, then the shop's own customer number, then phone and address together. A weaker clue
never joins a buyer to a party with other tax ids, and two parties are never joined by themselves: they become a suggestion.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crm.contacts import is_relay_domain, normalise_email, normalise_phone
from crm.fiscal import REFUSAL, check_codice_fiscale, check_partita_iva, check_pec, check_recipient_code, vat_country
from crm.people import Person

VAT, CODICE_FISCALE, EMAIL, ACCOUNT, PHONE_ADDRESS = "vat", "cf", "email", "account", "phone_address"
TAX_KINDS = (VAT, CODICE_FISCALE)
NO_ACCOUNT = ("", "0")
"""What shops write for a guest; one mapper that forgets it must not make all guests one customer."""


@dataclass(frozen=True, order=True)
class Clue:
    """`value` is the normal form; of an account it is the shop's code, a blank, and the customer number there."""

    kind: str
    value: str


@dataclass(frozen=True, order=True)
class Contact:
    kind: str
    value: str
    raw: str = field(compare=False, default="")
    is_relay: bool = field(compare=False, default=False)


@dataclass(frozen=True)
class Facts:
    """What a party has in the fields that a buyer may fill; `tax` are its tax ids as clues."""

    codice_fiscale: str = ""
    partita_iva: str = ""
    vat_country: str = ""
    recipient_code: str = ""
    pec: str = ""
    is_customer: bool = True

    @property
    def tax(self) -> frozenset[Clue]:
        return frozenset(tax_clues(self.codice_fiscale, self.partita_iva, self.vat_country))


@dataclass(frozen=True)
class Profile:
    """A person read: usable clues, strongest first, checked fiscal fields, contacts in normal form; `wrong` is fiscal data to ask for."""

    person: Person
    clues: tuple[Clue, ...]
    facts: Facts
    contacts: tuple[Contact, ...]
    wrong: tuple[str, ...] = ()


@dataclass
class Known:
    """The rows that touch a page: owner of each clue, facts of each owner, and the addresses, contacts and suggestions they have."""

    owners: dict[Clue, int] = field(default_factory=dict)
    facts: dict[int, Facts] = field(default_factory=dict)
    addresses: set[tuple[int, str]] = field(default_factory=set)
    contacts: set[tuple[int, str, str]] = field(default_factory=set)
    suggested: set[tuple[int, int]] = field(default_factory=set)


@dataclass
class Plan:
    """`parties` has one entry per person; a negative one is a party to be made: its first buyer and all facts told about it."""

    parties: list[int] = field(default_factory=list)
    drafts: dict[int, Profile] = field(default_factory=dict)
    facts: dict[int, Facts] = field(default_factory=dict)
    clues: dict[Clue, int] = field(default_factory=dict)
    addresses: dict[tuple[int, str], Person] = field(default_factory=dict)
    contacts: dict[tuple[int, str, str], Contact] = field(default_factory=dict)
    fills: dict[int, dict[str, str | bool]] = field(default_factory=dict)
    suggestions: dict[tuple[int, int], str] = field(default_factory=dict)


def tax_clues(codice_fiscale: str, partita_iva: str, country: str) -> list[Clue]:
    """The 11 digits of a company's codice fiscale and its partita IVA are numbers of one register, so they are one kind of clue."""
    clues = [Clue(VAT, f"{country or 'IT'}{partita_iva}")] if partita_iva else []
    if codice_fiscale:
        clues.append(Clue(VAT, f"IT{codice_fiscale}") if codice_fiscale.isdigit() else Clue(CODICE_FISCALE, codice_fiscale))
    return list(dict.fromkeys(clues))


def read_profile(person: Person) -> Profile:
    (facts, wrong), email = _read_facts(person), normalise_email(person.email)
    phone = normalise_phone(person.phone or person.address.phone, person.address.country or "IT")
    is_relay = is_relay_domain(email)
    clues = tax_clues(facts.codice_fiscale, facts.partita_iva, facts.vat_country)
    if email and not is_relay:
        clues.append(Clue(EMAIL, email))
    if (person.external_id or "").strip() not in NO_ACCOUNT:
        clues.append(Clue(ACCOUNT, f"{person.source} {str(person.external_id).strip()}"))
    if phone and person.address.place:
        clues.append(Clue(PHONE_ADDRESS, f"{phone} {person.address.place}"))
    contacts = [Contact("email", email, person.email, is_relay)] if email else []
    if phone:
        contacts.append(Contact("phone", phone, person.phone or person.address.phone))
    return Profile(person, tuple(clues), facts, tuple(contacts), wrong)


def decide(profiles: Sequence[Profile], known: Known) -> Plan:
    """What one by one, in the order of the page, would have decided; `known` is used up."""
    plan = Plan()
    for profile in profiles:
        party = _find(profile, known)
        if party is None:
            party = -1 - len(plan.drafts)
            plan.drafts[party] = profile
            known.facts[party] = profile.facts
        plan.parties.append(party)
        _suggest(profile, party, known, plan)
        _learn(profile, party, known, plan)
    plan.facts = {draft: known.facts[draft] for draft in plan.drafts}
    return plan


def is_other_party(mine: frozenset[Clue], theirs: frozenset[Clue]) -> bool:
    """Both have tax ids and share none."""
    return bool(mine and theirs) and not mine & theirs


def contradicts(mine: frozenset[Clue], theirs: frozenset[Clue]) -> bool:
    """They have different tax ids of one kind, so they are two parties for certain."""
    return is_other_party(mine, theirs) and bool({clue.kind for clue in mine} & {clue.kind for clue in theirs})


def _read_facts(person: Person) -> tuple[Facts, tuple[str, ...]]:
    """The usable fields, and what was typed into those that cannot be right."""
    country = person.address.country.upper() or "IT"
    findings = {
        "partita_iva": check_partita_iva(person.partita_iva, country),
        "codice_fiscale": check_codice_fiscale(person.codice_fiscale),
        "recipient_code": check_recipient_code(person.recipient_code, country=country),
        "pec": check_pec(person.pec),
    }
    usable = {name: finding.value if finding.is_usable else "" for name, finding in findings.items()}
    wrong = tuple(str(getattr(person, name)) for name, finding in findings.items() if finding.level == REFUSAL)
    facts = Facts(
        codice_fiscale=usable["codice_fiscale"],
        partita_iva=usable["partita_iva"],
        vat_country=vat_country(person.partita_iva, country) if usable["partita_iva"] else "",
        recipient_code=usable["recipient_code"],
        pec=usable["pec"],
    )
    return facts, wrong


def _find(profile: Profile, known: Known) -> int | None:
    mine = profile.facts.tax
    for clue in profile.clues:
        owner = known.owners.get(clue)
        if owner is not None and (clue.kind in TAX_KINDS or not is_other_party(mine, known.facts[owner].tax)):
            return owner
    return None


def _suggest(profile: Profile, party: int, known: Known, plan: Plan) -> None:
    mine = known.facts[party].tax | profile.facts.tax
    for clue in profile.clues:
        other = known.owners.get(clue, party)
        pair = (min(party, other), max(party, other))
        if other != party and pair not in known.suggested and not contradicts(mine, known.facts[other].tax):
            known.suggested.add(pair)
            plan.suggestions[pair] = f"{clue.kind} {clue.value}"


def _learn(profile: Profile, party: int, known: Known, plan: Plan) -> None:
    has = known.facts[party]
    for clue in profile.clues:
        is_foreign = clue.kind in TAX_KINDS and contradicts(frozenset({clue}), has.tax)
        if clue not in known.owners and not is_foreign:
            known.owners[clue] = plan.clues[clue] = party
    address = profile.person.address
    if not address.is_empty and (party, address.digest) not in known.addresses:
        known.addresses.add((party, address.digest))
        plan.addresses[party, address.digest] = profile.person
    for contact in profile.contacts:
        key = (party, contact.kind, contact.value)
        if key not in known.contacts:
            known.contacts.add(key)
            plan.contacts[key] = contact
    missing = _missing(has, profile.facts)
    if missing:
        known.facts[party] = Facts(**{**vars(has), **missing})  # type: ignore[arg-type]
        if party not in plan.drafts:
            plan.fills.setdefault(party, {}).update(missing)


def _missing(has: Facts, told: Facts) -> dict[str, str | bool]:
    """Empty fields that the buyer fills; what is there already is never overwritten by an import."""
    missing: dict[str, str | bool] = {
        name: value for name, value in vars(told).items() if value and name not in ("partita_iva", "vat_country") and not vars(has)[name]
    }
    if told.partita_iva and not has.partita_iva:
        missing |= {"partita_iva": told.partita_iva, "vat_country": told.vat_country}
    return missing
