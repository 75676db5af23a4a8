"""Gives every part of a rule its meaning and type by the catalogue, and finds all that is wrong."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.normalise import codes
from parakh.screen.rules import complaints, values
from parakh.screen.rules.catalogue import Catalogue, Entity
from parakh.screen.rules.complaints import nearest, no_name, noun
from parakh.screen.rules.functions import FORMS, FUNCTIONS, Function, Parameter
from parakh.screen.rules.operands import NOW, Operands, column_of, like
from parakh.screen.rules.problems import Problem
from parakh.screen.rules.terms import MOMENT, TEXT, TRUTH, UNKNOWN, Op, Shape, Sort, Term
from parakh.screen.rules.tree import Call, Literal, Name, Node

__all__ = ["NOW", "Checker", "check", "pattern_fault", "term_of"]

MACROS = ("exists", "all", "exists_one", "filter", "map")
MAX_PATTERN = 500
"""Characters of a regular expression."""


@dataclass(kw_only=True)
class Checker(Operands):
    """One pass over one rule."""

    def call(self, node: Call) -> Term:  # noqa: PLR0911  (one a kind of call)
        """A function, a macro, or a value written as one."""
        match node.function:
            case "has":
                return self._has(node)
            case name if name in MACROS:
                return self._macro(node)
            case "timestamp" | "duration":
                return self._written(node)
            case "date" if len(node.arguments) == 1 and _is_text(node.arguments[0]):
                return self._written(node)
            case "one_of":
                return self._one_of(node)
            case name if name in FUNCTIONS:
                return self._function(FUNCTIONS[name], node)
        for own in node.arguments:
            self.term(own)
        return self._bad(node.place, no_name(node.function, [*FUNCTIONS, *FORMS]))

    def _arguments(self, node: Call) -> tuple[Node, ...]:
        """With what stands before the dot as the first."""
        return (*((node.target,) if node.target else ()), *node.arguments)

    def _one_of(self, node: Call) -> Term:
        arguments = self._arguments(node)
        if len(arguments) != 2:
            return self._bad(node.span, complaints.how(FORMS["one_of"].signature))
        left, right = (self._value(own) for own in arguments)
        return self._in(node.span, left, right)

    def _has(self, node: Call) -> Term:
        arguments = self._arguments(node)
        if len(arguments) != 1:
            return self._bad(node.span, complaints.how("has(attribute)"))
        of = self.term(arguments[0])
        if of.op not in {Op.COLUMN, Op.FIELD, Op.UNDECIDED}:
            return self._bad(arguments[0].span, complaints.how("has(attribute)"))
        return Term(op=Op.HAS, shape=TRUTH, span=node.span, args=(of,))

    def _written(self, node: Call) -> Term:
        """A date, moment or span of time, which must be written out."""
        arguments = self._arguments(node)
        shape, read, advice = values.READERS[node.function]
        if len(arguments) != 1 or not _is_text(arguments[0]):
            return self._bad(node.span, advice)
        value = read(str(getattr(arguments[0], "value", "")))
        if value is None:
            return self._bad(arguments[0].span, advice)
        return Term(op=Op.LITERAL, shape=shape, span=node.span, value=value)

    def _macro(self, node: Call) -> Term:
        if (
            node.target is None
            or len(node.arguments) != 2
            or not isinstance(node.arguments[0], Name)
        ):
            return self._bad(node.place, complaints.how(FORMS[node.function].signature))
        of = self._value(node.target)
        if of.shape.sort is not Sort.UNKNOWN and not of.shape.many:
            return self._bad(node.target.span, complaints.needs("a list", of.shape))
        self._level += 1
        level = self._level
        element = like(of, op=Op.ELEMENT, shape=of.shape.one(), span=of.span, value=level)
        name = node.arguments[0].name
        if self.catalogue.entity(name) is not None or name == "now":
            self._bad(
                node.arguments[0].span,
                phrase(N_("{name} has a meaning already; choose another name"), name=name),
            )
        self.bind(name, element)
        body = (self._value if node.function == "map" else self._truth)(node.arguments[1])
        self._scope.pop()
        return self._macro_term(node, of, body, level)

    def _macro_term(self, node: Call, of: Term, body: Term, level: int) -> Term:
        if of.shape.sort is Sort.UNKNOWN or body.shape.sort is Sort.UNKNOWN:
            shape = TRUTH if node.function in {"exists", "all", "exists_one"} else UNKNOWN
            return Term(op=Op.UNDECIDED, shape=shape, span=node.span)
        made = Term(
            op=Op.MACRO,
            shape=TRUTH,
            span=node.span,
            value=node.function,
            args=(of, body),
            level=level,
        )
        if node.function == "filter":
            return like(
                of,
                op=Op.MACRO,
                shape=of.shape,
                span=node.span,
                value="filter",
                args=made.args,
                level=level,
            )
        if node.function == "map":
            if body.shape.many or body.shape.sort is Sort.RECORD:
                return self._bad(body.span, complaints.needs("a single value", body.shape))
            return like(
                body,
                op=Op.MACRO,
                shape=body.shape.several(),
                span=node.span,
                value="map",
                args=made.args,
                level=level,
            )
        return made

    def _function(self, function: Function, node: Call) -> Term:
        nodes = self._arguments(node)
        least = sum(not own.optional for own in function.takes)
        args = [self._value(own) for own in nodes]
        if not least <= len(args) <= len(function.takes):
            return self._bad(node.span, complaints.how(function.signature))
        args = [self._argument(own, arg) for own, arg in zip(function.takes, args, strict=False)]
        args += [self._hidden(function, column, node) for column in function.hidden]
        if any(own.shape.sort is Sort.UNKNOWN for own in args):
            return Term(op=Op.UNDECIDED, shape=function.gives or UNKNOWN, span=node.span)
        if function.alike:
            for own in args[1:]:
                if own.shape.sort is not args[0].shape.sort:
                    return self._bad(own.span, complaints.unlike(args[0], own))
        return self._called(function, node, tuple(args))

    def _called(self, function: Function, node: Call, args: tuple[Term, ...]) -> Term:
        first = args[0] if args else None
        if function.gives is None and first is not None:
            shape = first.shape if function.keeps else first.shape.one()
            return like(
                first, op=Op.CALL, shape=shape, span=node.span, value=function.name, args=args
            )
        shape = function.gives or UNKNOWN
        unit = function.unit or (first.unit if first is not None and function.name == "sum" else "")
        return Term(
            op=Op.CALL, shape=shape, span=node.span, value=function.name, args=args, unit=unit
        )

    def _hidden(self, function: Function, column: str, node: Call) -> Term:
        if column == NOW:
            return Term(op=Op.COLUMN, shape=MOMENT, span=node.span, value=NOW, source="now")
        entity_name, _, name = column.partition(".")
        entity = self.catalogue.entity(entity_name)
        attribute = entity.attribute(name) if entity is not None else None
        if attribute is None:
            message = phrase(
                N_("{function} needs {attribute}, which is not known here"),
                function=function.name,
                attribute=column,
            )
            return self._bad(node.span, message)
        return column_of(column, attribute, node.span)

    def _argument(self, parameter: Parameter, arg: Term) -> Term:
        """An argument that fits its parameter, or a problem."""
        shape = arg.shape
        if shape.sort is Sort.UNKNOWN:
            return arg
        if not parameter.sorts:
            if not shape.many and shape != TEXT:
                return self._bad(arg.span, complaints.needs("a list or a text", shape))
            return arg
        right_number = parameter.many is None or parameter.many is shape.many
        if shape.sort not in parameter.sorts or not right_number:
            return self._bad(arg.span, complaints.needs(_wanted(parameter), shape))
        if parameter.written and arg.op is not Op.LITERAL:
            return self._bad(
                arg.span, phrase(N_("Write {name} out, as a value"), name=parameter.name)
            )
        return self._special(parameter, arg) if parameter.written else arg

    def _special(self, parameter: Parameter, arg: Term) -> Term:
        """Values that decide how the rule is compiled: a pattern, the name of a list."""
        if parameter.name == "pattern":
            fault = pattern_fault(str(arg.value))
            return self._bad(arg.span, fault) if fault else arg
        if parameter.name == "port":
            found = codes.port(str(arg.value))
            unknown = phrase(N_("The time zone of {port} is not known"), port=str(arg.value))
            return arg if found and found.zone else self._bad(arg.span, unknown)
        if parameter.name == "list":
            return self._named_list(arg)
        return arg

    def _named_list(self, arg: Term) -> Term:
        name = str(arg.value)
        if name not in self.lists:
            near = nearest(name, self.lists)
            message = (
                phrase(
                    N_("There is no list named {name}; did you mean {near}?"), name=name, near=near
                )
                if near
                else phrase(N_("There is no list named {name}"), name=name)
            )
            return self._bad(arg.span, message)
        self.used_lists.add(name)
        return Term(
            op=Op.LITERAL, shape=TEXT, span=arg.span, value=frozenset(self.lists[name]), source=name
        )


def pattern_fault(pattern: str) -> Phrase | None:
    """Why a regular expression cannot be used; None where it can (RE2's syntax, linear time)."""
    if len(pattern) > MAX_PATTERN:
        return phrase(N_("A pattern has at most {most} characters"), most=MAX_PATTERN)
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.PolarsError as error:
        lines = [own.strip() for own in str(error).splitlines() if own.startswith("error:")]
        detail = lines[0].removeprefix("error: ") if lines else ""
        return phrase(N_("This pattern cannot be read: {detail}"), detail=detail or pattern)
    return None


def check(
    tree: Node, text: str, catalogue: Catalogue, lists: Mapping[str, Collection[str]]
) -> tuple[Term, list[Problem], frozenset[str]]:
    """The rule with its types, all its problems, and the named lists that it uses."""
    checker = Checker(text=text, catalogue=catalogue, lists=lists)
    term = checker.rule(tree)
    return term, checker.problems, frozenset(checker.used_lists)


def term_of(
    node: Node, text: str, catalogue: Catalogue, elements: Mapping[str, Entity]
) -> tuple[Shape, list[Problem]]:
    """The type of a value by itself, and its problems; `elements` are names for one of several."""
    checker = Checker(text=text, catalogue=catalogue, lists={})
    for level, (name, entity) in enumerate(elements.items()):
        shape = Shape(sort=Sort.RECORD, entity=entity)
        checker.bind(name, Term(op=Op.ELEMENT, shape=shape, span=node.span, value=-level))
    return checker.term(node).shape, checker.problems


def _is_text(node: Node) -> bool:
    return isinstance(node, Literal) and isinstance(node.value, str)


def _wanted(parameter: Parameter) -> str:
    shapes = [
        Shape(sort=own, many=parameter.many is True) for own in Sort if own in parameter.sorts
    ]
    return " or ".join(noun(own) for own in shapes)
