"""The vetting list with 50,000 expected travellers: how long each page takes.

Claim: of 50,000 expected travellers on 250 voyages the first page, for the whole centre and for
the officer of one port, is there in under 100 ms, audit included; every later page, filter and
group in under 200 ms; and a flight of 200 is put onto the list, with its hits, within 250 ms.

With --database URL (empty) instead of an embedded one of its own.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, TextIO

from parakh import logs
from parakh.access import Actor, Permission, Purpose, system_actor
from parakh.domain.hit import (
    Advice,
    Assessment,
    Hit,
    Kind,
    Ref,
    ResultState,
    ScreenerResult,
)
from parakh.domain.phrase import phrase
from parakh.domain.traveller import (
    Document,
    DocumentType,
    PersonName,
    Traveller,
    TravellerRole,
)
from parakh.domain.vetting import Wanted
from parakh.domain.voyage import Direction, Mode, Voyage
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.services import expected, vetting, watchlists
from parakh.services.assessing import handling_of
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.simulate.crowd import crowd
from parakh.store import assessments, travellers

TRAVELLERS = 50_000
A_VOYAGE = 200
PORTS = ("KHI", "LHE", "ISB", "PEW", "MUX")
HITS_IN = 25
"""One traveller in so many has a hit."""

TIMES = 15
FIRST_MS, LONGEST_MS = 100, 200
LONGEST_FLIGHT_MS = 250
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MAKER = system_actor("benchmark")

ALL = Actor(id="o", name="officer", permissions=frozenset(Permission), central=True)
ONE_PORT = Actor(
    id="p",
    name="port officer",
    permissions=frozenset(Permission) - {Permission.EVERY_UNIT},
    units=frozenset({"khi"}),
    ports=frozenset({"KHI"}),
)
RESULT = (ScreenerResult(screener="name@1", state=ResultState.DONE),)


def voyage(place: int) -> Voyage:
    """A voyage of the next two days."""
    due = NOW + timedelta(minutes=11 * place)
    return Voyage(
        id=f"v{place:031x}",
        mode=Mode.AIR,
        carrier="PK",
        number=str(100 + place),
        origin="DXB",
        destination=PORTS[place % len(PORTS)],
        departure=None,
        arrival=None,
        due_at=due,
        direction=Direction.ENTRY,
        leaves_at=due - timedelta(hours=3),
    )


def person(at: int, name: PersonName) -> Traveller:
    """A traveller on the voyage of his turn."""
    return Traveller(
        id=f"{at:032x}",
        voyage_id=f"v{at // A_VOYAGE:031x}",
        role=TravellerRole.PASSENGER,
        name=name,
        nationality="PAK",
        documents=(Document(type=DocumentType.PASSPORT, number=f"PX{at:07}", issuer="PAK"),),
    )


def assessment(at: int, entry: WatchlistEntry) -> Assessment:
    """What came of his screening."""
    ref = Ref(kind=Kind.TRAVELLER, id=f"{at:032x}")
    return Assessment(
        id=f"a{at:031x}",
        subject=ref,
        cause="benchmark",
        at=NOW,
        advice=Advice.PROCEED if at % HITS_IN else Advice.COMPARE,
        results=RESULT,
        hits=() if at % HITS_IN else (hit(at, ref, entry),),
    )


def hit(at: int, ref: Ref, entry: WatchlistEntry) -> Hit:
    """A hit; every fourth identifies its subject."""
    return Hit(
        id=f"h{at:031x}",
        subject=ref,
        target=Ref(kind=Kind.WATCHLIST_ENTRY, id=entry.id),
        screener="document@1" if at % (4 * HITS_IN) == 0 else "name@1",
        score=0.8,
        threshold=0.78,
        sentence=phrase("A name of the list"),
        evidence=(),
    )


def fill(centre: Centre) -> float:
    """Puts everybody onto the list; gives the median milliseconds of one flight's lines."""
    watchlists.add_list(
        centre,
        MAKER,
        Watchlist(id="list", name="L", source="s", legal_basis="b", handling=Handling.INSPECT),
    )
    listed = WatchlistEntry(
        id="",
        watchlist_id="list",
        kind=EntryKind.PERSON,
        names=(PersonName(family="QUVONDIQ", given="ZEB"),),
        reason="benchmark",
    )
    entry = watchlists.propose(centre, MAKER, listed)
    names = list(crowd(5, TRAVELLERS))
    taken = []
    for place in range(TRAVELLERS // A_VOYAGE):
        some = range(place * A_VOYAGE, (place + 1) * A_VOYAGE)
        with centre.db.write(MAKER, Purpose.INTAKE) as tx:
            own = travellers.save_voyage(tx.connection, f"v{place}", voyage(place))
            people = [person(at, names[at]) for at in some]
            travellers.save_travellers(tx.connection, people)
            travellers.expect_crossings(tx.connection, [one.id for one in people], own)
            made = [assessment(at, entry) for at in some]
            assessments.save_assessments(tx.connection, made)
            began = perf_counter()
            expected.follow(tx, [one.id for one in people], handling_of)
            taken.append((perf_counter() - began) * 1000)
            tx.audit("benchmark", "voyage", own.id)
        if place in (5, 50):
            analyse(centre)
    return median(taken)


def analyse(centre: Centre) -> None:
    """Lets PostgreSQL know how full its tables are, as it does by itself after a while."""
    if not centre.db.embedded:
        with centre.db.maintain() as connection:
            connection.exec_driver_sql("ANALYZE")


def pages() -> dict[str, tuple[dict[str, str], int]]:
    """What is asked for: the filter and the page."""
    return {
        "first page": ({}, 1),
        "page 100": ({}, 100),
        "last page": ({}, 1000),
        "by advice": ({"advice": "compare"}, 1),
        "within 4 hours": ({"hours": "4"}, 1),
        "one port": ({"port": "LHE"}, 1),
        "one voyage": ({"voyage": f"v{7:031x}"}, 1),
        "one list": ({"reason": "watchlist:list"}, 1),
        "only new": ({"fresh": "1"}, 1),
        "a name": ({"text": "khan"}, 1),
        "nobody's name": ({"text": "xyzzy"}, 1),
        "parted by voyage": ({"group": "voyage"}, 1),
        "parted by port": ({"group": "port"}, 1),
        "parted by advice": ({"group": "advice"}, 1),
        "parted by list": ({"group": "reason"}, 1),
    }


def timed(ask: Callable[[], object]) -> dict[str, float]:
    """Median and longest milliseconds."""
    ask()
    taken = []
    for _ in range(TIMES):
        began = perf_counter()
        ask()
        taken.append((perf_counter() - began) * 1000)
    return {"median ms": median(taken), "worst ms": max(taken)}


def measure(centre: Centre) -> Iterator[tuple[str, dict[str, float]]]:
    """Each page for both officers, and what a page that stays open asks for."""
    for title, (texts, page) in pages().items():
        wanted = Wanted.of(texts)
        for who, actor in (("centre", ALL), ("one port", ONE_PORT)):
            own = page if actor is ALL else min(page, 200)
            yield f"{title}, {who}", timed(partial(vetting.listing, centre, actor, wanted, own))
    yield "pulse, centre", timed(partial(vetting.pulse, centre, ALL))


def main() -> int:
    """Prints a table; with --json one JSON document, and the table on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--database", default="")
    arguments = parser.parse_args()
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "var", database_url=arguments.database)
        centre = Centre.create(settings, lambda: NOW)
        flight = fill(centre)
        analyse(centre)
        figures = dict(measure(centre))
        centre.close()
    result = {"travellers": TRAVELLERS, "flight of 200, ms": flight, "pages": figures}
    show(result, sys.stderr if arguments.json else sys.stdout)
    if arguments.json:
        print(json.dumps(result, indent=2))
    quick = all(
        own["median ms"] < (FIRST_MS if name.startswith("first page") else LONGEST_MS)
        for name, own in figures.items()
    )
    return 0 if quick and flight < LONGEST_FLIGHT_MS else 1


def show(result: dict[str, Any], out: TextIO) -> None:
    """The figures as a table."""
    flight = result["flight of 200, ms"]
    print(f"{result['travellers']:,} expected; a flight of 200 in {flight:.0f} ms", file=out)
    print(f"{'page':32} {'median ms':>10} {'worst ms':>10}", file=out)
    for name, own in result["pages"].items():
        print(f"{name:32} {own['median ms']:10.1f} {own['worst ms']:10.1f}", file=out)


if __name__ == "__main__":
    sys.exit(main())
