"""Rows of master data written by a service: their history (django-simple-history) names the user and reads the house's clock."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model

from erp.core import clock


def save_master(row: Model, *, by: AbstractBaseUser | None) -> None:
    """Insert or update a row with one entry in its history. `by` is None for the system."""
    _stamp(row, by)
    row.save()


def delete_master(row: Model, *, by: AbstractBaseUser | None) -> None:
    _stamp(row, by)
    row.delete()


def _stamp(row: Any, by: AbstractBaseUser | None) -> None:
    row._history_user = by
    row._history_date = clock.now()
