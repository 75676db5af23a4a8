"""Reads a table of goods records as one submission; a row that is none is left out and named."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from parakh.domain.message import Problem
from parakh.errors import Unreadable
from parakh.ingest import tabular
from parakh.ingest.goods_records import DeclaredConsignment, DeclaredCurrency, DeclaredMovement
from parakh.ingest.submission import Submission
from parakh.ingest.tabular import Form

T = TypeVar("T")
R = TypeVar("R", DeclaredMovement, DeclaredCurrency)
Joined = Callable[[Sequence[T], list[Problem]], Iterable[DeclaredConsignment]]
"""Makes records of rows that belong together; what is wrong with them is added to the problems."""


def read(data: bytes, form: Form[R], message_type: str) -> Submission:
    """The records of a table with one on each row, in its order; never raises."""
    found, problems, fatal = _rows(data, form)
    reporter = found[0].source if found else ""
    return _submission(data, message_type, found, problems, fatal=fatal, reporter=reporter)


def read_joined(data: bytes, form: Form[T], message_type: str, joined: Joined[T]) -> Submission:
    """The records of a table with several rows for each; never raises."""
    rows, problems, fatal = _rows(data, form)
    found = list(joined(rows, problems))
    return _submission(data, message_type, found, problems, fatal=fatal)


def _rows(data: bytes, form: Form[T]) -> tuple[list[T], list[Problem], bool]:
    found: list[T] = []
    problems: list[Problem] = []
    try:
        for own in tabular.read(data, form):
            if isinstance(own, Problem):
                problems.append(own)
            else:
                found.append(own)
    except Unreadable as error:
        problems.append(Problem(line=1, column=1, segment="", cause=str(error)))
        return [], problems, True
    return found, problems, False


def _submission(
    data: bytes,
    message_type: str,
    found: Sequence[DeclaredMovement | DeclaredCurrency | DeclaredConsignment],
    problems: Iterable[Problem],
    *,
    fatal: bool,
    reporter: str = "",
) -> Submission:
    return Submission(
        ordinal=1,
        message_type=message_type,
        version="1",
        reference="",
        function="",
        line=1,
        start=0,
        end=len(data),
        reporter=reporter,
        goods=tuple(found),
        problems=tuple(sorted(problems, key=lambda own: (own.line, own.column))),
        fatal=fatal,
    )
