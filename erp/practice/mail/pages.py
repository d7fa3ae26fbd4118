"""The page that lists the mails, one mail, and what is attached to it. Plain HTML, no scripts; what came from outside is escaped."""

from email.utils import formatdate
from html import escape

from erp.practice.mail.mailbox import Mail, Mailbox
from erp.practice.serving import Answer, Request

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1d1b18; background: #f6f5f1; }
table { width: 100%; border-collapse: collapse; background: #fff; }
th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid #e3e0d9; }
th { font-weight: 500; color: #676259; font-size: .85rem; } a { color: #2343b3; }
pre { white-space: pre-wrap; background: #fff; padding: 1rem; font: inherit; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; } dt { color: #676259; } dd { margin: 0; }
"""
HTML = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


class MailSite:
    """Answers at `/`, `/mail/<key>` and `/mail/<key>/<place of the attachment>`."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def date(self) -> str:
        return formatdate(usegmt=True)

    def answer(self, request: Request) -> Answer:
        parts = [part for part in request.path.split("/") if part]
        try:
            if not parts:
                return _page("Mailbox", _list(self._mailbox.mails()))
            if parts[0] == "mail" and len(parts) == 2:
                return _page("Mail", _mail(self._mailbox.mail(int(parts[1]))))
            if parts[0] == "mail" and len(parts) == 3:
                return _attachment(self._mailbox.mail(int(parts[1])), int(parts[2]))
        except (LookupError, ValueError):
            pass
        return _page("Nothing here", '<p><a href="/">All mails</a></p>', status=404)


def _page(title: str, body: str, *, status: int = 200) -> Answer:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>'
    )
    return Answer(status, text.encode(), dict(HTML))


def _list(mails: list[Mail]) -> str:
    if not mails:
        return "<p>No mail yet.</p>"
    rows = "".join(
        f"<tr><td>{escape(mail.received_at)}</td><td>{escape(', '.join(mail.recipients))}</td>"
        f'<td><a href="/mail/{mail.key}">{escape(mail.subject) or "no subject"}</a></td><td>{len(mail.attachments)}</td></tr>'
        for mail in mails
    )
    head = "<tr><th>Received</th><th>To</th><th>Subject</th><th>Attached</th></tr>"
    return f"<p>{len(mails)} mails</p><table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _mail(mail: Mail) -> str:
    facts = {
        "From": str(mail.message.get("From", mail.sender)),
        "To": ", ".join(mail.recipients),
        "Subject": mail.subject,
        "Received": mail.received_at,
        "Message-ID": mail.message_id,
    }
    told = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    files = "".join(
        f'<li><a href="/mail/{mail.key}/{place}">{escape(each.name) or "file"}</a> ({len(each.content)} bytes)</li>'
        for place, each in enumerate(mail.attachments)
    )
    return f'<dl>{told}</dl><pre>{escape(mail.text)}</pre><ul>{files}</ul><p><a href="/">All mails</a></p>'


def _attachment(mail: Mail, place: int) -> Answer:
    attached = mail.attachments[place]
    name = "".join(sign for sign in attached.name if sign.isascii() and (sign.isalnum() or sign in " ._-")) or "file"
    how = "inline" if attached.media_type == "application/pdf" else "attachment"
    headers = {"Content-Type": attached.media_type, "Content-Disposition": f'{how}; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Answer(200, attached.content, headers)
