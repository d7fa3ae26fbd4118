"""HTTP/1.1 on loopback for a practice shop: keep-alive, one thread per connection, TLS with a certificate made on the spot."""

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol, cast
from urllib.parse import parse_qsl, urlsplit

from erp.core import clock

MAX_BODY_BYTES = 64 * 1024 * 1024
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Request:
    """One request as a shop sees it; `query` keeps order and doubles, `secure` says that it came over TLS."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    secure: bool
    base_url: str
    ip: str = "127.0.0.1"


@dataclass
class Answer:
    """`wait` passes before anything is sent; `cut` then closes the connection without an answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    cut: bool = False


class Site(Protocol):
    def answer(self, request: Request) -> Answer: ...

    def date(self) -> str: ...


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, port: int, site: Site, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.site, self.tls = site, tls
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""

    def cut_all(self) -> None:
        with self._lock:
            waiting = list(self._open)
        for connection in waiting:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Silent: the store keeps what matters."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.server.site.date()

    def _serve(self) -> None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= MAX_BODY_BYTES or "chunked" in self.headers.get("Transfer-Encoding", ""):
            self.close_connection = True
            self._send(Answer(400 if length < 0 else 413))
            return
        address = urlsplit(self.path)
        scheme = "https" if self.server.tls is not None else "http"
        request = Request(
            method=self.command,
            path=address.path,
            query=parse_qsl(address.query, keep_blank_values=True),
            headers=cast(Mapping[str, str], self.headers),
            body=self.rfile.read(length),
            secure=self.server.tls is not None,
            base_url=f"{scheme}://{self.headers.get('Host', '127.0.0.1')}",
            ip=self.client_address[0],
        )
        self._send(self.server.site.answer(request))

    def _send(self, answer: Answer) -> None:
        if answer.wait:
            self.server.stopping.wait(answer.wait)
        if answer.cut:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        self.send_header("Date", self.date_time_string())
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
    setattr(_Handler, f"do_{_method}", _Handler._serve)


class RunningSite:
    """A shop, `site`, that answers at `url` until `stop()`; over TLS its self-signed certificate is the file `certificate`."""

    def __init__(self, site: Site, *, port: int, tls: bool, folder: Path, on_stop: Callable[[], None]) -> None:
        self.certificate: Path | None = None
        context = None
        if tls:
            self.certificate = make_certificate(folder)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
        self.site = site
        self._server = _Server(port, site, context)
        self._on_stop = on_stop
        self.port: int = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True, name=f"shop:{self.port}")
        self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more; safe to call twice."""
        if self._server.stopping.is_set():
            return
        self._server.stopping.set()
        self._server.shutdown()
        self._server.cut_all()
        self._server.server_close()
        self._thread.join()
        self._on_stop()

    def __enter__(self) -> "RunningSite":
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()


def make_certificate(folder: Path) -> Path:
    """Key and self-signed certificate for 127.0.0.1 and localhost in one file, valid a year around today's real date."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "practice shop")])
    today = clock.real_now()
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    file.touch(mode=0o600)
    file.write_bytes(private + certificate.public_bytes(pem))
    return file
