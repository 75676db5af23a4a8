"""Listed persons among the travellers: how each hides, and who only shares a name with one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from parakh.simulate.lists import ListedPerson, any_list, expiry, reason_for
from parakh.simulate.people import Person, born_between, passport_number

Name = tuple[str, str]
"""Family name and given names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plant:
    """How one traveller meets one row of the watchlist.

    Attributes:
        how: what differs between the traveller and the row.
        travels_as: the name on the passenger list.
        listed_as: the name on the watchlist; empty for a row that lists a document only.
        same_document: whether the row has the document that the traveller shows.
        birth: `same`, `digit` (the first digit of the day differs), `swapped` (day and month), or
            `other`.
    """

    how: str
    travels_as: Name
    listed_as: Name
    same_document: bool = False
    birth: str = "same"


PLANTS = (
    Plant(
        how="same document and name",
        travels_as=("TARIQ", "SHAHBAZ"),
        listed_as=("TARIQ", "SHAHBAZ"),
        same_document=True,
    ),
    Plant(
        how="same document, another name",
        travels_as=("GONDAL", "ARSLAN"),
        listed_as=("CHEEMA", "FAISAL NAWAZ"),
        same_document=True,
        birth="other",
    ),
    Plant(
        how="document reported lost",
        travels_as=("SADIQ", "IMTIAZ"),
        listed_as=("", ""),
        same_document=True,
    ),
    Plant(
        how="Mohd for Muhammad",
        travels_as=("RAFIQUE", "MOHD"),
        listed_as=("RAFIQ", "MUHAMMAD"),
    ),
    Plant(
        how="Husain for Hussain",
        travels_as=("HUSAIN", "SYED TANVIR"),
        listed_as=("HUSSAIN", "SYED TANVEER"),
    ),
    Plant(
        how="Yousaf for Yusuf",
        travels_as=("YOUSAF", "MUHAMMAD"),
        listed_as=("YUSUF", "MOHAMMAD"),
    ),
    Plant(
        how="doubled letters",
        travels_as=("GHAFFAR", "ABDUL JABBAR"),
        listed_as=("GHAFAR", "ABDUL JABAR"),
    ),
    Plant(
        how="family and given names swapped",
        travels_as=("NAWAB", "DILAWAR"),
        listed_as=("DILAWAR", "NAWAB"),
    ),
    Plant(
        how="name cut short",
        travels_as=("BARAKZAI", "ZALMAI NAQIBULL"),
        listed_as=("BARAKZAI", "ZALMAI NAQIBULLAH"),
    ),
    Plant(
        how="joined name",
        travels_as=("ABDULREHMAN", "INAYATULLAH"),
        listed_as=("ABDUL REHMAN", "INAYAT ULLAH"),
    ),
    Plant(
        how="new document, same name and birth date",
        travels_as=("PARACHA", "KAUSAR"),
        listed_as=("PARACHA", "KAUSAR"),
    ),
    Plant(
        how="birth date off by a digit",
        travels_as=("MAZARI", "ZULFIQAR"),
        listed_as=("MAZARI", "ZULFIQAR"),
        birth="digit",
    ),
    Plant(
        how="day and month of birth swapped",
        travels_as=("KHETRAN", "SARFRAZ"),
        listed_as=("KHETRAN", "SARFRAZ"),
        birth="swapped",
    ),
)
"""Listed persons who travel."""

NAMESAKES = tuple(
    Plant(how="namesake", travels_as=name, listed_as=name, birth="other")
    for name in (
        ("KHAN", "MUHAMMAD ASIF"),
        ("AHMED", "BILAL"),
        ("HUSSAIN", "MUHAMMAD"),
        ("ALI", "LIAQAT"),
        ("MALIK", "IMRAN"),
        ("IQBAL", "ZAFAR"),
        ("BUTT", "NADEEM"),
        ("SHAH", "SYED ALI"),
    )
)
"""Ordinary travellers who share only a name with a listed person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Planted:
    """A traveller made to meet a row of the watchlist."""

    plant: Plant
    person: Person
    row: ListedPerson


def plant_all(
    rng: Random, people: list[Person], plants: Sequence[Plant], today: date
) -> list[Planted]:
    """Makes as many men among `people` bear the plants, each one, in place."""
    places = [index for index, person in enumerate(people) if grown_man(person, today)]
    chosen = sorted(rng.sample(places, len(plants)))
    planted = []
    for index, plant in zip(chosen, plants, strict=True):
        family, given = plant.travels_as
        person = replace(people[index], family=family, given=given)
        if plant.birth == "swapped":
            person = replace(person, born=_swappable(person.born))
        people[index] = person
        planted.append(Planted(plant=plant, person=person, row=_row(rng, plant, person, today)))
    return planted


def grown_man(person: Person, today: date) -> bool:
    """A grown man of the nations from which the planted names are."""
    return (
        person.sex == "M"
        and person.nation in ("PAK", "AFG")
        and person.role == "passenger"
        and today.year - person.born.year >= 22
    )


def _row(rng: Random, plant: Plant, person: Person, today: date) -> ListedPerson:
    passport = person.documents[0]
    family, given = plant.listed_as
    listed = any_list(rng) if family else "Lost documents"
    number = passport.number if plant.same_document else passport_number(rng, person.nation)
    return ListedPerson(
        list=listed,
        kind="person" if family else "document",
        family_name=family,
        given_names=given,
        birth_date=_listed_birth(rng, plant, person.born, today) if family else "",
        sex=person.sex if family else "",
        nationality=person.nation if family else "",
        document_type="P",
        document_number=number,
        document_issuer=person.nation,
        reason=reason_for(rng, listed) if family else "Reported lost or stolen by its holder",
        expires=expiry(rng, today),
    )


def _listed_birth(rng: Random, plant: Plant, born: date, today: date) -> str:
    if plant.birth == "digit":
        return born.replace(day=born.day - 10 if born.day > 10 else born.day + 10).isoformat()
    if plant.birth == "swapped":
        return born.replace(day=born.month, month=born.day).isoformat()
    if plant.birth == "other":
        other = born
        while abs(other.year - born.year) < 4 or other.day == born.day:
            other = born_between(rng, today, 22, 70)
        return other.isoformat()
    return born.isoformat()


def _swappable(born: date) -> date:
    """A date of the same month that is another date with day and month swapped."""
    day = (born.day - 1) % 12 + 1
    return born.replace(day=day % 12 + 1 if day == born.month else day)
