"""Will reads and writes work? Asked live, without writing anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from channels.connectors.woocommerce.bodies import text
from channels.connectors.woocommerce.client import Client
from channels.contract import (
    AuthExpired,
    ChannelLocation,
    ContractBroken,
    Finding,
    Forbidden,
    HealthReport,
    NotFound,
    OutsideError,
    Permanent,
    Temporary,
    Unknown,
)

PROVED = "9.9"
GROUPS = ("general", "tax", "products")
LARGEST_SKEW = timedelta(minutes=2)


Level = Literal["ok", "warning", "refusal"]


@dataclass(slots=True)
class _Notes:
    findings: list[Finding] = field(default_factory=list)
    is_ok: bool = True

    def add(self, code: str, level: Level = "ok", **params: str) -> None:
        if all(finding.code != code for finding in self.findings):
            self.findings.append(Finding(code, level, params))
        self.is_ok = self.is_ok and level != "refusal"


def examine(client: Client) -> HealthReport:
    """Keys, their right to write, clock, currency, tax mode, time zone, version, and whether stock is kept for unpaid orders."""
    notes = _Notes()
    skew, timezone = _site(client, notes)
    if client.connection.base_url.startswith("http://"):
        notes.add("plain_http", "warning")
    try:
        facts = _settings(client)
        notes.add("keys_accepted")
    except (Temporary, AuthExpired, Forbidden, NotFound) as failure:
        notes.add(_failure_code(failure), "refusal", detail=failure.detail)
        return HealthReport(False, tuple(notes.findings), timezone=timezone, clock_skew=skew)
    can_write = _may_write(client, notes)
    _judge(facts, notes)
    return HealthReport(
        is_ok=notes.is_ok,
        findings=tuple(notes.findings),
        version=facts.get("version", ""),
        currency=facts.get("woocommerce_currency", ""),
        timezone=timezone,
        prices_include_tax=facts.get("woocommerce_prices_include_tax") == "yes",
        can_write=can_write,
        clock_skew=skew,
        hold_stock_minutes=_minutes(facts),
        locations=(ChannelLocation("", text(facts.get("name")) or client.connection.base_url),),
    )


def _site(client: Client, notes: _Notes) -> tuple[timedelta | None, str]:
    """The public index tells whether this is a shop at all, its time zone and, in a header, its clock."""
    try:
        answer = client.index()
        site = answer.json()
    except (OutsideError, ContractBroken):
        return None, ""
    if isinstance(site, dict) and "wc/v3" not in site.get("namespaces", ["wc/v3"]):
        notes.add("not_a_shop", "refusal")
    skew = answer.date - client.connection.now() if answer.date else None
    if skew is not None and abs(skew) > LARGEST_SKEW:
        notes.add("clock_skew", "warning", seconds=str(round(skew.total_seconds())))
    zone = str(site.get("timezone_string") or site.get("gmt_offset") or "") if isinstance(site, dict) else ""
    if zone:
        notes.add("timezone", timezone=zone)
    return skew, zone


def _settings(client: Client) -> dict[str, str]:
    """The shop's settings by id. A group that a shop hides is left out; where none answers there is no shop."""
    facts: dict[str, str] = {}
    missing: list[NotFound] = []
    for group in GROUPS:
        try:
            rows = client.get(f"/settings/{group}").json()
        except NotFound as failure:
            missing.append(failure)
        else:
            facts.update({str(row["id"]): str(row.get("value", "")) for row in rows if isinstance(row, Mapping) and "id" in row})
    if len(missing) == len(GROUPS):
        raise missing[0]
    facts["version"] = _version(client)
    return facts


def _version(client: Client) -> str:
    try:
        status: Any = client.get("/system_status").json()
    except (Permanent, Temporary):
        return ""
    environment = status.get("environment") if isinstance(status, dict) else None
    return text(environment.get("version")) if isinstance(environment, dict) else ""


def _may_write(client: Client, notes: _Notes) -> bool:
    """An empty batch is checked for the right to write and changes nothing."""
    try:
        client.write("POST", "/products/batch", {})
    except (AuthExpired, Forbidden):
        notes.add("keys_read_only", "refusal")
        return False
    except (Permanent, Temporary, Unknown):
        notes.add("keys_write_unproved", "warning")
        return False
    return True


def _judge(facts: Mapping[str, str], notes: _Notes) -> None:
    if currency := facts.get("woocommerce_currency"):
        notes.add("currency", currency=currency)
    if answer := facts.get("woocommerce_prices_include_tax"):
        notes.add("tax_mode", answer=answer)
    if facts.get("woocommerce_manage_stock") == "no":
        notes.add("shop_stock_off", "warning")
    elif "woocommerce_hold_stock_minutes" in facts and not _minutes(facts):
        notes.add("no_stock_hold", "warning")
    version = facts.get("version", "")
    if version and tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < (9, 0):
        notes.add("old_version", "warning", version=version, proved=PROVED)


def _minutes(facts: Mapping[str, str]) -> int | None:
    said = facts.get("woocommerce_hold_stock_minutes", "")
    return int(said) if said.isdigit() else None


def _failure_code(failure: OutsideError) -> str:
    if isinstance(failure, AuthExpired | Forbidden):
        return "keys_refused"
    return "not_a_shop" if isinstance(failure, NotFound) else "shop_unreachable"
