"""The tree of CEL text: precedence, places, bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.screen.rules.parsing import MAX_NESTING, parse
from parakh.screen.rules.problems import RuleError
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
)  # fmt: skip


def shown(node: Node) -> str:  # noqa: PLR0911  (one a kind of node)
    """The tree with brackets round everything."""
    match node:
        case Literal():
            return repr(node.value)
        case Name():
            return node.name
        case Member():
            return f"{shown(node.of)}.{node.name}"
        case Call():
            target = f"{shown(node.target)}." if node.target else ""
            return f"{target}{node.function}({', '.join(map(shown, node.arguments))})"
        case Index():
            return f"{shown(node.of)}[{shown(node.at)}]"
        case Items():
            return f"[{', '.join(map(shown, node.items))}]"
        case Unary():
            return f"({node.operator}{shown(node.of)})"
        case Binary():
            return f"({shown(node.left)} {node.operator} {shown(node.right)})"
        case Logic():
            return f"({f' {node.operator} '.join(map(shown, node.items))})"
        case Choice():
            parts = (node.condition, node.then, node.otherwise)
            return "({} ? {} : {})".format(*map(shown, parts))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a || b && c || d", "(a || (b && c) || d)"),
        ("a && (b && c)", "(a && (b && c))"),
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a - b - c", "((a - b) - c)"),
        ("a % b / c", "((a % b) / c)"),
        ("a + b < c * d == e", "(((a + b) < (c * d)) == e)"),
        ("!a && !!b", "((!a) && (!(!b)))"),
        ("-a.b", "(-a.b)"),
        ("-3 < -0.5", "(-3.0 < -0.5)"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a || b ? c : d", "((a || b) ? c : d)"),
        ("a.b.c(d, 1)[0].e", "a.b.c(d, 1.0)[0.0].e"),
        ("x in [\"a\", 'b',]", "(x in ['a', 'b'])"),
        ("f()", "f()"),
        ("true != null", "(True != None)"),
        ("// why\na // because\n", "a"),
    ],
)
def test_precedence(text: str, tree: str) -> None:
    assert shown(parse(text)) == tree


@pytest.mark.parametrize(
    ("text", "column", "end", "message"),
    [
        ("", 1, 2, "The rule ends too early: a condition or a value is missing"),
        ("a &&", 5, 6, "The rule ends too early: a condition or a value is missing"),
        ("a and b", 3, 6, "Write && for “and”"),
        ("f(a or b)", 5, 7, "Write || for “or”"),
        ("not a", 1, 4, "Write ! for “not”"),
        ("(a", 3, 4, "The rule ends too early: ) is missing"),
        ("(a, b)", 3, 4, ") is missing before this"),
        ("a.3", 2, 4, ".3 does not belong here"),
        ("a. && b", 4, 6, "A name is missing after the dot"),
        ("a b", 3, 4, "b does not belong here"),
        ("if == 1", 1, 3, "if is a reserved word and cannot be a name"),
        ("{a: 1}", 1, 2, "{ does not belong here"),
        ("a ? b", 6, 7, "The rule ends too early: : is missing"),
    ],
)
def test_what_is_no_rule(text: str, column: int, end: int, message: str) -> None:
    with pytest.raises(RuleError) as error:
        parse(text)
    (problem,) = error.value.problems
    assert (problem.column, problem.end_column, str(problem.message)) == (column, end, message)


def test_many_terms_in_a_row_are_read() -> None:
    for sign in ("||", "&&", "+", "*", "=="):
        parse(f" {sign} ".join(["a"] * 32))
    assert isinstance(parse(" && ".join(["a == 1"] * 500)), Logic)


@pytest.mark.parametrize(
    "text",
    [
        "(" * (MAX_NESTING + 1) + "a" + ")" * (MAX_NESTING + 1),
        "f(" * 2000,
        "[" * 5000,
        "!" * 70 + "a",
        "a" + " + a" * 70,
        "a" + ".b" * 100,
        "a ? b : " * 100 + "c",
        "[" + "1," * 2100 + "1]",
    ],
)
def test_the_tree_is_bounded(text: str) -> None:
    with pytest.raises(RuleError, match=r"deep|more than"):
        parse(text)


@given(st.text(alphabet="abc.()[]{}\"'\\=!<>&|?:,+-*/%0123456789 \nrux_", max_size=60))
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    try:
        parse(text)
    except RuleError as error:
        (problem,) = error.problems
        lines = text.split("\n")
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column < problem.end_column
        assert problem.column <= len(lines[problem.line - 1]) + 1
