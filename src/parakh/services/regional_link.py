"""A regional centre's side of its link: sends up what happened, and copies lists and rules down.

Nothing waits for the link. Messages are taken in, persons screened and alerts handled here as in
any centre; the audit trail, which is written in the same transaction as each step, is at once the
store of what is still to be sent. Where the link is cut in the middle, the same rows go once more,
and the centre passes over those that it has.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx
import orjson
import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from parakh.access import Purpose, system_actor
from parakh.errors import Misconfigured, ParakhError
from parakh.services import regional_aside as aside
from parakh.services import regional_telling as telling
from parakh.services.centre import Centre
from parakh.services.regional_values import Told
from parakh.settings import Settings
from parakh.store import copies
from parakh.store import regional as store
from parakh.store.regional import Link

EVERY = 5.0
"""Seconds between two exchanges; the centre tells by their absence that the link is down."""

_REFUSALS = frozenset({400, 413, 422})
"""Answers that say that what was sent cannot be used, and will not be however often it is sent."""

_COPIER = system_actor("centre-link")
_log = structlog.get_logger()


class Unreached(ParakhError):
    """The centre above was not reached, or did not answer as one."""


class _Refused(Unreached):
    """The centre above was reached, and cannot use what was sent."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the centre above refused it: {reason}")


class Exchange:
    """Exchanges with the centre above; `step` does all there is to do, and raises Unreached."""

    def __init__(self, centre: Centre, transport: httpx.BaseTransport | None = None) -> None:
        own = centre.settings
        self._centre = centre
        self._public_key = _public_key(own)
        self._client = httpx.Client(
            base_url=f"{own.centre_url}/api/v1/regions",
            headers={"authorization": f"Bearer {_key(own)}"},
            timeout=httpx.Timeout(30.0, connect=5.0),
            transport=transport,
            trust_env=False,
            verify=str(own.trust_file) if own.trust_file else True,
        )

    def close(self) -> None:
        """Gives the connections back."""
        self._client.close()

    def step(self) -> None:
        """Sends all that is not sent, then copies what is lacking; notes whether it went well."""
        try:
            self._send()
            self._send_again()
            self._pull()
        except Unreached:
            self._note(down=True)
            raise
        self._note(down=False)

    # --- up -----------------------------------------------------------------------------------

    def _send(self) -> None:
        while True:
            with self._centre.db.read() as connection:
                link = store.link(connection)
                events = telling.events(self._centre, connection, link.sent)
            self._tell(events)
            if not events:
                return

    def _tell(self, events: Sequence[Told]) -> None:
        """Sends rows; where one of them is refused, the others go without what belongs to it."""
        try:
            self._sent(events)
        except _Refused as error:
            if len(events) > 1:
                half = len(events) // 2
                self._tell(events[:half])
                self._tell(events[half:])
                return
            (own,) = events
            rest = {name: value for name, value in own.items() if name not in telling.BELONGINGS}
            if rest == own:
                # A row alone is refused where it does not follow: no later one would either.
                raise Unreached(str(error)) from error
            # Before the row goes: a cut in between must not lose that something is missing of it.
            aside.lay(self._centre, own, error.reason)
            self._sent([rest | {"refused": error.reason}])

    def _sent(self, events: Sequence[Told]) -> None:
        with self._centre.db.read() as connection:
            link = store.link(connection)
        body: dict[str, Any] = {"events": events}
        if link.down_since is not None:
            body["alone"] = [link.down_since.isoformat(), self._centre.clock().isoformat()]
        last = int(self._post("/events", body)[0]["last"])
        with self._centre.db.maintain() as connection:
            link = store.link(connection)
            store.save_link(connection, replace(link, sent=max(link.sent, last)))

    def _send_again(self) -> None:
        """Sends what was set aside and is wanted there after all, or tells that it is dropped."""
        for own, event in aside.decided(self._centre):
            try:
                self._post("/events/again", event)
            except _Refused as error:
                aside.refused_again(self._centre, own, error.reason)
            else:
                aside.settle(self._centre, own)

    # --- down ---------------------------------------------------------------------------------

    def _pull(self) -> None:
        more = True
        while more:
            with self._centre.db.read() as connection:
                link = store.link(connection)
            found, response = self._post("/copy", {"marks": dict(link.marks)})
            self._check(response)
            more = bool(found["more"])
            if found["rows"]:
                with self._centre.db.write(_COPIER, Purpose.LINKED) as tx:
                    copies.write(tx, found["rows"])
                    counts = {name: len(rows) for name, rows in found["rows"].items()}
                    tx.audit("centre.copied", "centre", self._centre.settings.centre_url, **counts)
                    link = store.link(tx.connection)
                    store.save_link(tx.connection, replace(link, marks=found["marks"]))

    def _check(self, response: httpx.Response) -> None:
        """Raises Unreached unless the centre signed the copy: no proxy in between adds an entry."""
        try:
            signature = bytes.fromhex(response.headers.get("x-parakh-signature", ""))
            self._public_key.verify(signature, response.content)
        except (InvalidSignature, ValueError) as error:
            raise Unreached("the copy does not bear the centre's signature") from error

    # --- within -------------------------------------------------------------------------------

    def _post(self, path: str, body: Mapping[str, Any]) -> tuple[dict[str, Any], httpx.Response]:
        try:
            response = self._client.post(
                path, content=orjson.dumps(body), headers={"content-type": "application/json"}
            )
            response.raise_for_status()
            return orjson.loads(response.content), response
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            if status in _REFUSALS:
                raise _Refused(_reason(error.response)) from error
            raise Unreached(f"the centre above was not reached: it answered {status}") from error
        except (httpx.HTTPError, orjson.JSONDecodeError) as error:
            cause = type(error).__name__
            raise Unreached(f"the centre above was not reached: {cause}") from error

    def _note(self, *, down: bool) -> None:
        now = self._centre.clock()
        with self._centre.db.maintain() as connection:
            link = store.link(connection)
            if down:
                new = replace(link, down_since=link.down_since or now)
            else:
                new = replace(link, down_since=None, met_at=now, pulled_at=now)
            store.save_link(connection, new)


