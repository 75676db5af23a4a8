"""The same persons on several voyages, as their documents and carriers tell of them.

Passports are renewed, names are spelled anew and change with a marriage, birth dates are mistyped
or written as 1 January; twins, fathers and sons of one name, namesakes and borrowed passports are
among them. Who is who is known, so that linking can be measured.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from parakh.ingest.records import DeclaredDocument
from parakh.simulate.names import STOCKS, given_names
from parakh.simulate.people import Person, Route, born_between, passengers, passport_number

_ROUTE = Route(
    origin="DXB",
    destination="KHI",
    country="PAK",
    nations={"PAK": 50, "ARE": 8, "SAU": 6, "AFG": 12, "GBR": 6, "CHN": 5, "IND": 5, "BGD": 8},
    feeders=("JED",),
    bag_prefix="0214",
)
_SPELLINGS = {
    "MUHAMMAD": ("MOHAMMAD", "MOHD", "MUHAMAD", "MD"),
    "MOHAMMED": ("MOHAMMAD", "MOHD"),
    "AHMED": ("AHMAD", "AHAMED"),
    "HUSSAIN": ("HUSSEIN", "HUSAIN"),
    "HASSAN": ("HASAN",),
    "YOUSAFZAI": ("YUSUFZAI", "YOUSUFZAI"),
    "SHAIKH": ("SHEIKH", "SHEIKH"),
    "QURESHI": ("QURAISHI",),
    "CHAUDHRY": ("CHOUDHRY", "CHAUDHARY"),
    "CHOWDHURY": ("CHOUDHURY",),
    "SIDDIQUI": ("SIDDIQI",),
    "ABDULLAH": ("ABDALLAH",),
    "OMER": ("UMAR", "OMAR"),
    "USMAN": ("OSMAN", "USMAAN"),
    "FATIMA": ("FATEMA", "FATIMAH"),
    "AYESHA": ("AISHA",),
    "MARYAM": ("MARIAM",),
    "JAVED": ("JAVAID", "JAWED"),
    "NADEEM": ("NADIM",),
    "KHALID": ("KHALED",),
    "RASHED": ("RASHID",),
    "SAEED": ("SAID",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Appearance:
    """One journey: who it truly is, and how he was declared."""

    truth: int
    person: Person


def appearances(seed: int, persons: int, today: date) -> list[Appearance]:
    """Journeys of about so many persons, in no order; the same for the same seed."""
    rng = Random(seed)  # noqa: S311  (not for cryptography)
    found: list[Appearance] = []
    truth = 0
    for base in passengers(rng, _ROUTE, persons, today):
        for own in (base, *_kin(rng, base, today)):
            found += (Appearance(truth=truth, person=one) for one in _journeys(rng, own, today))
            truth += 1
        if rng.random() < 0.01:
            thief = replace(_stranger(rng, base, today), documents=base.documents[:1])
            found.append(Appearance(truth=truth, person=thief))
            truth += 1
    rng.shuffle(found)
    return found


def _kin(rng: Random, base: Person, today: date) -> Iterator[Person]:
    """Others who are easily taken for the same person."""
    chance = rng.random()
    if chance < 0.02:
        yield _with_passport(rng, replace(base, given=_another_given(rng, base)), today)
    elif chance < 0.03 and base.sex == "M":
        years = rng.randrange(20, 40) * 365 + rng.randrange(365)
        yield _with_passport(rng, replace(base, born=base.born + timedelta(days=years)), today)
    elif chance < 0.04 and base.sex == "M":
        yield _with_passport(rng, replace(base, given=f"{base.given} JUNAID"), today)
    elif chance < 0.06 and base.nation in ("PAK", "AFG", "BGD"):
        namesake = replace(base, born=date(base.born.year, 1, 1))
        yield _with_passport(rng, namesake, today)
        yield _with_passport(rng, namesake, today)


def _journeys(rng: Random, person: Person, today: date) -> Iterator[Person]:
    for _ in range(rng.choices((1, 2, 3, 4, 6, 9), weights=(35, 25, 15, 12, 8, 5))[0]):
        yield _declared(rng, person)
        person = _changed(rng, person, today)


def _changed(rng: Random, person: Person, today: date) -> Person:
    """What becomes of somebody until he travels again."""
    if person.sex == "F" and rng.random() < 0.03:
        family = rng.choice(STOCKS[person.nation].families)
        person = _with_passport(rng, replace(person, family=family), today, keep_visa=True)
    if rng.random() < 0.12:
        person = _with_passport(rng, person, today, keep_visa=rng.random() < 0.5)
    return person


def _declared(rng: Random, person: Person) -> Person:
    """As a carrier says it."""
    if rng.random() < 0.10:
        person = replace(person, family=_spelled(rng, person.family))
        person = replace(person, given=_spelled(rng, person.given))
    if rng.random() < 0.05 and " " in person.given:
        person = replace(person, given=person.given.split(" ", 1)[1])
    if rng.random() < 0.02:
        person = replace(person, family=person.given, given=person.family)
    if rng.random() < 0.04:
        person = replace(person, documents=())
    return replace(person, born=_written(rng, person.born))


def _written(rng: Random, born: date) -> date:
    chance = rng.random()
    if chance < 0.02:
        return date(born.year, 1, 1)
    if chance < 0.03 and born.day <= 12:
        return date(born.year, born.day, born.month)
    if chance < 0.04:
        return born.replace(year=born.year - rng.choice((1, 10)), day=min(born.day, 28))
    return born


def _spelled(rng: Random, name: str) -> str:
    words = name.split()
    return " ".join(
        rng.choice(_SPELLINGS[word]) if word in _SPELLINGS else _vowels(rng, word) for word in words
    )


def _vowels(rng: Random, word: str) -> str:
    """A long vowel written otherwise."""
    for one, other in (("EE", "I"), ("OO", "U"), ("OU", "U"), ("SHAH", "SHAAH")):
        if one in word and rng.random() < 0.7:
            return word.replace(one, other)
    return word


def _another_given(rng: Random, person: Person) -> str:
    given = person.given
    while given == person.given:
        given = given_names(rng, person.nation, person.sex)
    return given


def _stranger(rng: Random, person: Person, today: date) -> Person:
    other = passengers(rng, _ROUTE, 1, today)[0]
    return replace(other, nation=person.nation, born=born_between(rng, today, 19, 60))


def _with_passport(rng: Random, person: Person, today: date, *, keep_visa: bool = False) -> Person:
    """With a new passport, and with the visa of the old one only where he keeps it."""
    passport = DeclaredDocument(
        type="P",
        number=passport_number(rng, person.nation),
        issuer=person.nation,
        expiry=f"{today + timedelta(days=rng.randrange(40, 3600)):%y%m%d}",
    )
    visas = person.documents[1:] if keep_visa else ()
    return replace(person, documents=(passport, *visas))
