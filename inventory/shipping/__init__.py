"""Shipping: what leaves the house, from the moment an order may go until the carrier has it.

Owns shipments, pick lists, parcels, labels, carriers and the rules that choose among them. Publishes `ShipmentOpened`,
`ShipmentShipped`, `ShipmentCancelled`, `LabelReady`, `LabelFailed`. Knows an order by its reference only: who opens a shipment
hands over all that the papers print.
"""
