"""Gives linked systems their turns: fetches, tells, and remembers how far it came.

What is fetched is stored before the cursor moves, and the cursor moves before the other side is
told: whoever dies in between has the same page again, whose bytes are known, or confirms once more.
"""

import json
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import structlog

from parakh.access import Actor, Purpose, system_actor
from parakh.connectors.failures import LeftAlone, LinkFailed, garbled
from parakh.connectors.kit import Answering, Asker, Feed, Item, News, Puller, Pusher
from parakh.domain.connector import ConnectorKind, Outcome, Standing
from parakh.domain.message import Channel, Source
from parakh.errors import InvalidInput, NotFound, ParakhError
from parakh.services import answers, intake, versions
from parakh.services.centre import Centre
from parakh.services.connector_feeds import COUNTERS, READERS
from parakh.services.connector_file import Carrier, Folder, Setup, Watchlist
from parakh.store import announcements
from parakh.store import connectors as store

_log = structlog.get_logger()

CLAIM = timedelta(minutes=5)
"""Whoever takes a turn for longer is taken for dead; what he does then is harmless, being known."""

MOST_PAGES = 50
"""In one turn; the next one is at once."""

AT_ONCE = 100
LONGEST_WAIT = timedelta(minutes=15)
KEPT = timedelta(days=30)
"""So long exchanges and announcements are kept."""

WITHOUT_TURNS = (ConnectorKind.SFTP, ConnectorKind.IDENTITY)
"""Servers of files are visited by a thread of their own; registers are asked when somebody asks."""

_ABOUT_CONTENT = (400, 409, 413, 415, 422)
"""Statuses by which a system refuses what it was told, and not who tells it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What came of one turn.

    Attributes:
        taken: transmissions that were stored or known; `refused` those that could not be.
        told: things that the other side was told; `left` those that it refused for good.
        more: whether there is more now.
        error: why it failed; "" where it did not.
    """

    taken: int = 0
    refused: int = 0
    told: int = 0
    left: int = 0
    more: bool = False
    error: str = ""


def actor_of(name: str) -> Actor:
    """Who acts for a linked system."""
    return system_actor(f"link:{name}")


def due(centre: Centre) -> list[str]:
    """The systems whose turn has come."""
    now = centre.clock()
    with centre.db.read() as connection:
        return [
            own.name
            for own in store.all_of(connection)
            if own.in_force
            and own.kind not in WITHOUT_TURNS
            and (own.next_at is None or own.next_at <= now)
        ]


def turn(centre: Centre, name: str, halt: threading.Event | None = None) -> Turn | None:
    """Gives a system its turn; None when it is not in force, not due, or somebody else has it."""
    now = centre.clock()
    with centre.db.maintain() as connection:
        if not store.claim(connection, name, now, now + CLAIM):
            return None
        before = store.get(connection, name)
    try:
        done = _work(centre, before, halt or centre.linked.halt)
    except LeftAlone as error:
        # Why it failed before stays said.
        again_at = centre.clock() + timedelta(seconds=error.wait)
        _remember(centre, name, next_at=again_at, claimed_until=None)
        return Turn(error=str(error))
    except LinkFailed as error:
        return _failed(centre, before, str(error), error.after)
    except ParakhError as error:
        return _failed(centre, before, str(error))
    except Exception as error:
        # Whatever is wrong with one system, the others go on; its own words may name somebody.
        _log.exception("linked system failed", connector=name)
        return _failed(centre, before, f"unexpected: {type(error).__name__}")
    _well(centre, before, done)
    return done


def release(centre: Centre) -> None:
    """Gives all turns back that a program which died had taken: an embedded database has one
    worker, which begins."""
    if centre.db.embedded:
        with centre.db.maintain() as connection:
            store.release(connection)


def forget(centre: Centre) -> int:
    """Deletes exchanges and announcements that are old; for the worker's housekeeping."""
    before = centre.clock() - KEPT
    with centre.db.maintain() as connection:
        return store.forget(connection, before) + announcements.forget(connection, before)


