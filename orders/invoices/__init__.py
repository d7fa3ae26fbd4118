"""Invoices: which document a sale needs, its gapless number, its frozen copy, and its way to the customer.

Owns series, invoices and the rows of sales whose document falls due otherwise. Publishes `InvoiceIssued`. Leaves VAT registers and
electronic invoicing to the packages above it.
"""
