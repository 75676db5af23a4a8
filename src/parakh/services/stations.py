"""Capture stations: registered with a key of their own, heard regularly, bound to their place."""

import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.capture import CaptureAnswer
from parakh.domain.face import NO_PAD_CHECK
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, phrase
from parakh.domain.station import Heartbeat, Station, StationKind
from parakh.domain.voyage import Direction
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import gate, presence
from parakh.services.accounts import units
from parakh.services.centre import Centre
from parakh.services.gate_values import CaptureRequest, GateAnswer
from parakh.store import captures, performance, stations
from parakh.store.captures import Capture
from parakh.store.people import token_hash
from parakh.store.stations import Tally

PREFIX = "parakh_station_"
"""How every station's key begins, so that it is told from other systems' keys."""

MOST_FRAMES = 8
LONGEST_LANE = 20
AHEAD = timedelta(minutes=1)
"""By so much a sender's clock may be ahead without a word."""

_AHEAD = N_("The clock of the sender is ahead; the moment of the capture is that of its arrival.")
LONGEST_SOFTWARE = 120
MOST_WAITING = 1_000_000

IDENTIFIER = re.compile(r"[0-9a-f]{32}")
"""How a sender names a capture."""

_T = TypeVar("_T")
_NAME = re.compile(r"[\w .:/#+-]{1,80}")


@dataclass(frozen=True, kw_only=True, slots=True)
class StationRow:
    """A station as the console shows it, and how its day went."""

    station: Station
    tally: Tally
    silent: bool

    @property
    def unfit_share(self) -> float | None:
        """Captures without a face fit to search by, of all today; None before the first."""
        return self.tally.unfit / self.tally.captures if self.tally.captures else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A capture as it was sent, by a station or by a signed-in officer's browser.

    Attributes:
        port, lane, direction: None where the sender leaves them to its registration.
        taken_at: when the frames were taken, by the sender's clock; None for now.
        id: 32 hexadecimal digits that the sender chose, "" for none.
        challenge: the token of an active check, "" for none; `times` are then the frames' moments
            in seconds from its start.
    """

    frames: tuple[bytes, ...]
    portrait: bytes | None = None
    document: str = ""
    port: str | None = None
    lane: str | None = None
    direction: Direction | None = None
    taken_at: datetime | None = None
    id: str = ""
    challenge: str = ""
    times: tuple[float, ...] = field(default=())


# --- keeping ----------------------------------------------------------------------------------


def register(
    centre: Centre,
    actor: Actor,
    *,
    name: str,
    kind: StationKind,
    port: str,
    lane: str = "",
    direction: Direction | None = None,
    owner: str = "",
) -> str:
    """Registers a station and gives its key, which is shown this once and never stored.

    A gate and a desk stand at a lane; a handheld names lane and direction with each capture.
    """
    actor.require(Permission.KEEP_STATIONS)
    port = _known_port(centre, port)
    actor.require_port(port)
    own = name.strip()
    if not _NAME.fullmatch(own):
        raise InvalidInput("a station's name has 1 to 80 letters, digits and signs like - . : /")
    lane = _lane(lane)
    if kind is StationKind.HANDHELD:
        lane, direction = "", None
    elif not lane:
        raise InvalidInput(f"a {kind.value} stands at a lane: name it")
    if direction is Direction.TRANSIT:
        raise InvalidInput("a station serves entry, exit, or both")
    secret = _secret()
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        if stations.has_living(tx.connection, own):
            raise Conflict(f"there is a station named {own} already")
        value = Station(
            id=new_id(),
            name=own,
            kind=kind,
            port=port,
            lane=lane,
            direction=direction,
            owner=owner.strip() or actor.name,
            created_at=tx.at,
        )
        stations.add(tx.connection, value, token_hash(secret))
        tx.audit(
            "station.added",
            "station",
            value.id,
            name=own,
            device=kind,
            port=port,
            lane=lane,
            owner=value.owner,
        )
    return secret


def every(centre: Centre, actor: Actor, port: str = "") -> list[StationRow]:
    """The stations of the actor's ports, or of one of them; revoked ones last."""
    actor.require(Permission.SEE_STATIONS)
    with centre.db.read() as connection:
        found = stations.all_stations(connection)
    now = centre.clock()
    today = now.astimezone(centre.settings.zone).date()
    return [
        StationRow(
            station=own,
            tally=tally if tally.day == today else Tally(last_at=tally.last_at),
            silent=own.revoked_at is None and own.silent_at(now),
        )
        for own, tally in found
        if (actor.everywhere or own.port in actor.ports) and port in ("", own.port)
    ]


