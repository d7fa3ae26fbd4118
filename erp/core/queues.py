"""The queues of Celery. Each has workers of its own, so that what takes long never stands before a sale."""

LIVE = "live"
"""Sales and what follows them at once: many short tasks."""
OUTSIDE = "outside"
"""Long talks with others: shops read in turn, labels of carriers, news of parcels to the shops."""
STOCK = "stock"
"""Numbers to the shops."""
PAPERS = "papers"
"""Drawing PDFs, which takes a whole processor."""
BACKLOG = "backlog"
"""What nobody waits for."""
QUEUES = (LIVE, OUTSIDE, STOCK, PAPERS, BACKLOG)
