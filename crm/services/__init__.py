"""Every write of crm, one module per activity."""
