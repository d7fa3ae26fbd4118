"""Parties: found or made by evidence a page at a time, and made or changed by people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from crm.cards import FISCAL_DATA, SUGGESTION, party_subject
from crm.events import PartyChanged, PartyCreated
from crm.fiscal import REFUSAL, Finding, check_codice_fiscale, check_partita_iva, check_pec, check_recipient_code, vat_country
from crm.locks import lock_party
from crm.matching import TAX_KINDS, Clue, Facts, Plan, Profile, decide, read_profile, tax_clues
from crm.models import Evidence, MergeSuggestion, Party
from crm.people import Person
from crm.queries import Kept, fill_parties, forget_parties, keep_news, read_known
from erp.core import clock
from erp.core.cards import close_card, open_card
from erp.core.events import publish
from erp.core.history import By, record
from erp.core.masterdata import save_master
from erp.core.refusals import Refused
from erp.core.sorting import sort_name
from erp.core.transactions import atomic

ROUNDS = 5
FISCAL = ("codice_fiscale", "partita_iva", "recipient_code", "pec")


@atomic
def resolve_parties(people: Sequence[Person]) -> list[int]:
    """The party of each buyer, in the same order. Nothing is guessed and no two parties are joined.

    Statements, whatever the number of people: 1 when all of it is known, 2 when an address, contact, identity or piece of evidence is
    new, 3 when there are new customers; one more each, rarely, for fiscal fields that were empty and for merge suggestions. A worker that
    makes the same customer at the same moment is waited for, and its party is taken.
    """
    if not people:
        return []
    profiles = [read_profile(person) for person in people]
    plan, kept = _settle(profiles)
    if plan.drafts:
        _make_parties(plan, kept)
    if plan.fills:
        fill_parties(plan.fills)
        for party, fill in plan.fills.items():
            record(f"crm.party:{party}", "filled", actor=_actor(profiles[plan.parties.index(party)]), fields=sorted(fill))
    if plan.suggestions:
        _note_suggestions(plan, kept)
    parties = [kept.parties.get(party, party) for party in plan.parties]
    for profile, party in zip(profiles, parties, strict=True):
        if profile.wrong:
            open_card(FISCAL_DATA, party_subject(party), name=profile.person.name, told=", ".join(profile.wrong))
    return parties


@atomic
def create_party(*, by: By, name: str = "", **fields: Any) -> int:
    """`fields` are those of the model. Returns the key. Raises Refused for fiscal data that cannot be right or that is somebody else's."""
    party = Party(created_at=clock.now(), **_checked({"name": name, **fields}, Party()))
    save_master(party, by=by)
    _keep_evidence(party)
    record(party, "created", by=by)
    publish(PartyCreated(party.pk))
    return party.pk


@atomic
def change_party(party_id: int, *, by: By, **changes: Any) -> None:
    """Any field of the model. Its tax ids become its evidence in the place of the old ones, and its card about fiscal data is closed."""
    party = lock_party(party_id)
    for field, value in _checked(changes, party).items():
        setattr(party, field, value)
    save_master(party, by=by)
    _keep_evidence(party)
    if any(name in changes for name in FISCAL):
        close_card(FISCAL_DATA, party_subject(party_id))
    record(party, "changed", by=by, fields=sorted(changes))
    publish(PartyChanged(party_id))


def fiscal_findings(fields: dict[str, Any]) -> dict[str, Finding]:
    """What there is to say about the fiscal fields given, by field; for forms, which show warnings too."""
    country = str(fields.get("vat_country") or "") or vat_country(fields.get("partita_iva", ""))
    checks = {
        "partita_iva": lambda raw: check_partita_iva(raw, country),
        "codice_fiscale": lambda raw: check_codice_fiscale(raw, fields.get("first_name", ""), fields.get("last_name", "")),
        "recipient_code": lambda raw: check_recipient_code(raw, country=country),
        "pec": check_pec,
    }
    return {name: checks[name](fields[name]) for name in FISCAL if name in fields}


