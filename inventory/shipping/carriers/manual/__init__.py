"""Carriers that we do not call: a person types the tracking number, or it comes back in a CSV file of the carrier's own program."""
