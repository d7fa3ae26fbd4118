"""Both doors of a practice mailbox: SMTP to come in, HTTP to be read."""

import threading

from erp.practice.mail.mailbox import Mailbox
from erp.practice.mail.pages import MailSite
from erp.practice.mail.smtp import SmtpServer
from erp.practice.serving import POLL_SECONDS, RunningSite


class RunningMail:
    """Receives at `email_url` (for EMAIL_URL) and shows at `url` until `stop()`."""

    def __init__(self, mailbox: Mailbox, *, smtp_port: int = 0, port: int = 0) -> None:
        self.mailbox = mailbox
        self._smtp = SmtpServer(smtp_port, mailbox)
        self.smtp_port: int = self._smtp.server_address[1]
        self.email_url = f"smtp://127.0.0.1:{self.smtp_port}"
        self._thread = threading.Thread(target=self._smtp.serve_forever, args=(POLL_SECONDS,), daemon=True, name=f"mail:{self.smtp_port}")
        self._thread.start()
        self._site = RunningSite(MailSite(mailbox), port=port, tls=False, folder=mailbox.folder, on_stop=lambda: None)
        self.port, self.url = self._site.port, self._site.url

    def stop(self) -> None:
        """Answer nobody any more; safe to call twice."""
        if self._smtp.stopping.is_set():
            return
        self._smtp.stopping.set()
        self._smtp.shutdown()
        self._smtp.cut_all()
        self._smtp.server_close()
        self._thread.join()
        self._site.stop()

    def __enter__(self) -> "RunningMail":
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()


def serve_mail(mailbox: Mailbox, *, smtp_port: int = 0, port: int = 0) -> RunningMail:
    """Run both doors on loopback; port 0 takes a free one."""
    return RunningMail(mailbox, smtp_port=smtp_port, port=port)
