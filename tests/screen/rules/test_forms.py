"""Forms and their text, one from the other."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parakh.screen.rules.catalogue import Catalogue, Type
from parakh.screen.rules.editing import diagnose
from parakh.screen.rules.form_reading import to_form
from parakh.screen.rules.form_writing import from_form
from parakh.screen.rules.forms import (
    LABELS,
    Condition,
    Form,
    FormError,
    Group,
    Join,
    Operator,
    Verbatim,
    operators,
)  # fmt: skip
from parakh.screen.rules.terms import NUMBER, TEXT, TRUTH, Shape, Sort, shape_of

LISTS = {"watched ports": {"DXB"}}
WHAT = {
    "traveller.age": ("22", "-3.5"),
    "traveller.nationality": ("PAK", 'a "b" \\ c', ""),
    "traveller.checked": ("true", "false"),
    "traveller.born": ("2000-01-01", "1999-12-31"),
    "voyage.departs": ("2026-01-01T00:00:00Z", "2026-06-01T12:30:00+05:00"),
    "voyage.ports": ("DXB",),
    "documents.issuer": ("PAK", "کراچی"),
    "documents.expiry": ("2027-01-01",),
    "documents.stamps": ("KHI",),
    "size(documents)": ("2",),
    "hours_between(now, voyage.departs)": ("24",),
    'route_contains(voyage.ports, "ARE")': ("true",),
    "domain_of(documents.number)": ("a.example",),
}
SHAPES = {
    "size(documents)": NUMBER,
    "hours_between(now, voyage.departs)": NUMBER,
    'route_contains(voyage.ports, "ARE")': TRUTH,
    "domain_of(documents.number)": TEXT,
}


def shape(catalogue: Catalogue, what: str) -> Shape:
    if what in SHAPES:
        return SHAPES[what]
    name, _, attribute = what.partition(".")
    entity = catalogue.entity(name)
    found = entity.attribute(attribute) if entity else None
    assert found is not None
    return shape_of(found)


def conditions(catalogue: Catalogue, whats: list[str]) -> st.SearchStrategy[Condition]:
    """Every attribute with every operator that it can have, and as many values as that asks for."""

    def of(what: str) -> st.SearchStrategy[Condition]:
        allowed = [own for own in operators(shape(catalogue, what)) if not _of_call(what, own)]
        return st.sampled_from(allowed).flatmap(lambda own: _with_values(what, own))

    return st.sampled_from(whats).flatmap(of)


def _of_call(what: str, operator: Operator) -> bool:
    return "(" in what and operator in {Operator.IS_NULL, Operator.IS_NOT_NULL}


def _with_values(what: str, operator: Operator) -> st.SearchStrategy[Condition]:
    value = st.sampled_from(WHAT[what])
    match operator:
        case Operator.MEMBER_OF | Operator.NOT_MEMBER_OF:
            values = st.just(("watched ports",))
        case Operator.IS_NULL | Operator.IS_NOT_NULL | Operator.IS_EMPTY | Operator.IS_NOT_EMPTY:
            values = st.just(())
        case Operator.BETWEEN | Operator.NOT_BETWEEN:
            values = st.tuples(value, value)
        case Operator.IN | Operator.NOT_IN:
            values = st.lists(value, min_size=1, max_size=3).map(tuple)
        case _:
            values = st.tuples(value)
    return values.map(lambda given: Condition(what=what, operator=operator, values=given))


@st.composite
def forms(draw: st.DrawFn, catalogue: Catalogue) -> Form:
    joins = st.sampled_from(Join)
    single = conditions(catalogue, list(WHAT))
    about = [own for own in WHAT if "documents." in own] + ["traveller.age"]
    loose = st.builds(
        Group, join=joins, conditions=st.lists(single, min_size=1, max_size=3).map(tuple)
    )
    same = st.builds(
        Group,
        join=joins,
        conditions=st.lists(conditions(catalogue, about), min_size=1, max_size=3).map(tuple),
        of=st.just("documents"),
    )
    items = draw(st.lists(single | loose | same, min_size=1, max_size=4))
    return Form(join=draw(joins), items=tuple(items))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_form_and_its_text_go_round(small: Catalogue, data: st.DataObject) -> None:
    form = data.draw(forms(small))
    text = from_form(form, small)
    assert diagnose(text, small, LISTS) == ()
    read = to_form(text, small)
    assert from_form(read, small) == text
    assert to_form(from_form(read, small), small) == read


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (("traveller.age", Operator.EQUAL, "25"), "traveller.age == 25"),
        (("traveller.age", Operator.NOT_EQUAL, "25"), "traveller.age != 25"),
        (("traveller.age", Operator.GREATER, "25.5"), "traveller.age > 25.5"),
        (("traveller.age", Operator.LESS, "25"), "traveller.age < 25"),
        (("traveller.age", Operator.GREATER_OR_EQUAL, "25"), "traveller.age >= 25"),
        (("traveller.age", Operator.LESS_OR_EQUAL, "25"), "traveller.age <= 25"),
        (("voyage.origin", Operator.IN, "DXB", "AUH"), 'voyage.origin in ["DXB", "AUH"]'),
        (("voyage.origin", Operator.NOT_IN, "DXB"), '!(voyage.origin in ["DXB"])'),
        (("traveller.age", Operator.BETWEEN, "18", "25"), "between(traveller.age, 18, 25)"),
        (("traveller.age", Operator.NOT_BETWEEN, "1", "2"), "!between(traveller.age, 1, 2)"),
        (("voyage.origin", Operator.BEGINS_WITH, "D"), 'voyage.origin.startsWith("D")'),
        (("voyage.origin", Operator.NOT_BEGINS_WITH, "D"), '!voyage.origin.startsWith("D")'),
        (("voyage.origin", Operator.CONTAINS, "X"), 'voyage.origin.contains("X")'),
        (("voyage.origin", Operator.NOT_CONTAINS, "X"), '!voyage.origin.contains("X")'),
        (("voyage.origin", Operator.ENDS_WITH, "B"), 'voyage.origin.endsWith("B")'),
        (("voyage.origin", Operator.NOT_ENDS_WITH, "B"), '!voyage.origin.endsWith("B")'),
        (("voyage.origin", Operator.IS_EMPTY), "is_empty(voyage.origin)"),
        (("voyage.origin", Operator.IS_NOT_EMPTY), "!is_empty(voyage.origin)"),
        (("voyage.origin", Operator.IS_NULL), "!has(voyage.origin)"),
        (("voyage.origin", Operator.IS_NOT_NULL), "has(voyage.origin)"),
        (("voyage.origin", Operator.MEMBER_OF, "w"), 'in_list(voyage.origin, "w")'),
        (("voyage.origin", Operator.NOT_MEMBER_OF, "w"), '!in_list(voyage.origin, "w")'),
        (("voyage.ports", Operator.CONTAINS, "DXB"), '"DXB" in voyage.ports'),
        (("voyage.ports", Operator.NOT_CONTAINS, "DXB"), '!("DXB" in voyage.ports)'),
        (("documents.type", Operator.EQUAL, "P"), 'documents.exists(d, d.type == "P")'),
        (
            ("documents.expiry", Operator.LESS, "2027-01-01"),
            'documents.exists(d, d.expiry < date("2027-01-01"))',
        ),
        (
            ("voyage.departs", Operator.GREATER, "2026-01-01T00:00:00Z"),
            'voyage.departs > timestamp("2026-01-01T00:00:00Z")',
        ),
        (("traveller.checked", Operator.EQUAL, "true"), "traveller.checked == true"),
    ],
)
def test_every_operator(small: Catalogue, condition: tuple[str, ...], text: str) -> None:
    what, operator, *values = condition
    form = Form(
        join=Join.ALL,
        items=(Condition(what=what, operator=Operator(operator), values=tuple(values)),),
    )
    assert from_form(form, small) == text
    assert to_form(text, small) == form


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ('!(traveller.sex == "F")', 'traveller.sex != "F"'),
        ("!(traveller.age < 25)", "traveller.age >= 25"),
        ("!(traveller.age >= 25)", "traveller.age < 25"),
        ("!traveller.checked", "traveller.checked == false"),
        ("traveller.checked", "traveller.checked == true"),
        ("!!has(traveller.age)", "has(traveller.age)"),
        ("one_of(voyage.origin, ['DXB'])", 'voyage.origin in ["DXB"]'),
    ],
)
def test_other_ways_to_write_a_condition(small: Catalogue, text: str, same: str) -> None:
    assert from_form(to_form(text, small), small) == same


def test_every_operator_has_a_label() -> None:
    assert set(LABELS) == set(Operator)
    assert len(Operator) == 22


def test_groups(small: Catalogue) -> None:
    text = (
        'traveller.age < 25 && (voyage.origin == "DXB" || !has(traveller.name)) '
        '&& documents.exists(x, x.type == "P" && x.pages > 3)'
    )
    form = to_form(text, small)
    assert form.join is Join.ALL
    first, second, third = form.items
    assert isinstance(first, Condition)
    assert isinstance(second, Group)
    assert isinstance(third, Group)
    assert (second.join, second.of, len(second.conditions)) == (Join.ANY, "", 2)
    assert (third.join, third.of, third.conditions[0].what) == (
        Join.ALL, "documents", "documents.type",
    )  # fmt: skip
    assert from_form(form, small).replace("\n  ", " ") == text.replace(
        "x, x.type", "d, d.type"
    ).replace("x.pages", "d.pages")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("traveller.age < size(documents) + 1", ("traveller.age < size(documents) + 1",)),
        ("traveller.name == traveller.nationality", ("traveller.name == traveller.nationality",)),
        ('!documents.exists(d, d.type == "P")', ('!documents.exists(d, d.type == "P")',)),
        ("documents.all(d, has(d.number)) && traveller.checked",
         ("documents.all(d, has(d.number))",)),
        ("traveller.age < 3 && (traveller.age > 1 || (traveller.age == 2 && traveller.checked))",
         ("(traveller.age == 2 && traveller.checked)",)),
        ("traveller.age + 1 < 3", ("traveller.age + 1 < 3",)),
        ("documents.exists(d, traveller.age > 3)", ("documents.exists(d, traveller.age > 3)",)),
        ('traveller.age < 3 && documents.exists(d, d.type == "P" && d.number != traveller.name)',
         ('documents.exists(d, d.type == "P" && d.number != traveller.name)',)),
        ("traveller.age < 3 && (traveller.checked ? true : false)",
         ("(traveller.checked ? true : false)",)),
        ("traveller.checked // young\n || (traveller.age + 1 // or so\n < 3)",
         ("(traveller.age + 1 // or so\n < 3)",)),
    ],
)  # fmt: skip
def test_what_no_condition_can_show_stays_as_it_is_written(
    small: Catalogue, text: str, parts: tuple[str, ...]
) -> None:
    form = to_form(text, small)
    assert tuple(_verbatim(form)) == parts
    again = from_form(form, small)
    assert all(part in again for part in parts)
    assert to_form(again, small) == form


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("traveller.checked ? true : false", "(traveller.checked ? true : false)"),
        ("traveller.checked && traveller.age < 3", "(traveller.checked && traveller.age < 3)"),
        ("(traveller.checked || true)", "(traveller.checked || true)"),
        ("traveller.age < 1 + 2", "traveller.age < 1 + 2"),
    ],
)
def test_a_part_that_would_fall_apart_beside_others_stands_in_brackets(
    small: Catalogue, text: str, written: str
) -> None:
    plain = Condition(what="voyage.origin", operator=Operator.IS_NOT_NULL)
    form = Form(join=Join.ALL, items=(plain, Verbatim(text=text)))
    assert from_form(form, small) == f"has(voyage.origin) && {written}"


def _verbatim(form: Form) -> Iterator[str]:
    for own in form.items:
        for one in own.conditions if isinstance(own, Group) else (own,):
            if isinstance(one, Verbatim):
                yield one.text


@pytest.mark.parametrize(
    ("item", "place", "message"),
    [
        (Condition(what="traveller.age", operator=Operator.LESS, values=("x",)), "1",
         "Write a number"),
        (Condition(what="traveller.age", operator=Operator.LESS, values=("inf",)), "1",
         "Write a number"),
        (Condition(what="traveller.age", operator=Operator.LESS), "1", "Write a number"),
        (Condition(what="traveller.age", operator=Operator.BETWEEN, values=("1",)), "1",
         "Write the lowest and the highest value"),
        (Condition(what="traveller.born", operator=Operator.LESS, values=("1.2.2000",)), "1",
         "Write a day as 2026-07-29"),
        (Condition(what="traveller.religion", operator=Operator.EQUAL, values=("x",)), "1",
         "No rule may use religion: it must not decide"),
        (Condition(what="traveller.age", operator=Operator.BEGINS_WITH, values=("x",)), "1",
         "That cannot be asked of this attribute"),
        (Condition(what="traveller.age || true", operator=Operator.EQUAL, values=("x",)), "1",
         "Choose an attribute or a function of attributes"),
        (Condition(what="", operator=Operator.EQUAL), "1",
         "The rule ends too early: a condition or a value is missing"),
        (Condition(what="size(documents)", operator=Operator.IS_NULL), "1",
         "Ask this of an attribute, not of a function"),
        (Verbatim(text="traveller.age <"), "1",
         "The rule ends too early: a condition or a value is missing"),
        (Group(join=Join.ALL, of="documents", conditions=(Verbatim(text="true"),)), "1.1",
         "What stays as it is written stands outside such a group"),
        (Group(join=Join.ALL, conditions=()), "1", "Add a condition to the group"),
        (Group(join=Join.ALL, of="traveller",
               conditions=(Condition(what="traveller.age", operator=Operator.IS_NULL),)), "1",
         "There are no several traveller"),
    ],
)  # fmt: skip
def test_what_cannot_be_written(
    small: Catalogue, item: Condition | Group | Verbatim, place: str, message: str
) -> None:
    with pytest.raises(FormError) as error:
        from_form(Form(join=Join.ALL, items=(item,)), small)
    found, told = error.value.problems[0]
    assert (found, str(told)) == (place, message)


def test_an_empty_form(small: Catalogue) -> None:
    with pytest.raises(FormError, match="Add a condition"):
        from_form(Form(join=Join.ALL, items=()), small)


def test_types_have_operators() -> None:
    for own in Type:
        assert operators(Shape(sort=Sort(own.value)))
