"""Invoicing's own clockwork."""

from datetime import timedelta
from typing import Any

from celery import shared_task

from erp.core.schedules import Schedule, schedule
from orders.invoices.services import documenting, handing_over, mailing


@shared_task(time_limit=600, expires=120)  # type: ignore[untyped-decorator]
def send_mails(**_unknown: Any) -> None:
    mailing.send_due_mails()


@shared_task(time_limit=600, expires=600)  # type: ignore[untyped-decorator]
def document_missing(**_unknown: Any) -> None:
    documenting.document_missing()


@shared_task(time_limit=300, expires=600)  # type: ignore[untyped-decorator]
def print_missing(**_unknown: Any) -> None:
    handing_over.print_missing()


schedule(Schedule("Send invoices by e-mail", "orders.invoices.tasks.send_mails", timedelta(seconds=5)))
schedule(Schedule("Document sales that nothing documents", "orders.invoices.tasks.document_missing", timedelta(minutes=10)))
schedule(Schedule("Ask for papers of invoices without one", "orders.invoices.tasks.print_missing", timedelta(minutes=10)))
