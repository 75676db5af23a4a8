"""The form of a rule on its page: rows as the browser sends them, and as the page shows them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import chain, repeat
from typing import Annotated

from pydantic import BaseModel, Field

from parakh.act.rules import MOST
from parakh.domain.hit import Kind
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.catalogue import Attribute, Catalogue
from parakh.screen.rules.checking import term_of
from parakh.screen.rules.form_reading import to_form
from parakh.screen.rules.form_writing import from_form
from parakh.screen.rules.forms import (
    EMPTY,
    KNOWN,
    LABELS,
    LISTED,
    MEMBER,
    RANGE,
    Condition,
    Form,
    FormError,
    Group,
    Join,
    Operator,
    Verbatim,
    entities,
    operators,
)
from parakh.screen.rules.functions import FUNCTIONS
from parakh.screen.rules.parsing import parse
from parakh.screen.rules.problems import RuleError
from parakh.screen.rules.terms import Shape, Sort
from parakh.screen.rules.tree import Call

MOST_ROWS = 60

CALCULATED = "="
"""Chosen in place of an attribute by who writes a function of attributes."""

Words = Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=MOST_ROWS)]

_FRESH = Condition(what="", operator=Operator.EQUAL)
_NO_RULE = phrase(N_("The text is no rule yet; put it right first"))


class Sent(BaseModel):
    """What the browser sends: the rows in their order, field by field; `group` is 0 or the number
    of the group that a row is in, `written` what stays as it is written ("" in a row with a
    condition). `do` is what was asked for: `open`, `change`, `add`, `group`, `add:1` (a row in
    group 1), `remove:3` (the third row)."""

    text: str = Field("", max_length=2 * MOST["text"])
    subject: Kind = Kind.TRAVELLER
    do: str = Field("change", pattern=r"^(open|close|change|group|add(:\d+)?|remove:\d+)$")
    join: Join = Join.ALL
    what: Words = []
    operator: Annotated[list[Operator], Field(max_length=MOST_ROWS)] = []
    value: Words = []
    until: Words = []
    group: Annotated[list[int], Field(max_length=MOST_ROWS)] = []
    written: Annotated[
        list[Annotated[str, Field(max_length=2 * MOST["text"])]], Field(max_length=MOST_ROWS)
    ] = []
    group_join: Annotated[list[Join], Field(max_length=MOST_ROWS)] = []
    group_of: Words = []

    def form(self) -> Form:
        """The rows as a form; rows in no known group stand alone."""
        rows = list(zip(self.group, self._rows(), strict=False))
        items: list[Condition | Group | Verbatim] = []
        done: set[int] = set()
        for group, row in rows:
            if not 1 <= group <= len(self.group_join):
                items.append(row)
            elif group not in done:
                done.add(group)
                own = tuple(one for place, one in rows if place == group)
                of = self.group_of[group - 1] if group <= len(self.group_of) else ""
                items.append(Group(join=self.group_join[group - 1], conditions=own, of=of))
        return Form(join=self.join, items=tuple(items))

    def _rows(self) -> list[Condition | Verbatim]:
        texts = chain(self.written, repeat(""))
        fields = zip(self.what, self.operator, self.value, self.until, strict=False)
        # Browsers send the end of a line as two characters.
        return [
            Verbatim(text=text.replace("\r\n", "\n")) if text else _condition(*own)
            for own, text in zip(fields, texts, strict=False)
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A condition as the page shows it, or a part that stays as it is written.

    Attributes:
        number: of all rows, from 1.
        written: the part that stays as it is; "" for a condition.
        calculated: whether it asks of a function, or of something that is no attribute.
        meaning: what it asks of, in words; "" where that is not known.
        group: 0, or the number of its group.
        asks: the kind of field for its value: `none`, `truth`, `word`, `list`, `number`, `date`,
            `several` or `text`.
        problem: why it is not in the rule yet.
    """

    number: int
    group: int
    written: str = ""
    what: str
    calculated: bool = False
    meaning: str = ""
    operator: Operator
    operators: tuple[Operator, ...]
    value: str
    until: str
    ranged: bool
    asks: str
    attribute: Attribute | None
    unit: str
    problem: Phrase | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """What stands on one level of the form: a single row, or the rows of a group."""

    group: int
    join: Join
    of: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Builder:
    """The form as the page shows it.

    Attributes:
        text: the rule that it stands for; None while something is missing.
        refused: why the text has no form yet; None where it has.
        several: entities that a group can look at one of.
    """

    join: Join
    blocks: tuple[Block, ...]
    text: str | None
    refused: Phrase | None
    catalogue: Catalogue
    several: tuple[str, ...]
    labels = LABELS


