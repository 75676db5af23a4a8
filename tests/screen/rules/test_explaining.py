"""Why a rule fits, in words."""

from collections.abc import Callable, Mapping

import pytest

from parakh.domain.hit import Agreement
from parakh.screen.rules.language import CompiledRule

Compile = Callable[..., CompiledRule]
Row = Mapping[str, object]


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("traveller.age < 25", ["Age: 22 years; the rule asks for under 25 years"]),
        ("25 > traveller.age", ["Age: 22 years; the rule asks for under 25 years"]),
        ("!(traveller.age >= 25)", ["Age: 22 years; the rule asks for under 25 years"]),
        (
            "hours_between(now, voyage.departs) < 24",
            ["Hours from now to departure: 3 hours; the rule asks for under 24 hours"],
        ),
        (
            "hours_before_departure() <= 24",
            ["Hours from now to departure: 3 hours; the rule asks for at most 24 hours"],
        ),
        (
            "voyage.departs < timestamp('2026-04-01T00:00:00Z')",
            ["Departure: 2026-03-10 15:00 UTC; the rule asks for before 2026-04-01 00:00 UTC"],
        ),
        (
            "traveller.age > 30 || traveller.sex == 'F' || traveller.checked",
            [
                "Sex: F (female); the rule asks for F (female)",
                "It was checked: yes; the rule asks for that",
            ],
        ),
        (
            "traveller.sex == 'F' ? traveller.age > 20 : traveller.age > 60",
            [
                "Sex: F (female); the rule asks for F (female)",
                "Age: 22 years; the rule asks for over 20 years",
            ],
        ),
        (
            "documents.exists(d, d.type == 'P' && d.issuer != traveller.nationality)",
            [
                "Kind of document: P (passport); the rule asks for P (passport)",
                "Who issued it: IND; the rule asks for anything but nationality (PAK)",
            ],
        ),
        (
            "documents.all(d, has(d.number)) && !documents.exists(d, d.issuer == 'GBR')",
            [
                "documents: all 2 fit what the rule asks for",
                "documents: none of 2 fits what the rule asks against",
            ],
        ),
        (
            "!documents.all(d, d.type == 'P')",
            ["Kind of document: V (visa); the rule asks for anything but P (passport)"],
        ),
        (
            "documents.exists_one(d, d.type == 'V')",
            ["Kind of document: V (visa); the rule asks for V (visa)"],
        ),
        (
            "!documents.exists_one(d, has(d.number))",
            ["documents: 2 of 2 fit; the rule asks for any number but one"],
        ),
        (
            "!documents.exists_one(d, d.issuer == 'GBR')",
            ["documents: 0 of 2 fit; the rule asks for any number but one"],
        ),
        ("size(documents) >= 2", ["Number of documents: 2; the rule asks for at least 2"]),
        (
            "documents.filter(d, d.type == 'P').size() == 1",
            ["Number of documents: 1; the rule asks for 1"],
        ),
        (
            "voyage.origin in ['AUH', 'DXB']",
            ["Port of departure: DXB; the rule asks for one of AUH, DXB"],
        ),
        (
            "!(voyage.origin in ['AUH', 'LHR'])",
            ["Port of departure: DXB; the rule asks for none of AUH, LHR"],
        ),
        ("'JFK' in voyage.ports", ["All ports: JFK, DXB, KHI; the rule asks for JFK among them"]),
        (
            "in_list(voyage.origin, 'watched ports')",
            ["Port of departure: DXB; the rule asks for a value of the list watched ports"],
        ),
        (
            "between(traveller.age, 18, 25)",
            ["Age: 22 years; the rule asks for 18 years – 25 years"],
        ),
        ("!voyage.origin.contains('Q')", ["Port of departure: DXB; the rule asks for no Q in it"]),
        (
            "voyage.origin.startsWith('D')",
            ["Port of departure: DXB; the rule asks for D at its start"],
        ),
        (
            "route_contains(voyage.ports, 'ARE')",
            ["All ports: JFK, DXB, KHI; the rule asks for a route with ARE"],
        ),
        (
            "count_since(history.times, duration('168h')) >= 2",
            ["When, counted over 168h: 2 times; the rule asks for at least 2 times"],
        ),
        ("first_time('LHR', voyage.ports)", ["LHR: LHR; not seen before"]),
        ("has(traveller.age)", ["Age: 22 years; the rule asks whether it is known"]),
        (
            "!is_empty(voyage.ports)",
            ["All ports: JFK, DXB, KHI; the rule asks whether it is known"],
        ),
        (
            "voyage.ports.exists(p, p == voyage.origin)",
            ["All ports: DXB; the rule asks for port of departure (DXB)"],
        ),
        ("true", []),
    ],
)
def test_why(rule: Compile, person: Row, text: str, notes: list[str]) -> None:
    told = rule(text).explain(person)
    assert [str(own.note) for own in told] == notes
    assert all(own.agreement is Agreement.AGREES for own in told)


def test_what_is_not_known_can_be_what_a_rule_asks_for(rule: Compile, person: Row) -> None:
    (told,) = rule("!has(traveller.age)").explain({**person, "traveller.age": None})
    assert str(told.note) == "Age is not known; the rule asks for that"
    assert (told.attribute, told.ours) == ("traveller.age", "not known")


def test_evidence_names_its_attribute_and_both_sides(rule: Compile, person: Row) -> None:
    told = rule("traveller.age < 25 && documents.exists(d, d.issuer == 'IND')").explain(person)
    assert [(own.attribute, own.ours, own.theirs) for own in told] == [
        ("traveller.age", "22 years", "< 25 years"),
        ("documents.issuer", "IND", "== IND"),
    ]
    assert [own.weight for own in told] == [0.5, 0.5]


def test_one_of_a_unit_is_told_in_the_singular(rule: Compile, person: Row) -> None:
    (told,) = rule("traveller.age < 2").explain({**person, "traveller.age": 1})
    assert (told.ours, told.theirs) == ("1 year", "< 2 years")


def test_a_long_list_is_cut(rule: Compile, person: Row) -> None:
    ports = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG"]
    (told,) = rule("'AAA' in voyage.ports").explain({**person, "voyage.ports": ports})
    assert told.ours == "AAA, BBB, CCC, DDD, EEE and 2 more"