def rekey(centre: Centre, actor: Actor, station_id: str) -> str:
    """Gives a station another key; the one before is refused from now on."""
    actor.require(Permission.KEEP_STATIONS)
    secret = _secret()
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        own = _kept(actor, stations.get(tx.connection, station_id))
        stations.rekey(tx.connection, own.id, token_hash(secret))
        tx.audit("station.rekeyed", "station", own.id, name=own.name)
    return secret


def revoke(centre: Centre, actor: Actor, station_id: str) -> None:
    """Refuses a station's key from now on; its captures stay. Raises Conflict the second time."""
    actor.require(Permission.KEEP_STATIONS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        own = _kept(actor, stations.get(tx.connection, station_id))
        stations.revoke(tx.connection, own.id, tx.at)
        tx.audit("station.revoked", "station", own.id, name=own.name)


def named(centre: Centre, actor: Actor, name: str) -> str:
    """The identifier of the living station of this name; raises NotFound."""
    actor.require(Permission.SEE_STATIONS)
    with centre.db.read() as connection:
        return stations.living(connection, name).id


def _kept(actor: Actor, own: Station) -> Station:
    actor.require_port(own.port)
    if own.revoked_at is not None:
        raise Conflict(f"the station {own.name} is revoked: register it anew")
    return own


def _known_port(centre: Centre, port: str) -> str:
    """The port in capitals; raises InvalidInput where no unit would see its captures."""
    own = port.strip().upper()
    if not any(own in unit.ports for unit in units(centre).values()):
        raise InvalidInput(f"no unit works at the port {own or '(none)'}")
    return own


def _secret() -> str:
    return f"{PREFIX}{secrets.token_urlsafe(32)}"


# --- calling ----------------------------------------------------------------------------------


def bearer(centre: Centre, secret: str) -> Actor | None:
    """The station that a key stands for; None when the key is unknown or revoked.

    It may send captures at its own port, and nothing else.
    """
    with centre.db.read() as connection:
        own = stations.by_hash(connection, token_hash(secret))
    if own is None or own.revoked_at is not None:
        return None
    return Actor(
        id=own.id,
        name=f"station:{own.name}",
        permissions=frozenset({Permission.USE_GATE}),
        ports=frozenset({own.port}),
        human=False,
        station=own.id,
    )


def hear(
    centre: Centre,
    actor: Actor,
    *,
    at: datetime,
    software: str = "",
    camera: bool = True,
    waiting: int = 0,
) -> Station:
    """Notes what a station says of itself; `at` is its own clock. Gives its registration."""
    actor.require(Permission.USE_GATE)
    now = centre.clock()
    with centre.db.maintain() as connection:
        own = _calling(actor, connection)
        said = Heartbeat(
            at=now,
            software=software.strip()[:LONGEST_SOFTWARE],
            camera=camera,
            waiting=min(waiting, MOST_WAITING),
            clock_offset=round((at - now).total_seconds(), 1),
        )
        stations.hear(connection, own.id, said)
    return own


def capture(centre: Centre, actor: Actor, sent: Sent) -> GateAnswer:
    """Answers a capture, after it was brought to its place: see `gate.capture`.

    A station's port, lane and direction are those of its registration, and what it sends
    otherwise is refused. Raises InvalidInput and Forbidden, and what `gate.capture` raises.
    """
    actor.require(Permission.USE_GATE)
    _check(sent)
    port, lane, direction = _place(centre, actor, sent)
    own_id, active = sent.id or None, NO_PAD_CHECK
    if sent.challenge:
        own_id = presence.capture_of(centre, actor, sent.challenge)
        if sent.id not in ("", own_id):
            raise InvalidInput("the active check is for another capture: send its identifier")
        active = presence.check(centre, actor, sent.challenge, sent.frames, sent.times)
    now = centre.clock()
    request = CaptureRequest(
        frames=sent.frames,
        portrait=sent.portrait,
        port=port,
        lane=lane,
        direction=direction,
        document=sent.document,
        id=own_id,
        # A clock that is ahead must not lose a capture: none was taken after it came.
        taken_at=min(sent.taken_at, now) if sent.taken_at else None,
        station_id=actor.station or None,
        active=active,
    )
    answer = gate.capture(centre, actor, request)
    if sent.taken_at is not None and sent.taken_at > now + AHEAD:
        answer = replace(answer, notes=(*answer.notes, phrase(_AHEAD)))
    if not answer.duplicate:
        _count(centre, actor.station, request, now, unfit=not answer.quality.acceptable)
    return answer


def stored_answer(centre: Centre, actor: Actor, capture_id: str) -> tuple[Capture, CaptureAnswer]:
    """What was answered to a capture, for the station that sent it or an officer of its port.

    Raises NotFound for a capture that there is not, or that another sent.
    """
    actor.require(Permission.USE_GATE)
    with centre.db.read() as connection:
        found = captures.known(connection, capture_id, None, "", centre.clock())
    if found is None or found.answer is None:
        raise NotFound("there is no such capture")
    own = (
        found.station_id == actor.station
        if actor.station
        else actor.everywhere or found.port in actor.ports
    )
    if not own:
        raise NotFound("there is no such capture")
    centre.looked(actor, Purpose.GATE, "gate.answer_viewed", "capture", found.id)
    return found, found.answer


def _check(sent: Sent) -> None:
    if not 1 <= len(sent.frames) <= MOST_FRAMES:
        raise InvalidInput(f"a capture has 1 to {MOST_FRAMES} frames, not {len(sent.frames)}")
    if sent.id and not IDENTIFIER.fullmatch(sent.id):
        raise InvalidInput("the identifier of a capture has 32 digits 0-9, a-f")
    if sent.taken_at is not None and sent.taken_at.tzinfo is None:
        raise InvalidInput("taken_at needs its time zone, such as 2026-01-05T09:30:00Z")


def _place(centre: Centre, actor: Actor, sent: Sent) -> tuple[str, str, Direction]:
    """Port, lane and direction: as registered, else as sent."""
    port, lane, direction = sent.port, sent.lane, sent.direction
    if actor.station:
        with centre.db.read() as connection:
            own = stations.get(connection, actor.station)
        port = _bound("port", own.port, port and port.strip().upper())
        lane = _bound("lane", own.lane or None, lane and lane.strip())
        direction = _bound("direction", own.direction, direction)
    if not port or direction is None:
        missing = "port" if not port else "direction"
        raise InvalidInput(f"the {missing} is missing: nothing is registered that says it")
    if direction is Direction.TRANSIT:
        raise InvalidInput("a capture is of an entry or an exit")
    return port.strip().upper(), _lane(lane or ""), direction


def _bound(what: str, registered: _T | None, sent: _T | None) -> _T | None:
    """What is registered; else what was sent. Raises Forbidden where the two differ."""
    if registered is None:
        return sent
    if sent and sent != registered:
        raise Forbidden(f"this station is registered for another {what}")
    return registered


def _lane(text: str) -> str:
    lane = text.strip()
    if len(lane) > LONGEST_LANE:
        raise InvalidInput(f"a lane's name has at most {LONGEST_LANE} characters")
    return lane


def _calling(actor: Actor, connection: sa.Connection) -> Station:
    if not actor.station:
        raise Forbidden("only a capture station has a heartbeat")
    return stations.get(connection, actor.station)


def _count(
    centre: Centre, station_id: str, request: CaptureRequest, now: datetime, *, unfit: bool
) -> None:
    day = now.astimezone(centre.settings.zone).date()
    with centre.db.maintain() as connection:
        performance.count_try(connection, post=request.port, lane=request.lane, at=now, unfit=unfit)
        if station_id:
            stations.count(connection, station_id, day=day, at=now, unfit=unfit)