def built(sent: Sent) -> Builder | None:
    """What the page shows after a step; None where the form was put away."""
    catalogue = CATALOGUE.of(sent.subject)
    if sent.do == "close":
        return None
    if sent.do != "open":
        return _shown(_fitting(_stepped(sent), catalogue), catalogue)
    if not sent.text.strip():
        return _shown(Form(join=Join.ALL, items=(_FRESH,)), catalogue)
    try:
        return replace(_shown(to_form(sent.text, catalogue), catalogue), text=sent.text)
    except RuleError:
        return _refused(_NO_RULE, catalogue)


def _refused(reason: Phrase, catalogue: Catalogue) -> Builder:
    return Builder(
        join=Join.ALL, blocks=(), text=None, refused=reason, catalogue=catalogue, several=()
    )


def _condition(what: str, operator: Operator, value: str, until: str) -> Condition:
    if operator in (*KNOWN, *EMPTY):
        values: tuple[str, ...] = ()
    elif operator in LISTED:
        values = tuple(
            own.strip()
            for own in next(csv.reader([value], skipinitialspace=True), [])
            if own.strip()
        )
    elif operator in RANGE:
        values = (value.strip(), until.strip())
    else:
        values = (value,) if value.strip() else ()  # Whether a text is empty is asked otherwise.
    return Condition(what=what.strip(), operator=operator, values=values)


def _stepped(sent: Sent) -> Form:
    """The form after what was asked for."""
    form = sent.form()
    step, _, number = sent.do.partition(":")
    if step == "remove":
        return _without(form, int(number))
    if step == "group":
        fresh = Group(join=Join.ANY, conditions=(_FRESH, _FRESH))
        return replace(form, items=(*form.items, fresh))
    if step == "add" and number:
        return _with_row(form, int(number))
    return replace(form, items=(*form.items, _FRESH)) if step == "add" else form


def _without(form: Form, number: int) -> Form:
    """Without the row of a number; a group left without rows goes too."""
    items: list[Condition | Group | Verbatim] = []
    at = 0
    for own in form.items:
        if not isinstance(own, Group):
            at += 1
            items += [own] if at != number else []
            continue
        kept = tuple(one for place, one in enumerate(own.conditions, at + 1) if place != number)
        at += len(own.conditions)
        items += [replace(own, conditions=kept)] if kept else []
    return replace(form, items=tuple(items))


def _with_row(form: Form, number: int) -> Form:
    """With one more row in a group."""
    groups = [own for own in form.items if isinstance(own, Group)]
    if not 1 <= number <= len(groups):
        return form
    chosen = groups[number - 1]
    fuller = replace(chosen, conditions=(*chosen.conditions, _FRESH))
    return replace(form, items=tuple(fuller if own is chosen else own for own in form.items))


def _fitting(form: Form, catalogue: Catalogue) -> Form:
    """With an operator that each attribute can have, after another attribute was chosen."""

    def fitted(own: Condition | Verbatim) -> Condition | Verbatim:
        if isinstance(own, Verbatim):
            return own
        allowed = operators(_shape(own.what, catalogue))
        if not allowed or own.operator in allowed:
            return own
        return replace(own, operator=allowed[0], values=own.values[:1])

    def item(own: Condition | Group | Verbatim) -> Condition | Group | Verbatim:
        if not isinstance(own, Group):
            return fitted(own)
        return replace(own, conditions=tuple(fitted(one) for one in own.conditions))

    return replace(form, items=tuple(item(own) for own in form.items))


def _shape(what: str, catalogue: Catalogue) -> Shape:
    try:
        tree = parse(what)
    except RuleError:
        return Shape(sort=Sort.UNKNOWN)
    found = (catalogue.entity(own) for own in entities(tree, catalogue))
    variables = {own.name: own for own in found if own is not None}
    return term_of(tree, what, catalogue, variables)[0]


