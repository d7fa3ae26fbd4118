"""The printers of the house, by CUPS: what is kept is handed to `lp`, outside of any transaction."""

import subprocess

from django.utils.translation import gettext as _

from erp.core.refusals import Refused
from erp.core.transactions import forbid_transaction

SECONDS = 30
RAW = ("-o", "raw")
"""For printers that speak the content's own language, such as ZPL."""


def send_to_printer(content: bytes, *, printer: str, title: str, options: tuple[str, ...] = ()) -> None:
    """Hand a document to the queue of a printer. Raises Refused, in words, when CUPS is not there or will not have it."""
    forbid_transaction("a printer")
    words = ["lp", "-d", printer, "-t", title, *options, "-"]
    names = {"title": title, "printer": printer}
    try:
        done = subprocess.run(words, input=content, capture_output=True, timeout=SECONDS, check=False)
    except FileNotFoundError as error:
        text = _("“%(title)s” was not printed: this machine has no CUPS (the command lp). Install cups-client, or print the PDF.")
        raise Refused(text % names, code="printer") from error
    except subprocess.TimeoutExpired as error:
        text = _("“%(title)s” was not printed: the printer %(printer)s did not answer within 30 seconds. Look whether it is on.")
        raise Refused(text % names, code="printer") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or str(done.returncode)
        text = _("“%(title)s” was not printed: the printer %(printer)s says “%(said)s”. Correct it, then print again.")
        raise Refused(text % {**names, "said": said}, code="printer")
