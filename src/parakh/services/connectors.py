"""Linked systems as people see and keep them: how each is doing, on and off, tested, tried now.

A system is used once somebody has put its settings in force. Whoever writes the file of settings
is one person, whoever puts them in force another one looks at them: a line that was put into the
file unseen leads nowhere.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.connectors.failures import LinkFailed
from parakh.domain.connector import ConnectorHealth, ConnectorKind, Exchange, LinkState, Standing
from parakh.errors import Conflict, InvalidInput, Misconfigured, NotFound, ParakhError
from parakh.services import connector_runs, sftp
from parakh.services.centre import Centre
from parakh.services.connector_file import Setup, Web
from parakh.services.connector_runs import WITHOUT_TURNS, Turn
from parakh.services.linked import SEALED
from parakh.services.pull_sources import pull_sources
from parakh.store import connectors as store

NAME = "^[a-z0-9][a-z0-9-]{0,79}$"
"""What the name of a linked system looks like, as a regular expression."""

MOST_SHOWN = 50
LONGEST_SECRET = 4000


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectorRow:
    """A linked system at a glance; `standing` is None for a channel of alerts, which is kept
    elsewhere, and `where` is "" for what the file names no more."""

    health: ConnectorHealth
    standing: Standing | None
    where: str = ""

    @property
    def lag(self) -> timedelta | None:
        """How long ago both sides were level; None where that is not known."""
        seconds = self.health.lag_seconds
        return None if seconds is None else timedelta(seconds=seconds)

    @property
    def next_at(self) -> datetime | None:
        """When its next turn is, where it has turns and is in force."""
        own = self.standing
        turns = own is not None and own.in_force and own.kind not in WITHOUT_TURNS
        return own.next_at if own and turns else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectorsView:
    """All linked systems; `wrong` says what is wrong with the file, "" where nothing is."""

    rows: tuple[ConnectorRow, ...]
    wrong: str

    @property
    def troubled(self) -> int:
        """How many are down."""
        return sum(row.health.state is LinkState.DOWN for row in self.rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectorView:
    """One linked system, and the newest that was said to it.

    Attributes:
        settings: as the file has them, without keys; empty for what the file names no more.
        sealed: whether the centre keeps a key for it.
        takes_key: whether it wants one that no file or variable gives.
    """

    row: ConnectorRow
    exchanges: tuple[Exchange, ...]
    settings: tuple[tuple[str, str], ...]
    sealed: bool
    takes_key: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Tested:
    """What came of a test; `cause` is "" where the system answered as it should."""

    cause: str
    milliseconds: int

    @property
    def good(self) -> bool:
        """Whether it answered as it should."""
        return not self.cause


# --- looking ------------------------------------------------------------------------------------


def overview(centre: Centre, actor: Actor) -> ConnectorsView:
    """All linked systems, in order of name."""
    actor.require(Permission.SEE_CONNECTORS)
    setups, wrong = _setups(centre)
    with centre.db.read() as connection:
        rows = _rows(connection, setups, centre.clock())
    return ConnectorsView(rows=tuple(rows), wrong=wrong)


def view(centre: Centre, actor: Actor, name: str) -> ConnectorView:
    """One linked system; raises NotFound."""
    actor.require(Permission.SEE_CONNECTORS)
    setups, _ = _setups(centre)
    with centre.db.read() as connection:
        store.get(connection, name)
        rows = _rows(connection, setups, centre.clock())
        said = store.exchanges(connection, name, MOST_SHOWN)
        sealed = store.sealed_secret(connection, name) is not None
    setup = setups.get(name)
    return ConnectorView(
        row=next(own for own in rows if own.standing and own.health.name == name),
        exchanges=tuple(said),
        settings=_shown(setup),
        sealed=sealed,
        takes_key=_takes_key(setup),
    )


# --- keeping ------------------------------------------------------------------------------------


def switch(centre: Centre, actor: Actor, name: str, *, on: bool) -> Standing:
    """Puts a system in force by its settings of now, or switches it off; raises NotFound.

    Raises Conflict for one whose settings changed just now, so that nobody agrees to what he did
    not see.
    """
    actor.require(Permission.KEEP_CONNECTORS)
    with centre.db.write(actor, Purpose.LINKED) as tx:
        old = store.get(tx.connection, name)
        if on and old.kind is not ConnectorKind.SFTP:
            setup = centre.linked.setups().get(name)
            if setup is None or setup.digest != old.digest:
                raise Conflict("its settings were changed just now: look at them again")
        store.decide(tx, name, on=on, agreed=old.digest)
        action = "connector.on" if on else "connector.off"
        tx.audit(action, "connector", name, settings=old.digest, before=old.agreed)
        return store.get(tx.connection, name)


def try_now(centre: Centre, actor: Actor, name: str) -> Standing:
    """Lets its next turn be at once, whatever it waits for; raises Conflict unless it is in force
    and has turns."""
    actor.require(Permission.KEEP_CONNECTORS)
    with centre.db.write(actor, Purpose.LINKED) as tx:
        old = store.get(tx.connection, name)
        if not old.in_force:
            raise Conflict("it is not in force")
        if old.kind in WITHOUT_TURNS:
            raise Conflict("it has no turns that could be brought forward")
        store.update(tx.connection, name, next_at=None)
        tx.audit("connector.hastened", "connector", name)
        return store.get(tx.connection, name)


def run_now(centre: Centre, actor: Actor, name: str) -> Turn:
    """Gives a system its turn here and waits for it; raises Conflict unless it is in force."""
    try_now(centre, actor, name)
    done = connector_runs.turn(centre, name)
    if done is None:
        raise Conflict("another worker has it in hand")
    return done


def test(centre: Centre, actor: Actor, name: str) -> Tested:
    """Asks a system whether it is there and lets us in; changes nothing there or here.

    It may be tested before it is in force: whoever is to put it in force wants to know.
    """
    actor.require(Permission.KEEP_CONNECTORS)
    with centre.db.read() as connection:
        kind = store.get(connection, name).kind
    began, cause = time.monotonic(), ""
    try:
        if kind is ConnectorKind.SFTP:
            _test_folder(centre, name)
        else:
            centre.linked.get(name).test()
    except (LinkFailed, Misconfigured) as error:
        cause = str(error)
    done = Tested(cause=cause, milliseconds=round(1000 * (time.monotonic() - began)))
    with centre.db.write(actor, Purpose.LINKED) as tx:
        tx.audit("connector.tested", "connector", name, good=done.good, cause=cause)
    return done


def set_secret(centre: Centre, actor: Actor, name: str, secret: str) -> None:
    """Seals the key with which a system lets us in; raises InvalidInput for none, NotFound, and
    Conflict where its settings say that a file or a variable holds it."""
    actor.require(Permission.KEEP_CONNECTORS)
    secret = secret.strip()
    if not secret or len(secret) > LONGEST_SECRET or not secret.isprintable():
        raise InvalidInput("that is no key")
    setup = _setups(centre)[0].get(name)
    if setup is None:
        raise NotFound("there is no such linked system")
    if not _takes_key(setup):
        raise Conflict("its settings say that it needs none, or that a file or variable holds it")
    vault = centre.db.vault
    with centre.db.write(actor, Purpose.LINKED) as tx:
        store.get(tx.connection, name)
        vault.create_key(tx.connection, SEALED)
        sealed = vault.seal(tx.connection, SEALED, name, secret.encode())
        store.seal_secret(tx, name, sealed)
        tx.audit("connector.rekeyed", "connector", name)


# --- within -------------------------------------------------------------------------------------


def _setups(centre: Centre) -> tuple[dict[str, Setup], str]:
    """What the file names, and what is wrong with it."""
    try:
        centre.linked.follow()
        return centre.linked.setups(), centre.linked.wrong
    except ParakhError as error:
        return {}, str(error)


def _rows(connection: sa.Connection, setups: dict[str, Setup], now: datetime) -> list[ConnectorRow]:
    known = {own.name: own for own in store.all_of(connection)}
    return [
        ConnectorRow(
            health=own,
            standing=None if own.kind is ConnectorKind.CHANNEL else known[own.name],
            where=setups[own.name].where if own.name in setups else "",
        )
        for own in store.health(connection, now)
    ]


def _shown(setup: Setup | None) -> tuple[tuple[str, str], ...]:
    """The settings that are not as usual. Keys never stand there, but perhaps among the options of
    a connector of one's own, of which the names alone are told."""
    if setup is None:
        return ()
    told = setup.options.model_dump(mode="json", exclude_defaults=True)
    if "options" in told:
        told["options"] = ", ".join(told["options"])
    return tuple((name, str(value)) for name, value in told.items())


def _takes_key(setup: Setup | None) -> bool:
    if setup is None or not isinstance(setup.options, Web):
        return False
    own = setup.options
    wants = own.auth != "none" or own.kind is ConnectorKind.WEBHOOK
    return wants and own.secret_file is None and not own.secret_env


def _test_folder(centre: Centre, name: str) -> None:
    source = next((own for own in pull_sources(centre.settings) if own.name == name), None)
    if source is None:
        raise Misconfigured("the file names it no more")
    with sftp.connected(source) as remote:
        remote.look()
