"""Corriere Regia Express: the practice carrier, spoken to in JSON in the manner of an Italian express carrier."""
