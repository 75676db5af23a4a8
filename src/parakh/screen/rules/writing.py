"""Writes parts of a rule's tree as text again, in one canonical way."""

from collections.abc import Mapping, Sequence

from parakh.screen.rules.functions import FUNCTIONS
from parakh.screen.rules.tree import Call, Items, Literal, Member, Name, Node

_METHODS = frozenset({"contains", "startsWith", "endsWith", "matches"})
"""Functions that CEL knows after a dot only."""

_CALLED = frozenset({*FUNCTIONS, "timestamp", "duration"})

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(value: str) -> str:
    """A text as a rule writes it."""
    return '"' + "".join(_ESCAPES.get(own, own) for own in value) + '"'


def number(value: float) -> str:
    """A number as a rule writes it, whole ones without a point."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def literal(value: str | float | bool | None) -> str:
    """A value as a rule writes it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case _:
            return number(value)


def called(function: str, args: Sequence[str]) -> str:
    """A call as a rule writes it."""
    if function in _METHODS:
        return f"{args[0]}.{function}({', '.join(args[1:])})"
    return f"{function}({', '.join(args)})"


def written(node: Node, names: Mapping[str, str] = {}) -> str | None:
    """A value, an attribute or a function of such as text; None for anything else.

    `names` gives other names for entities, as inside `documents.exists(d, ...)`.
    """
    match node:
        case Literal():
            return literal(node.value)
        case Name():
            return node.name
        case Member(of=Name(name=entity), name=attribute):
            return f"{names.get(entity, entity)}.{attribute}"
        case Items():
            items = [written(own, names) for own in node.items]
            return None if None in items else f"[{', '.join(own for own in items if own)}]"
        case Call() if node.function in _CALLED:
            return _call(node, names)
        case _:
            return None


def _call(node: Call, names: Mapping[str, str]) -> str | None:
    target = (node.target,) if node.target is not None else ()
    args = [written(own, names) for own in (*target, *node.arguments)]
    if None in args:
        return None
    return called(node.function, [own for own in args if own])
