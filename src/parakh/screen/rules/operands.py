"""Names, values and operators of a rule: what each means by the catalogue, and of what type it is.

A part with a problem has the type UNKNOWN, which fits everywhere, so that one mistake is told once.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.rules import complaints
from parakh.screen.rules.catalogue import Attribute, Catalogue, Entity
from parakh.screen.rules.complaints import nearest, no_attribute, no_name, noun, refused
from parakh.screen.rules.problems import Problem, Span, problem
from parakh.screen.rules.terms import (
    DURATION,
    MOMENT,
    NUMBER,
    TEXT,
    TRUTH,
    UNKNOWN,
    Op,
    Shape,
    Sort,
    Term,
    shape_of,
)
from parakh.screen.rules.tree import (
    Binary,
    Call,
    Choice,
    Index,
    Items,
    Literal,
    Logic,
    Member,
    Name,
    Node,
    Unary,
)

NOW = "at"
"""The column with the moment of screening, which rules call `now`."""

_PLACES = 2**31
"""Places of a list that a rule can name."""

_ORDERED = {Sort.NUMBER, Sort.DATE, Sort.MOMENT, Sort.DURATION, Sort.TEXT}
_LITERALS = {str: TEXT, float: NUMBER, bool: TRUTH}
_ARITHMETIC: Mapping[tuple[str, Sort, Sort], Sort] = {
    **{(sign, Sort.NUMBER, Sort.NUMBER): Sort.NUMBER for sign in "+-*/%"},
    ("+", Sort.TEXT, Sort.TEXT): Sort.TEXT,
    ("-", Sort.MOMENT, Sort.MOMENT): Sort.DURATION,
    ("-", Sort.DATE, Sort.DATE): Sort.DURATION,
    ("+", Sort.MOMENT, Sort.DURATION): Sort.MOMENT,
    ("-", Sort.MOMENT, Sort.DURATION): Sort.MOMENT,
    ("+", Sort.DURATION, Sort.MOMENT): Sort.MOMENT,
    ("+", Sort.DATE, Sort.DURATION): Sort.DATE,
    ("-", Sort.DATE, Sort.DURATION): Sort.DATE,
    ("+", Sort.DURATION, Sort.DURATION): Sort.DURATION,
    ("-", Sort.DURATION, Sort.DURATION): Sort.DURATION,
}


@dataclass(kw_only=True)
class Operands(ABC):
    """Everything in a rule but its calls, in one pass over it; `problems` fills as it goes.

    Attributes:
        lists: the named lists, with their values.
    """

    text: str
    catalogue: Catalogue
    lists: Mapping[str, Collection[str]]
    problems: list[Problem] = field(default_factory=list)
    used_lists: set[str] = field(default_factory=set)
    _scope: list[tuple[str, Term]] = field(default_factory=list)
    _level: int = 0

    def rule(self, tree: Node) -> Term:
        """The whole: it must be true or false."""
        return self._truth(tree)

    def term(self, node: Node) -> Term:  # noqa: PLR0911  (one a kind of node)
        """Any part of a rule."""
        match node:
            case Literal():
                return self._literal(node)
            case Name():
                return self._name(node)
            case Member():
                return self._member(node)
            case Call():
                return self.call(node)
            case Index():
                return self._index(node)
            case Items():
                return self._items(node)
            case Unary():
                return self._unary(node)
            case Binary():
                return self._binary(node)
            case Logic():
                op = Op.AND if node.operator == "&&" else Op.OR
                args = tuple(self._truth(own) for own in node.items)
                return Term(op=op, shape=TRUTH, span=node.span, args=args)
            case Choice():
                return self._choice(node)

    def bind(self, name: str, element: Term) -> None:
        """Gives a name to an element of a list, for all that is looked at from now on."""
        self._scope.append((name, element))

    def _bad(self, span: Span, message: Phrase) -> Term:
        self.problems.append(problem(self.text, span, message))
        return Term(op=Op.UNDECIDED, shape=UNKNOWN, span=span)

    def _truth(self, node: Node) -> Term:
        term = self.term(node)
        if term.shape != TRUTH and term.shape.sort is not Sort.UNKNOWN:
            message = phrase(
                N_("This is {found}; a condition is needed, such as a comparison"),
                found=noun(term.shape),
            )
            return self._bad(node.span, message)
        return term

    def _value(self, node: Node) -> Term:
        """A part that must be a value, not null."""
        term = self.term(node)
        if term.shape.sort is Sort.NULL:
            return self._bad(node.span, complaints.NULL)
        return term

    def _literal(self, node: Literal) -> Term:
        if node.value is None:
            return Term(op=Op.LITERAL, shape=Shape(sort=Sort.NULL), span=node.span)
        return Term(
            op=Op.LITERAL, shape=_LITERALS[type(node.value)], span=node.span, value=node.value
        )

    def _local(self, name: str) -> Term | None:
        return next((term for own, term in reversed(self._scope) if own == name), None)

    def _name(self, node: Name) -> Term:
        local = self._local(node.name)
        if local is not None:
            return replace(local, span=node.span)
        if node.name == "now":
            return Term(op=Op.COLUMN, shape=MOMENT, span=node.span, value=NOW, source="now")
        entity = self.catalogue.entity(node.name)
        if entity is None:
            known = [
                *(own for own, _ in self._scope),
                *(own.name for own in self.catalogue.entities),
            ]
            return self._bad(node.span, no_name(node.name, known))
        if not entity.many:
            message = phrase(
                N_("Say what of {entity}, such as {entity}.{attribute}"),
                entity=entity.name,
                attribute=entity.attributes[0].name,
            )
            return self._bad(node.span, message)
        shape = Shape(sort=Sort.RECORD, many=True, entity=entity)
        return Term(
            op=Op.COLUMN, shape=shape, span=node.span, value=entity.name, source=entity.name
        )

    def _member(self, node: Member) -> Term:
        """An attribute: of an entity, or of one of several."""
        if isinstance(node.of, Name) and self._local(node.of.name) is None:
            entity = self.catalogue.entity(node.of.name)
            if entity is not None and not entity.many:
                return self._column(entity, node)
        of = self.term(node.of)
        entity = of.shape.entity
        if of.shape.sort is Sort.UNKNOWN:
            return of
        if entity is None:
            message = phrase(N_("{found} has no attributes"), found=noun(of.shape))
            return self._bad(node.place, message)
        attribute = self._attribute(entity, node)
        if attribute is None:
            return Term(op=Op.UNDECIDED, shape=UNKNOWN, span=node.span)
        if of.shape.many:
            return self._bad(node.span, complaints.several(entity, attribute))
        return Term(
            op=Op.FIELD,
            shape=shape_of(attribute),
            span=node.span,
            value=attribute.name,
            args=(of,),
            attribute=attribute,
            source=f"{entity.name}.{attribute.name}",
            unit=attribute.unit,
        )

    def _column(self, entity: Entity, node: Member) -> Term:
        attribute = self._attribute(entity, node)
        if attribute is None:
            return Term(op=Op.UNDECIDED, shape=UNKNOWN, span=node.span)
        return column_of(f"{entity.name}.{attribute.name}", attribute, node.span)

    def _attribute(self, entity: Entity, node: Member) -> Attribute | None:
        """The attribute that is named, unless there is none or no rule may use it."""
        attribute = entity.attribute(node.name)
        if attribute is None:
            self._bad(node.place, no_attribute(entity, node.name, self.catalogue))
        elif attribute.protected:
            self._bad(node.place, refused(attribute, attribute.protected))
            return None
        return attribute

    def _index(self, node: Index) -> Term:
        of, at = self._value(node.of), self._value(node.at)
        if Sort.UNKNOWN in {of.shape.sort, at.shape.sort}:
            return Term(op=Op.UNDECIDED, shape=UNKNOWN, span=node.span)
        if not of.shape.many:
            return self._bad(node.of.span, complaints.needs("a list", of.shape))
        place = at.value
        if not (isinstance(place, float) and place.is_integer() and place < _PLACES):
            return self._bad(
                node.at.span, phrase(N_("Write the place in the list as a whole number, from 0"))
            )
        return like(
            of, op=Op.INDEX, shape=of.shape.one(), span=node.span, value=int(place), args=(of,)
        )

    def _items(self, node: Items) -> Term:
        items = tuple(self._value(own) for own in node.items)
        known = [own for own in items if own.shape.sort is not Sort.UNKNOWN]
        if not items:
            return self._bad(node.span, phrase(N_("The list is empty; write the values into it")))
        if len(known) < len(items):
            return Term(op=Op.UNDECIDED, shape=UNKNOWN, span=node.span)
        for own in known:
            if own.shape.many or own.shape.sort is Sort.RECORD:
                return self._bad(own.span, complaints.needs("a single value", own.shape))
            if own.shape.sort is not known[0].shape.sort:
                return self._bad(own.span, complaints.needs(noun(known[0].shape), own.shape))
        return Term(op=Op.ITEMS, shape=known[0].shape.several(), span=node.span, args=items)

    def _unary(self, node: Unary) -> Term:
        if node.operator == "!":
            return Term(op=Op.NOT, shape=TRUTH, span=node.span, args=(self._truth(node.of),))
        of = self._value(node.of)
        if of.shape not in (NUMBER, DURATION, UNKNOWN):
            return self._bad(node.of.span, complaints.needs("a number", of.shape))
        zero = Term(op=Op.LITERAL, shape=NUMBER, span=node.span, value=-1.0)
        return Term(op=Op.ARITHMETIC, shape=of.shape, span=node.span, value="*", args=(of, zero))

    def _choice(self, node: Choice) -> Term:
        condition = self._truth(node.condition)
        then, otherwise = self._value(node.then), self._value(node.otherwise)
        shape = then.shape if then.shape.sort is not Sort.UNKNOWN else otherwise.shape
        if not _fits(then.shape, otherwise.shape):
            return self._bad(
                node.otherwise.span, complaints.needs(noun(then.shape), otherwise.shape)
            )
        args = (condition, then, otherwise)
        return Term(op=Op.CHOICE, shape=shape, span=node.span, args=args, unit=then.unit)

    def _binary(self, node: Binary) -> Term:
        left, right = self.term(node.left), self.term(node.right)
        if Sort.NULL in {left.shape.sort, right.shape.sort}:
            at = node.left if left.shape.sort is Sort.NULL else node.right
            return self._bad(at.span, complaints.NULL)
        if node.operator == "in":
            return self._in(node.span, left, right)
        if Sort.UNKNOWN in {left.shape.sort, right.shape.sort}:
            shape = TRUTH if node.operator in {"==", "!=", "<", "<=", ">", ">="} else UNKNOWN
            return Term(op=Op.UNDECIDED, shape=shape, span=node.span)
        for side in (left, right):
            if side.shape.many or side.shape.sort is Sort.RECORD:
                return self._bad(side.span, complaints.whole(side.shape))
        if node.operator in "+-*/%":
            return self._arithmetic(node, left, right)
        return self._comparison(node, left, right)

    def _arithmetic(self, node: Binary, left: Term, right: Term) -> Term:
        sort = _ARITHMETIC.get((node.operator, left.shape.sort, right.shape.sort))
        if sort is None:
            message = phrase(
                N_("{left} {sign} {right} cannot be worked out"),
                left=noun(left.shape),
                sign=node.operator,
                right=noun(right.shape),
            )
            return self._bad(node.span, message)
        return Term(
            op=Op.ARITHMETIC,
            shape=Shape(sort=sort),
            span=node.span,
            value=node.operator,
            args=(left, right),
            unit=left.unit or right.unit,
        )

    def _comparison(self, node: Binary, left: Term, right: Term) -> Term:
        sorts = {left.shape.sort, right.shape.sort}
        if len(sorts) > 1 and sorts != {Sort.DATE, Sort.MOMENT}:
            return self._bad(node.right.span, complaints.unlike(left, right))
        if node.operator not in {"==", "!="} and not sorts <= _ORDERED:
            message = phrase(N_("{found} has no order; use == or !="), found=noun(left.shape))
            return self._bad(node.span, message)
        self._known_words(left, right)
        self._known_words(right, left)
        return Term(
            op=Op.COMPARE, shape=TRUTH, span=node.span, value=node.operator, args=(left, right)
        )

    def _in(self, span: Span, left: Term, right: Term) -> Term:
        if Sort.UNKNOWN in {left.shape.sort, right.shape.sort}:
            return Term(op=Op.UNDECIDED, shape=TRUTH, span=span)
        if not right.shape.many or right.shape.sort is Sort.RECORD:
            return self._bad(
                right.span, complaints.needs(f"a list of {noun(left.shape)}", right.shape)
            )
        if left.shape.many or left.shape.sort is Sort.RECORD:
            return self._bad(left.span, complaints.whole(left.shape))
        if left.shape.sort is not right.shape.sort:
            one = replace(right, shape=right.shape.one())
            return self._bad(right.span, complaints.unlike(left, one))
        for item in right.args if right.op is Op.ITEMS else (right,):
            self._known_words(left, item)
            self._known_words(item, left)
        return Term(op=Op.IN, shape=TRUTH, span=span, args=(left, right))

    def _known_words(self, value: Term, written: Term) -> None:
        """A text with few values is compared with one of them."""
        if value.attribute is None or not value.attribute.words:
            return
        words = value.attribute.words
        if written.op is not Op.LITERAL or written.value in words:
            return
        near = nearest(str(written.value), words)
        self._bad(
            written.span,
            phrase(
                N_("{attribute} is never {value}; it is one of {words}"),
                attribute=value.source,
                value=f'"{written.value}"',
                words=", ".join(f'"{own}"' for own in ([near] if near else []))
                or ", ".join(f'"{own}"' for own in words),
            ),
        )

    @abstractmethod
    def call(self, node: Call) -> Term:
        """A function, a macro, or a value written as one."""


def like(of: Term, **changed: object) -> Term:
    """A Term of the same attribute as another."""
    common = {"attribute": of.attribute, "source": of.source, "unit": of.unit}
    return Term(**(common | changed))  # type: ignore[arg-type]  # the callers name Term's fields


def column_of(name: str, attribute: Attribute, span: Span) -> Term:
    return Term(
        op=Op.COLUMN,
        shape=shape_of(attribute),
        span=span,
        value=name,
        attribute=attribute,
        source=name,
        unit=attribute.unit,
    )


def _fits(one: Shape, other: Shape) -> bool:
    return Sort.UNKNOWN in {one.sort, other.sort} or one == other
