"""A changed list against everybody on file: how long the sweep takes, and each stage of it.

Claim: 100,000 travellers are screened again against a changed list of 10,000 entries in under three
minutes on 2 cores, in SQLite, with everything committed to disk; a message never waits for more
than one batch of it. The travellers come in as passenger lists, so that all that their messages
said is on file; the list is changed whole, which is the worst case. Beside it, in the same run: the
bare reading of the same travellers (the limit of the store).
"""

import argparse
import json
import resource
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any, TextIO

from parakh import logs
from parakh.access import Purpose, system_actor
from parakh.domain.dates import PartialDate
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.domain.traveller import Document, DocumentType, PersonName, Sex
from parakh.domain.unit import Unit
from parakh.domain.watchlist import EntryKind, EntryState, Handling, Watchlist, WatchlistEntry
from parakh.ingest.records import DeclaredVoyage
from parakh.services import accounts, intake, reading, sweeps
from parakh.services.centre import WORKER, Centre
from parakh.settings import Settings
from parakh.simulate.lists import ListedPerson, listed_persons
from parakh.simulate.messages import paxlst
from parakh.simulate.people import Person, Route, passengers
from parakh.store import sweeps as store
from parakh.store import travellers, watchlists

TODAY = date(2026, 1, 5)
TRAVELLERS, ENTRIES = 100_000, 10_000
FLIGHT = 400
PLANTED = 200
"""Entries that name somebody on file by name, birth date and passport."""

MOST_SECONDS = 180
ROUTE = Route(
    origin="DXB",
    destination="KHI",
    country="PAK",
    nations={"PAK": 70, "ARE": 10, "IND": 8, "GBR": 7, "CHN": 5},
    feeders=("LHR",),
    bag_prefix="0214",
)


