"""`make bench`: how fast the house is, measured on the importer's own services, on a database that holds a merchant's years.

Each figure runs at least ten seconds or a thousand operations and counts its rows afterwards; a calibration of the machine (single-row
commits and statements) is taken beside it. Figures that are missed are printed as missed.
"""
