from dataclasses import replace

import pytest

from parakh.alert.route import units_for
from parakh.alert.triage import advise
from parakh.domain.hit import (
    Advice,
    Hit,
    HitState,
    Kind,
    Ref,
    ResultState,
    ScreenerResult,
)
from parakh.domain.phrase import phrase
from parakh.domain.unit import Unit
from parakh.domain.watchlist import Handling, Watchlist

HIT = Hit(
    id="h",
    subject=Ref(kind=Kind.TRAVELLER, id="t"),
    target=Ref(kind=Kind.WATCHLIST_ENTRY, id="e"),
    screener="name@1",
    score=0.9,
    threshold=0.7,
    sentence=phrase("x"),
    evidence=(),
)
DONE = ScreenerResult(screener="name@1", state=ResultState.DONE)
FAILED = ScreenerResult(screener="face@1", state=ResultState.FAILED)
NONE = ScreenerResult(screener="document@1", state=ResultState.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("screener", "state", "handling", "advice"),
    [
        ("name@1", HitState.OPEN, Handling.INFORM, Advice.COMPARE),
        ("name@1", HitState.OPEN, Handling.REFER, Advice.COMPARE),
        ("face@1", HitState.OPEN, Handling.REFER, Advice.COMPARE),
        ("document@1", HitState.OPEN, Handling.INFORM, Advice.COMPARE),
        ("document@2", HitState.OPEN, Handling.INSPECT, Advice.INSPECT),
        ("document@1", HitState.OPEN, Handling.REFER, Advice.REFER),
        ("name@1", HitState.CONFIRMED, Handling.INSPECT, Advice.INSPECT),
        ("face@1", HitState.CONFIRMED, Handling.REFER, Advice.REFER),
        ("face@1", HitState.CONFIRMED, Handling.INFORM, Advice.COMPARE),
        ("document@1", HitState.CLEARED, Handling.REFER, Advice.PROCEED),
        ("name@1", HitState.CLEARED, Handling.REFER, Advice.PROCEED),
    ],
)
def test_advice_of_one_hit(
    screener: str, state: HitState, handling: Handling, advice: Advice
) -> None:
    hit = replace(HIT, screener=screener, state=state)
    assert advise([DONE], [hit], lambda _: handling) is advice


@pytest.mark.parametrize(
    ("results", "states", "advice"),
    [
        ([], [], Advice.PROCEED),
        ([DONE, NONE], [], Advice.PROCEED),
        ([DONE, FAILED], [], Advice.INCOMPLETE),
        ([DONE, FAILED], [HitState.CLEARED], Advice.INCOMPLETE),
        ([DONE, FAILED], [HitState.OPEN], Advice.COMPARE),
        ([DONE], [HitState.CLEARED, HitState.OPEN], Advice.COMPARE),
        ([DONE], [HitState.OPEN, HitState.CONFIRMED, HitState.CLEARED], Advice.REFER),
    ],
)
def test_the_most_urgent_counts(
    results: list[ScreenerResult], states: list[HitState], advice: Advice
) -> None:
    hits = [replace(HIT, state=state) for state in states]
    assert advise(results, hits, lambda _: Handling.REFER) is advice


KHI = Unit(id="khi", name="Karachi", ports=frozenset({"KHI"}))
SEA = Unit(id="sea", name="Karachi sea and air", ports=frozenset({"KHI", "PKBQM"}))
LHE = Unit(id="lhe", name="Lahore", ports=frozenset({"LHE"}))
NTC = Unit(id="ntc", name="National centre", central=True)
BOTH = Unit(id="both", name="Centre with a port", ports=frozenset({"ISB"}), central=True)


@pytest.mark.parametrize(
    ("port", "units", "told"),
    [
        ("KHI", [KHI, LHE, NTC], ["khi"]),
        ("KHI", [KHI, SEA, NTC], ["khi", "sea"]),
        ("PKBQM", [KHI, SEA, NTC], ["sea"]),
        ("PEW", [KHI, LHE, NTC, BOTH], ["ntc", "both"]),
        ("ISB", [NTC, BOTH], ["both"]),
        ("", [KHI, NTC], ["ntc"]),
        ("PEW", [KHI], []),
        ("KHI", [], []),
    ],
)
def test_who_is_told(port: str, units: list[Unit], told: list[str]) -> None:
    assert [own.id for own in units_for(port, units)] == told


def listed(unit_id: str | None = None, *, port: bool = True) -> Watchlist:
    return Watchlist(
        id="l",
        name="List",
        source="s",
        legal_basis="b",
        handling=Handling.INFORM,
        unit_id=unit_id,
        alerts_port=port,
    )


ANF = Unit(id="anf", name="Narcotics")


@pytest.mark.parametrize(
    ("port", "lists", "told"),
    [
        ("KHI", [], ["khi"]),
        ("KHI", [listed()], ["khi"]),
        ("KHI", [listed("anf")], ["khi", "anf"]),
        ("KHI", [listed("anf", port=False)], ["anf"]),
        ("KHI", [listed("anf", port=False), listed()], ["khi", "anf"]),
        ("KHI", [listed("anf", port=False), listed("lhe", port=False)], ["lhe", "anf"]),
        ("KHI", [listed("retired", port=False)], ["khi"]),
        ("KHI", [listed(port=False)], ["khi"]),
        ("KHI", [listed("khi")], ["khi"]),
        ("PEW", [listed("anf")], ["ntc", "anf"]),
        ("PEW", [listed("anf", port=False)], ["anf"]),
        ("", [listed("anf")], ["ntc", "anf"]),
    ],
)
def test_who_is_told_by_list(port: str, lists: list[Watchlist], told: list[str]) -> None:
    assert [own.id for own in units_for(port, [KHI, LHE, NTC, ANF], lists)] == told
