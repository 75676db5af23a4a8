"""The tree of a rule after its names and types were looked up: what is compiled and explained."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from parakh.screen.rules.catalogue import Attribute, Entity
from parakh.screen.rules.problems import Span


class Sort(StrEnum):
    """What a part of a rule is; UNKNOWN where it has a problem that was told already."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    DATE = "date"
    MOMENT = "moment"
    DURATION = "duration"
    RECORD = "record"
    NULL = "null"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """A type: a Sort, or a list of it; `entity` is what a RECORD is one of."""

    sort: Sort
    many: bool = False
    entity: Entity | None = None

    def one(self) -> "Shape":
        """The type of an element of this list."""
        return Shape(sort=self.sort, entity=self.entity)

    def several(self) -> "Shape":
        """The type of a list of these."""
        return Shape(sort=self.sort, many=True, entity=self.entity)


TEXT = Shape(sort=Sort.TEXT)
NUMBER = Shape(sort=Sort.NUMBER)
TRUTH = Shape(sort=Sort.TRUTH)
DATE = Shape(sort=Sort.DATE)
MOMENT = Shape(sort=Sort.MOMENT)
DURATION = Shape(sort=Sort.DURATION)
UNKNOWN = Shape(sort=Sort.UNKNOWN)


class Op(StrEnum):
    """What a Term does."""

    LITERAL = "literal"
    ITEMS = "items"
    COLUMN = "column"
    ELEMENT = "element"
    FIELD = "field"
    INDEX = "index"
    AND = "and"
    OR = "or"
    NOT = "not"
    CHOICE = "choice"
    COMPARE = "compare"
    IN = "in"
    ARITHMETIC = "arithmetic"
    HAS = "has"
    CALL = "call"
    MACRO = "macro"
    UNDECIDED = "undecided"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Term:
    """A part of a rule whose type is known.

    Attributes:
        value: by `op`: of a LITERAL its value; a column's name; a field's name; an operator's sign;
            the name of a function or macro; the number of a macro's variable (ELEMENT).
        args: of a MACRO the list and then its body; else what the operator works on.
        attribute, source: of a value read from the catalogue, also out of a list of them: which
            attribute it is, and its name as rules write it, such as `documents.number`.
        level: of a MACRO, the number of its variable.
        unit: of a number.
    """

    op: Op
    shape: Shape
    span: Span
    value: object = None
    args: tuple["Term", ...] = ()
    attribute: Attribute | None = None
    source: str = ""
    level: int = 0
    unit: str = ""


def shape_of(attribute: Attribute) -> Shape:
    """The type of an attribute's value."""
    return Shape(sort=Sort(attribute.type.value), many=attribute.many)


def walk(term: Term, seen: Callable[[Term], None]) -> None:
    """Shows every part of a Term, the whole first."""
    seen(term)
    for own in term.args:
        walk(own, seen)
