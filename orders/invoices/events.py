"""What invoicing has to tell. Ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InvoiceIssued:
    """It has its number and its frozen copy; paper and mail follow."""

    invoice_id: int
