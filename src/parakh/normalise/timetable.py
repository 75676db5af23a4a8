"""Timetables as CSV: which flights are to come, so that a list that does not come is missed.

A table as `parakh.ingest.tabular` reads it, a service a row, with these columns:

| column | holds |
|---|---|
| carrier | IATA or ICAO designator, as the carrier writes it in its lists |
| number | flight number, up to four digits and perhaps a letter |
| origin, destination | IATA airport codes; one of them in the centre's own country |
| first_date, last_date | first and last day of departure, YYYY-MM-DD, at the place of departure |
| days | days of the week, Monday is 1 (IATA SSIM), such as `135`; empty: every day |
| departure, arrival | local times, HH:MM |
| arrival_day | days from departure to arrival by the local calendars, such as `1`; empty: 0 |
| cancelled | `yes` takes these flights out, `no` puts them back; empty: as they are |
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TypeVar

from parakh.domain.message import Problem
from parakh.domain.voyage import Voyage
from parakh.ingest import tabular
from parakh.ingest.records import DeclaredVoyage
from parakh.ingest.submission import Submission
from parakh.ingest.tabular import Form, Row
from parakh.normalise.assemble import assemble
from parakh.normalise.codes import moment_at, port_country

T = TypeVar("T")

_REQUIRED = (
    "carrier", "number", "origin", "destination", "first_date", "last_date", "departure", "arrival"
)  # fmt: skip
COLUMNS = (*_REQUIRED, "days", "arrival_day", "cancelled")

LONGEST = 400
"""Days from the first to the last of a row; no timetable is published further ahead."""

_CODES = {
    "carrier": (re.compile(r"[A-Z0-9]{2,3}"), "two or three letters and digits"),
    "number": (re.compile(r"[0-9]{1,4}[A-Z]?"), "up to four digits, perhaps with a letter"),
    "origin": (re.compile(r"[A-Z]{3}"), "three letters"),
    "destination": (re.compile(r"[A-Z]{3}"), "three letters"),
}
_DATE = re.compile(r"2[01]\d\d-\d\d-\d\d")
_TIME = re.compile(r"([01]\d|2[0-3]):?([0-5]\d)")
_DAYS = re.compile(r"[1-7. -]*")
_ARRIVAL_DAYS = {"": 0, "-1": -1, "0": 0, "1": 1, "2": 2, "+1": 1, "+2": 2}
_CANCELLED = {"": None, "yes": True, "no": False}
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """One row of a timetable: its flights, with their scheduled times as departure and arrival.

    `cancelled` is None where the row does not say.
    """

    line: int
    voyages: tuple[Voyage, ...]
    cancelled: bool | None


class _Wrong(Exception):
    """A field that cannot be used; the arguments are its column and the cause."""


def read(data: bytes, home_country: str) -> Iterator[Service | Problem]:
    """Gives the flights of each good row, and a Problem for each bad one, in the order of the file.

    `home_country` is alpha-3. Raises Unreadable when the file as a whole is none of this form.
    """
    make = partial(_service, home_country)
    return tabular.read(
        data, Form(name="timetable", columns=COLUMNS, required=_REQUIRED, make=make)
    )


def _service(home: str, row: Row) -> Service | Problem:
    try:
        legs = [_leg(row, day) for day in _days(row)]
        _check_ports(row, home)
        cancelled = _chosen(row, "cancelled", _CANCELLED)
    except _Wrong as wrong:
        return row.problem(*wrong.args)
    voyages = _voyages(legs, home, row)
    if any(map(_lands_before_it_leaves, voyages)):
        return row.problem("arrival", "lies before the departure: is arrival_day right?")
    return Service(line=row.line, voyages=voyages, cancelled=cancelled)


def _voyages(legs: list[DeclaredVoyage], home: str, row: Row) -> tuple[Voyage, ...]:
    """The flights as a passenger list would declare them, so that lists find them by their key."""
    submission = Submission(
        ordinal=1, message_type="", version="", reference="", function="", line=row.line, start=0,
        end=0, voyages=tuple(legs),
    )  # fmt: skip
    found = assemble(submission, home, date.max).voyages  # no traveller's year is to be settled
    return tuple(replace(own, scheduled_departure=own.departure) for own in found)


def _lands_before_it_leaves(flight: Voyage) -> bool:
    leaves = moment_at(flight.origin, flight.departure)
    lands = moment_at(flight.destination, flight.arrival)
    return leaves is not None and lands is not None and lands <= leaves


def _leg(row: Row, day: date) -> DeclaredVoyage:
    arrives = day + _DAY * _chosen(row, "arrival_day", _ARRIVAL_DAYS)
    return DeclaredVoyage(
        line=row.line,
        mode="air",
        carrier=_code(row, "carrier"),
        number=_code(row, "number"),
        origin=_code(row, "origin"),
        destination=_code(row, "destination"),
        departure=f"{datetime.combine(day, _time(row, 'departure')):%Y%m%d%H%M}",
        arrival=f"{datetime.combine(arrives, _time(row, 'arrival')):%Y%m%d%H%M}",
    )


def _days(row: Row) -> Iterator[date]:
    first, last = _date(row, "first_date"), _date(row, "last_date")
    if last < first:
        raise _Wrong("last_date", "lies before first_date")
    if last - first > LONGEST * _DAY:
        raise _Wrong("last_date", f"lies more than {LONGEST} days after first_date")
    text = row.fields["days"]
    if not _DAYS.fullmatch(text):
        raise _Wrong("days", "is not written with the digits 1 (Monday) to 7 (Sunday)")
    wanted = {int(sign) for sign in text if sign.isdigit()} or set(range(1, 8))
    found = [first + _DAY * n for n in range((last - first).days + 1)]
    found = [day for day in found if day.isoweekday() in wanted]
    if not found:
        raise _Wrong("days", "none of these days lies between first_date and last_date")
    return iter(found)


def _check_ports(row: Row, home: str) -> None:
    nations = []
    for name in ("origin", "destination"):
        nations.append(port_country(_code(row, name)))
        if nations[-1] is None:
            raise _Wrong(name, f"the airport {_code(row, name)} is not known")
    if nations.count(home) != 1:
        raise _Wrong("destination", f"the flight does not cross the border of {home}")


def _code(row: Row, name: str) -> str:
    value = row.fields[name].upper()
    pattern, form = _CODES[name]
    if not pattern.fullmatch(value):
        raise _Wrong(name, f"is not {form}")
    return value


def _date(row: Row, name: str) -> date:
    text = row.fields[name]
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _Wrong(name, "is no day written YYYY-MM-DD")


def _time(row: Row, name: str) -> time:
    match = _TIME.fullmatch(row.fields[name])
    if match is None:
        raise _Wrong(name, "is no time written HH:MM")
    return time(int(match[1]), int(match[2]))


def _chosen(row: Row, name: str, choices: dict[str, T]) -> T:
    value = row.fields[name].lower()
    if value not in choices:
        known = ", ".join(choice for choice in choices if choice)
        raise _Wrong(name, f"is none of {known}")
    return choices[value]
