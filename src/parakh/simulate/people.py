"""Invented persons who travel: families and single travellers with documents, seats and bags."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from random import Random

from parakh.ingest.records import DeclaredDocument, DeclaredTraveller
from parakh.simulate.names import family_name, given_names

_NUMBERS = {
    "PAK": "@@#######",
    "ARE": "T########",
    "SAU": "V######",
    "OMN": "W#######",
    "IND": "@#######",
    "AFG": "P########",
    "UZB": "F@#######",
    "KAZ": "N########",
    "CHN": "E@#######",
    "GBR": "#########",
    "TUR": "U########",
    "BGD": "A########",
}
"""Shape of passport numbers: `@` is a letter, `#` a digit, anything else stands for itself."""

HOME = "PAK"
"""The centre's own country in the simulation."""

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_LOCATOR = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody on a flight; `documents` begin with the passport."""

    family: str
    given: str
    sex: str
    born: date
    nation: str
    documents: tuple[DeclaredDocument, ...]
    role: str = "passenger"
    residence: str = ""
    embarkation: str = ""
    debarkation: str = ""
    booking: str = ""
    seat: str = ""
    bags: tuple[str, ...] = ()

    def declared(self) -> DeclaredTraveller:
        """As an airline's list says it; the line numbers are those of no file."""
        return DeclaredTraveller(
            line=0,
            role=self.role,
            family_name=self.family,
            given_names=self.given,
            birth_date=f"{self.born:%y%m%d}",
            sex=self.sex,
            nationality=self.nation,
            residence=self.residence,
            embarkation=self.embarkation,
            debarkation=self.debarkation,
            booking_reference=self.booking,
            seat=self.seat,
            bags=self.bags,
            bag_count=len(self.bags) if self.role == "passenger" else None,
            documents=self.documents,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """What a flight's passengers have in common.

    Attributes:
        origin, destination: airports (IATA).
        country: country of destination (alpha-3); those who need its visa have one.
        nations: nation to its share of the passengers.
        feeders: airports from which some connect (into the home country), or to which some go on.
        bag_prefix: first four digits of a bag tag (IATA Resolution 740: leading digit, airline).
    """

    origin: str
    destination: str
    country: str
    nations: Mapping[str, int]
    feeders: Sequence[str]
    bag_prefix: str


def passengers(rng: Random, route: Route, size: int, today: date) -> list[Person]:
    """`size` passengers in parties of one to six, each party under one booking."""
    seats = _seats()
    tags = count(rng.randrange(100_000, 500_000))
    people: list[Person] = []
    while len(people) < size:
        for person in _party(rng, route, min(_party_size(rng), size - len(people)), today):
            grown = today.year - person.born.year > 2
            bags = rng.choices((0, 1, 2, 3), weights=(12, 50, 30, 8))[0] if grown else 0
            tagged = tuple(f"{route.bag_prefix}{next(tags):06d}" for _ in range(bags))
            people.append(replace(person, seat=next(seats), bags=tagged))
    return people


def crew(rng: Random, route: Route, nation: str, size: int, today: date) -> list[Person]:
    """`size` crew members, all of one nation."""
    return [
        replace(
            _person(rng, nation, family_name(rng, nation), rng.choice("MMF"), 23, 58, today),
            role="crew",
            embarkation=route.origin,
            debarkation=route.destination,
        )
        for _ in range(size)
    ]


def passport_number(rng: Random, nation: str) -> str:
    """A passport number of the nation's usual shape."""
    shape = _NUMBERS[nation]
    return "".join(
        rng.choice(_LETTERS) if c == "@" else rng.choice("0123456789") if c == "#" else c
        for c in shape
    )


def born_between(rng: Random, today: date, youngest: int, oldest: int) -> date:
    """A date of birth that makes somebody `youngest` to `oldest` years old, about evenly."""
    return today - timedelta(days=rng.randrange(youngest * 365 + 10, oldest * 365))


def _party_size(rng: Random) -> int:
    return rng.choices((1, 2, 3, 4, 5, 6), weights=(52, 20, 9, 9, 6, 4))[0]


def _party(rng: Random, route: Route, size: int, today: date) -> Iterator[Person]:
    """A single traveller, a couple or a family, under one booking."""
    nation = rng.choices(tuple(route.nations), weights=tuple(route.nations.values()))[0]
    booking = "".join(rng.choices(_LOCATOR, k=6))
    family = family_name(rng, nation)
    entry = route.country == HOME
    feeder = rng.choice(route.feeders) if rng.random() < 0.15 else ""
    for index in range(size):
        sex = "MF"[index] if size > 1 and index < 2 else rng.choice("MMF" if size == 1 else "MF")
        youngest, oldest = (19, 72) if index < 2 else (0, 18)
        person = _person(rng, nation, family, sex, youngest, oldest, today)
        if nation == route.country or rng.random() < 0.2:
            person = replace(person, documents=person.documents[:1])
        else:
            passport, visa = person.documents
            person = replace(person, documents=(passport, replace(visa, issuer=route.country)))
        yield replace(
            person,
            booking=booking,
            embarkation=feeder if feeder and entry else route.origin,
            debarkation=feeder if feeder and not entry else route.destination,
        )


def _person(
    rng: Random, nation: str, family: str, sex: str, youngest: int, oldest: int, today: date
) -> Person:
    """A person with a passport and a visa that nobody has issued yet."""
    passport = DeclaredDocument(
        type="P",
        number=passport_number(rng, nation),
        issuer=nation,
        expiry=f"{today + timedelta(days=rng.randrange(40, 3600)):%y%m%d}",
    )
    visa = DeclaredDocument(
        type="V",
        number=f"{rng.randrange(10**8):08d}",
        issuer="",
        expiry=f"{today + timedelta(days=rng.randrange(20, 700)):%y%m%d}",
    )
    return Person(
        family=family,
        given=given_names(rng, nation, sex),
        sex=sex,
        born=born_between(rng, today, youngest, oldest),
        nation=nation,
        documents=(passport, visa),
        residence=nation if rng.random() < 0.7 else rng.choice(("PAK", "ARE", "SAU", "GBR")),
    )


def _seats() -> Iterator[str]:
    for row in count(10):
        for column in "ABCDEFGHJK":
            yield f"{row}{column}"