def on(centre: Centre, name: str) -> bool:
    """Whether a server of files may be visited: unless somebody switched it off."""
    with centre.db.read() as connection:
        try:
            return store.get(connection, name).in_force
        except NotFound:  # nobody declared it yet
            return True


def visited(centre: Centre, name: str, error: str) -> None:
    """Notes a visit to a server of files, which has a thread of its own."""
    with centre.db.read() as connection:
        try:
            before = store.get(connection, name)
        except NotFound:
            return
    if error:
        _failed(centre, before, error)
    else:
        _well(centre, before, Turn())


# --- one turn -----------------------------------------------------------------------------------


def _work(centre: Centre, standing: Standing, halt: threading.Event) -> Turn:
    setup = centre.linked.setups().get(standing.name)
    if setup is None or setup.digest != standing.agreed:
        centre.linked.declare()
        raise LinkFailed("its settings were changed: somebody has to put them in force")
    own = centre.linked.get(standing.name)
    done = Turn()
    if isinstance(own, Puller):
        done = _pull(centre, setup, own, standing, halt)
    if isinstance(own, Pusher):
        done = _push(centre, own, standing, halt)
    if isinstance(own, Answering) and own.answering:
        prefix = f"{standing.name}/"
        told = answers.deliver(centre, Channel.LINK, own.answer, prefix)
        done = replace(done, told=done.told + told)
    if not isinstance(own, Puller | Pusher | Asker):
        raise LinkFailed("it neither pulls nor pushes: see docs/connectors.md", again=False)
    return done


def _pull(
    centre: Centre, setup: Setup, own: Puller, standing: Standing, halt: threading.Event
) -> Turn:
    cursor = standing.cursor
    if standing.confirm:
        _confirm(centre, own, cursor)
    taken = refused = 0
    for _ in range(MOST_PAGES):
        batch = own.pull(cursor)
        for item in batch.items:
            cause = _taken(centre, setup, item)
            own.settle(item, cause)
            taken, refused = taken + (not cause), refused + bool(cause)
        if batch.cursor != cursor:
            cursor = batch.cursor
            _remember(centre, own.name, cursor=cursor, confirm=True)
            _confirm(centre, own, cursor)
        elif batch.more:
            raise garbled("it says that there is more, and where it was before")
        if not batch.more:
            return Turn(taken=taken, refused=refused)
        if halt.is_set():
            break
    return Turn(taken=taken, refused=refused, more=True)


def _confirm(centre: Centre, own: Puller, cursor: str) -> None:
    own.confirm(cursor)
    _remember(centre, own.name, confirm=False)


def _taken(centre: Centre, setup: Setup, item: Item) -> str:
    """Stores a transmission; gives why it was refused, "" where it was not.

    Only a folder has a place for what is refused: of any other system the turn fails, and nothing
    is lost until somebody saw to it.
    """
    try:
        if isinstance(setup.options, Watchlist):
            _prepare(centre, setup, setup.options, item)
        else:
            carried = isinstance(setup.options, Carrier | Folder)
            source = Source(
                channel=Channel.LINK,
                name=f"{setup.name}/{item.name}",
                carrier=setup.options.carrier if carried else "",  # type: ignore[union-attr]
            )
            intake.receive(centre, actor_of(setup.name), item.data, source)
    except InvalidInput as error:
        if setup.options.kind is not ConnectorKind.FOLDER:
            raise
        return str(error)
    return ""


