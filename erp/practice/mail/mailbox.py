"""The mails that came, one file each, and what the next ones will meet. Safe for many threads."""

import json
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import cast

from erp.core import clock


class Fault(StrEnum):
    """What one mail meets; each fault is used up by one mail."""

    LATER = "later"  # 451 at the recipient: try again
    REFUSED = "refused"  # 550 at the recipient
    TOO_BIG = "too_big"  # 552 after the text
    CUT = "cut"  # kept, then the line is cut before the answer
    SILENT = "silent"  # kept, then nobody answers


@dataclass(frozen=True)
class Attachment:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """One mail as it came; `key` is its place in the order of arrival."""

    key: int
    sender: str
    recipients: tuple[str, ...]
    received_at: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @property
    def message_id(self) -> str:
        return str(self.message.get("Message-ID", ""))

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain", "html"))
        return str(body.get_content()) if body is not None else ""

    @property
    def attachments(self) -> list[Attachment]:
        return [
            Attachment(part.get_filename() or "", part.get_content_type(), bytes(part.get_payload(decode=True) or b""))
            for part in cast("Iterable[EmailMessage]", self.message.iter_attachments())
        ]


class Mailbox:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = threading.Lock()
        self._faults: deque[Fault] = deque()
        self._last = max((int(file.stem) for file in folder.glob("*.eml")), default=0)

    def keep(self, sender: str, recipients: Iterable[str], content: bytes) -> int:
        """Store a mail for ever; its key."""
        with self._lock:
            self._last += 1
            key = self._last
        envelope = {"sender": sender, "recipients": list(recipients), "received_at": clock.now().isoformat(timespec="seconds")}
        self._file(key, "json").write_text(json.dumps(envelope))
        draft = self._file(key, "part")
        draft.write_bytes(content)
        draft.rename(self._file(key, "eml"))
        return key

    def mails(self) -> list[Mail]:
        """All of them, the newest first."""
        keys = sorted((int(file.stem) for file in self.folder.glob("*.eml")), reverse=True)
        return [self.mail(key) for key in keys]

    def mail(self, key: int) -> Mail:
        """Raises LookupError when there is none."""
        try:
            envelope, content = json.loads(self._file(key, "json").read_text()), self._file(key, "eml").read_bytes()
        except FileNotFoundError:
            raise LookupError(key) from None
        message = message_from_bytes(content, policy=policy.default)
        return Mail(key, envelope["sender"], tuple(envelope["recipients"]), envelope["received_at"], message)

    def expect(self, *faults: Fault) -> None:
        """The next mails meet these, one each."""
        with self._lock:
            self._faults.extend(faults)

    def next_fault(self) -> Fault | None:
        with self._lock:
            return self._faults.popleft() if self._faults else None

    def _file(self, key: int, kind: str) -> Path:
        return self.folder / f"{key:06}.{kind}"
