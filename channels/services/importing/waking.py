"""Wake-ups of the importer. Only a courtesy: the sweeps find every row by themselves."""

from erp.core.clock import now
from erp.core.events import wake
from erp.core.queues import LIVE, OUTSIDE


def wake_order(account_id: int, external_id: str) -> None:
    wake("channels.tasks.import_order", LIVE, account_id=account_id, external_id=external_id)


def wake_pull(account_id: int) -> None:
    """For a pull that begins after this moment."""
    wake("channels.tasks.poll_account", OUTSIDE, account_id=account_id, asked_at=now().isoformat())
