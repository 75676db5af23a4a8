"""The duty roster: who of a unit is on duty when, kept by supervisors, imported from CSV."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose, permissions_of
from parakh.domain.duty import LONGEST_SHIFT, Shift
from parakh.domain.ids import new_id
from parakh.domain.unit import Unit
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services.centre import Centre
from parakh.store import duty as store
from parakh.store import people
from parakh.store.database import Tx
from parakh.store.people import User

COLUMNS = ("unit", "officer", "day", "from", "to")
MOST_BYTES = 2**20
MOST_ROWS = 5000
MOST_FAULTS = 10
DAYS = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """A unit's roster from a Monday on.

    Attributes:
        days: seven days, in the centre's time zone.
        rows: for each officer who has a shift then, those that begin on each of the days.
        now: who is on duty now.
        officers: who can be put on the roster: those of the unit who may see alerts.
        names: what each of them all is called, by sign-in name.
        units: the units whose roster the actor sees.
    """

    unit: Unit
    units: tuple[Unit, ...]
    days: tuple[date, ...]
    rows: Mapping[str, tuple[tuple[Shift, ...], ...]]
    now: tuple[Shift, ...]
    officers: tuple[User, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What came of a roster file: shifts that are new, and those that stood there already."""

    added: int
    known: int


# --- looking ----------------------------------------------------------------------------------


def week(centre: Centre, actor: Actor, unit_id: str = "", day: date | None = None) -> Week:
    """The week of a day (today, if none is given) of one of the actor's units (else the first)."""
    actor.require(Permission.SEE_ALERTS)
    zone, now = centre.settings.zone, centre.clock()
    day = day or now.astimezone(zone).date()
    monday = day - timedelta(days=day.weekday())
    days = tuple(monday + timedelta(days=n) for n in range(DAYS))
    with centre.db.read() as connection:
        units = _units(connection, actor)
        unit = _unit(units, unit_id)
        since, until = (
            datetime.combine(own, time(), zone) for own in (days[0], days[-1] + timedelta(days=1))
        )
        shifts = store.shifts_between(connection, since, until, [unit.id])
        users = people.users(connection)
        return Week(
            unit=unit,
            units=tuple(units.values()),
            days=days,
            rows={
                officer: tuple(
                    tuple(
                        own
                        for own in shifts
                        if own.officer == officer and own.starts_at.astimezone(zone).date() == one
                    )
                    for one in days
                )
                for officer in sorted({own.officer for own in shifts})
            },
            now=tuple(own for own in store.shifts_at(connection, now) if own.unit_id == unit.id),
            officers=tuple(own for own in users if _can_serve(own, unit)),
            names={own.name: own.display_name for own in users},
        )


def shifts(
    centre: Centre, actor: Actor, since: datetime, until: datetime, unit_id: str = ""
) -> list[Shift]:
    """Shifts of the actor's units, or of one of them, that have a moment in [since, until)."""
    actor.require(Permission.SEE_ALERTS)
    with centre.db.read() as connection:
        units = _units(connection, actor)
        wanted = {_unit(units, unit_id).id} if unit_id else set(units)
        return store.shifts_between(connection, since, until, wanted)


# --- keeping ----------------------------------------------------------------------------------


def starts_and_ends(
    centre: Centre, day: date, since: time, until: time
) -> tuple[datetime, datetime]:
    """The moments of a shift by the centre's clock; an end that is not later is the next day's.

    In UTC: differences of local times would be wrong on days on which the clock is changed.
    """
    last = day if since < until else day + timedelta(days=1)
    zone = centre.settings.zone
    starts_at, ends_at = datetime.combine(day, since, zone), datetime.combine(last, until, zone)
    return starts_at.astimezone(UTC), ends_at.astimezone(UTC)


