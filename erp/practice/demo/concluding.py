"""The end of the main job: the books are read, the verdict is written and said."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from erp.practice.demo.auditing.auditor import Audit, audit
from erp.practice.demo.auditing.books import Books, read_books
from erp.practice.demo.auditing.leaving import read_van
from erp.practice.demo.auditing.rows import read_house
from erp.practice.demo.auditing.sentences import broken_promises
from erp.practice.demo.report import in_words, write_json
from erp.practice.demo.terminal import Terminal
from inventory.services.ledger import check_ledger


def conclude(
    stores: Mapping[str, Path], *, json_file: Path, terminal: Terminal, under_way: Sequence[str] = (), parcels: Path | None = None
) -> int:
    """Audit the shops of `stores` (account code -> store), write the JSON, print the report. Returns the exit code: 1 if a promise broke.

    `under_way` is what was still moving when the time was over: that is a broken promise too. `parcels` is the carrier's store.
    """
    verdict = judge(stores, parcels)
    write_json(verdict, json_file)
    broken = broken_promises(verdict)
    if under_way:
        broken.append(_("The house did not come to rest in time: %(what)s.") % {"what": ", ".join(under_way)})
    broken += [_("check_ledger says: %(fault)s") % {"fault": fault} for fault in check_ledger()]
    for line in in_words(verdict, broken):
        terminal.say(line)
    return 1 if broken else 0


def judge(stores: Mapping[str, Path], parcels: Path | None = None) -> Audit:
    return audit(read_all(stores), read_house(set(stores)), read_van(parcels))


def read_all(stores: Mapping[str, Path]) -> list[Books]:
    return [read_books(source, file) for source, file in sorted(stores.items())]
