"""The tree of a rule as it was written, before names and types are looked up."""

from dataclasses import dataclass

from parakh.screen.rules.problems import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Literal:
    """A value written out: a text, a number, true or false, or null (None)."""

    span: Span
    value: str | float | bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A single name, such as an entity's."""

    span: Span
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """`of.name`; `place` is where the name stands."""

    span: Span
    of: "Node"
    name: str
    place: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """`function(arguments)` or `target.function(arguments)`; `place` is where its name stands."""

    span: Span
    function: str
    target: "Node | None"
    arguments: tuple["Node", ...]
    place: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """`of[at]`."""

    span: Span
    of: "Node"
    at: "Node"


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """`[first, second]`."""

    span: Span
    items: tuple["Node", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unary:
    """`!of` or `-of`."""

    span: Span
    operator: str
    of: "Node"


@dataclass(frozen=True, kw_only=True, slots=True)
class Binary:
    """A comparison, `in`, or arithmetic."""

    span: Span
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, kw_only=True, slots=True)
class Logic:
    """`a && b && ...` or `a || b || ...`, two or more in one node."""

    span: Span
    operator: str
    items: tuple["Node", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """`condition ? then : otherwise`."""

    span: Span
    condition: "Node"
    then: "Node"
    otherwise: "Node"


Node = Literal | Name | Member | Call | Index | Items | Unary | Binary | Logic | Choice


def children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911  (one a kind of node)
    """The nodes right below one."""
    match node:
        case Member():
            return (node.of,)
        case Call():
            return (*((node.target,) if node.target else ()), *node.arguments)
        case Index():
            return (node.of, node.at)
        case Items() | Logic():
            return node.items
        case Unary():
            return (node.of,)
        case Binary():
            return (node.left, node.right)
        case Choice():
            return (node.condition, node.then, node.otherwise)
        case _:
            return ()
