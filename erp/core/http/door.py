"""The door: one call out, its time-outs, its repeats, its log and its errors."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
import stamina

from erp.core.clock import now
from erp.core.http.answers import Answer, error_of
from erp.core.http.buckets import Bucket
from erp.core.http.errors import OutsideError, RateLimited, Temporary, Unknown
from erp.core.http.exchange import Exchange, safe_headers, safe_text, safe_url
from erp.core.http.pool import client_for
from erp.core.transactions import forbid_transaction

logger = logging.getLogger(__name__)

Pairs = Sequence[tuple[str, str]]
Signer = Callable[[str, str, Pairs], tuple[Pairs, Mapping[str, str]]]
Explain = Callable[[Answer, bool], OutsideError | None]
Log = Callable[[Exchange], None]

READS = frozenset({"GET", "HEAD", "OPTIONS"})
SHORTEST_PAUSE_SECONDS = 0.05
LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Request:
    """`is_repeatable` for a write: the other side keeps its key, so that twice is once. `seconds` bounds the whole of one attempt."""

    method: str
    url: str
    params: Pairs = ()
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_repeatable: bool = False
    expects_json: bool = True
    seconds: float | None = None

    @property
    def is_read(self) -> bool:
        return self.method in READS


@dataclass(frozen=True, slots=True)
class Door:
    """Calls of one source. Keeps nothing between calls but the open connections of its address.

    `sign` adds the credentials, anew for each attempt. `explain` may name a better error for the platform's own envelope. `log` hears of
    every attempt, secrets removed. A wait longer than `patience_seconds` is handed to the caller as `RateLimited`.
    """

    source: str
    log: Log | None = None
    sign: Signer | None = None
    explain: Explain | None = None
    bucket: Bucket | None = None
    attempts: int = 3
    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    patience_seconds: float = 3.0

    def call(self, request: Request) -> Answer:
        """The good answer. Raises the family of `erp.core.http.errors`; RuntimeError inside a transaction.

        Reads and repeatable writes are repeated after `Temporary` failures; any other write is sent once, and without a clear answer it
        is `Unknown`. A write that surely never left is `Temporary`.
        """
        forbid_transaction("a call to another machine")
        attempts = self.attempts if request.is_read or request.is_repeatable else 1
        unclear: Unknown | None = None
        try:
            for attempt in stamina.retry_context(
                on=self._pause_before_repeat, attempts=attempts, timeout=None, wait_initial=0.1, wait_max=2.0, wait_jitter=0.2
            ):
                with attempt:
                    try:
                        self._wait_for_turn()
                        return self._exchange(request)
                    except Unknown as error:
                        unclear = error
                        raise
        except Temporary as error:
            raise unclear or error from error.__cause__
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _pause_before_repeat(self, error: Exception) -> bool | float:
        if isinstance(error, RateLimited):
            seconds = error.wait.total_seconds()
            return max(seconds, SHORTEST_PAUSE_SECONDS) if seconds <= self.patience_seconds else False
        return isinstance(error, Temporary | Unknown)

    def _wait_for_turn(self) -> None:
        """Wait for a token; a long wait is the caller's."""
        if self.bucket is None:
            return
        deadline = time.monotonic() + self.patience_seconds
        while (wait := self.bucket.take()) > timedelta(0):
            if time.monotonic() + wait.total_seconds() > deadline:
                raise RateLimited("our own limit for this source", wait=wait)
            time.sleep(wait.total_seconds())

    def _exchange(self, request: Request) -> Answer:
        prepared = self._prepare(request)
        at, began = now(), time.monotonic()
        answer: Answer | None = None
        error: OutsideError | None = None
        try:
            answer = self._send(prepared, request.seconds or self.read_seconds)
            error = self._judge(answer, request)
        except httpx.HTTPError as problem:
            error = _transport_error(problem, is_read=request.is_read)
            raise error from problem
        finally:
            milliseconds = round((time.monotonic() - began) * 1000)
            self._keep(_exchange_of(self.source, prepared, answer, error, milliseconds, at))
        if error is not None:
            raise error
        return answer

    def _prepare(self, request: Request) -> httpx.Request:
        params, headers = list(request.params), {"Accept": "application/json", "User-Agent": "Regia", **request.headers}
        if request.body is not None:
            headers.setdefault("Content-Type", "application/json")
        if self.sign is not None:
            signed_params, signed_headers = self.sign(request.method, request.url, params)
            params, headers = list(signed_params), {**headers, **signed_headers}
        client = client_for(request.url)
        timeout = httpx.Timeout(request.seconds or self.read_seconds, connect=self.connect_seconds, pool=self.connect_seconds)
        content = request.body.encode() if request.body is not None else None
        return client.build_request(
            request.method,
            request.url,
            params=tuple(params) or None,
            content=content,
            headers=headers,
            timeout=timeout,
        )

    def _send(self, prepared: httpx.Request, seconds: float) -> Answer:
        began = time.monotonic()
        response = client_for(str(prepared.url)).send(prepared, stream=True)
        try:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER_BYTES:
                    raise httpx.ReadError("the answer is larger than 64 MiB", request=prepared)
                if time.monotonic() - began > seconds:
                    raise httpx.ReadTimeout("the answer did not end in time", request=prepared)
        finally:
            response.close()
        text = bytes(body).decode(response.encoding or "utf-8", errors="replace")
        headers = {name.lower(): value for name, value in response.headers.multi_items()}
        return Answer(response.status_code, headers, text, round((time.monotonic() - began) * 1000))

    def _judge(self, answer: Answer, request: Request) -> OutsideError | None:
        if self.bucket is not None:
            self.bucket.learn(answer)
        named = self.explain(answer, request.is_read) if self.explain is not None and answer.status >= 400 else None
        return named or error_of(answer, is_read=request.is_read, expects_json=request.expects_json)

    def _keep(self, exchange: Exchange) -> None:
        """A log that fails must not turn a call that was made into one that was not."""
        if self.log is None:
            return
        try:
            self.log(exchange)
        except Exception:
            logger.exception("the call %s %s could not be logged", exchange.method, exchange.url)


def _transport_error(problem: httpx.HTTPError, *, is_read: bool) -> OutsideError:
    words = safe_text(f"{type(problem).__name__}: {problem}")
    if is_read or isinstance(problem, NOTHING_SENT):
        return Temporary(words)
    return Unknown(words)


def _exchange_of(
    source: str, prepared: httpx.Request, answer: Answer | None, error: OutsideError | None, milliseconds: int, at: datetime
) -> Exchange:
    return Exchange(
        at=at,
        source=source,
        method=prepared.method,
        url=safe_url(str(prepared.url)),
        request_headers=safe_headers(prepared.headers.multi_items()),
        request_body=safe_text(prepared.content.decode(errors="replace")),
        status=answer.status if answer else None,
        response_headers=safe_headers(answer.headers.items()) if answer else {},
        response_body=safe_text(answer.text) if answer else "",
        milliseconds=milliseconds,
        error=f"{type(error).__name__}: {error}" if error else "",
    )
