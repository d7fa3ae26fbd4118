"""The two statements of find-or-create: one read of all that touches a page of buyers, one write of all that is new about them.

Raw, because their number must not grow with the page and because only `INSERT ... ON CONFLICT` is safe between two workers.
`tests/crm/test_queries.py` compares both with their plain ORM form.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crm.matching import ACCOUNT, Clue, Contact, Facts, Known, Profile
from crm.people import PostalAddress
from erp.core.prepared import prepared_cursor

_READ = """
    WITH hit AS MATERIALIZED (
        SELECT found.kind, found.value, found.party_id
        FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS clue(kind, value)
        JOIN crm_evidence AS found ON found.kind = clue.kind AND found.value = clue.value
        UNION ALL
        SELECT 'account', found.source || ' ' || found.external_id, found.party_id
        FROM unnest(%(sources)s::text[], %(numbers)s::text[]) AS account(source, number)
        JOIN crm_channelidentity AS found ON found.source = account.source AND found.external_id = account.number
    ), owner AS MATERIALIZED (SELECT DISTINCT party_id AS id FROM hit)
    SELECT 'clue', kind, value, party_id FROM hit
    UNION ALL
    SELECT 'party', '', jsonb_build_object(
        'codice_fiscale', party.codice_fiscale, 'partita_iva', party.partita_iva, 'vat_country', party.vat_country,
        'recipient_code', party.recipient_code, 'pec', party.pec, 'is_customer', party.is_customer
    )::text, party.id
    FROM owner JOIN crm_party AS party ON party.id = owner.id
    UNION ALL
    SELECT 'address', '', address.digest, address.party_id
    FROM owner JOIN crm_address AS address ON address.party_id = owner.id
    WHERE address.digest = ANY(%(digests)s::text[])
    UNION ALL
    SELECT 'contact', point.kind, point.value, point.party_id
    FROM owner JOIN crm_contactpoint AS point ON point.party_id = owner.id
    WHERE point.value = ANY(%(contacts)s::text[])
    UNION ALL
    SELECT 'pair', '', pair.second_id::text, pair.first_id
    FROM owner JOIN crm_mergesuggestion AS pair ON pair.first_id = owner.id
"""

_KEEP = """
    WITH fresh AS MATERIALIZED (
        SELECT draft, nextval(pg_get_serial_sequence('crm_party', 'id')) AS id FROM unnest(%(drafts)s::bigint[]) AS wanted(draft)
    ), evidence AS (
        INSERT INTO crm_evidence (kind, value, party_id)
        SELECT clue.kind, clue.value, coalesce(fresh.id, clue.party)
        FROM unnest(%(kinds)s::text[], %(values)s::text[], %(owners)s::bigint[]) AS clue(kind, value, party)
        LEFT JOIN fresh ON fresh.draft = clue.party
        ORDER BY 1, 2
        ON CONFLICT DO NOTHING RETURNING kind, value, party_id
    ), identity AS (
        INSERT INTO crm_channelidentity (source, external_id, party_id)
        SELECT account.source, account.number, coalesce(fresh.id, account.party)
        FROM unnest(%(sources)s::text[], %(numbers)s::text[], %(holders)s::bigint[]) AS account(source, number, party)
        LEFT JOIN fresh ON fresh.draft = account.party
        ORDER BY 1, 2
        ON CONFLICT DO NOTHING RETURNING source, external_id, party_id
    ), address AS (
        INSERT INTO crm_address (party_id, digest, label, name, company, street, street2, postcode, city, province, country, phone)
        SELECT coalesce(fresh.id, told.party), told.digest, '', told.name, told.company, told.street, told.street2, told.postcode,
            told.city, told.province, told.country, told.phone
        FROM unnest(%(residents)s::bigint[], %(digests)s::text[], %(names)s::text[], %(companies)s::text[], %(streets)s::text[],
            %(streets2)s::text[], %(postcodes)s::text[], %(cities)s::text[], %(provinces)s::text[], %(countries)s::text[],
            %(phones)s::text[])
            AS told(party, digest, name, company, street, street2, postcode, city, province, country, phone)
        LEFT JOIN fresh ON fresh.draft = told.party
        ORDER BY 1, 2
        ON CONFLICT DO NOTHING RETURNING party_id
    ), point AS (
        INSERT INTO crm_contactpoint (party_id, kind, value, raw, is_relay)
        SELECT coalesce(fresh.id, told.party), told.kind, told.value, told.raw, told.is_relay
        FROM unnest(%(reached)s::bigint[], %(contact_kinds)s::text[], %(contact_values)s::text[], %(raws)s::text[], %(relays)s::bool[])
            AS told(party, kind, value, raw, is_relay)
        LEFT JOIN fresh ON fresh.draft = told.party
        ORDER BY 1, 2, 3
        ON CONFLICT DO NOTHING RETURNING party_id
    )
    SELECT 'clue', kind, value, party_id FROM evidence
    UNION ALL SELECT 'clue', 'account', source || ' ' || external_id, party_id FROM identity
    UNION ALL SELECT 'address', '', '', party_id FROM address
    UNION ALL SELECT 'contact', '', '', party_id FROM point
    UNION ALL SELECT 'draft', '', draft::text, id FROM fresh
