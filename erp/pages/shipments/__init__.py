"""What leaves the house: shipments by where they are, their parcels and labels, and the list of what a carrier got."""
