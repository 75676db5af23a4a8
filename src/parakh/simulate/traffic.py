"""Three flights, a watchlist, gate crossings and the truth about them, written to a folder."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

from parakh.ingest.records import DeclaredVoyage
from parakh.normalise.codes import moment_at
from parakh.simulate.coming import courier_contact
from parakh.simulate.later import departures, others
from parakh.simulate.lists import ListedPerson, listed_persons, write_csv
from parakh.simulate.messages import interchange, message, paxlst
from parakh.simulate.pasts import COURIER, Trip, past
from parakh.simulate.people import HOME, Person, Route, crew, passengers
from parakh.simulate.plants import NAMESAKES, PLANTS, Plant, Planted, plant_all
from parakh.simulate.pnr import Contact, pnrgov
from parakh.simulate.things import listed_things

LISTED = 200
"""Rows of the watchlist, those of the planted persons and of the namesakes included."""

_HOME_ZONE = "+05:00"


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """The files written, and how many persons the readable messages among them name."""

    messages: tuple[Path, ...]
    bookings: tuple[Path, ...]
    timetable: Path
    watchlist: Path
    crossings: Path
    past: Path
    truth: Path
    travellers: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    """One flight of the simulation; days are counted from `today`, times are local."""

    carrier: str
    number: str
    route: Route
    day: int
    leaves: time
    arrives_day: int
    arrives: time
    size: int
    crew_nation: str
    crew_size: int
    plants: tuple[Plant, ...]
    broken_crew_list: bool = False


_PLANS = (
    _Plan(
        carrier="PK",
        number="214",
        route=Route(
            origin="DXB",
            destination="KHI",
            country="PAK",
            nations={"PAK": 62, "ARE": 10, "AFG": 6, "GBR": 5, "CHN": 5, "IND": 4, "UZB": 4},
            feeders=("LHR", "JFK", "MCT", "TAS", "CAN"),
            bag_prefix="0214",
        ),
        day=0,
        leaves=time(18, 25),
        arrives_day=0,
        arrives=time(21, 35),
        size=238,
        crew_nation="PAK",
        crew_size=11,
        plants=(*PLANTS[0::3], *NAMESAKES[0:3]),
    ),
    _Plan(
        carrier="SV",
        number="726",
        route=Route(
            origin="JED",
            destination="ISB",
            country="PAK",
            nations={"PAK": 74, "SAU": 12, "AFG": 8, "BGD": 3, "TUR": 3},
            feeders=("MED", "RUH", "CAI", "IST"),
            bag_prefix="0065",
        ),
        day=0,
        leaves=time(22, 10),
        arrives_day=1,
        arrives=time(5, 20),
        size=216,
        crew_nation="SAU",
        crew_size=12,
        plants=(*PLANTS[1::3], *NAMESAKES[3:6]),
        broken_crew_list=True,
    ),
    _Plan(
        carrier="PK",
        number="757",
        route=Route(
            origin="LHE",
            destination="LHR",
            country="GBR",
            nations={"PAK": 66, "GBR": 24, "CHN": 3, "AFG": 3, "KAZ": 2, "OMN": 2},
            feeders=("MAN", "EDI", "YYZ"),
            bag_prefix="0214",
        ),
        day=1,
        leaves=time(11, 40),
        arrives_day=1,
        arrives=time(15, 55),
        size=146,
        crew_nation="PAK",
        crew_size=12,
        plants=(*PLANTS[2::3], *NAMESAKES[6:]),
    ),
)
"""Two arrivals and one departure, each of one airline."""

_SILENT = _Plan(
    carrier="SV",
    number="738",
    route=Route(
        origin="JED", destination="LHE", country="PAK", nations={}, feeders=(), bag_prefix=""
    ),
    day=0,
    leaves=time(19, 55),
    arrives_day=1,
    arrives=time(2, 10),
    size=0,
    crew_nation="SAU",
    crew_size=0,
    plants=(),
)
"""One arrival more, which stands in the timetable and of which no list ever comes."""


def write(out: Path, seed: int, today: date, first: date | None = None) -> Manifest:
    """Writes the traffic of `today` and tomorrow to the folder `out`, which is made if need be.

    `first` is the first day of a simulation that goes on for several (`today` if it is left out):
    the list means those who flew then. On a later day others come; only whoever is planted and the
    courier fly again, and `past.json` tells that they had left before. The same arguments give the
    same bytes. Files: a PAXLST transmission a flight with its
    passenger and its crew list (one crew list is broken), a PNRGOV one with its bookings,
    `timetable.csv` with one flight more, of which nothing comes, `watchlist.csv` (columns: see
    `parakh.simulate.lists`), `crossings.json` of the first flight's arrival gate,
    `past.json` of earlier crossings (see `parakh.simulate.pasts`), and `truth.json`.
    Raises OSError if the folder cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    rng = Random(seed)  # noqa: S311  (believable, repeatable data; nothing secret)
    begun = first or today
    rows = listed_persons(rng, LISTED - len(PLANTS) - len(NAMESAKES), begun)
    flights = [_flight(rng, plan, begun) for plan in _PLANS]
    told, stories = _past(Random(f"{seed} past"), flights, begun)  # noqa: S311
    if today != begun:
        flights, told = _later(seed, flights, _courier(flights, stories), today)
    rows += [planted.row for flight in flights for planted in flight.planted]
    rng.shuffle(rows)
    rows += listed_things(Random(f"{seed} things"), begun)  # noqa: S311
    manifest = Manifest(
        messages=tuple(out / flight.file for flight in flights),
        bookings=tuple(out / f"{flight.file.removesuffix('.edi')}.pnr.edi" for flight in flights),
        timetable=out / "timetable.csv",
        watchlist=out / "watchlist.csv",
        crossings=out / "crossings.json",
        past=out / "past.json",
        truth=out / "truth.json",
        travellers=sum(flight.listed for flight in flights),
    )
    for path, flight in zip(manifest.messages, flights, strict=True):
        path.write_bytes(flight.data)
    contacts = {_courier(flights, stories).booking: courier_contact(seed)}
    for path, flight in zip(manifest.bookings, flights, strict=True):
        own = Random(f"{seed} {flight.file}")  # noqa: S311
        path.write_bytes(_bookings(own, flight, today, contacts))
    _write_timetable(manifest.timetable, today)
    write_csv(manifest.watchlist, rows)
    _write_json(manifest.crossings, _crossings(rng, flights[0], today))
    manifest.past.write_bytes(told)
    _write_json(manifest.truth, _truth(flights, rows) | {"stories": stories})
    return manifest


