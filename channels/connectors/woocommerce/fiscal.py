"""Where Italian shops keep the buyer's fiscal data: WooCommerce has no field for it, each plugin has its own keys."""

from collections.abc import Mapping
from typing import Any

from channels.contract import FiscalFacts

PRESETS: Mapping[str, Mapping[str, str]] = {
    "piva_cf": {
        "_billing_piva": "partita_iva",
        "_billing_cf": "codice_fiscale",
        "_billing_codice_destinatario": "recipient_code",
        "_billing_pec": "pec",
    },
    "partita_iva_cod_fisc": {
        "_billing_partita_iva": "partita_iva",
        "_billing_cod_fisc": "codice_fiscale",
        "_billing_codice_destinatario": "recipient_code",
        "_billing_pec_email": "pec",
        "_billing_sdi_type": "sdi_type",
    },
    "vat_number": {"_billing_vat_number": "partita_iva"},
}
EVERY_PRESET: Mapping[str, str] = {key: name for preset in PRESETS.values() for key, name in preset.items()}


def key_map(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """The account's map of meta key -> field: its own `fiscal_keys`, else its `fiscal_preset`, else all presets together."""
    own = settings.get("fiscal_keys")
    if own:
        return dict(own)
    return PRESETS.get(str(settings.get("fiscal_preset", "")), EVERY_PRESET)


def fiscal_facts(meta: Mapping[str, Any], billing: Mapping[str, Any], keys: Mapping[str, str]) -> FiscalFacts:
    """The first filled key wins; a plugin that puts its field into `billing` names it without the prefix."""
    found: dict[str, str] = {}
    for key, name in keys.items():
        value = meta.get(key) or billing.get(key.removeprefix("_billing_")) or ""
        if isinstance(value, str) and value.strip():
            found.setdefault(name, value.strip())
    return FiscalFacts(
        codice_fiscale=found.pop("codice_fiscale", ""),
        partita_iva=found.pop("partita_iva", ""),
        recipient_code=found.pop("recipient_code", ""),
        pec=found.pop("pec", ""),
        other=found,
    )
