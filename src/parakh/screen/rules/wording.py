"""Values and parts of a rule in words, for explanations."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from parakh.screen.rules.catalogue import Attribute
from parakh.screen.rules.functions import FUNCTIONS
from parakh.screen.rules.terms import Op, Term
from parakh.screen.rules.values import write_duration

_SHOWN = 5
"""Elements of a list that an explanation shows."""

_ASIDE = re.compile(r"\s*\([^)]*\)|;.*")
"""What a meaning says besides, such as the standard that its codes are from."""

_TRUTH: Mapping[bool, str] = {True: "yes", False: "no"}


def described(term: Term) -> str:  # noqa: PLR0911  (one a kind of part)
    """What a part of a rule stands for, within a sentence: `nationality`, `number of bags`."""
    match term.op:
        case Op.LITERAL:
            return shown(term.value, term)
        case Op.CALL:
            says = FUNCTIONS[str(term.value)].says
            return says.format(*(described(own) for own in term.args))
        case Op.ARITHMETIC:
            left, right = (described(own) for own in term.args)
            return f"{left} {term.value} {right}"
        case Op.ITEMS:
            return ", ".join(described(own) for own in term.args)
        case Op.INDEX | Op.CHOICE:
            return described(term.args[-1])
        case Op.MACRO:
            return described(term.args[1] if term.value == "map" else term.args[0])
        case _:
            return _named(term)


def _named(term: Term) -> str:
    if term.attribute is None:
        return (term.source or str(term.value)).replace("_", " ")
    meaning = _ASIDE.sub("", term.attribute.meaning)
    return meaning if meaning[1:2].isupper() else meaning[:1].lower() + meaning[1:]


def shown(  # noqa: PLR0911  (one a type)
    value: object, term: Term, unit: str = ""
) -> str:
    """A value as an officer reads it, with its unit and with what a code stands for."""
    match value:
        case None:
            return "not known"
        case bool():
            return _TRUTH[value]
        case float() | int():
            return _with_unit(f"{round(value, 2):,.10g}", unit or term.unit)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case date():
            return value.isoformat()
        case timedelta():
            return write_duration(value)
        case list() | tuple():
            return _several([shown(own, term) for own in value])
        case _:
            return _word(str(value), term.attribute)


def _with_unit(number: str, unit: str) -> str:
    if number in {"1", "-1"}:
        unit = unit.removesuffix("s")  # every unit that is a word in the plural ends so
    return f"{number} {unit}" if unit else number


def _word(value: str, attribute: Attribute | None) -> str:
    word = attribute.words.get(value) if attribute is not None else None
    return f"{value} ({word})" if word and word != value else value


def _several(values: list[str]) -> str:
    more = len(values) - _SHOWN
    return ", ".join(values[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
