"""The line to one other system: HTTP as every connector speaks it.

A request is repeated only where that is safe: reading is (RFC 9110 9.2.2), and what carries a key
by which the other side knows it again (draft-ietf-httpapi-idempotency-key-header). Redirects are
followed where the settings say so, answers are bounded, and whatever is said is noted without its
content.
"""

import json
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx

from parakh.clock import Clock, utc_now
from parakh.connectors.addresses import checked_url
from parakh.connectors.failures import LinkFailed, garbled
from parakh.connectors.guards import Breaker, BreakerState, Bucket, Bulkhead, jittered
from parakh.connectors.transport import GuardedTransport
from parakh.domain.connector import Exchange, Outcome, Verb
from parakh.errors import InvalidInput

MOST_TRIES = 3
LONGEST_WAIT = 10.0
"""Seconds for which a request waits in line to be repeated; longer is for the next turn."""

MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_ASKED_IF = ("if-none-match", "if-modified-since")
"""What goes along to where an answer leads (RFC 9110 13.1)."""

JSON = ("application/json", "application/problem+json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """How the other side knows us: a header with our key in it, or none (`header` is "").

    `value` is asked for at each request, so that a key that was replaced holds at once; it is given
    the line, and raises Misconfigured without a key. `refused` is called when the other side did
    not take it, `close` with the line. Mutual TLS is part of the line's TLS context.
    """

    header: str = ""
    value: "Callable[[Line], str]" = lambda _: ""
    refused: Callable[[], None] = lambda: None
    close: Callable[[], None] = lambda: None


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """One other system, and how it may be used.

    Attributes:
        name: what the centre calls it.
        url: below which all its paths are; `https`, checked by `addresses.checked_url`.
        private: whether it is in a private network.
        step, whole: seconds for each step of a request, and for all of it.
        most_bytes: of an answer.
        a_minute: requests; 0 for no bound.
        at_once: requests; as many again may wait.
        redirects: hosts to which what is read may lead; one that begins with a dot stands for all
            below it.
    """

    name: str
    url: str
    tls: ssl.SSLContext
    login: Login = Login()
    private: bool = False
    step: float = 10.0
    whole: float = 60.0
    most_bytes: int = 64 * 2**20
    a_minute: int = 0
    at_once: int = 4
    redirects: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the other side answered, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """Of the body, in small letters and without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The body as JSON; raises LinkFailed for what is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise garbled("it answered with something that is no JSON", self.status) from None


Check = Callable[[Answer], None]
"""Raises LinkFailed for an answer that cannot be right."""


class Line:
    """What a connector says to its system, and hears; may be used from several threads.

    `note` is told of every exchange. `halt` ends what waits. `transport` stands in for the network,
    such as `parakh.connectors.recorded.Recorded`.
    """

    def __init__(
        self,
        server: Server,
        note: Callable[[Exchange], None],
        *,
        clock: Clock = utc_now,
        halt: threading.Event | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.server = server
        self.breaker = Breaker()
        self.skew = 0
        self._note = note
        self._clock = clock
        self._halt = halt or threading.Event()
        self._bucket = Bucket(server.a_minute)
        self._bulkhead = Bulkhead(most=server.at_once, queue=server.at_once, patience=server.whole)
        self._quiet_until = 0.0
        self._client = httpx.Client(
            transport=transport
            or GuardedTransport(
                server.tls,
                private=server.private,
                step=server.step,
                whole=server.whole,
                connections=server.at_once,
            ),
            headers={"user-agent": "Parakh", "accept-encoding": "identity"},
            trust_env=False,  # a proxy or netrc of the environment is none of its business
        )

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()
        self.server.login.close()

    # --- asking -------------------------------------------------------------------------------

    def get(
        self,
        path: str,
        *,
        verb: Verb = Verb.PULL,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accepts: Sequence[str] = JSON,
        check: Check | None = None,
    ) -> Answer:
        """Reads; raises LinkFailed. An answer 204 or 304 has no body, whatever is accepted."""
        request = self._request("GET", path, params=params, headers=headers)
        return self._whole(request, verb, accepts, check, repeat=True)

    def post(
        self,
        path: str,
        body: Any,
        *,
        verb: Verb = Verb.PUSH,
        key: str = "",
        headers: Mapping[str, str] | None = None,
        accepts: Sequence[str] = (),
        check: Check | None = None,
        anonymous: bool = False,
    ) -> Answer:
        """Sends JSON, or bytes as they are, with our key unless `anonymous`; raises LinkFailed.

        With a `key` it is repeated when no answer came: the other side knows it again by it. With
        nothing to accept, the body of the answer is not looked at.
        """
        sent = dict(headers or {})
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            sent.setdefault("content-type", "application/json")
        if key:
            sent["idempotency-key"] = key
        request = self._request("POST", path, anonymous=anonymous, headers=sent, content=body)
        return self._whole(request, verb, accepts, check, repeat=bool(key))

    def _request(
        self, method: str, path: str, *, anonymous: bool = False, **parts: Any
    ) -> httpx.Request:
        url = f"{self.server.url.rstrip('/')}/{path.lstrip('/')}" if path else self.server.url
        ours, theirs = urlsplit(self.server.url), urlsplit(url)
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            raise LinkFailed("a path leads to another server", again=False)
        request = self._client.build_request(method, url, **parts)
        login = self.server.login
        if login.header and not anonymous:
            request.headers[login.header] = login.value(self)
        return request

    def _whole(
        self,
        request: httpx.Request,
        verb: Verb,
        accepts: Sequence[str],
        check: Check | None,
        *,
        repeat: bool,
    ) -> Answer:
        with self._bulkhead.place():
            tries = 0
            while True:
                tries += 1
                self._admit()
                try:
                    answer = self._once(request, verb, accepts, check)
                except LinkFailed as error:
                    self._failed(error)
                    wait = jittered(tries) if error.after is None else error.after
                    # Who would only be told that it is left alone learns why it failed instead.
                    shut = self.breaker.state is not BreakerState.CLOSED
                    over = tries >= MOST_TRIES or wait > LONGEST_WAIT or shut
                    if not (repeat and error.again) or over or self._halt.wait(wait):
                        raise
                except Exception:
                    # Else a breaker that let this one try alone would wait for its end for good.
                    self.breaker.failed()
                    raise
                else:
                    self.breaker.worked()
                    return answer

    def _admit(self) -> None:
        quiet = self._quiet_until - monotonic()
        if quiet > 0:
            raise LinkFailed("it asked for patience", Outcome.LIMITED, after=quiet, again=False)
        if self._halt.wait(self._bucket.wait()):
            raise LinkFailed("the program stops", again=False)
        self.breaker.enter()

    def _failed(self, error: LinkFailed) -> None:
        if error.status == 401:
            self.server.login.refused()
        if error.harmed:
            self.breaker.failed()
        else:
            self.breaker.worked()
        if error.after is not None and error.outcome is Outcome.LIMITED:
            self._quiet_until = max(self._quiet_until, monotonic() + error.after)

    # --- one try ------------------------------------------------------------------------------

    def _once(
        self, request: httpx.Request, verb: Verb, accepts: Sequence[str], check: Check | None
    ) -> Answer:
        began, answer = monotonic(), None
        found = Exchange(
            connector=self.server.name,
            at=self._clock(),
            verb=verb,
            method=request.method,
            path=request.url.path,
            outcome=Outcome.DONE,
            sent=len(request.content),
        )
        try:
            answer = self._followed(request)
            found = replace(found, status=answer.status, received=len(answer.body))
            self._sound(answer, accepts)
            if check is not None:
                check(answer)
            return answer
        except LinkFailed as error:
            status = error.status or found.status
            found = replace(found, outcome=error.outcome, status=status, cause=str(error))
            raise
        except Exception as error:
            cause = f"unexpected: {type(error).__name__}"
            found = replace(found, outcome=Outcome.GARBLED, cause=cause)
            raise
        finally:
            self._note(replace(found, milliseconds=round(1000 * (monotonic() - began))))

    def _followed(self, request: httpx.Request) -> Answer:
        """The answer, from where it leads to if it may; our key goes to nobody else."""
        answer, at = self._answered(request), request.url
        for _ in range(MOST_REDIRECTS):
            leads = answer.status in _REDIRECTS and answer.headers.get("location")
            if request.method != "GET" or not leads:
                break
            at = self._leads_to(answer, at)
            kept = {name: request.headers[name] for name in _ASKED_IF if name in request.headers}
            answer = self._answered(self._client.build_request("GET", at, headers=kept))
        return answer

    def _leads_to(self, answer: Answer, at: httpx.URL) -> httpx.URL:
        """Where an answer leads; raises LinkFailed unless the settings name that host."""
        try:
            found = at.join(answer.headers["location"])
            checked_url(str(found), "a redirect", private=self.server.private, hint="")
        except (httpx.InvalidURL, InvalidInput):
            cause = f"it answered {answer.status}, which leads nowhere"
            raise garbled(cause, answer.status) from None
        if not any(_below(found.host, own) for own in self.server.redirects):
            cause = f"it answered {answer.status}, which leads to {found.host}"
            raise garbled(cause, answer.status)
        return found

    def _answered(self, request: httpx.Request) -> Answer:
        try:
            response = self._client.send(request, stream=True)
            try:
                body = self._body(response)
            finally:
                response.close()
        except httpx.HTTPError as error:
            raise LinkFailed(_cause(error)) from error
        self._compare(response.headers.get("date", ""))
        return Answer(status=response.status_code, headers=dict(response.headers), body=body)

    def _body(self, response: httpx.Response) -> bytes:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise garbled("it answered with a compressed body", response.status_code)
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self.server.most_bytes:
                limit = f"{self.server.most_bytes:,}"
                raise garbled(f"it answered with more than {limit} bytes", response.status_code)
        return bytes(body)

    def _compare(self, date: str) -> None:
        """How far its clock is ahead of ours, as well as its answers' Date can tell."""
        try:
            theirs = parsedate_to_datetime(date)
        except (TypeError, ValueError):
            return
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=UTC)
        self.skew = round((theirs - self._clock()).total_seconds())

    def _sound(self, answer: Answer, accepts: Sequence[str]) -> None:
        """Raises LinkFailed for an answer that is no success, or of a kind that is not accepted."""
        status = answer.status
        if status in (204, 304):
            return
        if 200 <= status < 300:
            if accepts and answer.media_type not in accepts:
                raise garbled("it answered with another kind of content", status)
            return
        after = _retry_after(answer.headers.get("retry-after", ""), self._clock())
        if status == 429 or (status == 503 and after is not None):
            cause = f"it asked for patience ({status})"
            raise LinkFailed(cause, Outcome.LIMITED, status=status, after=after)
        if 300 <= status < 400:
            raise garbled(f"it answered {status}, which leads elsewhere", status)
        if status >= 500 or status == 408:
            raise LinkFailed(f"it answered {status}", status=status)
        raise LinkFailed(f"it answered {status}", Outcome.REFUSED, status=status, again=False)


def _below(host: str, own: str) -> bool:
    return host.endswith(own) if own.startswith(".") else host == own


def _retry_after(value: str, now: datetime) -> float | None:
    """Seconds that `Retry-After` asks for (RFC 9110 10.2.3), a day at most; None without it."""
    if value.isascii() and value.isdigit():
        return min(float(value), 86_400.0)
    try:
        wanted = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if wanted.tzinfo is None:
        wanted = wanted.replace(tzinfo=UTC)
    return min(max(0.0, (wanted - now).total_seconds()), 86_400.0)


_CAUSES: tuple[tuple[type[httpx.HTTPError], str], ...] = (
    (httpx.ConnectTimeout, "it took too long to connect"),
    (httpx.TimeoutException, "it took too long to answer"),
    (httpx.RemoteProtocolError, "it broke off its answer"),
    (httpx.NetworkError, "it was not reached"),
)


def _cause(error: httpx.HTTPError) -> str:
    """Why no answer came, in words that name nobody."""
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, ssl.SSLCertVerificationError):
            return "its certificate is not trusted"
        if isinstance(below, ssl.SSLError):
            return "no secure connection to it came about"
        if isinstance(below, ConnectionRefusedError):
            return "it refused the connection"
        below = below.__cause__ or below.__context__
    return next((words for kind, words in _CAUSES if isinstance(error, kind)), "it was not reached")
