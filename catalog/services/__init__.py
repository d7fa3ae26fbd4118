"""Every write of the catalog, one module per activity."""
