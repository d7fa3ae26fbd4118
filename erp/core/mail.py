"""The one door for e-mail: SMTP as EMAIL_URL says, step by step, so that a failure says whether the text may have gone out.

Raises the family of `erp.core.http`: Temporary (nothing was sent), Permanent (the server refused it), Unknown (the text was handed over
and nobody answered). It waits in real time only, and never inside a transaction.
"""

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from types import TracebackType

from django.conf import settings

from erp.core.http.errors import Permanent, Temporary, Unknown
from erp.core.transactions import forbid_transaction

PERMANENT_CODE = 500
OK_CODES = range(200, 300)


def is_mail_configured() -> bool:
    return bool(settings.EMAIL_URL)


class MailServer:
    """A context: one connection for many mails, made when the first one is sent and again after a failure."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "MailServer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._drop()

    def send(self, message: EmailMessage, *, before_text: Callable[[], None]) -> None:
        """Send to the one recipient in `To`. `before_text` is called just before the text goes out: from then on it may arrive.

        Raises Temporary, Permanent or Unknown.
        """
        forbid_transaction("sending mail")
        smtp = self._connected()
        self._announce(smtp, str(message["From"].addresses[0].addr_spec), str(message["To"].addresses[0].addr_spec))
        before_text()
        try:
            code, answer = smtp.data(message.as_bytes())
        except smtplib.SMTPDataError as error:  # refused before the text was sent
            self._reset(smtp)
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise Unknown(f"{type(error).__name__}: {error}") from error
        if code not in OK_CODES:
            self._reset(smtp)
            raise _refusal(code, answer)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            try:
                self._smtp = _connect()
            except smtplib.SMTPAuthenticationError as error:
                raise Temporary(f"{error.smtp_code} {_text(error.smtp_error)}", status=error.smtp_code) from error
            except (OSError, smtplib.SMTPException) as error:
                raise Temporary(f"{type(error).__name__}: {error}") from error
        return self._smtp

    def _announce(self, smtp: smtplib.SMTP, sender: str, recipient: str) -> None:
        try:
            for code, answer in (smtp.mail(sender), smtp.rcpt(recipient)):
                if code not in OK_CODES:
                    self._reset(smtp)
                    raise _refusal(code, answer)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise Temporary(f"{type(error).__name__}: {error}") from error

    def _reset(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()


def _connect() -> smtplib.SMTP:
    host, port, patience = settings.EMAIL_HOST, settings.EMAIL_PORT or 0, settings.REGIA_MAIL_SECONDS
    if settings.EMAIL_USE_SSL:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=patience, context=ssl.create_default_context())
    else:
        smtp = smtplib.SMTP(host, port, timeout=patience)
    try:
        if settings.EMAIL_USE_TLS:
            smtp.starttls(context=ssl.create_default_context())
        if settings.EMAIL_HOST_USER:
            smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD or "")
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _refusal(code: int, answer: bytes | str) -> Temporary | Permanent:
    kind = Permanent if code >= PERMANENT_CODE else Temporary
    return kind(f"{code} {_text(answer)}", status=code)


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
