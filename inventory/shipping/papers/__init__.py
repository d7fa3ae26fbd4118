"""The printed papers of shipping: pick list, packing slip and label, each alone and as part of a batch.

Their builders only read, and hand over ready values. Subjects: `shipping.pick_list:<id>`, `shipping.shipment:<id>`,
`shipping.label:<id>`, `shipping.batch:<id>`.
"""
