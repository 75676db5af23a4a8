"""What a rule may speak of: entities and their attributes, each with its type and its meaning."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TypedDict, Unpack

import polars as pl

from parakh.domain.hit import Kind


class Type(StrEnum):
    """What an attribute's value is."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    DATE = "date"
    MOMENT = "moment"


class Kept(StrEnum):
    """How an attribute stands in the history that back-tests read.

    A TOKEN can be compared for being equal, and be counted; nobody can read it.
    """

    PLAIN = "plain"
    TOKEN = "token"  # noqa: S105
    NOT = "not"


_POLARS: Mapping[Type, pl.DataType] = {
    Type.TEXT: pl.String(),
    Type.NUMBER: pl.Float64(),
    Type.TRUTH: pl.Boolean(),
    Type.DATE: pl.Date(),
    Type.MOMENT: pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One thing that is known of an entity.

    Attributes:
        name: within its entity, such as `age`.
        meaning: what it is, in one sentence, marked for translation.
        unit: of a number, such as `hours`; "" where there is none.
        example: a value, as a rule writes it.
        many: a list of such values.
        protected: why no rule may use it; "" where it may.
        kept: how it stands in the history.
        words: of a text with few values, what each stands for.
    """

    name: str
    type: Type
    meaning: str
    example: str
    unit: str = ""
    many: bool = False
    protected: str = ""
    kept: Kept = Kept.PLAIN
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def dtype(self) -> pl.DataType:
        """The type of its column."""
        own = _POLARS[self.type]
        return pl.List(own) if self.many else own


class Options(TypedDict, total=False):
    """What an attribute may have beside its name, meaning and example."""

    unit: str
    many: bool
    protected: str
    kept: Kept
    words: Mapping[str, str]


def _attribute(
    kind: Type, name: str, meaning: str, example: str, **options: Unpack[Options]
) -> Attribute:
    if options.get("protected"):
        # What nobody may use is not kept either.
        options["kept"] = Kept.NOT
    return Attribute(name=name, type=kind, meaning=meaning, example=example, **options)


text = partial(_attribute, Type.TEXT)
number = partial(_attribute, Type.NUMBER)
truth = partial(_attribute, Type.TRUTH)
day = partial(_attribute, Type.DATE)
moment = partial(_attribute, Type.MOMENT)
"""Attributes of each type by name, meaning and example, for the tables of what there is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """One thing that a rule speaks of.

    Attributes:
        name: as rules write it: `traveller`; in the plural where a subject has `many`: `documents`.
        meaning: what it is, in one sentence, marked for translation.
        subjects: of what it is known.
        many: whether one subject has several, each with all attributes: such an entity is one
            column, of lists of structs; the attributes of any other are one column each.
    """

    name: str
    meaning: str
    subjects: frozenset[Kind]
    attributes: tuple[Attribute, ...]
    many: bool = False

    def attribute(self, name: str) -> Attribute | None:
        """One of its attributes."""
        return next((own for own in self.attributes if own.name == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """All entities.

    A frame of subjects has a row for each, and columns named `traveller.age`, or `documents` for
    an entity of which there are many. A value that is not known is null; a list that is known to
    be empty is an empty one.
    """

    entities: tuple[Entity, ...]

    def entity(self, name: str) -> Entity | None:
        """The entity of that name."""
        return next((own for own in self.entities if own.name == name), None)

    def of(self, subject: Kind) -> "Catalogue":
        """What is known of such a subject."""
        return Catalogue(entities=tuple(own for own in self.entities if subject in own.subjects))

    def columns(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(name for own in self.entities for name in _columns(own))

    def schema(self, needs: Iterable[str]) -> dict[str, pl.DataType]:
        """The types of some columns; raises KeyError for one that there is not."""
        known = {name: own for own in self.entities for name in _columns(own)}
        return {name: _dtype(known[name], name) for name in needs}


def _columns(entity: Entity) -> list[str]:
    if entity.many:
        return [entity.name]
    return [f"{entity.name}.{own.name}" for own in entity.attributes]


def _dtype(entity: Entity, column: str) -> pl.DataType:
    if entity.many:
        return pl.List(pl.Struct({own.name: own.dtype for own in entity.attributes}))
    found = entity.attribute(column.partition(".")[2])
    if found is None:
        raise KeyError(column)
    return found.dtype
