"""`manage.py doctor` says in words what is well and what is not."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation

from erp.core import installation
from erp.core.installation import check_installation
from erp.core.schedules import ensure_schedules

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here, so none is waited for."""
    monkeypatch.setattr(installation, "WORKER_SECONDS", 0.05)


def doctor():
    said = io.StringIO()
    call_command("doctor", stdout=said)
    return said.getvalue()


def levels():
    return [verdict.level for verdict in check_installation()]


def test_a_sound_installation_has_notes_only_for_what_a_demo_does_without():
    ensure_schedules()

    assert levels() == ["ok", "ok", "ok", "ok", "ok", "ok", "warning", "ok", "warning", "warning"]
    assert "PostgreSQL 18" in doctor()


def test_missing_schedules_are_broken_and_say_what_to_type():
    said = io.StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=said)

    assert ended.value.code == 1
    assert "run manage.py ensure_schedules" in said.getvalue()


def test_a_redis_that_does_not_answer_is_broken(settings):
    ensure_schedules()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert levels() == ["ok", "ok", "ok", "ok", "ok", "broken", "ok", "warning", "warning"]


def test_images_that_cannot_be_stored_are_broken(settings, tmp_path: Path):
    ensure_schedules()
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "media"

    assert levels()[7] == "broken"


def test_a_real_address_and_a_key_of_ones_own_are_well(settings):
    ensure_schedules()
    settings.REGIA_PUBLIC_URL, settings.SECRET_KEY = "https://regia.example.com", "a-key-of-our-own"

    assert levels()[8:] == ["ok", "ok"]


def test_an_address_that_is_none_is_broken(settings):
    ensure_schedules()
    settings.REGIA_PUBLIC_URL = "regia.example.com"

    assert levels()[8] == "broken"
