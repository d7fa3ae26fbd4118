"""A practice mailbox: an SMTP server on loopback that keeps every mail in a folder, and a page to read them with what is attached.

`Mailbox(folder)` keeps the mails, `serve_mail(mailbox) -> RunningMail(smtp_port, url, stop())` runs both doors; `manage.py practice_mail`.
Faults on a switch: the next mails can be put off, refused, cut before the answer, or left without one.
"""

from erp.practice.mail.mailbox import Fault, Mail, Mailbox
from erp.practice.mail.running import RunningMail, serve_mail

__all__ = ["Fault", "Mail", "Mailbox", "RunningMail", "serve_mail"]