def add_shift(
    centre: Centre,
    actor: Actor,
    unit_id: str,
    officer: str,
    starts_at: datetime,
    ends_at: datetime,
) -> Shift:
    """Puts somebody on duty; raises InvalidInput for whom or when it cannot be, Conflict where he
    is on duty already."""
    actor.require(Permission.ROUTE_ALERTS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        store.lock(tx.connection)
        unit = _unit(_units(tx.connection, actor), unit_id)
        users = {own.name: own for own in people.users(tx.connection)}
        made = _checked(tx.connection, users, unit, officer, starts_at, ends_at)
        store.add_shift(tx, made)
        _audit(tx, "shift.added", made)
    return made


def remove_shift(centre: Centre, actor: Actor, shift_id: str) -> None:
    """Takes a shift off the roster that is not over yet; raises NotFound, Conflict.

    One that is under way ends now instead: it tells who was on duty, and what the officer left open
    falls to the unit like after any shift.
    """
    actor.require(Permission.ROUTE_ALERTS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        own = store.get_shift(tx.connection, shift_id)
        _unit(_units(tx.connection, actor), own.unit_id)
        if own.ends_at <= tx.at:
            raise Conflict("the shift is over: the roster tells who was on duty")
        if own.starts_at < tx.at:
            store.end_shift(tx, shift_id)
            _audit(tx, "shift.ended", replace(own, ends_at=tx.at))
        else:
            store.remove_shift(tx, shift_id)
            _audit(tx, "shift.removed", own)


def import_roster(centre: Centre, actor: Actor, data: bytes) -> Imported:
    """Puts the shifts of a CSV file on the roster, all of them or none.

    The file is UTF-8 with a head line; columns `unit` (identifier or name), `officer` (sign-in
    name), `day` (YYYY-MM-DD, on which the shift begins), `from` and `to` (HH:MM by the centre's
    clock; an end that is not later is the next day's). Shifts that stand there already are passed
    over. Raises InvalidInput that names the lines.
    """
    actor.require(Permission.ROUTE_ALERTS)
    rows = _read(data)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        store.lock(tx.connection)
        reading = _Reading(centre, tx, actor)
        for line, row in rows:
            reading.take(line, row)
        if reading.faults:
            more = len(reading.faults) - MOST_FAULTS
            rest = [f"and {more} more"] if more > 0 else []
            raise InvalidInput("; ".join([*reading.faults[:MOST_FAULTS], *rest]))
        tx.audit("roster.imported", "roster", "", added=reading.added, known=reading.known)
    return Imported(added=reading.added, known=reading.known)


# --- within -----------------------------------------------------------------------------------


class _Reading:
    """Takes the rows of a roster file one by one, and remembers what was wrong with them."""

    def __init__(self, centre: Centre, tx: Tx, actor: Actor) -> None:
        self._centre = centre
        self._tx = tx
        self._units = _units(tx.connection, actor)
        self._by_name = {own.name: own for own in self._units.values()}
        self._users = {own.name: own for own in people.users(tx.connection)}
        self.faults: list[str] = []
        self.added = self.known = 0

    def take(self, line: int, row: Mapping[str, str]) -> None:
        """Adds one row's shift, unless it is there."""
        connection = self._tx.connection
        try:
            unit = self._units.get(row["unit"]) or self._by_name.get(row["unit"])
            if unit is None:
                raise InvalidInput("there is no such unit")
            moments = starts_and_ends(
                self._centre, _day(row["day"]), clock_time(row["from"]), clock_time(row["to"])
            )
            there = store.shifts_of(connection, row["officer"], *moments)
            if any(
                (own.unit_id, own.starts_at, own.ends_at) == (unit.id, *moments) for own in there
            ):
                self.known += 1
                return
            made = _checked(connection, self._users, unit, row["officer"], *moments)
            store.add_shift(self._tx, made)
            self.added += 1
        except (InvalidInput, Conflict) as error:
            self.faults.append(f"line {line}: {error}")


def _read(data: bytes) -> list[tuple[int, dict[str, str]]]:
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"a roster file has at most {MOST_BYTES // 2**20} MiB")
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        head = [own.strip().lower() for own in next(reader, [])]
        if sorted(head) != sorted(COLUMNS):
            raise InvalidInput(f"the head line must have the columns {', '.join(COLUMNS)}")
        rows = [(reader.line_num, row) for row in reader if any(own.strip() for own in row)]
    except UnicodeDecodeError:
        raise InvalidInput("the file is not UTF-8 text") from None
    except csv.Error as error:
        raise InvalidInput(f"the file is not CSV: {error}") from error
    if len(rows) > MOST_ROWS:
        raise InvalidInput(f"a roster file has at most {MOST_ROWS} rows")
    short = next((line for line, row in rows if len(row) != len(head)), None)
    if short is not None:
        raise InvalidInput(f"line {short}: has not as many fields as the head line")
    return [(line, dict(zip(head, map(str.strip, row), strict=True))) for line, row in rows]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("write the day as YYYY-MM-DD") from None


def clock_time(text: str) -> time:
    """A time of day as HH:MM; raises InvalidInput."""
    try:
        found = datetime.strptime(text, "%H:%M")  # noqa: DTZ007  (a time of day, without a day)
    except ValueError:
        raise InvalidInput("write times as HH:MM") from None
    return found.time()


def _can_serve(user: User, unit: Unit) -> bool:
    """Whether somebody can see to the alerts of a unit."""
    may = Permission.SEE_ALERTS in permissions_of(user.roles)
    return user.active and may and unit.id in user.units


def _checked(
    connection: sa.Connection,
    users: Mapping[str, User],
    unit: Unit,
    officer: str,
    starts_at: datetime,
    ends_at: datetime,
) -> Shift:
    user = users.get(officer)
    if user is None or not _can_serve(user, unit):
        raise InvalidInput("the unit has no such officer who may see alerts")
    if not timedelta(0) < ends_at - starts_at <= LONGEST_SHIFT:
        raise InvalidInput("a shift ends after it begins, within a day")
    if store.shifts_of(connection, officer, starts_at, ends_at):
        raise Conflict(f"{officer} is on duty then already")
    return Shift(
        id=new_id(), unit_id=unit.id, officer=officer, starts_at=starts_at, ends_at=ends_at
    )


def _units(connection: sa.Connection, actor: Actor) -> dict[str, Unit]:
    known = people.units(connection)
    return {own.id: own for own in known.values() if actor.everywhere or own.id in actor.units}


def _unit(units: Mapping[str, Unit], unit_id: str) -> Unit:
    if not units:
        raise Forbidden("you belong to no unit")
    if unit_id and unit_id not in units:
        raise NotFound("there is no such unit, or its roster is not yours to see")
    return units[unit_id or next(iter(units))]


def _audit(tx: Tx, action: str, own: Shift) -> None:
    span = f"{own.starts_at.isoformat()}/{own.ends_at.isoformat()}"
    tx.audit(action, "shift", own.id, unit=own.unit_id, officer=own.officer, span=span)
