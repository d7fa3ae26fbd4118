"""One order's lane at work: claim, call, record, until nothing is due."""

import logging
from datetime import timedelta

from channels.contract import AuthExpired, Connector, ContractBroken, Forbidden, OutsideError, Permanent, RateLimited, Temporary, Unknown
from channels.models import Job
from channels.services.connections import connect
from channels.services.importing.fetching import import_order
from channels.services.importing.health import note_refused_keys
from channels.services.jobs import claim_job, extend_lease, finish_job, retry_job_later
from channels.services.notifying.claiming import LEASE, CancelWork, Work, claim_work
from channels.services.notifying.lanes import order_in
from channels.services.notifying.recording import postpone, record_cancel, record_fulfilment, record_refused, record_unknown
from erp.core.transactions import forbid_transaction

logger = logging.getLogger(__name__)

MAX_ROUNDS = 20
MAX_UNREADABLE = 6
KEYS_PAUSE = timedelta(minutes=5)


def tell_order(account_id: int, lane: str) -> int:
    """Tell a shop what is due about one of its orders; returns how many calls it took. Nothing while the account is not live or is paused.

    One worker per order. What the shop refuses becomes a card; what fails otherwise is tried again, and a lost answer is asked for first.
    """
    forbid_transaction("tell_order()")
    job = claim_job(account_id, lane, lease=LEASE)
    if job is None:
        return 0
    if not job.account.tells_orders:
        finish_job(job)
        return 0
    try:
        return _work(job, connect(job.account))
    except Exception as failure:  # the lane must not stand still until the lease ends
        retry_job_later(job, f"{type(failure).__name__}: {failure}", counts=False)
        raise


def _work(job: Job, connector: Connector) -> int:
    is_partial_told = connector.capabilities().partial_fulfilment
    for told in range(MAX_ROUNDS):
        work = claim_work(job.account, order_in(job.lane), is_partial_told=is_partial_told) if extend_lease(job, lease=LEASE) else None
        if work is None:
            finish_job(job)
            return told
        try:
            _tell(job, connector, work)
        except OutsideError as failure:
            _failed(job, connector, work, failure)
            return told + 1
    finish_job(job)
    return MAX_ROUNDS


def _tell(job: Job, connector: Connector, work: Work) -> None:
    if isinstance(work, CancelWork):
        order, push = work.push.order, work.push
        record_cancel(job.account, push, connector.cancel_order(order.external_id, push.reason, push.key))
        import_order(job.account_id, order.external_id, is_asked_for=True)  # only its own state tells what it did to its number
        return
    record_fulfilment(job.account, work.pushes, connector.push_fulfilment(work.told, work.told.key))


def _failed(job: Job, connector: Connector, work: Work, failure: OutsideError) -> None:
    logger.warning("order %s of %s: %s: %s", job.lane, job.account.code, type(failure).__name__, failure)
    if isinstance(failure, AuthExpired | Forbidden):
        note_refused_keys(job.account, failure)
        postpone(work.pushes, failure)
        retry_job_later(job, str(failure), wait=KEYS_PAUSE, counts=False)
    elif isinstance(failure, Temporary):
        postpone(work.pushes, failure)
        retry_job_later(job, str(failure), wait=failure.wait if isinstance(failure, RateLimited) else None, counts=False)
    elif isinstance(failure, Unknown) or (isinstance(failure, ContractBroken) and work.pushes[0].attempts < MAX_UNREADABLE):
        settle = connector.capabilities().settle
        record_unknown(work.pushes, failure, settle=settle)
        retry_job_later(job, str(failure), wait=settle, counts=False)
    elif isinstance(failure, Permanent):
        record_refused(job.account, work.pushes, failure)
        finish_job(job)
