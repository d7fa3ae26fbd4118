"""Channels: the shops and marketplaces, what they tell us and what we tell them.

Owns accounts, location maps, listings, the inbox, order leases, pull cursors, jobs and what was written to each window.
Publishes ListingBound and AccountWentLive. Hears what orders and inventory report, to correct the windows.
Hands every order down to orders as a written draft; a connector knows the contract and the one HTTP door, nothing else.
Leaves stock rules to inventory, money rules to orders, and pages that mix several packages to the roof.
"""
