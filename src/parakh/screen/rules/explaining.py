"""Why a rule fits: every comparison on the way that made it true, with the value that was seen.

The values come from the same expressions that ran, over a frame of the one row; for one of several
(`documents.exists(...)`), over a frame of the elements, of which the first that fits is told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from parakh.domain.hit import Agreement, Evidence
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.rules.compiling import ITEMS, MIRRORED, Scope, beside, expression, outside
from parakh.screen.rules.terms import Op, Sort, Term
from parakh.screen.rules.wording import described, shown

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_ASKED: Mapping[str, str] = {
    "==": N_("{what}: {value}; the rule asks for {limit}"),
    "!=": N_("{what}: {value}; the rule asks for anything but {limit}"),
    "<": N_("{what}: {value}; the rule asks for under {limit}"),
    "<=": N_("{what}: {value}; the rule asks for at most {limit}"),
    ">": N_("{what}: {value}; the rule asks for over {limit}"),
    ">=": N_("{what}: {value}; the rule asks for at least {limit}"),
    "in": N_("{what}: {value}; the rule asks for one of {limit}"),
    "not in": N_("{what}: {value}; the rule asks for none of {limit}"),
    "among": N_("{what}: {value}; the rule asks for {limit} among them"),
    "not among": N_("{what}: {value}; the rule asks for no {limit} among them"),
    "between": N_("{what}: {value}; the rule asks for {limit}"),
    "not between": N_("{what}: {value}; the rule asks for anything but {limit}"),
    "contains": N_("{what}: {value}; the rule asks for {limit} in it"),
    "not contains": N_("{what}: {value}; the rule asks for no {limit} in it"),
    "startsWith": N_("{what}: {value}; the rule asks for {limit} at its start"),
    "not startsWith": N_("{what}: {value}; the rule asks for no {limit} at its start"),
    "endsWith": N_("{what}: {value}; the rule asks for {limit} at its end"),
    "not endsWith": N_("{what}: {value}; the rule asks for no {limit} at its end"),
    "matches": N_("{what}: {value}; the rule asks for the pattern {limit}"),
    "not matches": N_("{what}: {value}; the rule asks for anything but the pattern {limit}"),
    "in_list": N_("{what}: {value}; the rule asks for a value of the list {limit}"),
    "not in_list": N_("{what}: {value}; the rule asks for no value of the list {limit}"),
    "route_contains": N_("{what}: {value}; the rule asks for a route with {limit}"),
    "not route_contains": N_("{what}: {value}; the rule asks for a route without {limit}"),
    "first_time": N_("{what}: {value}; not seen before"),
    "not first_time": N_("{what}: {value}; seen before"),
}
_BEFORE: Mapping[str, str] = {
    "<": N_("{what}: {value}; the rule asks for before {limit}"),
    "<=": N_("{what}: {value}; the rule asks for {limit} or before"),
    ">": N_("{what}: {value}; the rule asks for after {limit}"),
    ">=": N_("{what}: {value}; the rule asks for {limit} or after"),
}
_KNOWN = N_("{what}: {value}; the rule asks whether it is known")
_NOT_KNOWN = N_("{what} is not known; the rule asks for that")
_TRUE = N_("{what}: {value}; the rule asks for that")
_EVERY = N_("{what}: all {count} fit what the rule asks for")
_NONE = N_("{what}: none of {count} fits what the rule asks against")
_NOT_ONE = N_("{what}: {fitting} of {count} fit; the rule asks for any number but one")


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One row, with the value of every part of a rule in it.

    `values` is by the identity of a Term; the bodies of macros stand in rows of their own.
    """

    frame: pl.DataFrame
    scope: Scope
    values: Mapping[int, object]

    def of(self, term: Term) -> object:
        return self.values.get(id(term))


def evidence(term: Term, frame: pl.DataFrame) -> tuple[Evidence, ...]:
    """What made a rule true in the only row of a frame; each piece weighs the same."""
    found = list(_told(term, _row(term, frame, Scope()), wanted=True))
    alike = list({str(own.note): own for own in found}.values())
    return tuple(replace(own, weight=round(1 / len(alike), 3)) for own in alike)


def _row(term: Term, frame: pl.DataFrame, scope: Scope) -> _Row:
    parts = [own for own in _parts(term) if _has_value(own)]
    made = frame.select(expression(own, scope).alias(str(place)) for place, own in enumerate(parts))
    cells = made.row(0)
    return _Row(
        frame=frame,
        scope=scope,
        values={id(own): cell for own, cell in zip(parts, cells, strict=True)},
    )


def _parts(term: Term) -> Iterator[Term]:
    """A Term and all below it, without the bodies of macros."""
    yield term
    for own in term.args[:1] if term.op is Op.MACRO else term.args:
        yield from _parts(own)


def _has_value(term: Term) -> bool:
    return not isinstance(term.value, frozenset)


