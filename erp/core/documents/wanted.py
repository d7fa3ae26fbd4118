"""What callers hand over: a paper that is asked for, or bytes that exist already. Values only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NewDocument:
    """`subject` names the row that the paper is about, `shipping.shipment:12`."""

    kind: str
    subject: str
    language: str = "it"


@dataclass(frozen=True)
class StoredDocument:
    """Bytes that exist already. `pages` is counted when it is 0 and the bytes are a PDF."""

    kind: str
    subject: str
    content: bytes
    media_type: str
    file_name: str
    language: str = "it"
    pages: int = 0
