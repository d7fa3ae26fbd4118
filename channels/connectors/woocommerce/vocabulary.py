"""Which members of the shop's bodies we know; the others are reported as unknown and stay in the stored body."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETAILS_KEY = "regia_refunds"

ORDER = _words(
    """
    id parent_id status currency currency_symbol version prices_include_tax date_created date_created_gmt date_modified date_modified_gmt
    date_completed date_completed_gmt date_paid date_paid_gmt discount_total discount_tax shipping_total shipping_tax cart_tax total
    total_tax customer_id order_key billing shipping payment_method payment_method_title transaction_id customer_ip_address
    customer_user_agent created_via customer_note cart_hash number meta_data line_items tax_lines shipping_lines fee_lines coupon_lines
    refunds payment_url is_editable needs_payment needs_processing gift_cards _links regia_refunds
    """
)
LINE = _words(
    """
    id name product_id variation_id quantity tax_class subtotal subtotal_tax total total_tax taxes meta_data sku price image parent_name
    bundled_by bundled_item_title bundled_items composite_parent composite_children global_unique_id
    """
)
CHARGE = _words("id method_title method_id instance_id total total_tax taxes tax_status meta_data name tax_class amount")
COUPON = _words("id code discount discount_tax meta_data discount_type nominal_amount free_shipping")
TAX_LINE = _words("id rate_code rate_id label compound tax_total shipping_tax_total rate_percent meta_data")
REFUND = _words(
    """
    id parent_id date_created date_created_gmt amount reason refunded_by refunded_payment meta_data line_items shipping_lines tax_lines
    fee_lines api_refund api_restock _links
    """
)