def passenger_list(size: int, seed: int, today: date) -> bytes:
    """A PAXLST of one arriving flight with `size` passengers, for benchmarks."""
    rng = Random(seed)  # noqa: S311
    plan = _PLANS[0]
    people = passengers(rng, plan.route, size, today)
    return paxlst(_voyage(plan, today), [person.declared() for person in people])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Flight:
    """A plan carried out; `listed` is how many persons its readable messages name."""

    plan: _Plan
    file: str
    people: Sequence[Person]
    planted: Sequence[Planted]
    data: bytes
    listed: int


def _flight(rng: Random, plan: _Plan, today: date) -> _Flight:
    people = passengers(rng, plan.route, plan.size, today)
    planted = plant_all(rng, people, plan.plants, today)
    staff = crew(rng, plan.route, plan.crew_nation, plan.crew_size, today)
    return _Flight(
        plan=plan,
        file=_file(plan, today),
        people=people,
        planted=planted,
        data=_transmission(plan, people, staff, today),
        listed=len(people) + (0 if plan.broken_crew_list else len(staff)),
    )


def _later(
    seed: int, flights: Sequence[_Flight], courier: Person, today: date
) -> tuple[list[_Flight], bytes]:
    """The flights of a later day, and what is told of those who enter once more by the first."""
    later = []
    for own in flights:
        regulars = _planted(own)
        regulars += [courier] if courier in own.people else []
        later.append(_again(Random(f"{seed} {today} {own.plan.number}"), own, regulars, today))  # noqa: S311
    numbers = {own.documents[0].number for own in (courier, *_planted(flights[0]))}
    entering = [own for own in later[0].people if own.documents[0].number in numbers]
    plan = flights[0].plan
    return later, departures(entering, plan.route.destination, _leaves(plan, today))


def _planted(flight: _Flight) -> list[Person]:
    return [own.person for own in flight.planted]


def _again(rng: Random, flight: _Flight, regulars: Sequence[Person], today: date) -> _Flight:
    plan = flight.plan
    people = others(rng, plan.route, plan.size, today, regulars)
    staff = crew(rng, plan.route, plan.crew_nation, plan.crew_size, today)
    return replace(
        flight,
        file=_file(plan, today),
        people=people,
        data=_transmission(plan, people, staff, today),
        listed=len(people) + (0 if plan.broken_crew_list else len(staff)),
    )


def _file(plan: _Plan, today: date) -> str:
    return f"{plan.carrier}{plan.number}_{today + timedelta(days=plan.day):%Y%m%d}.edi"


def _transmission(
    plan: _Plan, people: Sequence[Person], staff: Sequence[Person], today: date
) -> bytes:
    """The flight's passenger list and crew list; a broken crew list has lost its flight number."""
    voyage = _voyage(plan, today)
    passenger_list = message(voyage, [person.declared() for person in people], reference="1")
    crew_list = message(
        voyage, [person.declared() for person in staff], function="250", reference="2"
    )
    if plan.broken_crew_list:
        whole = f"TDT+20+{plan.carrier}{plan.number}+++{plan.carrier}'"
        crew_list = crew_list.replace(whole, "TDT+20'", 1)
    return interchange(
        [passenger_list, crew_list],
        sender=plan.carrier,
        reference=f"{plan.carrier}{plan.number}{today:%y%m%d}",
        sent=f"{today:%y%m%d}:0500",
    )


