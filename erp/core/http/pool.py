"""Open connections, kept per address and process: the only state of the door."""

import os
from ipaddress import ip_address
from threading import Lock
from urllib.parse import urlsplit

import httpx

KEEP_OPEN_SECONDS = 2.0
_CLIENTS: dict[tuple[int, str], httpx.Client] = {}
_LOCK = Lock()


def client_for(url: str) -> httpx.Client:
    """The client of the address's scheme, host and port. A child process opens its own.

    Idle connections are given up after two seconds, before common servers close them: a write on a connection that the server has just
    closed would be an unknown one. Proxies of the environment count, except for this machine; its certificates (SSL_CERT_FILE) always.
    """
    parts = urlsplit(url)
    origin = (os.getpid(), f"{parts.scheme}://{parts.netloc}")
    with _LOCK:
        if origin not in _CLIENTS:
            limits = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=KEEP_OPEN_SECONDS)
            _CLIENTS[origin] = httpx.Client(
                limits=limits,
                follow_redirects=False,
                verify=httpx.create_ssl_context(trust_env=True),
                trust_env=not _is_loopback(parts.hostname or ""),
            )
        return _CLIENTS[origin]


def close_all() -> None:
    """Close this process's connections."""
    with _LOCK:
        for origin in [origin for origin in _CLIENTS if origin[0] == os.getpid()]:
            _CLIENTS.pop(origin).close()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
