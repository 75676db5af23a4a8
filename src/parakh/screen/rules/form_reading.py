"""Reads a rule into the form that shows it; what no condition shows stays as it is written."""

from collections.abc import Mapping
from dataclasses import replace

from parakh.errors import ParakhError
from parakh.screen.rules.catalogue import Catalogue
from parakh.screen.rules.forms import (
    CALLS,
    NEGATED,
    OPPOSITES,
    SIGNS,
    Condition,
    Form,
    Group,
    Join,
    Operator,
    Verbatim,
    can_be_asked,
    entities,
)
from parakh.screen.rules.parsing import parse
from parakh.screen.rules.problems import Span
from parakh.screen.rules.tree import (
    Binary,
    Call,
    Items,
    Literal,
    Logic,
    Member,
    Name,
    Node,
    Unary,
    children,
)
from parakh.screen.rules.writing import number, written


def to_form(text: str, catalogue: Catalogue) -> Form:
    """The form of a rule; raises RuleError if it cannot be read."""
    reader = _Reader(text, catalogue)
    tree = parse(text)
    if isinstance(tree, Logic):
        return Form(join=_join(tree), items=tuple(reader.item(own) for own in tree.items))
    item = reader.item(tree)
    if isinstance(item, Group) and not item.of:
        return Form(join=item.join, items=item.conditions)
    return Form(join=Join.ALL, items=(item,))


def _join(node: Logic) -> Join:
    return Join.ALL if node.operator == "&&" else Join.ANY


class _NotShown(ParakhError):
    """A part that no condition can show."""


class _Reader:
    """Reads the tree of one text into conditions."""

    def __init__(self, text: str, catalogue: Catalogue) -> None:
        self._text = text
        self._catalogue = catalogue

    def item(self, node: Node) -> Condition | Group | Verbatim:
        """A condition, a group, or what neither shows."""
        if isinstance(node, Logic):
            conditions = tuple(self._in_group(own) for own in node.items)
            return Group(join=_join(node), conditions=conditions)
        try:
            return self._single(node)
        except _NotShown:
            return self._verbatim(node)

    def _in_group(self, node: Node) -> Condition | Verbatim:
        try:
            found = self._single(node)
        except _NotShown:
            return self._verbatim(node)
        return self._verbatim(node) if isinstance(found, Group) else found

    def _single(self, node: Node) -> Condition | Group:
        if isinstance(node, Call) and node.function == "exists":
            return self._exists(node)
        return self._condition(node, {})

    def _verbatim(self, node: Node) -> Verbatim:
        return Verbatim(text=self._text[node.span.start : node.span.end])

    def _exists(self, node: Call) -> Condition | Group:
        match node:
            case Call(target=Name(name=of), arguments=(Name(name=variable), body)):
                entity = self._catalogue.entity(of)
                if entity is None or not entity.many:
                    raise _NotShown
                names = {variable: of}
                if isinstance(body, Logic):
                    conditions = tuple(self._condition(own, names) for own in body.items)
                    return Group(join=_join(body), conditions=conditions, of=of)
                condition = self._condition(body, names)
                if of not in entities(parse(condition.what), self._catalogue):
                    raise _NotShown
                return condition
            case _:
                raise _NotShown

    def _condition(self, node: Node, names: Mapping[str, str]) -> Condition:
        if isinstance(node, Unary) and node.operator == "!":
            inner = self._condition(node.of, names)
            if isinstance(node.of, Member | Call) and inner.values == ("true",):
                return replace(inner, values=("false",))
            return replace(inner, operator=_TURNED[inner.operator])
        found = self._plain(node, names)
        if not names and any(True for _ in entities(parse(found.what), self._catalogue)):
            raise _NotShown
        return found

    def _plain(  # noqa: PLR0911  (one a way to write a condition)
        self, node: Node, names: Mapping[str, str]
    ) -> Condition:
        match node:
            case Binary(operator="in", left=Literal() as value, right=Member() | Call() as several):
                return self._made(several, Operator.CONTAINS, (value,), names)
            case Binary(operator="in", left=what, right=Items(items=items)):
                return self._made(what, Operator.IN, items, names)
            case Call(function="one_of", target=None, arguments=(what, Items(items=items))):
                return self._made(what, Operator.IN, items, names)
            case Binary(operator=sign, left=what, right=value) if sign in SIGNS:
                return self._made(what, SIGNS[sign], (value,), names)
            case Call(function="has", target=None, arguments=(what,)):
                return self._made(what, Operator.IS_NOT_NULL, (), names)
            case Call(function=function) if function in CALLS:
                what, *given = children(node)
                return self._made(what, CALLS[function], tuple(given), names)
            case Member() | Call():
                return self._made(node, Operator.EQUAL, (_TRUE,), names)
            case _:
                raise _NotShown

    def _made(
        self, what: Node, operator: Operator, given: tuple[Node, ...], names: Mapping[str, str]
    ) -> Condition:
        text = written(what, names)
        plain = [_plain_value(own) for own in given]
        if text is None or not can_be_asked(what) or None in plain:
            raise _NotShown
        return Condition(
            what=text, operator=operator, values=tuple(own for own in plain if own is not None)
        )


_TURNED = NEGATED | OPPOSITES | {negative: own for own, negative in NEGATED.items()}
"""What ! makes of an operator."""

_TRUE = Literal(span=Span(start=0, end=0), value=True)


def _plain_value(node: Node) -> str | None:
    """A value as people write it; None for anything but a value."""
    match node:
        case Literal(value=bool() as value):
            return "true" if value else "false"
        case Literal(value=str() as value):
            return value
        case Literal(value=float() as value):
            return number(value)
        case Call(
            function="date" | "timestamp" | "duration",
            target=None,
            arguments=(Literal(value=str() as value),),
        ):
            return value
        case _:
            return None