def _shown(form: Form, catalogue: Catalogue) -> Builder:
    text, problems = _text(form, catalogue)
    blocks: list[Block] = []
    number = groups = 0
    for place, own in enumerate(form.items, start=1):
        group = own if isinstance(own, Group) else None
        groups += group is not None
        conditions: Sequence[Condition | Verbatim] = group.conditions if group else (own,)  # type: ignore[assignment]  # the other kinds of item
        rows = []
        for within, condition in enumerate(conditions, start=1):
            number += 1
            key = f"{place}.{within}" if group else str(place)
            rows.append(
                _row(number, groups if group else 0, condition, problems.get(key), catalogue)
            )
        blocks.append(
            Block(
                group=groups if group else 0,
                join=group.join if group else form.join,
                of=group.of if group else "",
                rows=tuple(rows),
            )
        )
    several = tuple(own.name for own in catalogue.entities if own.many)
    return Builder(
        join=form.join,
        blocks=tuple(blocks),
        text=text,
        refused=None,
        catalogue=catalogue,
        several=several,
    )


def _text(form: Form, catalogue: Catalogue) -> tuple[str | None, dict[str, Phrase]]:
    """The rule, or what is missing at which place; a row begun says nothing until it is filled."""
    try:
        return from_form(form, catalogue), {}
    except FormError as error:
        return None, dict(error.problems)


def _row(
    number: int,
    group: int,
    own: Condition | Verbatim,
    problem: Phrase | None,
    catalogue: Catalogue,
) -> Row:
    if isinstance(own, Verbatim):
        return replace(_BLANK, number=number, group=group, written=own.text, problem=problem)
    shape = _shape(own.what, catalogue)
    attribute = _attribute(own.what, catalogue)
    value, until = _fields(own)
    return Row(
        number=number,
        group=group,
        what="" if own.what == CALCULATED else own.what,
        calculated=bool(own.what) and attribute is None,
        meaning=attribute.meaning if attribute else _of_function(own.what),
        operator=own.operator,
        operators=operators(shape) or (own.operator,),
        value=value,
        until=until,
        ranged=own.operator in RANGE,
        asks=_asks(own.operator, shape, attribute),
        attribute=attribute,
        unit=attribute.unit if attribute is not None else "",
        problem=problem if own.what not in ("", CALCULATED) else None,
    )


_BLANK = Row(
    number=0,
    group=0,
    what="",
    operator=Operator.EQUAL,
    operators=(),
    value="",
    until="",
    ranged=False,
    asks="none",
    attribute=None,
    unit="",
    problem=None,
)


def _of_function(what: str) -> str:
    """What the function gives that a value is taken from; "" for none."""
    try:
        tree = parse(what)
    except RuleError:
        return ""
    own = FUNCTIONS.get(tree.function) if isinstance(tree, Call) else None
    return own.meaning if own is not None else ""


def _attribute(what: str, catalogue: Catalogue) -> Attribute | None:
    name, _, attribute = what.partition(".")
    entity = catalogue.entity(name)
    return entity.attribute(attribute) if entity is not None else None


def _fields(own: Condition) -> tuple[str, str]:
    """The values of a condition as the two fields of its row."""
    if own.operator in LISTED:
        return ", ".join(_field(value) for value in own.values), ""
    first, second, *_ = (*own.values, "", "")
    return first, second


def _field(value: str) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="").writerow([value])
    return line.getvalue()


def _asks(  # noqa: PLR0911  (one a kind of field)
    operator: Operator, shape: Shape, attribute: Attribute | None
) -> str:
    if operator in (*KNOWN, *EMPTY):
        return "none"
    if operator in MEMBER:
        return "list"
    if operator in LISTED:
        return "several"
    if shape.sort is Sort.TRUTH:
        return "truth"
    if attribute is not None and attribute.words and operator in _WORDED:
        return "word"
    if shape.many or shape.sort not in {Sort.NUMBER, Sort.DATE}:
        return "text"
    return str(shape.sort)


_WORDED = (Operator.EQUAL, Operator.NOT_EQUAL, Operator.CONTAINS, Operator.NOT_CONTAINS)
