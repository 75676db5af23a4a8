"""Rules as a form of conditions and groups of conditions, for those who do not write text.

    Form(join=ALL, items=(Condition(what="traveller.age", operator=LESS, values=("25",)), ...))

A form and its text say the same and are made from each other. A part that no condition can show
stands in it as it is written. The operators are those of GTAS's rule builder.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from parakh.domain.phrase import N_, Phrase
from parakh.errors import ParakhError
from parakh.screen.rules.catalogue import Catalogue
from parakh.screen.rules.functions import FUNCTIONS
from parakh.screen.rules.terms import Shape, Sort
from parakh.screen.rules.tree import Call, Member, Name, Node, children


class Join(StrEnum):
    """How conditions are joined."""

    ALL = "all"
    ANY = "any"


class Operator(StrEnum):
    """What a condition asks; the 22 of GTAS."""

    EQUAL = "equal"
    NOT_EQUAL = "not_equal"
    GREATER = "greater"
    LESS = "less"
    GREATER_OR_EQUAL = "greater_or_equal"
    LESS_OR_EQUAL = "less_or_equal"
    IN = "in"
    NOT_IN = "not_in"
    BETWEEN = "between"
    NOT_BETWEEN = "not_between"
    BEGINS_WITH = "begins_with"
    NOT_BEGINS_WITH = "not_begins_with"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    ENDS_WITH = "ends_with"
    NOT_ENDS_WITH = "not_ends_with"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"
    IS_NULL = "is_null"
    IS_NOT_NULL = "is_not_null"
    MEMBER_OF = "member_of"
    NOT_MEMBER_OF = "not_member_of"


LABELS: Mapping[Operator, str] = {
    Operator.EQUAL: N_("is"),
    Operator.NOT_EQUAL: N_("is not"),
    Operator.GREATER: N_("is over"),
    Operator.LESS: N_("is under"),
    Operator.GREATER_OR_EQUAL: N_("is at least"),
    Operator.LESS_OR_EQUAL: N_("is at most"),
    Operator.IN: N_("is one of"),
    Operator.NOT_IN: N_("is none of"),
    Operator.BETWEEN: N_("is between"),
    Operator.NOT_BETWEEN: N_("is not between"),
    Operator.BEGINS_WITH: N_("begins with"),
    Operator.NOT_BEGINS_WITH: N_("does not begin with"),
    Operator.CONTAINS: N_("contains"),
    Operator.NOT_CONTAINS: N_("does not contain"),
    Operator.ENDS_WITH: N_("ends with"),
    Operator.NOT_ENDS_WITH: N_("does not end with"),
    Operator.IS_EMPTY: N_("is empty or not known"),
    Operator.IS_NOT_EMPTY: N_("is known and not empty"),
    Operator.IS_NULL: N_("is not known"),
    Operator.IS_NOT_NULL: N_("is known"),
    Operator.MEMBER_OF: N_("is on the list"),
    Operator.NOT_MEMBER_OF: N_("is not on the list"),
}

SIGNS = {
    "==": Operator.EQUAL,
    "!=": Operator.NOT_EQUAL,
    ">": Operator.GREATER,
    "<": Operator.LESS,
    ">=": Operator.GREATER_OR_EQUAL,
    "<=": Operator.LESS_OR_EQUAL,
}
OPPOSITES = {
    Operator.EQUAL: Operator.NOT_EQUAL,
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.GREATER: Operator.LESS_OR_EQUAL,
    Operator.LESS: Operator.GREATER_OR_EQUAL,
    Operator.GREATER_OR_EQUAL: Operator.LESS,
    Operator.LESS_OR_EQUAL: Operator.GREATER,
}
CALLS = {
    "between": Operator.BETWEEN,
    "startsWith": Operator.BEGINS_WITH,
    "contains": Operator.CONTAINS,
    "endsWith": Operator.ENDS_WITH,
    "is_empty": Operator.IS_EMPTY,
    "in_list": Operator.MEMBER_OF,
}
NEGATED = {
    Operator.IN: Operator.NOT_IN,
    Operator.BETWEEN: Operator.NOT_BETWEEN,
    Operator.BEGINS_WITH: Operator.NOT_BEGINS_WITH,
    Operator.CONTAINS: Operator.NOT_CONTAINS,
    Operator.ENDS_WITH: Operator.NOT_ENDS_WITH,
    Operator.IS_EMPTY: Operator.IS_NOT_EMPTY,
    Operator.IS_NOT_NULL: Operator.IS_NULL,
    Operator.MEMBER_OF: Operator.NOT_MEMBER_OF,
}

_EQUAL = (Operator.EQUAL, Operator.NOT_EQUAL)
LISTED = (Operator.IN, Operator.NOT_IN)
_ORDER = (Operator.GREATER, Operator.LESS, Operator.GREATER_OR_EQUAL, Operator.LESS_OR_EQUAL)
RANGE = (Operator.BETWEEN, Operator.NOT_BETWEEN)
PARTS = (
    Operator.BEGINS_WITH,
    Operator.NOT_BEGINS_WITH,
    Operator.CONTAINS,
    Operator.NOT_CONTAINS,
    Operator.ENDS_WITH,
    Operator.NOT_ENDS_WITH,
)
EMPTY = (Operator.IS_EMPTY, Operator.IS_NOT_EMPTY)
KNOWN = (Operator.IS_NULL, Operator.IS_NOT_NULL)
MEMBER = (Operator.MEMBER_OF, Operator.NOT_MEMBER_OF)


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One comparison.

    Attributes:
        what: an attribute, `traveller.age`, or a function of attributes, `size(documents)`. Of an
            entity with several (`documents.type`) at least one must fit.
        values: as people write them: `25`, `2026-07-29`, `true`, the name of a list; none, one, two
            or more, as the operator asks.
    """

    what: str
    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Verbatim:
    """A part of a rule that no condition can show, as it is written."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Conditions in brackets; with `of` (`documents`) all of them look at one and the same."""

    join: Join
    conditions: tuple[Condition | Verbatim, ...]
    of: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A whole rule."""

    join: Join
    items: tuple[Condition | Group | Verbatim, ...]


class FormError(ParakhError):
    """Conditions that cannot be written as they stand.

    `problems` has the place of each, `2` for the second item or `2.1` for the first condition of
    the group there, and what is wrong with it.
    """

    def __init__(self, problems: tuple[tuple[str, Phrase], ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{place}: {message}" for place, message in problems))


def operators(shape: Shape) -> tuple[Operator, ...]:
    """What can be asked of a value of that type."""
    if shape.many:
        contains = (Operator.CONTAINS, Operator.NOT_CONTAINS)
        return (*contains, *EMPTY, *KNOWN, *(MEMBER if shape.sort is Sort.TEXT else ()))
    match shape.sort:
        case Sort.TEXT:
            return (*_EQUAL, *LISTED, *PARTS, *EMPTY, *KNOWN, *MEMBER, *_ORDER, *RANGE)
        case Sort.TRUTH:
            return (*_EQUAL, *KNOWN)
        case Sort.NUMBER | Sort.DATE | Sort.MOMENT | Sort.DURATION:
            return (*_EQUAL, *_ORDER, *RANGE, *LISTED, *KNOWN)
        case _:
            return ()


def entities(node: Node, catalogue: Catalogue) -> Iterator[str]:
    """Names of entities with several whose attributes a value reads."""
    if isinstance(node, Member) and isinstance(node.of, Name):
        entity = catalogue.entity(node.of.name)
        if entity is not None and entity.many:
            yield entity.name
    for own in children(node):
        yield from entities(own, catalogue)


def can_be_asked(node: Node) -> bool:
    """Whether a condition can be about it."""
    return isinstance(node, Member) or (isinstance(node, Call) and node.function in FUNCTIONS)
