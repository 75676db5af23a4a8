"""HTTP connections that go to checked addresses only, and end at a deadline as a whole.

`httpx` bounds each read and write by a time; a server that drips its answer would still hold a
thread for hours. Here every step is bounded by what is left until the request's deadline.
"""

import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import monotonic

import httpcore
import httpx
from httpcore import SOCKET_OPTION

from parakh.connectors.addresses import allowed_address
from parakh.connectors.failures import LinkFailed

_FAILURES: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.ProtocolError, httpx.ProtocolError),
    (httpcore.NetworkError, httpx.NetworkError),
)
"""The lower library's failures as those of httpx, the more special ones first."""


class GuardedTransport(httpx.BaseTransport):
    """Connections to one system.

    `private`: whether addresses of private networks, and of this machine, may be called. `step`:
    seconds for each step; `whole`: for a request with its answer.
    """

    def __init__(
        self, tls: ssl.SSLContext, *, private: bool, step: float, whole: float, connections: int
    ) -> None:
        self._step = step
        self._whole = whole
        self._backend = _Backend(private)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            keepalive_expiry=30.0,
            network_backend=self._backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request; its deadline begins now."""
        self._backend.deadline.at = monotonic() + self._whole
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._step)
        url = request.url
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.read(),
            extensions={"timeout": timeouts},
        )
        with _translated():
            answer = self._pool.handle_request(sent)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), request=request
        )

    def close(self) -> None:
        """Ends all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Deadline(threading.local):
    """When the request in hand of this thread must be over, by the steady clock."""

    at: float = float("inf")

    def left(self, step: float | None) -> float:
        """Seconds for the next step; raises at the deadline."""
        left = self.at - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole took too long")
        return left if step is None else min(left, step)


class _Backend(httpcore.NetworkBackend):
    """Looks names up, checks the addresses, and bounds what the streams do."""

    def __init__(self, private: bool) -> None:
        self._private = private
        self._inner = httpcore.SyncBackend()
        self.deadline = _Deadline()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        # Whether TLS follows is not known here; `checked_url` let plain HTTP pass for this machine
        # alone, by a name that stands for nothing else (or by its address).
        secured = host != "localhost"
        try:
            address = allowed_address(host, port, private=self._private, secured=secured)
        except OSError as error:
            raise httpcore.ConnectError("the name of the server is not known") from error
        if address is None:
            raise LinkFailed("the host has no address that may be called", again=False)
        stream = self._inner.connect_tcp(
            str(address), port, self.deadline.left(timeout), local_address, socket_options
        )
        return _Stream(stream, self.deadline)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step is bounded by the deadline of the thread's request."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        for kind, theirs in _FAILURES:
            if isinstance(error, kind):
                raise theirs(str(error)) from error
        raise
