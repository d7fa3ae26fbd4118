"""The practice mailbox: it keeps what came, shows it, and fails on demand as a mail server does."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.request import urlopen

import pytest

from erp.practice.mail import Fault, Mailbox, RunningMail, serve_mail
from tests.architecture.test_ladder import ROOT

PDF = b"%PDF-1.7 \x00\xff\n.\n..\r\n.\r\nend"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningMail]:
    with serve_mail(Mailbox(tmp_path / "mail")) as running:
        yield running


def message(subject: str = "Fattura è qui") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = (
        "ordini@bottega.example",
        "anna@example.com",
        subject,
        "<1@bottega.example>",
    )
    mail.set_content("Gentile Anna,\n.\n<b>grazie</b>\n")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="fattura FT-2026-0001.pdf")
    return mail


def send(running: RunningMail, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", running.smtp_port, timeout=60) as smtp:
        smtp.send_message(mail)


def read(url: str) -> bytes:
    with urlopen(url, timeout=60) as answer:
        return answer.read()


def test_what_came_is_kept_as_it_was_sent(running):
    send(running, message())

    (mail,) = running.mailbox.mails()
    assert (mail.sender, mail.recipients, mail.subject) == ("ordini@bottega.example", ("anna@example.com",), "Fattura è qui")
    assert mail.text.splitlines() == ["Gentile Anna,", ".", "<b>grazie</b>"]
    assert [(each.name, each.content) for each in mail.attachments] == [("fattura FT-2026-0001.pdf", PDF)]


def test_a_mailbox_outlives_its_server(running):
    send(running, message("eins"))
    running.stop()

    with serve_mail(Mailbox(running.mailbox.folder)) as again:
        send(again, message("zwei"))
        assert [(mail.key, mail.subject) for mail in again.mailbox.mails()] == [(2, "zwei"), (1, "eins")]


def test_the_page_lists_mails_and_gives_out_what_is_attached(running):
    send(running, message("<script>alert(1)</script>"))

    assert b'<a href="/mail/1">&lt;script&gt;alert(1)&lt;/script&gt;</a>' in read(running.url)
    assert b"&lt;b&gt;grazie&lt;/b&gt;" in read(f"{running.url}/mail/1")
    assert read(f"{running.url}/mail/1/0") == PDF


@pytest.mark.parametrize("path", ["/mail/7", "/mail/x", "/mail/1/9", "/other"])
def test_what_is_not_there_is_a_page_that_says_so(running, path):
    with pytest.raises(OSError, match="404"):
        read(running.url + path)


@pytest.mark.parametrize(
    ("fault", "error", "kept"),
    [
        (Fault.LATER, smtplib.SMTPRecipientsRefused, 0),
        (Fault.REFUSED, smtplib.SMTPRecipientsRefused, 0),
        (Fault.TOO_BIG, smtplib.SMTPDataError, 0),
        (Fault.CUT, smtplib.SMTPServerDisconnected, 1),
    ],
)
def test_a_fault_meets_one_mail(running, fault, error, kept):
    running.mailbox.expect(fault)

    with pytest.raises(error):
        send(running, message())
    assert len(running.mailbox.mails()) == kept
    send(running, message())
    assert len(running.mailbox.mails()) == kept + 1


def test_commands_out_of_order_are_refused(running):
    with smtplib.SMTP("127.0.0.1", running.smtp_port, timeout=60) as smtp:
        assert [smtp.docmd("RCPT", "TO:<a@b.example>")[0], smtp.docmd("DATA")[0], smtp.docmd("VRFY", "a")[0]] == [503, 503, 502]


@pytest.mark.slow
def test_the_command_serves_until_it_is_told_to_end(tmp_path):
    words = [sys.executable, "manage.py", "practice_mail", str(tmp_path / "mail")]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        smtp, page = process.stdout.readline().split(), process.stdout.readline().split()
        assert (smtp[0], page[0]) == ("smtp", "page")
        assert b"No mail yet" in read(page[1])
        process.terminate()
        assert process.wait(120) == 0
