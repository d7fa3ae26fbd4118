"""A label is bought: claim, call, record. Whatever happens between the call and its answer, a parcel has one at the carrier."""

import logging
from collections import Counter

from django.db import OperationalError

from erp.core.refusals import Refused
from erp.core.transactions import forbid_transaction
from inventory.shipping.carriers.contract import (
    AuthExpired,
    ContractBroken,
    Forbidden,
    OutsideError,
    Permanent,
    Temporary,
    Unknown,
)
from inventory.shipping.services.labelling.claiming import (
    Claim,
    DueLabel,
    claim_label,
    due_labels,
    leave_unknown,
    note_doubt,
    postpone,
    set_aside,
)
from inventory.shipping.services.labelling.recording import give_up, record_answer, refuse
from inventory.shipping.services.labelling.voiding import carry_out_void

PAGE = 100
MAX_PAGES = 20
FAILURES_IN_A_ROW = 3

logger = logging.getLogger(__name__)


def buy_label(label_id: int) -> bool:
    """Ask the carrier for the parcel of a label. Nothing when it is bought already, by hand, or in another worker's hands.

    A claim whose call has no answer is unknown: the carrier is asked by our reference first, and only what is not there is made. False
    when the carrier gave no answer that settles it.
    """
    forbid_transaction("buy_label()")
    claim = claim_label(label_id)
    if claim is None:
        return True
    return _ask_first(claim) if claim.is_doubtful else _create(claim)


def work_due_labels() -> int:
    """Buy and void all that is due; returns how many labels were looked at. One that fails keeps no other waiting.

    A carrier that fails several times in a row is left alone until the next round: the others' labels do not wait for its time-outs.
    """
    done, failures = 0, Counter[int]()
    for _page in range(MAX_PAGES):
        due = due_labels(PAGE, without=[carrier for carrier, number in failures.items() if number >= FAILURES_IN_A_ROW])
        for label in due:
            if failures[label.carrier_id] < FAILURES_IN_A_ROW:
                is_settled = _work(label)
                failures[label.carrier_id] = 0 if is_settled else failures[label.carrier_id] + 1
                done += 1
        if len(due) < PAGE:
            break
    return done


def _work(label: DueLabel) -> bool:
    """False when the carrier gave no answer. An error of our own code with a label is logged, and keeps no other label waiting."""
    try:
        return carry_out_void(label.pk) if label.is_voiding else buy_label(label.pk)
    except OperationalError:
        raise
    except Exception as error:
        logger.exception("label %s failed", label.pk)
        set_aside(label.pk, str(error) or type(error).__name__)
        return False


def _ask_first(claim: Claim) -> bool:
    try:
        found = claim.backend.find_parcels(claim.request.reference)
    except OutsideError as failure:
        leave_unknown(claim, failure)
        return False
    except Refused as refusal:
        leave_unknown(claim, Temporary(str(refusal)))
        return False
    if found:
        record_answer(claim, found[0])  # the oldest: whoever asks takes the same one
    elif not note_doubt(claim):
        return True
    elif claim.may_create:
        return _create(claim)
    else:
        give_up(claim)
    return True


def _create(claim: Claim) -> bool:
    try:
        answer = claim.backend.create_parcel(claim.request)
    except (Unknown, ContractBroken) as failure:
        leave_unknown(claim, failure)  # an answer that cannot be read may stand for a parcel that was made
        return False
    except (Temporary, AuthExpired, Forbidden) as failure:
        postpone(claim, failure)  # keys that are not accepted are the carrier's matter, not this parcel's
        return False
    except Permanent as failure:
        refuse(claim, failure.detail)
    except Refused as refusal:
        postpone(claim, Temporary(str(refusal)))
        return False
    else:
        record_answer(claim, answer)
    return True