def _prepare(centre: Centre, setup: Setup, own: Watchlist, item: Item) -> None:
    """Makes a version of the list, which waits for a person as any other does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / item.name
        path.write_bytes(item.data)
        versions.prepare(
            centre,
            actor_of(setup.name),
            own.form,
            path,
            list_name=own.list,
            fetched_at=centre.clock(),
            file_name=item.name,
        )


def _push(centre: Centre, own: Pusher, standing: Standing, halt: threading.Event) -> Turn:
    places: dict[str, int] = json.loads(standing.cursor or "{}")
    since = standing.since or centre.clock()
    told = left = 0
    for feed in own.feeds:
        while not halt.is_set():
            with centre.db.read() as connection:
                news = READERS[feed](connection, places.get(feed.value, 0), since, AT_ONCE)
            if not news:
                break
            refused = _told(own, news)
            for one in refused:
                _leave(centre, own.name, one)
            told, left = told + len(news) - len(refused), left + len(refused)
            places[feed.value] = news[-1].number
            _remember(centre, own.name, cursor=json.dumps(places, sort_keys=True))
    return Turn(told=told, left=left, more=halt.is_set())


def _told(own: Pusher, news: Sequence[News]) -> list[News]:
    """Tells; gives what is refused whoever tells it. What it knows already (409) counts as told."""
    try:
        own.push(news)
    except LinkFailed as error:
        if error.outcome is not Outcome.REFUSED or error.status not in _ABOUT_CONTENT:
            raise
        if len(news) > 1:
            return [refused for one in news for refused in _told(own, [one])]
        return [] if error.status == 409 else list(news)
    return []


def _leave(centre: Centre, name: str, one: News) -> None:
    with centre.db.write(actor_of(name), Purpose.LINKED) as tx:
        tx.audit("connector.refused", "connector", name, what=one.what, number=one.number)


# --- what is remembered -------------------------------------------------------------------------


def _remember(centre: Centre, name: str, **values: object) -> None:
    with centre.db.maintain() as connection:
        store.update(connection, name, **values)


def _well(centre: Centre, before: Standing, done: Turn) -> None:
    now = centre.clock()
    line = centre.linked.line(before.name)
    every = timedelta(seconds=before.due_seconds)
    values: dict[str, object] = {
        "tried_at": now,
        "good_at": now,
        "failures": 0,
        "error": "",
        "next_at": now if done.more else now + every,
        "claimed_until": None,
        "waiting": _waiting(centre, before.name),
        "skew": line.skew if line else 0,
    }
    if every and not done.more:
        values["level_at"] = now
    with centre.db.maintain() as connection:
        store.update(connection, before.name, **values)
    if before.failures >= store.DOWN_AFTER:
        _announce(centre, before, "connector.up")


def _failed(centre: Centre, before: Standing, error: str, after: float | None = None) -> Turn:
    now, failures = centre.clock(), before.failures + 1
    values = {
        "tried_at": now,
        "failures": failures,
        "error": error,
        "next_at": now + _wait(before, failures, after),
        "claimed_until": None,
        "waiting": _waiting(centre, before.name),
    }
    with centre.db.maintain() as connection:
        store.update(connection, before.name, **values)
    _log.warning("linked system failed", connector=before.name, cause=error, failures=failures)
    if failures == store.DOWN_AFTER:
        _announce(centre, before, "connector.down")
    return Turn(error=error)


def _wait(before: Standing, failures: int, after: float | None) -> timedelta:
    """As long as it asks for; else twice as long each time, up to a bound."""
    if after is not None:
        return timedelta(seconds=after)
    return min(timedelta(seconds=before.due_seconds) * int(2 ** min(failures, 20)), LONGEST_WAIT)


def _waiting(centre: Centre, name: str) -> int:
    """What is still to be told to a system; 0 for one that is told nothing."""
    try:
        own = centre.linked.get(name)
    except ParakhError:
        return 0
    if not isinstance(own, Pusher):
        return 0
    with centre.db.read() as connection:
        standing = store.get(connection, name)
        places = json.loads(standing.cursor or "{}")
        since = standing.since or centre.clock()
        return sum(
            COUNTERS[feed](connection, places.get(feed.value, 0), since) for feed in own.feeds
        )


def _announce(centre: Centre, about: Standing, what: str) -> None:
    """Tells of a system that is down, or up again."""
    with centre.db.write(actor_of(about.name), Purpose.LINKED) as tx:
        body = {"connector": about.name, "kind": about.kind.value}
        announcements.add(tx, Feed.OPERATIONS.value, what, body)
        tx.audit(what, "connector", about.name)