def _bookings(rng: Random, flight: _Flight, today: date, contacts: Mapping[str, Contact]) -> bytes:
    """The flight's bookings a day before its list, as they are: less exact, and not all kept.

    One in four says nothing of a passenger's passport, one birth date is another than on the list,
    and one party does not come.
    """
    people = [_as_booked(rng, person) for person in flight.people]
    someone = rng.randrange(len(people))
    people[someone] = replace(people[someone], born=people[someone].born - timedelta(days=30))
    plan = flight.plan
    stayed = passengers(rng, plan.route, 2, today)[:1]
    parties = [list(party) for _, party in groupby([*people, *stayed], lambda own: own.booking)]
    sent = today + timedelta(days=plan.day - 1)
    return pnrgov(_voyage(plan, today), parties, rng, sent, {stayed[0].booking}, contacts)


def _courier(flights: Sequence[_Flight], stories: Iterable[Mapping[str, str]]) -> Person:
    """Whom the story of short turn-arounds is told of."""
    numbers = {own["document_number"] for own in stories if own["rule"] == COURIER}
    everybody = (person for flight in flights for person in flight.people)
    return next(own for own in everybody if own.documents[0].number in numbers)


def _as_booked(rng: Random, person: Person) -> Person:
    return person if rng.random() < 0.75 else replace(person, documents=())


def _voyage(plan: _Plan, today: date) -> DeclaredVoyage:
    leaves = datetime.combine(today + timedelta(days=plan.day), plan.leaves)
    return DeclaredVoyage(
        line=0,
        mode="air",
        carrier=plan.carrier,
        number=plan.number,
        origin=plan.route.origin,
        destination=plan.route.destination,
        departure=f"{leaves:%y%m%d%H%M}",
        arrival=f"{_arrival(plan, today):%y%m%d%H%M}",
    )


def _arrival(plan: _Plan, today: date) -> datetime:
    return datetime.combine(today + timedelta(days=plan.arrives_day), plan.arrives)


def _crossings(rng: Random, flight: _Flight, today: date) -> list[dict[str, str]]:
    """What the gate's machines saw: nine in ten of the list, lane by lane, in order of time."""
    plan = flight.plan
    first = _arrival(plan, today) + timedelta(minutes=18)
    seen = sorted(
        (rng.triangular(0, 70 * 60, 20 * 60), index)
        for index in range(len(flight.people))
        if rng.random() < 0.9
    )
    return [
        {
            "document_number": flight.people[index].documents[0].number,
            "document_issuer": flight.people[index].documents[0].issuer,
            "port": plan.route.destination,
            "lane": f"A{rng.randrange(1, 9)}",
            "at": (first + timedelta(seconds=int(after))).isoformat() + _HOME_ZONE,
            "direction": "entry",
        }
        for after, index in seen
    ]


def _past(
    rng: Random, flights: Sequence[_Flight], today: date
) -> tuple[bytes, list[dict[str, str]]]:
    """Earlier crossings of the flights' passengers, and whose stories are in them."""
    trips = [
        Trip(
            person=person,
            flight=f"{flight.plan.carrier}{flight.plan.number}",
            leaves=_leaves(flight.plan, today),
            enters=flight.plan.route.country == HOME,
        )
        for flight in flights
        for person in flight.people
        if all(person is not planted.person for planted in flight.planted)
    ]
    data, told = past(rng, trips, f"{today:%y%m%d}")
    stories = [
        {
            "rule": own.story.rule,
            "flight": own.story.flight,
            "family_name": own.person.family,
            "given_names": own.person.given,
            "document_number": own.person.documents[0].number,
        }
        for own in told
    ]
    return data, stories


def _leaves(plan: _Plan, today: date) -> datetime:
    local = datetime.combine(today + timedelta(days=plan.day), plan.leaves)
    leaves = moment_at(plan.route.origin, local)
    if leaves is None:
        raise ValueError(f"the time zone of {plan.route.origin} is not known")
    return leaves


def _truth(flights: Sequence[_Flight], rows: Sequence[ListedPerson]) -> dict[str, Any]:
    """Who is planted where and how; `watchlist_line` is the line in the CSV, from 1."""
    found = [
        {
            "file": flight.file,
            "flight": f"{flight.plan.carrier}{flight.plan.number}",
            "family_name": planted.person.family,
            "given_names": planted.person.given,
            "document_number": planted.person.documents[0].number,
            "how": planted.plant.how,
            "watchlist_line": rows.index(planted.row) + 2,
        }
        for flight in flights
        for planted in flight.planted
    ]
    namesake = NAMESAKES[0].how
    return {
        "planted": [entry for entry in found if entry["how"] != namesake],
        "namesakes": [entry for entry in found if entry["how"] == namesake],
    }


def _write_timetable(path: Path, today: date) -> None:
    """All flights as a timetable (columns: see `parakh.normalise.timetable`)."""
    lines = ["carrier,number,origin,destination,first_date,last_date,departure,arrival,arrival_day"]
    for plan in (*_PLANS, _SILENT):
        day = (today + timedelta(days=plan.day)).isoformat()
        lines.append(
            f"{plan.carrier},{plan.number},{plan.route.origin},{plan.route.destination},{day},{day},"
            f"{plan.leaves:%H:%M},{plan.arrives:%H:%M},{plan.arrives_day - plan.day}"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
