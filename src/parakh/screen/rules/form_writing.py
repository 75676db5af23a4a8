"""Writes the rule that a form stands for."""

from collections.abc import Callable, Mapping
from math import isfinite

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.rules import values
from parakh.screen.rules.catalogue import Catalogue
from parakh.screen.rules.checking import term_of
from parakh.screen.rules.forms import (
    CALLS,
    EMPTY,
    KNOWN,
    LISTED,
    MEMBER,
    NEGATED,
    PARTS,
    RANGE,
    SIGNS,
    Condition,
    Form,
    FormError,
    Group,
    Join,
    Operator,
    Verbatim,
    can_be_asked,
    entities,
    operators,
)
from parakh.screen.rules.parsing import parse
from parakh.screen.rules.problems import RuleError
from parakh.screen.rules.terms import Shape, Sort
from parakh.screen.rules.tree import Call, Choice, Logic, Node
from parakh.screen.rules.writing import called, number, quoted, written

_LINE = 88
"""Characters of a rule that stands on one line; a longer one has a line for each condition."""

_POSITIVE = {negative: positive for positive, negative in NEGATED.items()}


def from_form(form: Form, catalogue: Catalogue) -> str:
    """The rule that a form stands for; raises FormError with all that is wrong in it."""
    writer = _Writer(catalogue)
    parts = [writer.item(str(place), own) for place, own in enumerate(form.items, start=1)]
    if not form.items:
        writer.problems.append(("1", phrase(N_("Add a condition"))))
    if writer.problems:
        raise FormError(tuple(writer.problems))
    return _whole(form, parts)


def _whole(form: Form, parts: list[list[str]]) -> str:
    """The items joined; a group needs brackets beside others, and none alone."""
    first = form.items[0]
    if len(parts) == 1 and isinstance(first, Group):
        join, texts = first.join, parts[0]
    else:
        join = form.join
        texts = [
            f"({_joined(own.join, part)})" if isinstance(own, Group) and len(part) > 1 else part[0]
            for own, part in zip(form.items, parts, strict=True)
        ]
    line = _joined(join, texts)
    return line if len(line) <= _LINE else _joined(join, texts, "\n  ")


def _joined(join: Join, parts: list[str], between: str = " ") -> str:
    return (f"{between}&& " if join is Join.ALL else f"{between}|| ").join(parts)


