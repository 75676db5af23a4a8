"""The rule language: from CEL text to what runs over a frame of subjects.

    rule = compile_rule('traveller.age < 25 && voyage.origin in ["DXB", "AUH"]', CATALOGUE)
    hits = evaluate([rule], frame)["0"]

The language is CEL (github.com/google/cel-spec, doc/langdef.md), without maps, messages and bytes,
with one kind of number, and with the functions of `parakh.screen.rules.functions`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from parakh.domain.hit import Evidence
from parakh.screen.rules.catalogue import Catalogue
from parakh.screen.rules.checking import check
from parakh.screen.rules.compiling import Scope, expression
from parakh.screen.rules.explaining import evidence
from parakh.screen.rules.history import as_kept
from parakh.screen.rules.operands import NOW
from parakh.screen.rules.parsing import parse
from parakh.screen.rules.problems import Problem, RuleError
from parakh.screen.rules.sharing import shared_parts, with_parts
from parakh.screen.rules.terms import Op, Term, walk

__all__ = ["CompiledRule", "Problem", "RuleError", "Run", "compile_rule", "evaluate", "run"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CompiledRule:
    """A rule that is ready to run.

    Attributes:
        needs: columns of the frame that it reads.
        lists: named lists that it uses.
        matches: whether it fits, a row of the frame at a time; null where that cannot be decided.
        term: the rule with its types.
        parts: costly parts, by a name under which the same part of another rule stands too.
        lean: the same as `matches` over a frame that has a column for each of the parts.
    """

    text: str
    needs: frozenset[str]
    lists: frozenset[str]
    matches: pl.Expr
    term: Term = field(repr=False)
    parts: Mapping[str, Term] = field(repr=False)
    lean: pl.Expr = field(repr=False)
    schema: Mapping[str, pl.DataType] = field(repr=False)

    def explain(self, row: Mapping[str, object]) -> tuple[Evidence, ...]:
        """Each comparison that made the rule true of a row that it fits, by the names of columns.

        A row is what `frame.row(number, named=True)` gives; columns that the rule does not need may
        be left out.
        """
        values = {name: [row.get(name)] for name in self.schema}
        return evidence(self.term, pl.DataFrame(values, schema=dict(self.schema)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Several rules over one frame.

    Attributes:
        matches: a Boolean column a rule, named "0", "1", ... in the order of the rules.
        failed: of a rule that broke, its place and what happened; its column is null.
    """

    matches: pl.DataFrame
    failed: Mapping[int, str]


def compile_rule(
    text: str,
    catalogue: Catalogue,
    *,
    lists: Mapping[str, Collection[str]] = {},
    token: Callable[[str, str], str] | None = None,
) -> CompiledRule:
    """Reads, checks and compiles a rule.

    Arguments:
        catalogue: what the rule may speak of.
        lists: values of the named lists.
        token: for a frame from the history: gives the token of a text in an attribute, named as in
            `documents.number`; what the history does not keep is then undecided.

    Raises RuleError with all problems.
    """
    term, problems, used = check(parse(text), text, catalogue, lists)
    if problems:
        raise RuleError(problems)
    if token is not None:
        term = as_kept(term, token)
    needs = _needs(term)
    known = catalogue.schema(needs - {NOW})
    schema = known | ({NOW: pl.Datetime("us", "UTC")} if NOW in needs else {})
    parts = shared_parts(term)
    scope = Scope(shared={id(own): name for name, own in parts.items()})
    return CompiledRule(
        text=text,
        needs=needs,
        lists=used,
        matches=expression(term),
        term=term,
        parts=parts,
        lean=expression(term, scope),
        schema=schema,
    )


def _needs(term: Term) -> frozenset[str]:
    """The columns that a rule reads; the moment for one that reads none, as a frame without columns
    has no rows.
    """
    found: set[str] = set()
    walk(term, lambda own: found.add(str(own.value)) if own.op is Op.COLUMN else None)
    return frozenset(found or {NOW})


def evaluate(rules: Sequence[CompiledRule], frame: pl.DataFrame) -> pl.DataFrame:
    """Whether each rule fits each row: a column a rule, named "0", "1", ..., null for "unknown"."""
    return run(rules, frame).matches


def run(rules: Sequence[CompiledRule], frame: pl.DataFrame) -> Run:
    """All rules in one pass, which works out what they share once; one that breaks stands alone."""
    parts = {name: part for own in rules for name, part in own.parts.items()}
    columns = [own.lean.alias(str(place)) for place, own in enumerate(rules)]
    try:
        whole = with_parts(frame, parts) if parts else frame
        return Run(matches=_selected(whole, columns), failed={})
    except pl.exceptions.PolarsError:
        return _one_by_one(rules, frame)


def _one_by_one(rules: Sequence[CompiledRule], frame: pl.DataFrame) -> Run:
    """Each rule by itself, after one of them broke the pass of all."""
    columns = [own.matches.alias(str(place)) for place, own in enumerate(rules)]
    failed: dict[int, str] = {}
    found: list[pl.Series] = []
    for place, column in enumerate(columns):
        try:
            found.append(_selected(frame, [column]).to_series())
        except pl.exceptions.PolarsError as error:
            failed[place] = type(error).__name__
            found.append(pl.Series(str(place), [None] * frame.height, dtype=pl.Boolean))
    return Run(matches=pl.DataFrame(found), failed=failed)


def _selected(frame: pl.DataFrame, columns: Sequence[pl.Expr]) -> pl.DataFrame:
    """The columns over all rows, also of a rule that reads none."""
    return frame.with_columns(columns).select([own.meta.output_name() for own in columns])
