"""A rule as it stands before the history, which keeps tokens of some attributes and none of others.

What can be known only from the attribute itself becomes undecided there, so that a back-test says
what it could not tell, rather than counting it as no hit.
"""

from collections.abc import Callable
from dataclasses import replace

from parakh.screen.rules.catalogue import Kept
from parakh.screen.rules.terms import Op, Sort, Term, walk

Token = Callable[[str, str], str]
"""The token of a text that stands in an attribute, such as `documents.number`."""

_PASS_ON = {
    Op.INDEX, Op.ELEMENT, Op.FIELD, Op.COLUMN, Op.HAS, Op.AND, Op.OR, Op.NOT, Op.MACRO,
}  # fmt: skip
_COUNTED = {"size", "is_empty", "distinct"}


def as_kept(term: Term, token: Token) -> Term:
    """The Term with tokens in place of texts where it is compared with one, and what cannot be
    decided marked so.
    """
    if _kept(term) is Kept.NOT and term.op in {Op.COLUMN, Op.FIELD}:
        return _undecided(term)
    if _comparing(term):
        return _compared(term, token)
    args = tuple(as_kept(own, token) for own in term.args)
    if _hides(term, args):
        return _undecided(term)
    if not _passes(term) and any(_kept(own) is Kept.TOKEN for own in term.args):
        return _undecided(term)
    return replace(term, args=args)


def _hides(term: Term, args: tuple[Term, ...]) -> bool:
    """Whether what is undecided in a Term's parts would pass for an answer of its own.

    To ask if a value is known, to count, and to choose do so; comparisons and logic do not.
    """
    match term.op:
        case Op.HAS | Op.CALL:
            return any(_has_undecided(own) for own in args)
        case Op.MACRO:
            whole = term.value == "map" and _has_undecided(args[1])
            return whole or args[0].op is Op.UNDECIDED
        case Op.INDEX:
            return args[0].op is Op.UNDECIDED
        case Op.CHOICE:
            return term.shape.sort is not Sort.TRUTH and any(_has_undecided(own) for own in args)
        case _:
            return False


def _has_undecided(term: Term) -> bool:
    found: list[Term] = []
    walk(term, lambda own: found.append(own) if own.op is Op.UNDECIDED else None)
    return bool(found)


def _kept(term: Term) -> Kept:
    return term.attribute.kept if term.attribute is not None else Kept.PLAIN


def _passes(term: Term) -> bool:
    """Whether a token does as well as the text itself; its length tells nothing."""
    if term.op is Op.CALL:
        counts = term.value != "size" or term.args[0].shape.many
        return term.value in _COUNTED and counts
    return term.op in _PASS_ON


def _comparing(term: Term) -> bool:
    """Whether a Term asks if a value is equal to others, one of them a token."""
    equal = term.op is Op.COMPARE and term.value in {"==", "!="}
    listed = term.op is Op.CALL and term.value in {"in_list", "first_time"}
    return (equal or listed or term.op is Op.IN) and any(
        _kept(own) is Kept.TOKEN for own in term.args
    )


def _compared(term: Term, token: Token) -> Term:
    source = next(own.source for own in term.args if _kept(own) is Kept.TOKEN)
    args = tuple(_tokened(own, source, token) for own in term.args)
    if any(own is None for own in args):
        return _undecided(term)
    return replace(term, args=tuple(own for own in args if own is not None))


def _tokened(term: Term, source: str, token: Token) -> Term | None:
    """A side of a comparison as tokens of an attribute; None where it cannot be."""
    if _kept(term) is Kept.TOKEN:
        return as_kept(term, token) if term.source == source else None
    if term.op is Op.LITERAL and isinstance(term.value, str):
        return replace(term, value=token(source, term.value))
    if term.op is Op.LITERAL and isinstance(term.value, frozenset):
        return replace(term, value=frozenset(token(source, own) for own in term.value))
    if term.op is Op.ITEMS:
        items = [_tokened(own, source, token) for own in term.args]
        return None if None in items else replace(term, args=tuple(own for own in items if own))
    return None


def _undecided(term: Term) -> Term:
    return Term(
        op=Op.UNDECIDED,
        shape=term.shape,
        span=term.span,
        attribute=term.attribute,
        source=term.source,
    )
