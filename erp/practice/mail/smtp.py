"""SMTP on loopback as far as a shop's back office speaks it: HELO, MAIL, RCPT, DATA, RSET, NOOP, QUIT (RFC 5321), one thread each."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable

from erp.practice.mail.mailbox import Fault, Mailbox

MAX_LINE_BYTES = 2048
MAX_MAIL_BYTES = 25 * 1024 * 1024
IDLE_SECONDS = 120


class SmtpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, port: int, mailbox: Mailbox) -> None:
        super().__init__(("127.0.0.1", port), _Session)
        self.mailbox = mailbox
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        if isinstance(request, socket.socket):
            with self._guard:
                self._open.add(request)
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        with self._guard:
            self._open.discard(request)  # type: ignore[arg-type]
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""

    def cut_all(self) -> None:
        with self._guard:
            waiting = list(self._open)
        for connection in waiting:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Session(socketserver.StreamRequestHandler):
    server: SmtpServer
    timeout = IDLE_SECONDS

    def handle(self) -> None:
        self._reset()
        self._say("220 practice mailbox")
        commands: dict[str, Callable[[str], bool]] = {
            "EHLO": self._hello,
            "HELO": self._hello,
            "MAIL": self._mail,
            "RCPT": self._recipient,
            "DATA": self._data,
            "RSET": self._start_again,
            "NOOP": lambda _rest: self._say("250 ok"),
            "QUIT": self._quit,
        }
        goes_on = True
        while goes_on and not self.server.stopping.is_set():
            line = self.rfile.readline(MAX_LINE_BYTES)
            if not line:
                return
            word, _space, rest = line.decode("utf-8", "replace").strip().partition(" ")
            command = commands.get(word.upper())
            goes_on = command(rest) if command else self._say("502 not known here")

    def _say(self, line: str) -> bool:
        self.wfile.write(f"{line}\r\n".encode())
        return True

    def _reset(self) -> None:
        self._sender = ""
        self._recipients: list[str] = []
        self._fault: Fault | None = None

    def _hello(self, _rest: str) -> bool:
        self._reset()
        return self._say("250-practice mailbox") and self._say(f"250-SIZE {MAX_MAIL_BYTES}") and self._say("250 8BITMIME")

    def _start_again(self, _rest: str) -> bool:
        self._reset()
        return self._say("250 ok")

    def _mail(self, rest: str) -> bool:
        self._reset()
        self._sender = _address(rest)
        return self._say("250 ok")

    def _recipient(self, rest: str) -> bool:
        if not self._sender:
            return self._say("503 MAIL first")
        self._fault = self.server.mailbox.next_fault()
        if self._fault == Fault.LATER:
            return self._say("451 try again later")
        if self._fault == Fault.REFUSED:
            return self._say("550 no such mailbox")
        self._recipients.append(_address(rest))
        return self._say("250 ok")

    def _data(self, _rest: str) -> bool:
        if not self._recipients:
            return self._say("503 RCPT first")
        self._say("354 go on")
        content = self._text()
        if content is None or len(content) > MAX_MAIL_BYTES or self._fault == Fault.TOO_BIG:
            return self._say("552 too big") if content is not None else False
        self.server.mailbox.keep(self._sender, self._recipients, content)
        if self._fault == Fault.SILENT:
            self.server.stopping.wait(IDLE_SECONDS)
        if self._fault in (Fault.CUT, Fault.SILENT):
            return False
        return self._start_again("")

    def _text(self) -> bytes | None:
        """Up to the lonely dot, dots undoubled; None when the client hung up before it. What is too big is read and dropped."""
        lines: list[bytes] = []
        size = 0
        while True:
            line = self.rfile.readline()
            if not line:
                return None
            if line in (b".\r\n", b".\n"):
                return b"".join(lines)
            size += len(line)
            if size <= MAX_MAIL_BYTES + 1:
                lines.append(line.removeprefix(b".") if line.startswith(b".") else line)

    def _quit(self, _rest: str) -> bool:
        self._say("221 bye")
        return False


def _address(rest: str) -> str:
    """`FROM:<a@b>` -> `a@b`."""
    return rest.partition(":")[2].strip().split(" ")[0].strip("<>")
