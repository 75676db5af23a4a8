"""What an immigration system tells of travellers' earlier crossings, with the stories in it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from parakh.ingest.records import DeclaredDocument
from parakh.simulate.names import STOCKS, given_names
from parakh.simulate.people import HOME, Person, passport_number

COURIER = "Short turn-arounds"
"""The rule that fits somebody who carries things for others."""

FORMAT = {"format": "parakh-crossings/1", "source": "Simulated border"}
"""How a transmission of crossings begins."""

_PORTS = ("ISB", "KHI", "LHE")
_SHARE = 1 / 6
_DAYS = 730


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """One earlier crossing of a story.

    Attributes:
        before: so long before the flight leaves.
        another: number of a further passport that was shown beside the own one; 0 for none.
    """

    before: timedelta
    port: str
    direction: str
    another: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """Earlier crossings of one traveller of a flight that make a ready rule fit him."""

    rule: str
    flight: str
    passages: tuple[Passage, ...]


STORIES = (
    Story(
        rule="Entry without exit",
        flight="PK214",
        passages=(Passage(before=timedelta(days=47), port="KHI", direction="entry"),),
    ),
    Story(
        rule="Exit without entry",
        flight="PK757",
        passages=(Passage(before=timedelta(days=30), port="LHE", direction="exit"),),
    ),
    Story(
        rule="Impossible travel",
        flight="PK214",
        passages=(Passage(before=timedelta(minutes=30), port="ISB", direction="exit"),),
    ),
    Story(
        rule="Many documents",
        flight="SV726",
        passages=(
            Passage(before=timedelta(days=200), port="ISB", direction="entry", another=1),
            Passage(before=timedelta(days=170), port="ISB", direction="exit", another=2),
        ),
    ),
    Story(
        rule=COURIER,
        flight="PK214",
        passages=(
            Passage(before=timedelta(days=12), port="KHI", direction="entry"),
            Passage(before=timedelta(days=11, hours=15), port="KHI", direction="exit"),
            Passage(before=timedelta(days=6), port="KHI", direction="entry"),
            Passage(before=timedelta(days=5, hours=14), port="KHI", direction="exit"),
        ),
    ),
)
"""One for each ready rule about crossings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trip:
    """Somebody on a flight: when it leaves (an aware moment), and whether he enters by it."""

    person: Person
    flight: str
    leaves: datetime
    enters: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A story and whom it is told of."""

    story: Story
    person: Person


@dataclass(kw_only=True, slots=True)
class _Report:
    """The transmission while it is written."""

    name: str
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(
        self,
        at: datetime,
        port: str,
        direction: str,
        traveller: Mapping[str, object],
        documents: Iterable[DeclaredDocument],
    ) -> None:
        self.rows.append(
            {
                "reference": f"{self.name}-{len(self.rows):05d}",
                "action": "recorded",
                "at": at.isoformat(),
                "port": port,
                "lane": f"{'ABC'[len(self.rows) % 3]}{len(self.rows) % 6 + 1}",
                "direction": direction,
                "traveller": dict(traveller),
                "documents": [
                    {"type": one.type, "number": one.number, "issuer": one.issuer or None}
                    for one in documents
                ],
            }
        )


def past(rng: Random, trips: Sequence[Trip], name: str) -> tuple[bytes, list[Told]]:
    """What is reported of the last two years, and whose stories are in it.

    One traveller in six was here before, and went each time before he came again. Some had another
    passport then and the same visa, and one passport in twenty was somebody else's. The same bytes
    for the same arguments; for `parakh.ingest.crossings`. `name` begins every reference.
    """
    report = _Report(name=name)
    told = _tell_stories(rng, trips, report)
    known = {id(own.person) for own in told}
    for trip in trips:
        if _travelled(trip.person) and id(trip.person) not in known and rng.random() < _SHARE:
            _tell_ordinary(rng, trip, report)
    whole = {**FORMAT, "crossings": report.rows}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode(), told


def _tell_stories(rng: Random, trips: Sequence[Trip], report: _Report) -> list[Told]:
    told: list[Told] = []
    taken: set[int] = set()
    for story in STORIES:
        fit = [
            own
            for own in trips
            if own.flight == story.flight and _stands_alone(own, trips) and id(own) not in taken
        ]
        trip = rng.choice(fit)
        taken.add(id(trip))
        told.append(Told(story=story, person=trip.person))
        passport = trip.person.documents[0]
        for own in story.passages:
            shown = [passport]
            if own.another:
                number = passport_number(rng, trip.person.nation)
                shown.insert(0, replace(passport, number=number))
            report.add(
                trip.leaves - own.before, own.port, own.direction, as_told(trip.person), shown
            )
    return told


def _stands_alone(trip: Trip, trips: Sequence[Trip]) -> bool:
    """A grown-up of a party of his own, so that the story is told of nobody else."""
    own = trip.person
    party = sum(one.person.booking == own.booking for one in trips)
    grown = trip.leaves.date() - own.born > timedelta(days=25 * 365)
    return _travelled(own) and party == 1 and grown


def _travelled(own: Person) -> bool:
    return own.role == "passenger" and bool(own.documents)


def _tell_ordinary(rng: Random, trip: Trip, report: _Report) -> None:
    stranger = rng.random() < 0.05
    times = 1 if stranger else rng.randrange(1, 7)
    direction = "exit" if trip.enters else "entry"
    # The latest first, for it went the other way than the one to come.
    for day in sorted(rng.sample(range(3, _DAYS), times)):
        documents = list(trip.person.documents)
        if len(documents) > 1 and rng.random() < 0.3:
            documents[0] = replace(documents[0], number=passport_number(rng, HOME))
        at = trip.leaves - timedelta(days=day, minutes=rng.randrange(600))
        own = _as_stranger(rng) if stranger else as_told(trip.person)
        report.add(at, rng.choice(_PORTS), direction, own, documents)
        direction = "entry" if direction == "exit" else "exit"


def as_told(own: Person) -> dict[str, object]:
    """A person as an immigration system tells of him."""
    return {
        "family_name": own.family,
        "given_names": own.given,
        "birth_date": own.born.isoformat(),
        "sex": own.sex if own.sex in ("M", "F") else None,
        "nationality": own.nation or None,
    }


def _as_stranger(rng: Random) -> dict[str, object]:
    sex = rng.choice("MF")
    return {
        "family_name": rng.choice(STOCKS[HOME].families),
        "given_names": given_names(rng, HOME, sex),
        "birth_date": f"{rng.randrange(1960, 2000)}-{rng.randrange(2, 13):02d}-07",
        "sex": sex,
        "nationality": HOME,
    }
