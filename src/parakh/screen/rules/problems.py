"""What is wrong with a rule's text, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from parakh.domain.phrase import Phrase
from parakh.errors import InvalidInput


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Part of a text: from character `start` (0-based) up to, without, character `end`."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that must be put right before a rule can run.

    Attributes:
        line, column: where it starts, both from 1; a column is a character (a code point).
        end_column: one after its last character on that line.
        message: what is wrong and what to do.
    """

    line: int
    column: int
    end_column: int
    message: Phrase


class RuleError(InvalidInput):
    """A rule cannot be used; `problems` says where and why, in the order of the text."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda own: (own.line, own.column)))
        super().__init__(
            "; ".join(
                f"line {own.line}, column {own.column}: {own.message}" for own in self.problems
            )
        )


def problem(text: str, span: Span, message: Phrase) -> Problem:
    """A Problem for a part of a text; what goes beyond its first line is left out."""
    start = min(span.start, len(text))
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    stop = min(span.end, len(text) if line_end < 0 else line_end)
    column = start - line_start + 1
    return Problem(
        line=text.count("\n", 0, start) + 1,
        column=column,
        end_column=max(column + 1, stop - line_start + 1),
        message=message,
    )