"""

_FILL = """
    UPDATE crm_party AS party
    SET codice_fiscale = coalesce(nullif(party.codice_fiscale, ''), told.codice_fiscale),
        partita_iva = coalesce(nullif(party.partita_iva, ''), told.partita_iva),
        vat_country = coalesce(nullif(party.vat_country, ''), told.vat_country),
        recipient_code = coalesce(nullif(party.recipient_code, ''), told.recipient_code),
        pec = coalesce(nullif(party.pec, ''), told.pec),
        is_customer = true
    FROM (SELECT fill.*, own.id AS own FROM unnest(%(ids)s::bigint[], %(codice_fiscale)s::text[], %(partita_iva)s::text[],
            %(vat_country)s::text[], %(recipient_code)s::text[], %(pec)s::text[])
            AS fill(id, codice_fiscale, partita_iva, vat_country, recipient_code, pec)
        JOIN crm_party AS own ON own.id = fill.id ORDER BY own.id FOR NO KEY UPDATE OF own) AS told
    WHERE party.id = told.own
"""

_FORGET = """
    WITH evidence AS (DELETE FROM crm_evidence WHERE party_id = ANY(%(parties)s)),
        identity AS (DELETE FROM crm_channelidentity WHERE party_id = ANY(%(parties)s)),
        address AS (DELETE FROM crm_address WHERE party_id = ANY(%(parties)s))
    DELETE FROM crm_contactpoint WHERE party_id = ANY(%(parties)s)
"""


@dataclass(frozen=True)
class Kept:
    """What a write came to: the keys of the new parties by draft, and the clues that are ours now; another worker had the others."""

    parties: dict[int, int]
    clues: set[Clue]


def read_known(profiles: Iterable[Profile]) -> Known:
    """Everything we know that touches these people, in one statement whatever their number."""
    profiles = list(profiles)
    with prepared_cursor() as cursor:
        cursor.execute(
            _READ,
            {
                **_clue_columns({clue: 0 for profile in profiles for clue in profile.clues}),
                "digests": sorted({profile.person.address.digest for profile in profiles}),
                "contacts": sorted({contact.value for profile in profiles for contact in profile.contacts}),
            },
        )
        return _known(cursor.fetchall())


def keep_news(
    drafts: Iterable[int],
    clues: Mapping[Clue, int],
    addresses: Mapping[tuple[int, str], PostalAddress],
    contacts: Mapping[tuple[int, str, str], Contact],
) -> Kept:
    """Insert what is new, in the order of its keys, so that two pages with the same people never wait for each other in a circle.

    The rows of a new party come before the party itself: its foreign keys are checked at the commit.
    """
    columns = {"drafts": list(drafts), **_clue_columns(clues), **_address_columns(addresses), **_contact_columns(contacts)}
    with prepared_cursor() as cursor:
        cursor.execute(_KEEP, columns)
        rows = cursor.fetchall()
    return Kept(
        parties={int(draft): party for what, _kind, draft, party in rows if what == "draft"},
        clues={Clue(kind, value) for what, kind, value, _party in rows if what == "clue"},
    )


def forget_parties(parties: Iterable[int]) -> None:
    """Take back what `keep_news` wrote for parties that are not to be made after all."""
    with prepared_cursor() as cursor:
        cursor.execute(_FORGET, {"parties": list(parties)})


def fill_parties(fills: Mapping[int, Mapping[str, str | bool]]) -> None:
    """Fill empty fiscal fields, never overwrite one; a party that buys becomes a customer."""
    names = ("codice_fiscale", "partita_iva", "vat_country", "recipient_code", "pec")
    with prepared_cursor() as cursor:
        cursor.execute(_FILL, {"ids": list(fills), **{name: [str(fill.get(name, "")) for fill in fills.values()] for name in names}})


def _known(rows: Iterable[tuple[str, str, str, int]]) -> Known:
    known = Known()
    for what, kind, value, party in rows:
        match what:
            case "clue":
                known.owners[Clue(kind, value)] = party
            case "party":
                known.facts[party] = Facts(**json.loads(value))
            case "address":
                known.addresses.add((party, value))
            case "contact":
                known.contacts.add((party, kind, value))
            case "pair":
                known.suggested.add((party, int(value)))
    return known


def _clue_columns(clues: Mapping[Clue, int]) -> dict[str, list[str] | list[int]]:
    proofs = sorted(clue for clue in clues if clue.kind != ACCOUNT)
    accounts = sorted(clue for clue in clues if clue.kind == ACCOUNT)
    return {
        "kinds": [clue.kind for clue in proofs],
        "values": [clue.value for clue in proofs],
        "owners": [clues[clue] for clue in proofs],
        "sources": [clue.value.partition(" ")[0] for clue in accounts],
        "numbers": [clue.value.partition(" ")[2] for clue in accounts],
        "holders": [clues[clue] for clue in accounts],
    }


def _address_columns(addresses: Mapping[tuple[int, str], PostalAddress]) -> dict[str, list[str] | list[int]]:
    told = list(addresses.values())
    return {
        "residents": [party for party, _digest in addresses],
        "digests": [digest for _party, digest in addresses],
        "names": [address.name[:200] for address in told],
        "companies": [address.company[:200] for address in told],
        "streets": [address.street[:200] for address in told],
        "streets2": [address.street2[:200] for address in told],
        "postcodes": [address.postcode[:20] for address in told],
        "cities": [address.city[:100] for address in told],
        "provinces": [address.province[:100] for address in told],
        "countries": [address.country[:2].upper() for address in told],
        "phones": [address.phone[:60] for address in told],
    }


def _contact_columns(contacts: Mapping[tuple[int, str, str], Contact]) -> dict[str, list[str] | list[int] | list[bool]]:
    return {
        "reached": [party for party, _kind, _value in contacts],
        "contact_kinds": [kind for _party, kind, _value in contacts],
        "contact_values": [value for _party, _kind, value in contacts],
        "raws": [contact.raw.strip()[:254] for contact in contacts.values()],
        "relays": [contact.is_relay for contact in contacts.values()],
    }
