"""The house's printer: what is sent is what is kept, and a printer that will not have it says so in words."""

from pathlib import Path

import pytest

from erp.core.documents.cups import RAW, send_to_printer
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from tests.factories.printers import put_printer

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_bytes_reach_the_printers_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = put_printer(tmp_path, monkeypatch)

    send_to_printer(b"^XA^XZ", printer="zebra", title="etichette.zpl", options=RAW)

    assert printed() == [("-d zebra -t etichette.zpl -o raw -", b"^XA^XZ")]


def test_what_the_printer_says_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_printer(tmp_path, monkeypatch, says="lp: The printer or class does not exist.")

    with pytest.raises(Refused, match="la stampante zebra dice “lp: The printer or class does not exist"):
        send_to_printer(b"%PDF-", printer="zebra", title="lista.pdf")


def test_a_machine_without_cups_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Refused, match="su questa macchina manca CUPS"):
        send_to_printer(b"%PDF-", printer="zebra", title="lista.pdf")


def test_nothing_is_printed_inside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="a printer must not run inside a transaction"), atomic():
        send_to_printer(b"%PDF-", printer="zebra", title="lista.pdf")
