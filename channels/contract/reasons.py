"""The stable codes that connectors give, each with the sentence for people.

A connector stores and returns codes only; whoever shows one asks `sentence(code, params)` in the reader's language.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RESIDUALS: dict[str, str | Promise] = {
    "rounding": _("The shop rounds its total once and its rows one by one: a difference of cents."),
    "amount_only": _("The shop paid back an amount without saying for which rows."),
    "summary_only": _("Only the refund's amount was read, not its rows."),
    "refund_rows": _("The rows of the refund do not add up to the amount that the shop paid back."),
    "rows_without_shipping": _("The shop's total leaves out the shipping rows."),
    "rows_without_fees": _("The shop's total leaves out the fees."),
    "rows_without_charges": _("The shop's total leaves out shipping rows and fees."),
    "tax_not_in_rows": _("The shop's own tax total differs from the tax of its rows."),
    "rows_missing": _("The shop's total holds money for which it sent no row."),
    "total_too_small": _("The shop's total is smaller than the sum of its own rows."),
}

SPLIT_OBSTACLES: dict[str, str | Promise] = {
    "stock_not_tracked": _("The shop sells it without counting stock. Switch on stock management for it in the shop."),
    "backorders_allowed": _("The shop sells it beyond its stock. Switch off backorders for it in the shop."),
    "stock_on_parent": _("Its stock is kept on the parent product. Switch on stock management for the variation in the shop."),
    "shop_stock_off": _("Stock management is switched off in the whole shop. Switch it on in the shop's inventory settings."),
    "no_stock_hold": _("The shop keeps no stock for orders that can still be paid. Set the minutes to hold stock in the shop."),
}

FINDINGS: dict[str, str | Promise] = {
    "keys_accepted": _("The shop accepts the keys."),
    "keys_refused": _("The shop refuses the keys. Make new ones in the shop and enter them here."),
    "keys_read_only": _("The keys may only read. Make keys with read and write permission in the shop."),
    "keys_write_unproved": _("The shop does not show whether the keys may write; the first stock number will tell."),
    "clock_skew": _("The shop's clock differs from ours by %(seconds)s seconds. Set the clock of the shop's server."),
    "plain_http": _("The shop is reached without encryption. Use its https address."),
    "shop_unreachable": _("The shop does not answer: %(detail)s"),
    "not_a_shop": _("There is no WooCommerce under this address. Check the address and that the shop's permalinks are on."),
    "old_version": _("The shop runs WooCommerce %(version)s. Regia is proved against %(proved)s."),
    "currency": _("The shop sells in %(currency)s."),
    "tax_mode": _("Prices in the shop are entered with tax included: %(answer)s."),
    "timezone": _("The shop's time zone is %(timezone)s."),
    **SPLIT_OBSTACLES,
}


def sentence(code: str, params: Mapping[str, str] | None = None) -> str:
    """The sentence of a residual, an obstacle or a finding in the active language; an unknown code is shown as it is."""
    text = RESIDUALS.get(code) or FINDINGS.get(code)
    if text is None:
        return code
    return str(text) % dict(params or {}) if params else str(text)
