"""One small flight more, which is always still to come, with persons whom the centre looks for."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import groupby
from pathlib import Path
from random import Random

from parakh.ingest.records import DeclaredVoyage
from parakh.simulate.messages import interchange, message
from parakh.simulate.people import HOME, Person, Route, passengers
from parakh.simulate.plants import NAMESAKES, PLANTS
from parakh.simulate.pnr import Contact, pnrgov

AHEAD = timedelta(hours=2, minutes=30)
"""So long before it lands the flight is written."""

FLYING = timedelta(hours=2, minutes=10)
CARRIER, SIZE = "EK", 56
LISTED = 3
"""Listed persons aboard: the last one with a new passport."""

_STILL_AHEAD = timedelta(hours=1)
_STEP = 5
_ROUTE = Route(
    origin="DXB",
    destination="KHI",
    country=HOME,
    nations={"PAK": 70, "ARE": 12, "GBR": 6, "IND": 6, "CHN": 6},
    feeders=("LHR", "MCT", "CAN"),
    bag_prefix="0176",
)
_OUT_THERE, _HOME = timezone(timedelta(hours=4)), timezone(timedelta(hours=5))
_NAME = "coming-%Y%m%dT%H%M"
_EPOCH = date(2026, 1, 1)
"""Ages of those who fly each time are counted from here, so that they are the same persons."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """The files of the flight: its passenger list and its bookings.

    `listed` and `companions` are the passports of the listed persons aboard, and of those who
    share a telephone and a card with the courier (`courier_contact`).
    """

    message: Path
    bookings: Path
    flight: str
    arrives: datetime
    listed: tuple[str, ...]
    companions: tuple[str, ...]


def courier_contact(seed: int) -> Contact:
    """The telephone and the card (which no bank has given out) that a courier books by."""
    rng = Random(f"{seed} courier")  # noqa: S311  (believable, repeatable data; nothing secret)
    return Contact(phone=f"0097150{rng.randrange(10**7):07d}", card="4929123456780006")


def write(out: Path, seed: int, now: datetime, watchlist: Path) -> Coming:
    """Writes the flight that lands about `AHEAD` after `now`, unless one is still to come.

    `watchlist` is the CSV of the simulated list (`parakh.simulate.traffic`), of which some rows
    travel. The same two persons fly each time and share a telephone and a card with the courier.
    Flights of other hours have other numbers. Raises OSError if the folder cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    arrives = _still_to_come(out, now) or _rounded(now + AHEAD)
    listed, company = _listed(watchlist, seed, arrives), _companions(seed)
    flight = _voyage(arrives)
    coming = Coming(
        message=out / f"{arrives:{_NAME}}.edi",
        bookings=out / f"{arrives:{_NAME}}.pnr.edi",
        flight=flight.carrier + flight.number,
        arrives=arrives,
        listed=tuple(own.documents[0].number for own in listed),
        companions=tuple(own.documents[0].number for own in company),
    )
    if coming.bookings.exists():
        return coming
    rng = Random(f"{seed} {arrives:%Y%m%d%H%M}")  # noqa: S311
    today = arrives.date()
    people = [*passengers(rng, _ROUTE, SIZE, today), *_seated([*listed, *company])]
    parties = [list(party) for _, party in groupby(people, lambda own: own.booking)]
    contacts = _contacts(courier_contact(seed), company)
    coming.message.write_bytes(
        interchange(
            [message(flight, [own.declared() for own in people])],
            sender=CARRIER,
            reference=coming.flight,
            sent=f"{arrives - AHEAD:%y%m%d:%H%M}",
        )
    )
    sent = today - timedelta(days=1)
    # Written last: it says that both are there.
    coming.bookings.write_bytes(pnrgov(flight, parties, rng, sent, contacts=contacts))
    return coming


def _still_to_come(out: Path, now: datetime) -> datetime | None:
    """When the newest flight that was written lands, if that is an hour ahead at least."""
    found = sorted(out.glob("coming-*.pnr.edi"))
    if not found:
        return None
    named = found[-1].name.removesuffix(".pnr.edi")
    arrives = datetime.strptime(named, _NAME).replace(tzinfo=UTC)
    return arrives if now + _STILL_AHEAD <= arrives <= now + 2 * AHEAD else None


def _rounded(moment: datetime) -> datetime:
    whole = moment.astimezone(UTC).replace(second=0, microsecond=0)
    return whole - timedelta(minutes=whole.minute % _STEP)


def _voyage(arrives: datetime) -> DeclaredVoyage:
    return DeclaredVoyage(
        line=0,
        mode="air",
        carrier=CARRIER,
        number=f"6{arrives:%H}",
        origin=_ROUTE.origin,
        destination=_ROUTE.destination,
        departure=f"{(arrives - FLYING).astimezone(_OUT_THERE):%y%m%d%H%M}",
        arrival=f"{arrives.astimezone(_HOME):%y%m%d%H%M}",
    )


def _listed(watchlist: Path, seed: int, arrives: datetime) -> list[Person]:
    """Persons of the list who travel on no other flight."""
    elsewhere = {plant.listed_as for plant in (*PLANTS, *NAMESAKES)}
    with watchlist.open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["nationality"] == HOME
            and row["document_number"]
            and len(row["birth_date"]) == len("2026-01-01")
            and (row["family_name"], row["given_names"]) not in elsewhere
        ]
    rng = Random(f"{seed} listed")  # noqa: S311
    found = []
    for place, row in enumerate(rows[:LISTED]):
        own = _alone(rng)
        number = own.documents[0].number if place == LISTED - 1 else row["document_number"]
        found.append(
            replace(
                own,
                family=row["family_name"],
                given=row["given_names"],
                sex=row["sex"],
                born=date.fromisoformat(row["birth_date"]),
                documents=(replace(own.documents[0], number=number),),
            )
        )
    return found


def _companions(seed: int) -> list[Person]:
    rng = Random(f"{seed} companions")  # noqa: S311
    return [_alone(rng), _alone(rng)]


def _alone(rng: Random) -> Person:
    """A grown-up of the own country, of a party of one; he has a passport only."""
    route = replace(_ROUTE, nations={HOME: 1})
    (own,) = passengers(rng, route, 1, _EPOCH)
    return own


def _seated(people: Sequence[Person]) -> Iterator[Person]:
    for row, own in enumerate(people, start=30):
        yield replace(own, seat=f"{row}A")


def _contacts(courier: Contact, company: Sequence[Person]) -> dict[str, Contact]:
    """One of the two calls from the courier's telephone, the other pays by his card."""
    caller, payer = company
    return {
        caller.booking: Contact(phone=courier.phone),
        payer.booking: Contact(card=courier.card),
    }
