"""What rules see of goods and units: a frame with a row for each (see `parakh.services.features`).

Only what is asked for is read, each kind of thing with one statement for all subjects together.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import polars as pl
import sqlalchemy as sa

from parakh.domain.cargo import CargoScore
from parakh.screen.cargo_lines import Tokeniser
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.screener import ConsignmentSubject, UnitSubject
from parakh.services import features_persons
from parakh.services import goods_features_consignments as goods
from parakh.services import goods_features_units as units
from parakh.services.feature_columns import AT, column, list_column
from parakh.services.feature_facts import Row
from parakh.services.goods_facts import GoodsFacts, UnitFacts


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """By entity, what tells the row of each subject, or its list of rows."""

    one: Mapping[str, Callable[[], Sequence[Row]]]
    many: Mapping[str, Callable[[], Sequence[list[Row]]]]


def frame(
    connection: sa.Connection,
    subjects: Sequence[ConsignmentSubject | UnitSubject],
    needs: Collection[str],
    at: datetime,
    *,
    home: str = "",
    scores: Mapping[str, CargoScore] = MappingProxyType({}),
    tokeniser: Tokeniser | None = None,
) -> pl.DataFrame:
    """The columns of the catalogue that are needed, and `at`, in the order of the subjects, which
    are of one kind.

    What nobody told is null. `home` is the centre's own country (alpha-3), without which nobody can
    say what is foreign; `scores` are those that are not stored yet, by consignment; `tokeniser`
    makes the tokens under which words of descriptions are counted, without which nobody can say
    what they fit. Raises KeyError for a column that there is not.
    """
    moved = [own for own in subjects if isinstance(own, UnitSubject)]
    others = [own for own in subjects if isinstance(own, ConsignmentSubject)]
    told = (
        _of_units(connection, moved, at, home)
        if moved
        else _of_goods(GoodsFacts(connection, others, at, home, scores, tokeniser))
    )
    schema = CATALOGUE.schema(sorted(needs))
    rows: dict[str, Sequence[Row]] = {}
    series = []
    for name, dtype in schema.items():
        entity, _, attribute = name.partition(".")
        if entity in told.many:
            series.append(list_column(name, told.many[entity](), dtype))
            continue
        if entity not in rows:
            rows[entity] = told.one[entity]()
        series.append(column(name, [row.get(attribute) for row in rows[entity]], dtype))
    return pl.DataFrame([pl.Series("at", [at] * len(subjects), dtype=AT), *series])


def _of_goods(facts: GoodsFacts) -> _Told:
    subjects = facts.subjects
    told = [own.consignment for own in subjects]
    return _Told(
        one={
            "consignment": lambda: [goods.consignment(own, facts) for own in told],
            "declaration": lambda: [goods.declaration(own, facts) for own in told],
            "conveyance": lambda: _carriers(subjects, facts),
            "voyage": lambda: _voyages(subjects, facts.at),
        },
        many={
            "items": lambda: [goods.items(own, facts) for own in told],
            "parties": lambda: [goods.parties(own, facts) for own in told],
            "containers": lambda: [goods.containers(own, facts) for own in told],
        },
    )


def _carriers(subjects: Sequence[ConsignmentSubject], facts: GoodsFacts) -> list[Row]:
    """What carries them, each worked out once: thousands come by one vessel."""
    carriers = {own.conveyance.id: own.conveyance for own in subjects if own.conveyance}
    rows = {key: units.conveyance(own, facts.carriers, facts.at) for key, own in carriers.items()}
    return [rows[own.conveyance.id] if own.conveyance else {} for own in subjects]


def _voyages(subjects: Sequence[ConsignmentSubject], at: datetime) -> list[Row]:
    voyages = {own.voyage.id: own.voyage for own in subjects if own.voyage}
    rows = {key: features_persons.voyage(own, at) for key, own in voyages.items()}
    return [rows[own.voyage.id] if own.voyage else {} for own in subjects]


def _of_units(
    connection: sa.Connection, subjects: Sequence[UnitSubject], at: datetime, home: str
) -> _Told:
    facts = UnitFacts(connection, [own.conveyance for own in subjects], at, home)
    told = [(own.conveyance, own.movement, _moment(own, at)) for own in subjects]
    return _Told(
        one={
            "conveyance": lambda: [
                units.conveyance(own, facts, then, moved) for own, moved, then in told
            ],
            "movement": lambda: [units.movement(moved) for _, moved, _ in told],
            "voyage": lambda: [{} for _ in told],
        },
        many={"sightings": lambda: [units.sightings(own, facts, then) for own, _, then in told]},
    )


def _moment(own: UnitSubject, at: datetime) -> datetime:
    """When it did what led to its screening: what came later does not count."""
    return own.movement.at if own.movement else at
