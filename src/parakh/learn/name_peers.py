"""Other ways to compare names, to be measured beside ours: rapidfuzz, and nomenklatura if it is
installed (`pip install parakh[peers]`)."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from parakh.domain.dates import PartialDate


class Person(NamedTuple):
    """What a peer is told of somebody: names, birth dates, nationalities and sex."""

    names: tuple[str, ...]
    birth_dates: tuple[PartialDate, ...] = ()
    nationalities: tuple[str, ...] = ()
    sex: str = ""


Peer = Callable[[Person, Person], float]
"""Compares two persons: 0 to 1."""

BORN_ALIKE, BORN_OTHERWISE = 0.10, -0.15
"""What a birth date adds to a share of letters, which knows of none itself; chosen once, so that
the comparison is fair to it."""


def token_sort(one: Person, other: Person) -> float:
    """rapidfuzz's `token_sort_ratio` of the most alike names, and the birth dates."""
    alike = max(
        fuzz.token_sort_ratio(mine, yours, processor=default_process)
        for mine in one.names
        for yours in other.names
    )
    return float(alike / 100 + _born(one, other))


def _born(one: Person, other: Person) -> float:
    if not one.birth_dates or not other.birth_dates:
        return 0.0
    return BORN_ALIKE if set(one.birth_dates) & set(other.birth_dates) else BORN_OTHERWISE


_GENDERS = {"M": ["male"], "F": ["female"]}


def peers() -> Mapping[str, Peer]:
    """Every peer that is here, by name and version."""
    found: dict[str, Peer] = {f"rapidfuzz token_sort {version('rapidfuzz')}": token_sort}
    if find_spec("nomenklatura"):
        found[f"nomenklatura logic-v2 {version('nomenklatura')}"] = _logic_v2()
    return found


def _logic_v2() -> Peer:
    from followthemoney import model
    from nomenklatura.matching import LogicV2
    from nomenklatura.matching.types import ScoringConfig

    config = ScoringConfig.defaults()

    @lru_cache(maxsize=100_000)
    def entity(person: Person, schema: str) -> Any:
        properties = {
            "name": list(person.names),
            "birthDate": [str(own) for own in person.birth_dates],
            "nationality": [own.lower() for own in person.nationalities],
            "gender": _GENDERS.get(person.sex, []),
        }
        data = {"id": str(hash(person)), "schema": schema, "properties": properties}
        return model.get_proxy(data, cleaned=False)

    def compare(one: Person, other: Person) -> float:
        result = LogicV2.compare(entity(one, "Person"), entity(other, "Person"), config)
        return float(result.score)

    return compare


def nearest(
    asked: Sequence[Person], listed: Sequence[Person], most: int, progress: Callable[[int], None]
) -> list[list[int]]:
    """For each asked, the places of the listed whose primary name shares most letters with his."""
    names = [default_process(own.names[0]) for own in listed]
    found = []
    for start in range(0, len(asked), 500):
        some = [default_process(own.names[0]) for own in asked[start : start + 500]]
        scores = process.cdist(some, names, scorer=fuzz.token_sort_ratio, workers=-1)
        found += [row.argsort()[-most:][::-1].tolist() for row in scores]
        progress(len(some))
    return found
