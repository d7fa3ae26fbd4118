"""Workers that die over a paper, and workers that race for one: it is made once, with the bytes that it would have had."""

from datetime import timedelta
from functools import partial
from hashlib import sha256

import pytest

from erp.core.clock import real_now
from erp.core.documents import render_document, render_paper, render_pending, request_document
from erp.core.documents.storing import _render
from erp.core.models import Card, Document
from inventory.shipping.papers.codes import SLIP, shipment_subject
from inventory.shipping.papers.slips import build_slip
from tests.concurrency.processes import together
from tests.factories.crm import make_company
from tests.factories.inventory import make_warehouse
from tests.factories.papers import paper_shipment
from tests.kill.dying import killed_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]
STORING = "erp.core.documents.storing"
WORKERS = 4


@pytest.fixture
def slip(transactional_db: None) -> Document:
    make_company(language="en")
    return request_document(SLIP, shipment_subject(paper_shipment(make_warehouse("FA")).pk), language="en")


def bytes_of(slip: Document) -> bytes:
    """As a worker makes them whom nobody disturbs."""
    return render_paper(build_slip(slip.subject))


def is_made_once(slip: Document) -> None:
    made = Document.objects.get()
    assert (made.pk, bytes(made.content or b""), made.pages, made.error) == (slip.pk, bytes_of(slip), 1, "")
    assert made.sha256 == sha256(bytes_of(slip)).hexdigest()
    assert Card.objects.count() == 0


@pytest.mark.parametrize(
    ("place", "after", "is_kept"),
    [
        (f"{STORING}._claim", True, False),
        (f"{STORING}.draw", False, False),
        (f"{STORING}.draw", True, False),
        (f"{STORING}._keep", False, False),
        (f"{STORING}.close_card", True, False),
        (f"{STORING}._keep", True, True),
    ],
)
def test_a_paper_whose_worker_is_killed_anywhere_is_made_once(slip: Document, place: str, after: bool, is_kept: bool) -> None:
    killed_at(place, render_pending, after=after)

    assert Document.objects.filter(content__isnull=False).exists() == is_kept
    assert render_pending() == 0  # the dead one holds it until its lease is over
    Document.objects.filter(content=None).update(leased_until=real_now() - timedelta(seconds=1))
    assert render_pending() == (not is_kept)
    is_made_once(slip)


def test_workers_in_many_processes_make_a_paper_once(slip: Document) -> None:
    answers = together([partial(render_document, slip.pk)] * WORKERS)

    assert sorted(answers) == [False] * (WORKERS - 1) + [True]
    is_made_once(slip)


def test_workers_past_each_others_lease_keep_the_first_rendering(slip: Document) -> None:
    """The race without the claim: all draw it, one is kept and nobody fails over it."""
    answers = together([partial(_render, slip.pk)] * WORKERS)

    assert answers == [None] * WORKERS
    is_made_once(slip)
