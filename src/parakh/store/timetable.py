"""Scheduled voyages: those that a timetable announced, whether or not a list came."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from parakh.clock import around
from parakh.domain.voyage import Voyage
from parakh.normalise.assemble import voyage_key
from parakh.store import vetting
from parakh.store.database import insert_of
from parakh.store.tables import voyage

NEAREST = timedelta(hours=12)
"""Two departures of one flight number may lie so far apart and be one voyage, so that a delay past
midnight makes none of its own; daily flights lie twice as far apart."""

_FAR = timedelta(days=2)
"""No key of a voyage near a departure names a day farther away; bounds the search by the index."""

_BATCH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduled:
    """How many flights were new, changed, and as they were."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "Scheduled") -> "Scheduled":
        return Scheduled(
            new=self.new + other.new,
            changed=self.changed + other.changed,
            same=self.same + other.same,
        )


def schedule(
    connection: sa.Connection, flights: Sequence[Voyage], *, cancelled: bool | None
) -> Scheduled:
    """Adds flights, or changes those that are known by their natural key.

    Times that a carrier's list gave are kept, unless they were the scheduled ones. `cancelled` None
    leaves each as it is.
    """
    total = Scheduled()
    for start in range(0, len(flights), _BATCH):
        total += _schedule(connection, flights[start : start + _BATCH], cancelled)
    return total


def cancel(connection: sa.Connection, voyage_id: str) -> bool:
    """Takes one scheduled voyage out; False if it is none, or out already."""
    done = connection.execute(
        voyage.update()
        .where(
            voyage.c.id == voyage_id,
            voyage.c.scheduled_departure.is_not(None),
            voyage.c.cancelled.is_(False),
        )
        .values(cancelled=True)
    )
    vetting.follow_voyages(connection, [voyage_id])
    return done.rowcount == 1


def put_back(connection: sa.Connection, voyage_id: str) -> bool:
    """Takes back that a voyage was taken out; False if it was not.

    It stays cancelled where its carrier called it off.
    """
    done = connection.execute(
        voyage.update()
        .where(voyage.c.id == voyage_id, voyage.c.cancelled.is_(True))
        .values(cancelled=False)
    )
    vetting.follow_voyages(connection, [voyage_id])
    return done.rowcount == 1


def key_of(connection: sa.Connection, declared: Voyage) -> str:
    """The natural key of the voyage that a carrier's message means, or else its own.

    It is that of the same flight between the same ports whose departure lies nearest to the
    declared one, within NEAREST: first among scheduled departures, then among those that carriers
    declared of flights in no timetable. Where only the day was declared, the day decides. Of two
    days that carriers gave for one voyage, it is known by the first from then on, whichever came
    first: a flight leaves late, not early, and on the second day there is another.
    """
    own, leaves = voyage_key(declared), declared.departure
    if leaves is None or _is_day(leaves):
        return own
    rows = _near(connection, declared, (leaves,))
    scheduled = {row.key: row.scheduled_departure for row in rows if row.scheduled_departure}
    if found := _nearest(scheduled, leaves):
        return found
    found = _nearest({row.key: row.departure for row in rows if _is_adrift(row)}, leaves)
    if found is None or found <= own:
        return found or own
    return own if _rename(connection, {found: own}) else found


def _is_day(moment: datetime) -> bool:
    """Whether no time of day is told: midnight stands for a day alone."""
    return moment.time() == time()


def _is_adrift(row: Any) -> bool:
    """Whether a voyage stands in no timetable, and is to be found by its time."""
    told = row.departure is not None and not _is_day(row.departure)
    return told and row.scheduled_departure is None


def _near(
    connection: sa.Connection, flight: Voyage, departures: Iterable[datetime]
) -> Sequence[Any]:
    """The voyages of a flight number between two ports that may be near some departures."""
    # The key ends with the day, so that its own index finds them whatever else the carrier flies.
    stem, ordered = voyage_key(flight).rpartition(":")[0], sorted(departures)
    first, last = around(ordered[0], _FAR)[0], around(ordered[-1], _FAR)[1]
    query = sa.select(voyage.c.key, voyage.c.departure, voyage.c.scheduled_departure).where(
        voyage.c.key.between(f"{stem}:{first.date()}", f"{stem}:{last.date()}"),
        voyage.c.carrier == flight.carrier,
        voyage.c.number == flight.number,
        voyage.c.origin == flight.origin,
        voyage.c.destination == flight.destination,
    )
    return connection.execute(query.order_by(voyage.c.key)).all()


