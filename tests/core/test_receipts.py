"""A receipt tells what was done and what was refused, is written with each row, comes once for one form, and leads back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from erp.core import clock, receipts
from erp.core.history import record
from erp.core.models import HistoryEntry, Receipt, SavedFilter
from erp.core.receipts import MAX_ROWS, Outcome, UndoKind, prune_receipts, run_bulk, run_together, undo_receipt
from erp.core.refusals import Refused
from erp.core.saved_filters import MAX_FILTERS, drop_filter, filters_of, save_filter
from erp.core.tasks import prune
from erp.core.transactions import attempt
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db

ROWS = [(1, "A"), (2, "B"), (3, "C")]


@pytest.fixture
def anna() -> User:
    return make_user("anna", is_owner=True)


@pytest.fixture
def undone() -> list[tuple[int, Any]]:
    return []


@pytest.fixture
def kind(undone: list[tuple[int, Any]]) -> Iterator[UndoKind]:
    """An undo that notes in `undone` what it was told."""
    yield receipts.register_undo(UndoKind("probe", "auth.add_user", lambda pk, told, by: undone.append((pk, told))))
    receipts.undo_kinds._things.pop("probe")


class Work:
    """A service that refuses some rows and fails at others; it notes each in the history, as services do."""

    def __init__(self, *, refuses: tuple[int, ...] = (), breaks: tuple[int, ...] = ()) -> None:
        self.refuses, self.breaks, self.ran = refuses, breaks, 0

    def __call__(self, pk: int) -> dict[str, int]:
        self.ran += 1
        record(f"probe:{pk}", "done")
        if pk in self.refuses:
            raise Refused(f"Row {pk} is closed.")
        if pk in self.breaks:
            raise ZeroDivisionError
        return {"was": pk * 10}


def test_each_row_stands_for_itself_and_refusals_are_sentences(anna: User) -> None:
    receipt = run_bulk("probe.do", ROWS, Work(refuses=(2,)), by=anna, key="k")

    assert [(row["id"], row["label"], row["told"]) for row in receipt.done] == [(1, "A", {"was": 10}), (3, "C", {"was": 30})]
    assert receipt.refused == [{"id": 2, "label": "B", "why": "Row 2 is closed."}]
    assert receipt.finished_at is not None
    assert sorted(HistoryEntry.objects.values_list("subject_id", flat=True)) == ["1", "3"]


def test_a_mistake_of_ours_stops_one_row_and_is_told_without_its_trace(anna: User, caplog: pytest.LogCaptureFixture) -> None:
    receipt = run_bulk("probe.do", ROWS, Work(breaks=(1,)), by=anna, key="k")

    assert [row["id"] for row in receipt.done] == [2, 3]
    assert [row["id"] for row in receipt.refused] == [1]
    assert "ZeroDivisionError" not in receipt.refused[0]["why"]
    assert "ZeroDivisionError" in caplog.text


def test_the_same_form_twice_is_one_action(anna: User) -> None:
    work = Work()

    first = run_bulk("probe.do", ROWS, work, by=anna, key="k")
    again = run_bulk("probe.do", ROWS, work, by=anna, key="k")

    assert (again.pk, work.ran, Receipt.objects.count()) == (first.pk, 3, 1)


def test_undo_goes_over_what_was_done_with_what_it_told_and_only_once(anna: User, kind: UndoKind, undone: list[tuple[int, Any]]) -> None:
    receipt = run_bulk("probe.do", ROWS, Work(refuses=(2,)), by=anna, undo=kind, key="k")

    first = undo_receipt(receipt.pk, by=anna)
    again = undo_receipt(receipt.pk, by=anna)

    receipt.refresh_from_db()
    assert undone == [(1, {"was": 10}), (3, {"was": 30})]
    assert (first.action, again.pk, receipt.undone_at is not None) == ("undo probe.do", first.pk, True)


def test_undo_is_for_those_who_may(kind: UndoKind, anna: User, undone: list[tuple[int, Any]]) -> None:
    receipt = run_bulk("probe.do", ROWS, Work(), by=anna, undo=kind, key="k")

    with pytest.raises(Refused) as refusal:
        undo_receipt(receipt.pk, by=make_user("bea"))

    receipt.refresh_from_db()
    assert (refusal.value.code, receipt.undone_at, undone) == ("forbidden", None, [])


def test_what_has_no_way_back_says_so(anna: User) -> None:
    receipt = run_bulk("probe.do", ROWS, Work(), by=anna, key="k")

    with pytest.raises(Refused) as refusal:
        undo_receipt(receipt.pk, by=anna)

    assert refusal.value.code == "no_undo"


def test_what_is_under_way_is_not_undone(anna: User, kind: UndoKind) -> None:
    receipt = Receipt.objects.create(key="k", action="probe.do", at=clock.now(), undo=kind.code)

    with pytest.raises(Refused) as refusal:
        undo_receipt(receipt.pk, by=anna)

    assert refusal.value.code == "under_way"


@pytest.mark.parametrize(("count", "code"), [(0, "none"), (MAX_ROWS + 1, "many")])
def test_nothing_and_too_much_are_refused_before_anything_runs(anna: User, count: int, code: str) -> None:
    work = Work()

    with pytest.raises(Refused) as refusal:
        run_bulk("probe.do", [(n, str(n)) for n in range(count)], work, by=anna, key="k")

    assert (refusal.value.code, work.ran, Receipt.objects.count()) == (code, 0, 0)


def test_a_service_that_takes_all_rows_answers_for_each(anna: User) -> None:
    outcome = Outcome([(1, "A", None)], [(2, "B", "Gone."), (3, "C", "Gone.")], {"batch": 7})

    receipt = run_together("probe.all", ROWS, lambda keys: outcome, by=anna, key="k")

    receipt.refresh_from_db()
    assert [row["id"] for row in receipt.done] == [1]
    assert [row["why"] for row in receipt.refused] == ["Gone.", "Gone."]
    assert receipt.about == {"batch": 7}


def test_a_service_that_refuses_them_all_leaves_no_receipt_and_its_form_may_be_sent_again(anna: User) -> None:
    def refuse(keys: list[int]) -> Outcome:
        raise Refused("No.")

    with pytest.raises(Refused):
        run_together("probe.all", ROWS, refuse, by=anna, key="k")

    assert Receipt.objects.count() == 0


def test_receipts_are_kept_thirty_days(anna: User) -> None:
    for days in (29, 31):
        Receipt.objects.create(key=f"k{days}", action="probe.do", at=clock.now() - timedelta(days=days))

    prune()

    assert list(Receipt.objects.values_list("key", flat=True)) == ["k29"]
    assert prune_receipts() == 0


def test_a_filter_is_its_owners_and_the_same_name_is_the_new_one(anna: User) -> None:
    bea = make_user("bea")
    save_filter("orders", "  Domani   ", "?queue=ship", by=anna)
    kept = save_filter("orders", "Domani", "?queue=late", by=anna)
    save_filter("orders", "Domani", "?queue=all", by=bea)

    drop_filter(kept.pk, by=bea)

    assert [(each.name, each.query) for each in filters_of(anna, "orders")] == [("Domani", "?queue=late")]


def test_filters_have_names_and_an_end(anna: User) -> None:
    for number in range(MAX_FILTERS):
        save_filter("orders", f"F{number}", "", by=anna)

    for name, code in ((" ", "name"), ("One more", "many")):
        with pytest.raises(Refused) as refusal, attempt():
            save_filter("orders", name, "", by=anna)
        assert refusal.value.code == code
    assert SavedFilter.objects.count() == MAX_FILTERS
