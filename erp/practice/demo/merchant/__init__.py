"""Terramare Casa S.r.l. of Faenza, a merchant who does not exist: goods, people, warehouses and staff, the same on every machine."""