def _nearest(departures: Mapping[str, datetime], leaves: datetime) -> str | None:
    """The key of the departure nearest to a time, the earlier of two; None if none is near."""
    away = {key: abs(own - leaves) for key, own in departures.items()}
    near = [key for key in departures if away[key] <= NEAREST]
    return min(near, key=lambda key: (away[key], departures[key]), default=None)


def _rename(connection: sa.Connection, keys: Mapping[str, str]) -> int:
    """Gives voyages (by key) other keys, as far as those are free or become so; gives how many."""
    wanted = dict(keys)
    query = sa.select(voyage.c.key).where(voyage.c.key.in_(set(wanted.values())))
    taken = set(connection.execute(query).scalars())
    while blocked := [old for old, new in wanted.items() if new in taken - wanted.keys()]:
        for old in blocked:
            del wanted[old]
    # In two steps, for a key that becomes free is in use until its voyage has another.
    steps = [(old, f"renamed:{old}") for old in wanted]
    steps += [(f"renamed:{old}", new) for old, new in wanted.items()]
    for old, new in steps:
        connection.execute(voyage.update().where(voyage.c.key == old).values(key=new))
    return len(wanted)


def _adopt(connection: sa.Connection, flights: Iterable[Voyage]) -> None:
    """Gives the keys of scheduled flights to voyages of which carriers told before.

    By the rule of `key_of`, so that it makes no difference whether a list or the timetable came
    first.
    """
    numbers: dict[str, list[Voyage]] = {}
    for own in flights:
        numbers.setdefault(voyage_key(own).rpartition(":")[0], []).append(own)
    for same in numbers.values():
        departures = {voyage_key(own): own.departure for own in same if own.departure}
        if not departures:
            continue
        rows = _near(connection, same[0], departures.values())
        meant = [(row, _nearest(departures, row.departure)) for row in rows if _is_adrift(row)]
        pairs = [(abs(row.departure - departures[key]), row.key, key) for row, key in meant if key]
        # Of two voyages that may be one flight, the nearer one is it.
        wanted = {key: old for _, old, key in sorted(pairs, reverse=True)}
        _rename(connection, {old: key for key, old in wanted.items() if old != key})


def _schedule(
    connection: sa.Connection, flights: Sequence[Voyage], cancelled: bool | None
) -> Scheduled:
    by_key = {voyage_key(own): own for own in flights}
    _adopt(connection, by_key.values())
    query = sa.select(voyage).where(voyage.c.key.in_(by_key))
    known = {row.key: dict(row._mapping) for row in connection.execute(query)}
    new = [_columns(key, own, cancelled) for key, own in by_key.items() if key not in known]
    if new:
        statement = insert_of(connection)(voyage).on_conflict_do_nothing(index_elements=["key"])
        connection.execute(statement, new)
    changed = 0
    for key, row in known.items():
        changes = _changes(row, by_key[key], cancelled)
        if changes:
            connection.execute(voyage.update().where(voyage.c.id == row["id"]).values(changes))
            changed += 1
    vetting.follow_voyages(connection, [row["id"] for row in known.values()])
    return Scheduled(new=len(new), changed=changed, same=len(known) - changed)


def _changes(
    row: Mapping[str, object], flight: Voyage, cancelled: bool | None
) -> dict[str, object]:
    """What the timetable says anew of a voyage that is known."""
    wanted: dict[str, object] = {"scheduled_departure": flight.scheduled_departure}
    if row["departure"] == row["scheduled_departure"]:
        wanted |= _times(flight)
    if cancelled is not None:
        wanted["cancelled"] = cancelled
    return {name: value for name, value in wanted.items() if row[name] != value}


def _times(flight: Voyage) -> dict[str, datetime | None]:
    return {
        "departure": flight.departure,
        "arrival": flight.arrival,
        "due_at": flight.due_at,
        "leaves_at": flight.leaves_at,
    }


def _columns(key: str, flight: Voyage, cancelled: bool | None) -> dict[str, object]:
    return {
        "id": flight.id,
        "key": key,
        "mode": flight.mode.value,
        "carrier": flight.carrier,
        "number": flight.number,
        "origin": flight.origin,
        "destination": flight.destination,
        "direction": flight.direction.value,
        "port": flight.port,
        "scheduled_departure": flight.scheduled_departure,
        "cancelled": bool(cancelled),
        **_times(flight),
    }
