"""Reads a rule into the form that shows it, where one does."""

from collections.abc import Mapping
from dataclasses import replace

from parakh.domain.phrase import N_, phrase
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
    NoForm,
    Operator,
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
    """The form of a rule; raises RuleError if it cannot be read, NoForm if none can show it."""
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


class _Reader:
    """Reads the tree of one text into conditions."""

    def __init__(self, text: str, catalogue: Catalogue) -> None:
        self._text = text
        self._catalogue = catalogue

    def item(self, node: Node) -> Condition | Group:
        """A condition or a group."""
        if isinstance(node, Logic):
            return self._group(node, {}, "")
        if isinstance(node, Call) and node.function == "exists":
            return self._exists(node)
        return self._condition(node, {})

    def _group(self, node: Logic, names: Mapping[str, str], of: str) -> Group:
        conditions = tuple(self._in_group(own, names) for own in node.items)
        return Group(join=_join(node), conditions=conditions, of=of)

    def _in_group(self, node: Node, names: Mapping[str, str]) -> Condition:
        if names or not isinstance(node, Call) or node.function != "exists":
            return self._condition(node, names)
        found = self._exists(node)
        if isinstance(found, Group):
            raise self._no_form(node.span)
        return found

    def _exists(self, node: Call) -> Condition | Group:
        match node:
            case Call(target=Name(name=of), arguments=(Name(name=variable), body)):
                entity = self._catalogue.entity(of)
                if entity is None or not entity.many:
                    raise self._no_form(node.span)
                names = {variable: of}
                if isinstance(body, Logic):
                    return self._group(body, names, of)
                condition = self._condition(body, names)
                if of not in entities(parse(condition.what), self._catalogue):
                    raise self._no_form(node.span)
                return condition
            case _:
                raise self._no_form(node.span)

    def _condition(self, node: Node, names: Mapping[str, str]) -> Condition:
        if isinstance(node, Unary) and node.operator == "!":
            inner = self._condition(node.of, names)
            if isinstance(node.of, Member | Call) and inner.values == ("true",):
                return replace(inner, values=("false",))
            return replace(inner, operator=_TURNED[inner.operator])
        found = self._plain(node, names)
        if not names and any(True for _ in entities(parse(found.what), self._catalogue)):
            raise self._no_form(node.span)
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
                raise self._no_form(node.span)

    def _made(
        self, what: Node, operator: Operator, given: tuple[Node, ...], names: Mapping[str, str]
    ) -> Condition:
        text = written(what, names)
        plain = [_plain_value(own) for own in given]
        if text is None or not can_be_asked(what):
            raise self._no_form(what.span)
        if None in plain:
            raise self._no_form(given[plain.index(None)].span)
        return Condition(
            what=text, operator=operator, values=tuple(own for own in plain if own is not None)
        )

    def _no_form(self, span: Span) -> NoForm:
        part = self._text[span.start : span.end]
        short = part if len(part) <= 60 else part[:59] + "…"
        return NoForm(
            phrase(N_("The form cannot show this part, which stays text: {part}"), part=short)
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