def _told(term: Term, row: _Row, *, wanted: bool) -> Iterator[Evidence]:
    """The pieces that make a Term true, or false where that is wanted."""
    match term.op:
        case Op.NOT:
            yield from _told(term.args[0], row, wanted=not wanted)
        case Op.AND | Op.OR:
            for own in term.args:
                if row.of(own) is wanted:
                    yield from _told(own, row, wanted=wanted)
        case Op.CHOICE:
            chosen = row.of(term.args[0]) is True
            yield from _told(term.args[0], row, wanted=chosen)
            yield from _told(term.args[1 if chosen else 2], row, wanted=wanted)
        case Op.MACRO:
            yield from _macro(term, row, wanted=wanted)
        case Op.COMPARE:
            yield _comparison(term, row, wanted=wanted)
        case Op.IN:
            yield _in(term, row, wanted=wanted)
        case Op.HAS:
            yield _has(term, row, wanted=wanted)
        case Op.CALL:
            yield _call(term, row, wanted=wanted)
        case Op.COLUMN | Op.FIELD | Op.ELEMENT | Op.INDEX:
            yield _piece(term, row, "", _TRUE)
        case _:
            return


def _macro(term: Term, row: _Row, *, wanted: bool) -> Iterator[Evidence]:
    """The first element that decides; or, where all of them do, how many fit."""
    elements = _elements(term, row)
    deciding = {"exists": True, "all": False, "exists_one": True}[str(term.value)]
    decided_by_one = wanted is deciding if term.value != "exists_one" else wanted
    body = term.args[1]
    for element in elements:
        if decided_by_one and element.of(body) is deciding:
            yield from _told(body, element, wanted=deciding)
            return
    told = {"what": described(term.args[0]), "count": len(elements)}
    if term.value == "exists_one":
        fitting = sum(own.of(body) is True for own in elements)
        note = phrase(_NOT_ONE, **told, fitting=fitting)
    else:
        note = phrase(_EVERY if term.value == "all" else _NONE, **told)
    yield Evidence(
        attribute=term.args[0].source,
        ours=str(len(elements)),
        theirs="",
        agreement=Agreement.AGREES,
        weight=0.0,
        note=note,
    )


def _elements(term: Term, row: _Row) -> list[_Row]:
    """A row for every element of a macro's list."""
    reads = outside(term)
    items = expression(term.args[0], row.scope).alias(ITEMS)
    beyond = [expression(own, row.scope).alias(name) for name, own in reads.items()]
    frame = row.frame.select(items, *beyond).filter(pl.col(ITEMS).list.len() > 0).explode(ITEMS)
    scope = beside(term, reads)
    return [_row(term.args[1], frame.slice(place, 1), scope) for place in range(frame.height)]


def _comparison(term: Term, row: _Row, *, wanted: bool) -> Evidence:
    """What was seen stands first, also where the rule has it second (`24 > hours`)."""
    left, right = term.args
    sign = str(term.value) if wanted else _OPPOSITE[str(term.value)]
    if left.op is Op.LITERAL and right.op is not Op.LITERAL:
        left, right, sign = right, left, MIRRORED.get(sign, sign)
    limit = _limit(right, row, left)
    dated = left.shape.sort in {Sort.DATE, Sort.MOMENT}
    template = (_BEFORE if dated and sign in _BEFORE else _ASKED)[sign]
    return _piece(left, row, f"{sign} {limit}", template, limit)


def _in(term: Term, row: _Row, *, wanted: bool) -> Evidence:
    value, items = term.args
    if value.op is Op.LITERAL:
        return _asked("among", items, _limit(value, row, items), row, wanted=wanted)
    return _asked("in", value, _limit(items, row, value), row, wanted=wanted)


def _asked(kind: str, value: Term, limit: str, row: _Row, *, wanted: bool) -> Evidence:
    kind = kind if wanted else f"not {kind}"
    return _piece(value, row, f"{kind} {limit}", _ASKED[kind], limit)


def _has(term: Term, row: _Row, *, wanted: bool) -> Evidence:
    return _piece(term.args[0], row, "", _KNOWN if wanted else _NOT_KNOWN)


def _call(term: Term, row: _Row, *, wanted: bool) -> Evidence:
    name, value = str(term.value), term.args[0]
    if name == "is_empty":
        return _piece(value, row, "", _KNOWN if not wanted else _NOT_KNOWN)
    if name == "between":
        limit = " – ".join(_limit(own, row, value) for own in term.args[1:])
    elif name == "first_time":
        limit = ""
    else:
        limit = _limit(term.args[1], row, value)
    return _asked(name, value, limit, row, wanted=wanted)


def _limit(term: Term, row: _Row, beside: Term | None = None) -> str:
    """What a value is compared with: a list's name, a value, or another attribute and its value."""
    if isinstance(term.value, frozenset):
        return term.source
    unit = beside.unit if beside is not None else ""
    written = shown(row.of(term), beside if term.op is Op.LITERAL and beside else term, unit)
    if term.op in {Op.LITERAL, Op.ITEMS}:
        return written
    return f"{described(term)} ({written})"


def _piece(term: Term, row: _Row, theirs: str, template: str, limit: str = "") -> Evidence:
    value = row.of(term)
    ours = (
        str(len(value))
        if _is_records(term, value) and isinstance(value, list)
        else shown(value, term)
    )
    what = described(term)
    return Evidence(
        attribute=term.source or str(term.value),
        ours=ours,
        theirs=theirs,
        agreement=Agreement.AGREES,
        weight=0.0,
        note=_sentence(template, what=what[:1].upper() + what[1:], value=ours, limit=limit),
    )


def _is_records(term: Term, value: object) -> bool:
    return term.shape.sort is Sort.RECORD and isinstance(value, list)


def _sentence(template: str, **values: str) -> Phrase:
    """With the values that the template has a place for."""
    return phrase(
        template, **{own: text for own, text in values.items() if f"{{{own}}}" in template}
    )