class _Writer:
    """Writes one form; `problems` fills as it goes."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.problems: list[tuple[str, Phrase]] = []

    def item(self, place: str, own: Condition | Group | Verbatim) -> list[str]:
        """The text of an item; of a group of single things, that of each."""
        if not isinstance(own, Group):
            return [self._one(place, own, "")]
        entity = self._catalogue.entity(own.of) if own.of else None
        if own.of and (entity is None or not entity.many):
            self._problem(place, phrase(N_("There are no several {entity}"), entity=own.of))
        if not own.conditions:
            self._problem(place, phrase(N_("Add a condition to the group")))
        parts = [
            self._one(f"{place}.{number}", condition, own.of)
            for number, condition in enumerate(own.conditions, start=1)
        ]
        if own.of:
            return [f"{own.of}.exists({own.of[0]}, {_joined(own.join, parts)})"]
        return parts

    def _one(self, place: str, own: Condition | Verbatim, of: str) -> str:
        if isinstance(own, Condition):
            return self._condition(place, own, of)
        if of:
            return self._problem(
                place, phrase(N_("What stays as it is written stands outside such a group"))
            )
        try:
            tree = parse(own.text)
        except RuleError as error:
            return self._problem(place, error.problems[0].message)
        return f"({own.text})" if _loose(tree) else own.text

    def _problem(self, place: str, message: Phrase) -> str:
        self.problems.append((place, message))
        return ""

    def _condition(self, place: str, own: Condition, of: str) -> str:
        """With its own `exists` where it looks at one of several and stands in no group of them."""
        try:
            tree = parse(own.what)
        except RuleError as error:
            return self._problem(place, error.problems[0].message)
        several = set(entities(tree, self._catalogue))
        if len(several - {of}) > (0 if of else 1):
            return self._problem(
                place, phrase(N_("A condition looks at one kind of thing at a time"))
            )
        name = of or next(iter(several), "")
        text = self._comparison(place, own, tree, name)
        if several and not of:
            return f"{name}.exists({name[0]}, {text})"
        return text

    def _comparison(self, place: str, own: Condition, tree: Node, several: str) -> str:
        entity = self._catalogue.entity(several) if several else None
        variables = {several: entity} if entity is not None else {}
        what = written(tree, {several: several[0]} if several else {})
        shape, problems = term_of(tree, own.what, self._catalogue, variables)
        if what is None or not can_be_asked(tree):
            return self._problem(
                place, phrase(N_("Choose an attribute or a function of attributes"))
            )
        if problems:
            return self._problem(place, problems[0].message)
        if own.operator not in operators(shape):
            return self._problem(place, phrase(N_("That cannot be asked of this attribute")))
        if own.operator in KNOWN and isinstance(tree, Call):
            return self._problem(place, phrase(N_("Ask this of an attribute, not of a function")))
        given = [_value(value, _asked_for(own.operator, shape)) for value in own.values]
        if None in given or not _enough(own.operator, len(given)):
            return self._problem(place, _advice(own.operator, shape))
        return _text(own.operator, what, [value for value in given if value], many=shape.many)


def _loose(tree: Node) -> bool:
    """Whether a text falls apart beside others unless it stands in brackets."""
    match tree:
        case Logic(items=(first, *_)) | Choice(condition=first):
            return tree.span.start == first.span.start
        case _:
            return False


def _asked_for(operator: Operator, shape: Shape) -> Sort:
    """What kind of value an operator compares with."""
    return Sort.TEXT if operator in (*MEMBER, *PARTS) and not shape.many else shape.sort


def _value(text: str, sort: Sort) -> str | None:
    """A value as a rule writes it; None where it is none of that kind."""
    match sort:
        case Sort.TEXT:
            return quoted(text)
        case Sort.NUMBER:
            return _number(text)
        case Sort.TRUTH:
            return text if text in {"true", "false"} else None
        case _:
            name = {Sort.DATE: "date", Sort.MOMENT: "timestamp"}.get(sort, "duration")
            _, read, _ = values.READERS[name]
            return None if read(text) is None else f"{name}({quoted(text)})"


def _number(text: str) -> str | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return number(value) if isfinite(value) else None


def _enough(operator: Operator, count: int) -> bool:
    if operator in (*KNOWN, *EMPTY):
        return count == 0
    if operator in RANGE:
        return count == 2
    return count >= 1 if operator in LISTED else count == 1


def _advice(operator: Operator, shape: Shape) -> Phrase:  # noqa: PLR0911  (one a type)
    if operator in RANGE:
        return phrase(N_("Write the lowest and the highest value"))
    match shape.sort:
        case Sort.NUMBER:
            return phrase(N_("Write a number"))
        case Sort.DATE:
            return phrase(N_("Write a day as 2026-07-29"))
        case Sort.MOMENT:
            return phrase(N_("Write a moment as 2026-07-29T13:25:00Z"))
        case Sort.DURATION:
            return phrase(N_("Write a span of time as 36h"))
        case Sort.TRUTH:
            return phrase(N_("Choose yes or no"))
        case _:
            return phrase(N_("Write a value"))


def _text(operator: Operator, what: str, given: list[str], *, many: bool) -> str:
    """A condition as text; a negative one is its positive with ! before it."""
    positive = _POSITIVE.get(operator)
    if positive is not None:
        text = _text(positive, what, given, many=many)
        return f"!({text})" if positive is Operator.IN or (many and " in " in text) else f"!{text}"
    if many and operator is Operator.CONTAINS:
        return f"{given[0]} in {what}"
    return _TEXTS[operator](what, given)


def _sign(sign: str) -> Callable[[str, list[str]], str]:
    return lambda what, given: f"{what} {sign} {given[0]}"


def _named(function: str) -> Callable[[str, list[str]], str]:
    return lambda what, given: called(function, [what, *given])


_TEXTS: Mapping[Operator, Callable[[str, list[str]], str]] = {
    **{operator: _sign(sign) for sign, operator in SIGNS.items()},
    **{operator: _named(function) for function, operator in CALLS.items()},
    Operator.IN: lambda what, given: f"{what} in [{', '.join(given)}]",
    Operator.IS_NOT_NULL: _named("has"),
}
