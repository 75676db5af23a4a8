"""What rules say of rows: operators and functions, three-valued logic, several rules at once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parakh.domain.hit import Kind
from parakh.screen.rules.catalogue import Attribute, Catalogue, Entity, Type
from parakh.screen.rules.language import CompiledRule, compile_rule, evaluate, run

Compile = Callable[..., CompiledRule]
Answer = Callable[..., bool | None]
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "traveller.age < 25", "traveller.age <= 22", "traveller.age > 21.5", "traveller.age >= 22",
        "traveller.age == 22", "traveller.age != 23", "25 > traveller.age",
        "traveller.age + 3 * 2 == 28", "traveller.age - 2 == 20", "traveller.age / 4 == 5.5",
        "traveller.age % 5 == 2", "-traveller.age == -22", "traveller.name + '!' == 'KHAN!'",
        "traveller.name < 'KHANA'", "traveller.checked", "traveller.checked == true",
        "!(traveller.age > 30)", "traveller.age > 30 || traveller.sex == 'F'",
        "traveller.sex == 'F' ? traveller.age < 30 : traveller.age < 20",
        "voyage.origin in ['AUH', 'DXB']", "!(voyage.origin in ['AUH'])",
        "one_of(voyage.origin, ['DXB'])", "'JFK' in voyage.ports", "!('LHR' in voyage.ports)",
        "voyage.origin in voyage.ports", "traveller.age in [21, traveller.age]",
        "voyage.ports[0] == 'JFK'", "documents[1].type == 'P'", "documents[1].stamps[0] == 'KHI'",
        "voyage.origin.startsWith('D')", "startsWith(voyage.origin, 'DX')",
        "voyage.origin.endsWith('XB')", "voyage.origin.contains('X')",
        "!voyage.origin.contains('.')",
        "voyage.origin.matches('^D.B$')", "voyage.origin.matches('(?i)xb')",
        "size(documents) == 2", "voyage.ports.size() == 3", "size(traveller.name) == 4",
        "between(traveller.age, 22, 22)", "!between(traveller.age, 23, 30)",
        "between(traveller.born, date('2004-01-01'), date('2004-12-31'))",
        "in_list(voyage.origin, 'watched ports')", "in_list(voyage.ports, 'watched ports')",
        "!in_list(voyage.origin, 'nothing')", "!in_list(voyage.ports, 'nothing')",
        "has(traveller.age)", "has(documents)", "!is_empty(voyage.ports)",
        "!is_empty(voyage.origin)",
        "documents.exists(d, d.type == 'P')", "!documents.exists(d, d.issuer == 'GBR')",
        "documents.all(d, d.type in ['P', 'V'])", "!documents.all(d, d.type == 'P')",
        "documents.exists_one(d, d.type == 'V')", "!documents.exists_one(d, has(d.type))",
        "documents.exists(d, d.issuer != traveller.nationality)",
        "documents.exists(d, documents.exists(e, d.number != e.number))",
        "documents.exists(d, d.stamps.exists(s, s == 'KHI'))",
        "documents.exists(d, d.stamps.exists(s, s == voyage.origin && d.type == 'P'))",
        "documents.exists(d, 'KHI' in d.stamps)", "documents.exists(d, voyage.origin in d.stamps)",
        "voyage.ports.exists(p, p == voyage.origin)", "voyage.ports.exists(p, p.startsWith('K'))",
        "documents.filter(d, d.type == 'P').size() == 1",
        "documents.filter(d, d.issuer == traveller.nationality).exists(d, d.type == 'V')",
        "size(documents.filter(d, d.type == 'P').filter(d, d.issuer == 'GBR')) == 0",
        "'IND' in documents.map(d, d.issuer)", "size(distinct(documents.map(d, d.issuer))) == 2",
        "documents.filter(d, d.type == 'P').map(d, d.pages * 2)[0] == 72",
        "documents.map(d, d.type == 'P')[1]",
        "sum(documents.filter(d, has(d.pages)).map(d, d.pages + traveller.age)) == 58",
        "highest(documents.filter(d, has(d.expiry)).map(d, d.expiry)) == date('2027-01-01')",
        "lowest(history.times) < now", "count_since(history.times, duration('168h')) == 2",
        "count_since(history.times, duration('36h')) == 1",
        "count_since(history.times, duration('50d')) == 3",
        "first_time('LHR', voyage.ports)", "!first_time(voyage.origin, voyage.ports)",
        "now == timestamp('2026-03-10T12:00:00Z')", "now < timestamp('2026-03-10T12:00:00.5Z')",
        "now == timestamp('2026-03-10T17:00:00+05:00')", "date(now) == date('2026-03-10')",
        "voyage.departs - now == duration('3h')", "voyage.departs > now + duration('2h59m')",
        "voyage.departs - duration('3h') == now", "-duration('1h') < duration('0s')",
        "now > date('2026-03-10')", "now < date('2026-03-11')",
        "traveller.born + duration('24h') == date('2004-03-01')",
        "hours_between(now, voyage.departs) == 3", "hours_between(voyage.departs, now) == -3",
        "hours_between(date('2026-03-10'), now) == 12", "hours_before_departure() == 3",
        "hours_before_departure(now - duration('90m')) == 4.5",
        "days_between(traveller.born, now) == 8045", "days_between(now, voyage.departs) == 0",
        "days_between(date('2026-02-28'), date('2026-03-01')) == 1",
        "age_on(traveller.born, date('2026-02-28')) == 21", "age_on(traveller.born, now) == 22",
        "age_on(traveller.born, date('2026-03-01')) == 22",
        "weekday(now) == 'tuesday'", "weekday(date('2026-03-15')) == 'sunday'",
        "weekday(timestamp('2026-03-10T23:30:00Z'), 'KHI') == 'wednesday'",
        "hour_of(now) == 12", "hour_of(now, 'KHI') == 17",
        "country_of(voyage.origin) == 'ARE'", "country_of('CNSHA') == 'CHN'",
        "between(distance_km(voyage.origin, 'KHI'), 1180, 1200)",
        "distance_km('PKKHI', 'KHI') == 0",
        "between(detour(voyage.ports), 1, 1.2)", "route_contains(voyage.ports, 'DXB')",
        "route_contains(voyage.ports, 'ARE')", "!route_contains(voyage.ports, 'GBR')",
        "domain_of('A.Khan@Example.COM') == 'example.com'",
        "// a reason\ntraveller.age == 22 // years",
    ],
)  # fmt: skip
def test_true_of_the_person(answer: Answer, text: str) -> None:
    assert answer(text) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("traveller.age < 25", None),
        ("!(traveller.age < 25)", None),
        ("traveller.age < 25 && traveller.sex == 'M'", False),
        ("traveller.age < 25 && traveller.sex == 'F'", None),
        ("traveller.age < 25 || traveller.sex == 'F'", True),
        ("traveller.age < 25 || traveller.sex == 'M'", None),
        ("traveller.age < 25 ? true : true", None),
        ("traveller.age in [22]", None),
        ("has(traveller.age)", False),
        ("!has(traveller.age)", True),
        ("has(traveller.age) && traveller.age < 25", False),
        ("between(traveller.age, 1, 30)", None),
        ("between(30, 40, traveller.age)", False),
        ("traveller.age + 1 == 2", None),
        ("documents.exists(d, d.pages > traveller.age)", None),
    ],
)
def test_unknown_is_not_false(answer: Answer, text: str, expected: bool | None) -> None:
    assert answer(text, traveller__age=None) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("documents.exists(d, d.type == 'P')", None),
        ("documents.exists(d, d.pages > 1)", True),
        ("documents.all(d, d.pages > 1)", None),
        ("documents.all(d, d.pages > 100)", False),
        ("documents.exists_one(d, d.pages > 1)", None),
        ("documents.filter(d, d.pages > 1).size() == 1", None),
        ("documents.exists(d, d.pages < traveller.age)", None),
        ("documents.exists(d, d.pages > traveller.age)", True),
        ("1 in documents.map(d, d.pages)", None),
        ("36 in documents.map(d, d.pages)", True),
        ("sum(documents.map(d, d.pages)) == 36", None),
        ("size(documents) == 2", True),
    ],
)
def test_unknown_in_a_list(answer: Answer, text: str, expected: bool | None) -> None:
    people = [{"type": None, "pages": None}, {"type": "V", "pages": 36.0}]
    assert answer(text, documents=people) is expected


@pytest.mark.parametrize(
    ("text", "none", "unknown"),
    [
        ("documents.exists(d, d.type == 'P')", False, None),
        ("documents.exists(d, d.issuer == traveller.nationality)", False, None),
        ("documents.all(d, d.type == 'P')", True, None),
        ("documents.all(d, d.issuer == traveller.nationality)", True, None),
        ("documents.exists_one(d, d.type == 'P')", False, None),
        ("documents.filter(d, d.type == 'P').size() == 0", True, None),
        ("documents.filter(d, d.issuer == traveller.nationality).size() == 0", True, None),
        ("size(documents) == 0", True, None),
        ("is_empty(documents)", True, True),
        ("has(documents)", True, False),
        ("'PAK' in documents.map(d, d.issuer)", False, None),
        ("sum(documents.map(d, d.pages)) == 0", True, None),
        ("lowest(documents.map(d, d.pages)) == 0", None, None),
        ("documents[0].type == 'P'", None, None),
    ],
)
def test_no_list_and_an_empty_one(
    answer: Answer, text: str, none: bool | None, unknown: bool | None
) -> None:
    assert answer(text, documents=[]) is none
    assert answer(text, documents=None) is unknown


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("traveller.age / 0 > 1", {}),
        ("traveller.age % 0 > 1", {}),
        ("voyage.ports[7] == 'X'", {}),
        ("detour(voyage.ports) > 1", {"voyage__ports": ["KHI", "DXB", "KHI"]}),
        ("detour(voyage.ports) > 1", {"voyage__ports": ["KHI", "QQQ", "DXB"]}),
        ("detour(voyage.ports) > 1", {"voyage__ports": ["KHI"]}),
        ("country_of(voyage.origin) == 'ARE'", {"voyage__origin": "QQQ"}),
        ("distance_km(voyage.origin, 'KHI') > 1", {"voyage__origin": "QQQ"}),
        ("domain_of(voyage.origin) == 'x'", {"voyage__origin": "no address"}),
    ],
)
def test_what_cannot_be_worked_out_is_unknown(
    answer: Answer, text: str, changed: dict[str, object]
) -> None:
    assert answer(text, **changed) is None


def test_several_rules_over_several_rows(rule: Compile) -> None:
    rules = [
        rule("traveller.age < 25"),
        rule("true"),
        rule("documents.exists(d, d.issuer != traveller.nationality)"),
    ]
    frame = pl.DataFrame(
        {
            "traveller.age": [20.0, 30.0, None],
            "traveller.nationality": ["PAK", "PAK", "IND"],
            "documents": [
                [{"issuer": "PAK"}, {"issuer": "IND"}],
                [],
                [{"issuer": "IND"}],
            ],
        }
    )
    assert evaluate(rules, frame).to_dict(as_series=False) == {
        "0": [True, False, None],
        "1": [True, True, True],
        "2": [True, False, False],
    }
    assert evaluate(rules, frame.clear()).shape == (0, 3)
    assert evaluate([], frame).width == 0


def test_rules_that_look_at_one_list_beside_other_columns_share_its_frame(rule: Compile) -> None:
    texts = {
        "documents.exists(d, d.issuer != traveller.nationality)": [True, False, False, None],
        "documents.all(d, d.issuer == traveller.nationality)": [False, True, True, None],
        "documents.exists_one(d, d.issuer == traveller.nationality)": [True, False, True, None],
        "documents.exists(d, d.issuer == voyage.origin)": [None, False, None, None],
        "documents.filter(d, d.issuer == traveller.nationality).size() == 1":
            [True, False, True, None],
        "voyage.ports.exists(p, p == traveller.nationality)": [False, True, None, False],
        "distance_km(voyage.origin, 'KHI') > 1": [None, None, None, True],
    }  # fmt: skip
    rules = [rule(own) for own in texts]
    frame = pl.DataFrame(
        {
            "traveller.nationality": ["PAK", "PAK", "IND", "PAK"],
            "voyage.origin": [None, None, None, "DXB"],
            "voyage.ports": [["KHI"], ["PAK", None], None, []],
            "documents": [
                [{"issuer": "PAK"}, {"issuer": "IND"}], [], [{"issuer": "IND"}], None,
            ],
        }
    )  # fmt: skip
    done = run(rules, frame)
    assert not done.failed
    assert [own.to_list() for own in done.matches] == list(texts.values())
    for place, own in enumerate(rules):
        assert frame.select(own.matches).to_series().to_list() == done.matches[str(place)].to_list()


def test_a_rule_that_breaks_does_not_take_the_others_down(rule: Compile) -> None:
    rules = [rule("traveller.age < 25"), rule("traveller.sex.startsWith('F')")]
    frame = pl.DataFrame({"traveller.age": [20.0], "traveller.sex": [3]})
    done = run(rules, frame)
    assert done.matches.to_dict(as_series=False) == {"0": [True], "1": [None]}
    assert list(done.failed) == [1]


# --- the same, worked out row by row -----------------------------------------------------------

NUMBERS = Catalogue(
    entities=(
        Entity(
            name="n",
            meaning="Numbers",
            subjects=frozenset({Kind.TRAVELLER}),
            attributes=tuple(
                Attribute(name=own, type=Type.NUMBER, meaning=own, example="1") for own in "ab"
            ),
        ),
        Entity(
            name="many",
            meaning="Several numbers",
            subjects=frozenset({Kind.TRAVELLER}),
            attributes=tuple(
                Attribute(name=own, type=Type.NUMBER, meaning=own, example="1") for own in "cd"
            ),
            many=True,
        ),
    )
)
Row = dict[str, object]
Rule = tuple[str, Callable[[Row], bool | None]]
SMALL_NUMBER = st.sampled_from([None, 0.0, 1.0, 2.0])
OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def number(row: Row, name: str) -> float | None:
    found = row[name] if name in row else float(name)
    return found if isinstance(found, float) else None


@st.composite
def comparison(draw: st.DrawFn, names: list[str]) -> Rule:
    left, sign = draw(st.sampled_from([*names, "0", "1"])), draw(st.sampled_from(sorted(OPERATORS)))
    right = draw(st.sampled_from([*names, "0", "1"]))

    def asked(row: Row) -> bool | None:
        first, second = number(row, left), number(row, right)
        return None if first is None or second is None else OPERATORS[sign](first, second)

    return f"{left} {sign} {right}", asked


def kleene_any(values: list[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def logic(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    def joined(parts: list[Rule], sign: str) -> Rule:
        text = f"({f' {sign} '.join(own for own, _ in parts)})"
        if sign == "||":
            return text, lambda row: kleene_any([asked(row) for _, asked in parts])
        return text, lambda row: negated(kleene_any([negated(asked(row)) for _, asked in parts]))

    return st.one_of(
        st.builds(joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["&&", "||"])),
        inner.map(lambda own: (f"!({own[0]})", lambda row: negated(own[1](row)))),
    )


@st.composite
def over_elements(draw: st.DrawFn) -> Rule:
    """`exists`, `all` or `exists_one`, whose condition may read columns beside the element."""
    names = draw(st.sampled_from([["e.c", "e.d"], ["e.c", "e.d", "n.a"]]))
    body, asked = draw(st.recursive(comparison(names), logic, max_leaves=3))
    macro = draw(st.sampled_from(["exists", "all", "exists_one"]))

    def gathered(row: Row) -> bool | None:
        items = row["many"]
        if not isinstance(items, list):
            return None
        found = [asked(row | {f"e.{name}": own for name, own in item.items()}) for item in items]
        if macro == "exists":
            return kleene_any(found)
        if macro == "all":
            return negated(kleene_any([negated(own) for own in found]))
        return False if found.count(True) > 1 else None if None in found else found.count(True) == 1

    return f"many.{macro}(e, {body})", gathered


ITEM = st.fixed_dictionaries({"c": SMALL_NUMBER, "d": SMALL_NUMBER})
ROWS = st.lists(
    st.fixed_dictionaries(
        {"n.a": SMALL_NUMBER, "n.b": SMALL_NUMBER, "many": st.none() | st.lists(ITEM, max_size=3)}
    ),
    min_size=1,
    max_size=6,
)
RULE = st.recursive(comparison(["n.a", "n.b"]) | over_elements(), logic, max_leaves=6)


@settings(deadline=None)
@given(RULE, ROWS)
def test_columns_say_what_rows_say_one_by_one(written: Rule, rows: list[Row]) -> None:
    text, asked = written
    schema = NUMBERS.schema(["n.a", "n.b", "many"])
    frame = pl.DataFrame({name: [row[name] for row in rows] for name in schema}, schema=schema)
    compiled = compile_rule(text, NUMBERS)
    done = run([compiled], frame)
    assert not done.failed
    expected = [asked(row) for row in rows]
    assert done.matches["0"].to_list() == expected
    for place, row in enumerate(rows):
        alone = run([compiled], frame.slice(place, 1))
        assert (alone.matches["0"].to_list(), alone.failed) == ([expected[place]], {})
        if expected[place]:
            compiled.explain(row)


@pytest.mark.parametrize(
    "body",
    [
        "18 < traveller.age", "2 <= size(documents)", "'DXB' in [voyage.origin, 'KHI']",
        "(20 / 5) <= (20 / (5 % traveller.age))", "between(30, traveller.age, 60)",
        "age_on(traveller.born, date('2026-01-01')) < 25", "1 == 1", "true",
    ],
)  # fmt: skip
def test_a_value_that_is_the_same_for_every_element(
    rule: Compile, person: Row, frame_of: Callable[..., pl.DataFrame], body: str
) -> None:
    for text, of_two, of_none in [
        ("documents.exists(d, {})", True, False),
        ("!documents.all(d, !({}))", True, False),
        ("documents.exists_one(d, {})", False, False),
        ("documents.filter(d, {}).size() == 2", True, False),
        ("size(documents.map(d, {})) == 2", True, False),
    ]:
        own = rule(text.format(body))
        rows = [person, {**person, "documents": []}]
        expected = [of_two, of_none]
        assert evaluate([own], frame_of(own, *rows))["0"].to_list() == expected, text
        assert evaluate([own], frame_of(own, person))["0"].to_list() == [of_two], text
        if of_two:
            own.explain(person)


def test_dates_before_the_epoch(answer: Answer) -> None:
    assert answer("age_on(traveller.born, now) == 90", traveller__born=date(1935, 3, 11)) is True
    times = [NOW - timedelta(hours=1), NOW + timedelta(hours=1)]
    assert answer("count_since(history.times, duration('2h')) == 1", history__times=times) is True