class Watch:
    """Seconds that each stage took, in all its turns."""

    def __init__(self) -> None:
        self.taken: defaultdict[str, list[float]] = defaultdict(list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Takes the time of what is done within."""
        start = perf_counter()
        yield
        self.taken[name].append(perf_counter() - start)

    def total(self) -> float:
        """Of all stages together."""
        return sum(map(sum, self.taken.values()))


def filled(centre: Centre, count: int, rng: Random) -> list[Person]:
    """Puts so many travellers on file, by passenger lists of a year; gives some of each list."""
    actor = system_actor("bench")
    some = []
    for number in range(-(-count // FLIGHT)):
        people = passengers(rng, ROUTE, min(FLIGHT, count - number * FLIGHT), TODAY)
        leaves = datetime.combine(TODAY - timedelta(days=number % 365), datetime.min.time())
        voyage = DeclaredVoyage(
            line=0,
            mode="air",
            carrier="PK",
            number=str(100 + number),
            origin=ROUTE.origin,
            destination=ROUTE.destination,
            departure=f"{leaves:%y%m%d%H%M}",
            arrival=f"{leaves + timedelta(hours=3):%y%m%d%H%M}",
        )
        data = paxlst(voyage, [own.declared() for own in people])
        source = Source(channel=Channel.CLI, name=f"{number}.edi")
        reading.parse(centre, intake.receive(centre, actor, data, source).message)
        some += people[:2]
    return some


def changed_list(centre: Centre, count: int, some: list[Person], rng: Random) -> None:
    """A list of so many entries that all wait for a sweep; PLANTED of them name people on file."""
    held = Watchlist(
        id=new_id(), name="Changed", source="s", legal_basis="b", handling=Handling.INSPECT
    )
    rows = [row for row in listed_persons(rng, count * 12 // 10, TODAY) if row.kind == "person"]
    planted = rng.sample(some, min(PLANTED, len(some), count))
    entries = [_planted(held.id, own) for own in planted]
    entries += [_invented(held.id, row) for row in rows[: count - len(entries)]]
    with centre.db.write(system_actor("bench"), Purpose.WATCHLIST) as tx:
        watchlists.save_list(tx, held)
        for entry in entries:
            watchlists.save_entry(tx, entry)
        tx.audit("bench.listed", "watchlist", held.id)


def _planted(list_id: str, own: Person) -> WatchlistEntry:
    passport = own.documents[0]
    return _entry(
        list_id, own.family, own.given, own.born.isoformat(), own.sex, own.nation, passport.number
    )


def _invented(list_id: str, own: ListedPerson) -> WatchlistEntry:
    return _entry(
        list_id,
        own.family_name,
        own.given_names,
        own.birth_date,
        own.sex,
        own.nationality,
        own.document_number,
    )


def _entry(
    list_id: str, family: str, given: str, born: str, sex: str, nation: str, number: str
) -> WatchlistEntry:
    passport = Document(type=DocumentType.PASSPORT, number=number, issuer=nation)
    return WatchlistEntry(
        id=new_id(),
        watchlist_id=list_id,
        kind=EntryKind.PERSON,
        names=(PersonName(family=family.upper(), given=given.upper()),),
        birth_dates=(PartialDate.parse(born),),
        sex=Sex(sex) if sex else None,
        nationalities=(nation,),
        documents=(passport,) if number else (),
        reason="invented",
        state=EntryState.APPROVED,
        proposed_by="bench",
        proposed_at=datetime.now(UTC),
    )


def swept(centre: Centre, watch: Watch) -> list[float]:
    """Sweeps to the end; gives the seconds of each batch."""
    with watch.stage("begin"):
        sweeps.step(centre)
    batches = []
    while going := sweeps.under_way(centre, WORKER):
        start = perf_counter()
        with watch.stage("index entries, next travellers"):
            batch = sweeps.read_batch(centre, going[0])
        if batch is None:
            continue
        with watch.stage("read and screen"):
            found = sweeps.screen_batch(centre, batch)
        with watch.stage("assess, alert, commit"):
            sweeps.keep_batch(centre, batch, found)
        batches.append(perf_counter() - start)
    return batches


def bare_reading(centre: Centre) -> float:
    """Seconds to read every traveller once, by nothing but his identifier."""
    start, cursor = perf_counter(), "g"
    with centre.db.read() as connection:
        while ids := store.travellers_before(connection, cursor, sweeps.BATCH):
            travellers.between(connection, ids[-1], ids[0])
            cursor = ids[-1]
    return perf_counter() - start


def measured(count: int, entries: int) -> dict[str, Any]:
    """All figures of one run."""
    rng, watch = Random(11), Watch()
    with tempfile.TemporaryDirectory() as folder:
        centre = Centre.create(Settings(data_dir=Path(folder) / "var"))
        unit = Unit(id="u", name="Centre", central=True)
        accounts.add_unit(centre, system_actor("bench"), unit)
        some = filled(centre, count, rng)
        changed_list(centre, entries, some, rng)
        with watch.stage("index of all entries"):
            centre.names.refresh()
        before = _megabytes()
        batches = swept(centre, watch)
        (done,) = sweeps.history(centre, system_actor("bench")).rows
        bare = bare_reading(centre)
        centre.close()
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "travellers": done.done,
        "entries": done.entries,
        "planted": min(PLANTED, len(some), entries),
        "hits": done.hits,
        "alerts": done.alerts,
        "seconds": watch.total(),
        "travellers_per_second": done.done / watch.total(),
        "stages_s": {name: sum(turns) for name, turns in watch.taken.items()},
        "batches": len(batches),
        "median_batch_s": median(batches),
        "longest_batch_s": max(batches),
        "memory_grown_mb": _megabytes() - before,
        "bare_reading_s": bare,
    }


def _megabytes() -> float:
    """The most memory that the process held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Prints a table; with --json one JSON document, and the table on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--travellers", type=int, default=TRAVELLERS)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    arguments = parser.parse_args()
    logs.configure("ERROR")
    figures = measured(arguments.travellers, arguments.entries)
    show(figures, sys.stderr if arguments.json else sys.stdout)
    if arguments.json:
        print(json.dumps(figures, indent=2))
    return 0 if figures["seconds"] < MOST_SECONDS else 1


def show(figures: dict[str, Any], out: TextIO) -> None:
    """The figures as a table."""
    title = f"{figures['travellers']:,} travellers against {figures['entries']:,} changed entries"
    print(title, file=out)
    for name, seconds in figures["stages_s"].items():
        print(f"  {name:28} {seconds:10.1f} s", file=out)
    print(f"  {'in all':28} {figures['seconds']:10.1f} s", file=out)
    for name, form in (
        ("travellers_per_second", ",.0f"),
        ("hits", ",d"),
        ("alerts", ",d"),
        ("median_batch_s", ".2f"),
        ("longest_batch_s", ".2f"),
        ("memory_grown_mb", ",.0f"),
        ("bare_reading_s", ".1f"),
    ):
        print(f"  {name.replace('_', ' '):28} {figures[name]:>10{form}}", file=out)


if __name__ == "__main__":
    sys.exit(main())
