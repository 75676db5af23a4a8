"""An invented watchlist, as rows of the project's watchlist CSV (`parakh.ingest.lists.csv`)."""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from pathlib import Path
from random import Random

from parakh.simulate.names import STOCKS, family_name, given_names
from parakh.simulate.people import born_between, passport_number

_REASONS = {
    "Narcotics": (
        "Named as courier in a narcotics seizure",
        "Associate of a person convicted of heroin smuggling",
        "Swallower method suspected; refer to the anti-narcotics desk",
    ),
    "Currency smuggling": (
        "Undeclared currency found at an earlier departure",
        "Suspected cash courier for an unlicensed exchange",
    ),
    "Gold smuggling": (
        "Gold found in luggage at an earlier arrival",
        "Frequent short trips with a known gold carrier",
    ),
    "Wanted persons": (
        "Arrest warrant of a customs court",
        "Left the country while on bail",
    ),
}
_NATIONS = ("PAK",) * 9 + ("AFG", "ARE", "IND", "CHN", "UZB", "GBR", "TUR", "BGD")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPerson:
    """One row of the watchlist CSV; dates in ISO 8601, all as text."""

    list: str
    kind: str = "person"
    family_name: str = ""
    given_names: str = ""
    aliases: str = ""
    birth_date: str = ""
    sex: str = ""
    nationality: str = ""
    document_type: str = ""
    document_number: str = ""
    document_issuer: str = ""
    identifiers: str = ""
    reason: str = ""
    expires: str = ""


COLUMNS = tuple(field.name for field in fields(ListedPerson))
"""The header of the watchlist CSV, in order."""


def listed_persons(rng: Random, size: int, today: date) -> list[ListedPerson]:
    """`size` invented rows: most are persons, one in twelve is a lost or stolen document."""
    return [
        _lost_document(rng, today) if rng.random() < 1 / 12 else _listed_person(rng, today)
        for _ in range(size)
    ]


def write_csv(path: Path, rows: Iterable[ListedPerson]) -> None:
    """Writes the rows under a header line, in UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def reason_for(rng: Random, listed: str) -> str:
    """A reason that fits the list."""
    return rng.choice(_REASONS[listed])


def expiry(rng: Random, today: date) -> str:
    """A date one to three years ahead."""
    return (today + timedelta(days=rng.randrange(365, 1095))).isoformat()


def any_list(rng: Random) -> str:
    """One of the lists of persons."""
    return rng.choice(tuple(_REASONS))


def _listed_person(rng: Random, today: date) -> ListedPerson:
    nation = rng.choice(_NATIONS)
    sex = rng.choice("MMMMF")
    family, given = family_name(rng, nation), given_names(rng, nation, sex)
    born = born_between(rng, today, 20, 68).isoformat()
    listed = any_list(rng)
    documented = rng.random() < 0.6
    return ListedPerson(
        list=listed,
        family_name=family,
        given_names=given,
        aliases=_alias(rng, nation, family, sex) if rng.random() < 0.2 else "",
        birth_date=born[: rng.choices((10, 7, 4), weights=(8, 1, 1))[0]],
        sex=sex,
        nationality=nation,
        document_type="P" if documented else "",
        document_number=passport_number(rng, nation) if documented else "",
        document_issuer=nation if documented else "",
        reason=reason_for(rng, listed),
        expires=expiry(rng, today),
    )


def _alias(rng: Random, nation: str, family: str, sex: str) -> str:
    """The same family name with another given name, or the other way round."""
    if rng.random() < 0.5:
        return f"{family}, {given_names(rng, nation, sex)}"
    men = STOCKS[nation].men
    return f"{rng.choice(men)}, {given_names(rng, nation, sex)}"


def _lost_document(rng: Random, today: date) -> ListedPerson:
    nation = rng.choice(_NATIONS)
    return ListedPerson(
        list="Lost documents",
        kind="document",
        document_type="P",
        document_number=passport_number(rng, nation),
        document_issuer=nation,
        reason="Reported lost or stolen by its holder",
        expires=expiry(rng, today),
    )
