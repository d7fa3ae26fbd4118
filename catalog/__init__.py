"""Owns what is sold: products, variants with SKU and GTIN, options, category tree, attributes, tax categories, images, kits, list prices.

Publishes `VariantChanged` and `KitChanged`. Keeps the history of its rows with django-simple-history, because people edit them.
Leaves stock to inventory, what a shop calls a product to channels, price lists to its own `pricing` when that comes.
The truth about codes is in the database: one SKU whatever the case, one GTIN whatever the leading zeros.
"""
