"""One field for everything: orders, customers, products and parcels, by any of the things that people say on the phone."""
