"""Printing: many shipments in one go, one paper again, and the house's printer.

`print_batch` makes the pick list and asks for the labels; what still lies at a carrier is a row, looked at again with each label that
comes and by a sweep. Nothing waits in memory.
"""

from inventory.shipping.services.printing.alone import paper_of_label, paper_of_list, paper_of_shipment
from inventory.shipping.services.printing.batching import AT_PICKING, print_batch
from inventory.shipping.services.printing.progress import BatchProgress, PaperState, batch_progress
from inventory.shipping.services.printing.sending import print_again, retry_sending, send_batch, send_due_batches
from inventory.shipping.services.printing.settling import finish_batch, settle_batches, settle_due_batches

__all__ = [
    "AT_PICKING",
    "BatchProgress",
    "PaperState",
    "batch_progress",
    "finish_batch",
    "paper_of_label",
    "paper_of_list",
    "paper_of_shipment",
    "print_again",
    "print_batch",
    "retry_sending",
    "send_batch",
    "send_due_batches",
    "settle_batches",
    "settle_due_batches",
]