def state(centre: Centre) -> Link | None:
    """The link of a regional centre to the centre above; None where this is no regional centre."""
    if not centre.settings.centre_url:
        return None
    with centre.db.read() as connection:
        return store.link(connection)


class LinkThread(threading.Thread):
    """Exchanges every few seconds until it is told to stop; a cut link ends nothing."""

    def __init__(self, centre: Centre) -> None:
        super().__init__(name="parakh-centre-link", daemon=True)
        self._exchange = Exchange(centre)
        self._halt = threading.Event()

    def run(self) -> None:
        """Exchanges until `halt`; what fails is tried again the next time."""
        down = False
        while not self._halt.is_set():
            try:
                self._exchange.step()
                if down:
                    _log.info("the centre above is reached again")
                down = False
            except Unreached as error:
                if not down:
                    _log.warning("acting alone", cause=str(error))
                down = True
            except Exception:
                _log.exception("exchange with the centre above failed")
            self._halt.wait(EVERY)
        self._exchange.close()

    def halt(self) -> None:
        """Asks the thread to stop; what was on its way goes again after the next start."""
        self._halt.set()


def _reason(response: httpx.Response) -> str:
    """Why the centre refuses something, in its words; they name nobody."""
    try:
        told = orjson.loads(response.content).get("detail", "")
    except (orjson.JSONDecodeError, AttributeError):
        told = ""
    return str(told)[:500] or f"it answered {response.status_code}"


# --- settings -----------------------------------------------------------------------------------


def _key(own: Settings) -> str:
    if own.centre_key_file is None or not own.centre_key_file.is_file():
        raise Misconfigured("PARAKH_CENTRE_KEY_FILE names no file with this centre's key")
    return own.centre_key_file.read_text(encoding="utf-8").strip()


def _public_key(own: Settings) -> Ed25519PublicKey:
    if not own.centre_public_key:
        raise Misconfigured("PARAKH_CENTRE_PUBLIC_KEY: by it copies from the centre are checked")
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(own.centre_public_key))
