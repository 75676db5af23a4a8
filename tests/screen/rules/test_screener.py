"""Rules in force raise hits that say why; a broken one is recorded and stops no other."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from parakh.domain.consignment import Consignment
from parakh.domain.conveyance import Conveyance, ConveyanceKind, Movement, MovementKind
from parakh.domain.hit import Evidence, Kind, Ref, ResultState
from parakh.domain.rule import RuleState, RuleVersion, Scope
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.voyage import Crossing, CrossingState, Direction, Mode, Voyage
from parakh.screen.pipeline import screen
from parakh.screen.rules import screener
from parakh.screen.rules.attributes import CATALOGUE
from parakh.screen.rules.language import CompiledRule, Run
from parakh.screen.rules.screener import RuleScreener, RuleSubject, Whereabouts, ready
from parakh.screen.screener import (
    ConsignmentSubject,
    FaceSubject,
    TravellerSubject,
    UnitSubject,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Ages:
    """Tells the age and nationality of subjects by their names, and what was asked for."""

    def __init__(self, **ages: float | None) -> None:
        self.ages = ages
        self.asked: list[tuple[tuple[str, ...], frozenset[str]]] = []

    def frame(self, subjects: Sequence[TravellerSubject], needs: Collection[str]) -> pl.DataFrame:
        names = tuple(own.ref.id for own in subjects)
        self.asked.append((names, frozenset(needs)))
        schema = CATALOGUE.schema({*needs, "traveller.age"}) | {"at": pl.Datetime("us", "UTC")}
        told: dict[str, list[Any]] = {name: [None] * len(names) for name in schema}
        told |= {"traveller.age": [self.ages[own] for own in names], "at": [NOW] * len(names)}
        return pl.DataFrame(told, schema=schema)


def subject(name: str, port: str = "KHI", way: Direction = Direction.ENTRY) -> TravellerSubject:
    traveller = Traveller(
        id=name,
        voyage_id="v",
        role=TravellerRole.PASSENGER,
        name=PersonName(family=name, given=""),
    )
    voyage = Voyage(
        id="v",
        mode=Mode.AIR,
        carrier="PK",
        number="304",
        origin="DXB" if way is Direction.ENTRY else port,
        destination=port if way is Direction.ENTRY else "DXB",
        departure=None,
        arrival=None,
        due_at=None,
        direction=way,
    )
    return TravellerSubject(
        ref=Ref(kind=Kind.TRAVELLER, id=name), traveller=traveller, voyage=voyage
    )


def version(name: str, text: str, number: int = 1, **more: Any) -> RuleVersion:
    return RuleVersion(
        id=f"{name}{number}",
        rule_id=name,
        number=number,
        name=name,
        subject=more.pop("subject", Kind.TRAVELLER),
        text=text,
        reason=f"It is {name}",
        state=RuleState.APPROVED,
        written_by="somebody",
        written_at=NOW,
        **more,
    )


def screened(source: Ages, subjects: Sequence[TravellerSubject], *rules: RuleVersion) -> Any:
    own = RuleScreener(ready(rules, {"ports": frozenset({"KHI"})}), source)
    return screen([own], subjects)


def test_a_hit_names_its_rule_and_version_and_says_why() -> None:
    young = version("young", "traveller.age < 25", number=3)
    found = screened(Ages(A=19, B=40, C=None), [subject(own) for own in "ABC"], young)
    assert [len(own.hits) for own in found] == [1, 0, 0], "what is not known is no hit"
    (hit,) = found[0].hits
    assert (hit.target, hit.screener) == (Ref(kind=Kind.RULE, id="young"), "rules@3")
    assert hit.subject == Ref(kind=Kind.TRAVELLER, id="A")
    assert hit.score == hit.threshold == 1.0
    assert str(hit.sentence) == "Rule young: It is young (19 years)"
    (evidence,) = hit.evidence
    assert (evidence.attribute, evidence.ours) == ("traveller.age", "19 years")
    for own in found:
        assert [(one.screener, one.state) for one in own.results] == [("rules@1", ResultState.DONE)]


@pytest.mark.parametrize("text", ["true", "!has(voyage.cancelled)"])
def test_a_rule_without_values_tells_its_reason_alone(text: str) -> None:
    (found,) = screened(Ages(A=19), [subject("A")], version("all", text))
    assert str(found.hits[0].sentence) == "Rule all: It is all"


@pytest.mark.parametrize(
    ("scope", "met"),
    [
        (Scope(), "ABC"),
        (Scope(ports=frozenset({"LHE", "ISB"})), "B"),
        (Scope(directions=frozenset({Direction.EXIT})), "C"),
        (Scope(ports=frozenset({"KHI"}), directions=frozenset({Direction.ENTRY})), "A"),
        (Scope(ports=frozenset({"PEW"})), ""),
    ],
)
def test_a_rule_holds_only_within_its_scope(scope: Scope, met: str) -> None:
    source = Ages(A=19, B=20, C=21)
    subjects = [subject("A"), subject("B", "LHE"), subject("C", "KHI", Direction.EXIT)]
    found = screened(source, subjects, version("young", "traveller.age < 25", scope=scope))
    assert "".join(own.subject.ref.id for own in found if own.hits) == met
    asked = [("".join(names), needs) for names, needs in source.asked]
    assert asked == ([(met, frozenset({"traveller.age"}))] if met else [])


def test_who_crosses_now_is_where_he_crosses() -> None:
    made = Crossing(
        id="c",
        traveller_id="A",
        voyage_id="v",
        port="LHE",
        direction=Direction.EXIT,
        state=CrossingState.ACTUAL,
        at=NOW,
    )
    own = subject("A")
    here = TravellerSubject(ref=own.ref, traveller=own.traveller, voyage=own.voyage, crossing=made)
    scope = Scope(ports=frozenset({"LHE"}), directions=frozenset({Direction.EXIT}))
    (found,) = screened(Ages(A=19), [here], version("young", "traveller.age < 25", scope=scope))
    assert found.hits


def test_a_rule_that_is_none_any_more_fails_by_name_and_stops_no_other() -> None:
    gone = version("gone", 'traveller.shoe_size > 45 || in_list(voyage.port, "nowhere")', number=2)
    scoped = version("far", "traveller.nose > 1", scope=Scope(ports=frozenset({"PEW"})))
    young = version("young", "traveller.age < 25")
    found = screened(Ages(A=19, B=50), [subject("A"), subject("B")], gone, scoped, young)
    assert [[one.target.id for one in own.hits] for own in found] == [["young"], []]
    for own in found:
        assert {one.screener: (one.state, one.error) for one in own.results} == {
            "rules@1": (ResultState.DONE, ""),
            "rules@1 (gone@2)": (ResultState.FAILED, "RuleError"),
        }


def test_a_rule_that_breaks_while_it_runs_fails_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(rules: Sequence[object], frame: pl.DataFrame) -> Run:
        nothing = pl.Series("0", [None] * len(frame), dtype=pl.Boolean)
        matches = pl.DataFrame([nothing, frame["traveller.age"].lt(25).alias("1")])
        return Run(matches=matches, failed={0: "ComputeError"})

    monkeypatch.setattr(screener, "run", run)
    rules = version("old", "traveller.age > 99"), version("young", "traveller.age < 25")
    (found,) = screened(Ages(A=19), [subject("A")], *rules)
    assert [own.target.id for own in found.hits] == ["young"]
    failed = [own for own in found.results if own.state is ResultState.FAILED]
    assert [(own.screener, own.error) for own in failed] == [("rules@1 (old@1)", "ComputeError")]


def test_a_rule_that_cannot_say_why_fails_by_name_for_whom_it_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    explain = CompiledRule.explain

    def told(rule: CompiledRule, row: Mapping[str, object]) -> tuple[Evidence, ...]:
        if "99" in rule.text:
            raise pl.exceptions.ShapeError
        return explain(rule, row)

    monkeypatch.setattr(CompiledRule, "explain", told)
    rules = version("odd", "traveller.age != 99"), version("young", "traveller.age < 25")
    found = screened(Ages(A=19, B=99), [subject("A"), subject("B")], *rules)
    assert [[one.target.id for one in own.hits] for own in found] == [["young"], []]
    failed = [
        [(one.screener, one.error) for one in own.results if one.state is ResultState.FAILED]
        for own in found
    ]
    assert failed == [[("rules@1 (odd@1)", "ShapeError")], []]


def test_a_source_that_fails_is_the_screeners_failure() -> None:
    (found,) = screened(Ages(), [subject("A")], version("young", "traveller.age < 25"))
    assert [(own.state, own.error) for own in found.results] == [(ResultState.FAILED, "KeyError")]


def test_rules_meet_what_they_are_about_and_no_faces() -> None:
    cargo = version("cargo", "consignment.value > 10", subject=Kind.CONSIGNMENT)
    (found,) = screened(Ages(A=19), [subject("A")], cargo)
    assert found.hits == ()
    face = FaceSubject(ref=Ref(kind=Kind.CAPTURE, id="f"), probes=())
    (found,) = screen([RuleScreener(ready([cargo], {}), Ages())], [face])
    assert [own.state for own in found.results] == [ResultState.NOT_APPLICABLE]


GOODS = Consignment(id="C", port="KHI", direction=Direction.EXIT)
TRUCK = Conveyance(id="V", kind=ConveyanceKind.VEHICLE, identifier="TKP4417")
MOVED = Movement(
    id="M", conveyance_id="V", kind=MovementKind.CROSSING, at=NOW, place="TORKHAM", port="TKM",
    direction=Direction.ENTRY,
)  # fmt: skip


@pytest.mark.parametrize(
    ("told", "where"),
    [
        (
            ConsignmentSubject(ref=Ref(kind=Kind.CONSIGNMENT, id="C"), consignment=GOODS),
            (Kind.CONSIGNMENT, "KHI", Direction.EXIT),
        ),
        (
            UnitSubject(ref=Ref(kind=Kind.CONVEYANCE, id="V"), conveyance=TRUCK, movement=MOVED),
            (Kind.CONVEYANCE, "TKM", Direction.ENTRY),
        ),
        (
            UnitSubject(ref=Ref(kind=Kind.CONVEYANCE, id="V"), conveyance=TRUCK),
            (Kind.CONVEYANCE, "", None),
        ),
    ],
)
def test_where_goods_and_units_cross(told: RuleSubject, where: tuple[Any, ...]) -> None:
    assert Whereabouts.of(told) == where


def test_the_values_of_lists_make_it_another_rule() -> None:
    named = version("port", 'in_list(voyage.port, "ports")')
    one, other = ({"ports": frozenset(own)} for own in (("KHI",), ("KHI", "LHE")))
    digests = {ready([named], lists)[0].lists_digest for lists in (one, other, one)}
    assert len(digests) == 2
    plain = version("young", "traveller.age < 25")
    assert ready([plain], one)[0].lists_digest == ready([plain], other)[0].lists_digest
