"""Names, types and what is said of mistakes, each at its place."""

from collections.abc import Callable

import pytest

from parakh.screen.rules.language import CompiledRule, RuleError

Compile = Callable[..., CompiledRule]

CASES = [
    ("traveler.age > 3", 1, 9, "There is no traveler; did you mean traveller?"),
    ("x == 3", 1, 2, "There is no x"),
    ("traveller.ag > 3", 11, 13, "traveller has no ag; did you mean traveller.age?"),
    ("voyage.nationality == 'X'", 8, 19,
     "voyage has no nationality; did you mean traveller.nationality?"),
    ("traveller.zzz == 3", 11, 14, "traveller has no zzz"),
    ("traveller.religion == 'X'", 11, 19, "No rule may use religion: it must not decide"),
    ("traveller == 3", 1, 10, "Say what of traveller, such as traveller.age"),
    ("traveller.age == 'x'", 18, 21, "a number cannot be compared with a text"),
    ("traveller.checked < true", 1, 25, "yes or no has no order; use == or !="),
    ("traveller.sex == 'Q'", 18, 21, 'traveller.sex is never "Q"; it is one of "M", "F"'),
    ("traveller.sex in ['M', 'Q']", 24, 27, 'traveller.sex is never "Q"; it is one of "M", "F"'),
    ("voyage.departs > '2026-01-01T00:00:00Z'", 18, 40,
     'This is a text; write timestamp("2026-01-01T00:00:00Z") for a moment'),
    ("traveller.born < '2000-01-01'", 18, 30,
     'This is a text; write date("2000-01-01") for a date'),
    ("traveller.age == null", 18, 22,
     "Nothing can be compared with null; write has(attribute) to ask whether it is known"),
    ("traveller.age", 1, 14, "This is a number; a condition is needed, such as a comparison"),
    ("traveller.age && true", 1, 14,
     "This is a number; a condition is needed, such as a comparison"),
    ("traveller.age + 'a' == 3", 1, 20, "a number + a text cannot be worked out"),
    ("-traveller.sex == 3", 2, 15, "This is a text; a number is needed"),
    ("documents.type == 'P'", 1, 15,
     "There may be several documents: write documents.exists(d, d.type ...)"),
    ("documents == 3", 1, 10,
     "This is a list of documents, not a single value; use exists, all, size or filter"),
    ("documents", 1, 10,
     "This is a list of documents; a condition is needed, such as a comparison"),
    ("documents.exists(d, d.typ == 'P')", 23, 26,
     "documents has no typ; did you mean documents.type?"),
    ("documents.exists(d.type == 'P')", 11, 17, "Write it as list.exists(one, condition)"),
    ("documents.exists(voyage, true)", 18, 24, "voyage has a meaning already; choose another name"),
    ("traveller.age.exists(a, true)", 1, 14, "This is a number; a list is needed"),
    ("documents.map(d, d) == 3", 18, 19, "This is one of documents; a single value is needed"),
    ("d.type == 'P'", 1, 2, "There is no d"),
    ("voyage.ports == 'DXB'", 1, 13,
     "This is a list of texts, not a single value; use exists, all, size or filter"),
    ("voyage.ports[traveller.age] == 'DXB'", 14, 27,
     "Write the place in the list as a whole number, from 0"),
    ("voyage.ports[1e300] == 'X'", 14, 19,
     "Write the place in the list as a whole number, from 0"),
    ("traveller.age[0] == 3", 1, 14, "This is a number; a list is needed"),
    ("voyage.origin in ['DXB', 3]", 26, 27, "This is a number; a text is needed"),
    ("voyage.origin in []", 18, 20, "The list is empty; write the values into it"),
    ("traveller.age in ['DXB']", 18, 25, "a number cannot be compared with a text"),
    ("voyage.origin in 'DXB'", 18, 23, "This is a text; a list of a text is needed"),
    ("size(traveller.age) == 1", 6, 19, "This is a number; a list or a text is needed"),
    ("hours_between(voyage.departs) < 3", 1, 30, "Write it as hours_between(from, to)"),
    ("hours_between(1, voyage.departs) < 3", 15, 16,
     "This is a number; a date or a moment is needed"),
    ("between(traveller.age, 1, 'x')", 27, 30, "a number cannot be compared with a text"),
    ("foo(1) == 2", 1, 4, "There is no foo"),
    ("hour_between(voyage.departs, now) == 2", 1, 13,
     "There is no hour_between; did you mean hours_between?"),
    ("has(1)", 5, 6, "Write it as has(attribute)"),
    ("in_list(voyage.origin, 'watched port')", 24, 38,
     "There is no list named watched port; did you mean watched ports?"),
    ("in_list(voyage.origin, voyage.origin)", 24, 37, "Write list out, as a value"),
    ("voyage.origin.matches('(a')", 23, 27, "This pattern cannot be read: unclosed group"),
    ("voyage.origin.matches('a(?=b)')", 23, 31,
     "This pattern cannot be read: look-around, including look-ahead and look-behind, "
     "is not supported"),
    ("hour_of(voyage.departs, 'QQQ') < 3", 25, 30, "The time zone of QQQ is not known"),
    ("traveller.born < date('2026-13-01')", 23, 35, 'Write a date as date("2026-07-29")'),
    ("voyage.departs < timestamp('2026-01-01')", 28, 40,
     'Write a moment as timestamp("2026-07-29T13:25:00Z")'),
    ("now - voyage.departs < duration('3 hours')", 33, 42,
     'Write a span of time as duration("36h")'),
    ("true ? 1 : 'a'", 12, 15, "This is a text; a number is needed"),
    ("traveller.age.x == 3", 15, 16, "a number has no attributes"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "end", "message"), CASES)
def test_one_mistake(rule: Compile, text: str, column: int, end: int, message: str) -> None:
    with pytest.raises(RuleError) as error:
        rule(text)
    (problem,) = error.value.problems
    assert (str(problem.message), problem.column, problem.end_column) == (message, column, end)


def test_all_mistakes_are_told_at_once_in_their_order(rule: Compile) -> None:
    with pytest.raises(RuleError) as error:
        rule("traveler.age > 3 &&\n  (documents.exists(d, d.typ == 'P') || foo(bar)\n || voyage.x)")
    assert [(own.line, own.column) for own in error.value.problems] == [
        (1, 1), (2, 26), (2, 41), (2, 45), (3, 12),
    ]  # fmt: skip


def test_a_rule_says_what_it_reads(rule: Compile) -> None:
    made = rule(
        "hours_before_departure() < 24 && documents.exists(d, d.issuer != traveller.nationality) "
        "&& in_list(voyage.origin, 'watched ports')"
    )
    assert made.needs == {
        "at", "voyage.departs", "documents", "traveller.nationality", "voyage.origin",
    }  # fmt: skip
    assert made.lists == {"watched ports"}


def test_a_pattern_is_bounded(rule: Compile) -> None:
    with pytest.raises(RuleError, match="at most 500"):
        rule(f"voyage.origin.matches('{'a' * 501}')")
