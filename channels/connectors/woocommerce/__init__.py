"""WooCommerce through its REST API v3, proved against 9.9."""