def _settle(profiles: Sequence[Profile]) -> tuple[Plan, Kept]:
    """Decide and claim; when another worker was first with evidence of a new customer, take back what is ours and decide again."""
    for _round in range(ROUNDS):
        plan = decide(profiles, read_known(profiles))
        if not (plan.drafts or plan.clues or plan.addresses or plan.contacts):
            return plan, Kept({}, set())
        addresses = {key: person.address for key, person in plan.addresses.items()}
        kept = keep_news(plan.drafts, plan.clues, addresses, plan.contacts)
        if all(clue in kept.clues for clue, party in plan.clues.items() if party in plan.drafts):
            return plan, kept
        forget_parties(kept.parties.values())
    raise Refused(_("Several workers keep making the same new customers at the same moment. Nothing was written; try again."), code="busy")


def _make_parties(plan: Plan, kept: Kept) -> None:
    now = clock.now()
    Party.objects.bulk_create(_party(kept.parties[draft], profile, plan.facts[draft], now) for draft, profile in plan.drafts.items())
    for draft, profile in plan.drafts.items():
        record(f"crm.party:{kept.parties[draft]}", "created", actor=_actor(profile))
        publish(PartyCreated(kept.parties[draft]))


def _party(key: int, profile: Profile, facts: Facts, now: datetime) -> Party:
    person = profile.person
    name = person.name or _("Customer without a name")
    return Party(
        pk=key,
        kind=Party.Kind.COMPANY if person.company.strip() or facts.codice_fiscale.isdigit() else Party.Kind.PERSON,
        name=name[:200],
        sort_name=sort_name(name)[:200],
        first_name=person.first_name.strip()[:100],
        last_name=person.last_name.strip()[:100],
        language=person.language[:5],
        created_at=now,
        **vars(facts),
    )


def _note_suggestions(plan: Plan, kept: Kept) -> None:
    rows = []
    for pair, reason in sorted(plan.suggestions.items()):
        first, second = sorted(kept.parties.get(party, party) for party in pair)
        rows.append(MergeSuggestion(first_id=first, second_id=second, reason=reason[:300], created_at=clock.now()))
        open_card(SUGGESTION, f"{first}:{second}", first=first, second=second, reason=reason)
    MergeSuggestion.objects.bulk_create(rows, ignore_conflicts=True)


def _actor(profile: Profile) -> str:
    return f"shop:{profile.person.source}"


def _checked(fields: dict[str, Any], party: Party) -> dict[str, Any]:
    names = (*FISCAL, "vat_country", "first_name", "last_name")
    findings = fiscal_findings({name: str(getattr(party, name) or "") for name in names} | fields)
    for name in FISCAL:
        if name in fields and findings[name].level == REFUSAL:
            raise Refused(findings[name].message, code="fiscal")
    checked = {**fields, **{name: findings[name].value for name in FISCAL if name in fields}}
    if checked.get("partita_iva"):
        checked["vat_country"] = vat_country(fields["partita_iva"], str(fields.get("vat_country") or party.vat_country or ""))
    if "name" in checked:
        checked["name"] = _name(checked)
        checked["sort_name"] = sort_name(checked["name"])
    return checked


def _name(fields: dict[str, Any]) -> str:
    name = fields["name"].strip() or f"{fields.get('first_name', '')} {fields.get('last_name', '')}".strip()
    if not name:
        raise Refused(_("A party needs a name. Type one."), code="name")
    return str(name)


def _keep_evidence(party: Party) -> None:
    """The tax ids of the row are its evidence, those it had before no longer. Inserted first, then looked at: two cannot both win."""
    clues = tax_clues(party.codice_fiscale, party.partita_iva, str(party.vat_country))
    rows = [Evidence(kind=clue.kind, value=clue.value, party=party) for clue in sorted(clues)]
    Evidence.objects.bulk_create(rows, ignore_conflicts=True)
    for row in Evidence.objects.filter(kind__in=TAX_KINDS, value__in=[clue.value for clue in clues]).select_related("party").order_by("pk"):
        if row.party_id != party.pk and Clue(row.kind, row.value) in clues:
            text = _("%(number)s belongs to “%(name)s” already. Open that party, or merge the two.")
            raise Refused(text % {"number": row.value, "name": row.party.name}, code="taken")
    Evidence.objects.filter(party=party, kind__in=TAX_KINDS).exclude(value__in=[clue.value for clue in clues]).delete()
