from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from parakh.access import Purpose, system_actor
from parakh.domain.alert import Alert, AlertState, Outcome, OutcomeKind
from parakh.domain.hit import (
    Advice,
    Agreement,
    Assessment,
    Evidence,
    Hit,
    HitState,
    Kind,
    Ref,
    ResultState,
    ScreenerResult,
)
from parakh.domain.ids import new_id
from parakh.domain.phrase import phrase
from parakh.domain.unit import Unit
from parakh.errors import NotFound
from parakh.store import alerts, assessments, people
from parakh.store.database import Database, Tx

SUBJECT = Ref(kind=Kind.TRAVELLER, id="t")
NOTE = phrase("{one} is like {other}", one="NÖÖN", other="نون")


def a_hit(target: str = "e", score: float = 0.9, screener: str = "name@1") -> Hit:
    evidence = Evidence(
        attribute="name",
        ours="NOON",
        theirs="NUN",
        agreement=Agreement.AGREES,
        weight=0.5,
        note=NOTE,
    )
    return Hit(
        id=new_id(),
        subject=SUBJECT,
        target=Ref(kind=Kind.WATCHLIST_ENTRY, id=target),
        screener=screener,
        score=score,
        threshold=0.7,
        sentence=NOTE,
        evidence=(evidence, replace(evidence, weight=-0.25)),
    )


def an_assessment(tx: Tx, *hits: Hit, cause: str = "m#1") -> Assessment:
    value = Assessment(
        id=new_id(),
        subject=SUBJECT,
        cause=cause,
        at=tx.at,
        advice=Advice.COMPARE,
        results=(
            ScreenerResult(screener="name@1", state=ResultState.DONE),
            ScreenerResult(screener="face@1", state=ResultState.FAILED, error="ValueError"),
        ),
        hits=hits,
    )
    assessments.save_assessments(tx.connection, [value])
    return value


def an_alert(tx: Tx, unit: str, assessment: Assessment) -> Alert:
    value = Alert(
        id=new_id(),
        unit_id=unit,
        assessment_id=assessment.id,
        subject=SUBJECT,
        advice=Advice.COMPARE,
        at=tx.at,
    )
    alerts.add_alert(tx, value)
    return value


@pytest.fixture
def tx(database: Database) -> Iterator[Tx]:
    with database.write(system_actor("test"), Purpose.ALERT) as own:
        for unit in ("khi", "lhe"):
            people.save_unit(own.connection, Unit(id=unit, name=unit))
        yield own
        own.audit("test", "test", "")


def test_an_assessment_comes_back_with_its_hits_strongest_first(tx: Tx) -> None:
    weak, strong = a_hit("e", 0.8), a_hit("f", 0.95)
    value = an_assessment(tx, weak, strong)
    found = assessments.get_assessment(tx.connection, value.id)
    assert found == replace(value, hits=(strong, weak))
    assert assessments.get_hit(tx.connection, weak.id) == weak
    assert assessments.hits_of(tx.connection, [SUBJECT]) == {SUBJECT: [strong, weak]}
    assert assessments.hits_of(tx.connection, [Ref(kind=Kind.CAPTURE, id="t")]) == {}
    for look in (assessments.get_assessment, assessments.get_hit, alerts.get_alert):
        with pytest.raises(NotFound):
            look(tx.connection, "none")


def test_a_hit_that_comes_again_keeps_what_was_decided(tx: Tx) -> None:
    old = a_hit()
    an_assessment(tx, old)
    cleared = replace(
        old, state=HitState.CLEARED, decided_by="x", decided_at=tx.at, reason="another man"
    )
    assert assessments.decide_hit(tx.connection, cleared)
    assert not assessments.decide_hit(tx.connection, replace(cleared, state=HitState.CONFIRMED))
    again = replace(old, score=0.99, screener="name@2")
    an_assessment(tx, again, cause="m#2")
    assert assessments.get_hit(tx.connection, old.id) == cleared, "as he saw it who decided"


def test_the_newest_assessment_counts(tx: Tx) -> None:
    first = an_assessment(tx, a_hit())
    second = replace(first, id=f"f{first.id[1:]}", cause="m#2", results=(), hits=())
    assessments.save_assessments(tx.connection, [second])
    assert assessments.newest_results(tx.connection, [SUBJECT]) == {"t": ()}
    assert assessments.assessments_of(tx.connection, [SUBJECT]) == {SUBJECT: [second, first]}


def test_alerts_belong_to_units_and_have_a_state(tx: Tx) -> None:
    hit = a_hit()
    value = an_assessment(tx, hit)
    khi, lhe = an_alert(tx, "khi", value), an_alert(tx, "lhe", value)
    connection, new = tx.connection, [AlertState.NEW]
    assert alerts.get_alert(connection, khi.id) == khi
    assert {own.id for own in alerts.alerts(connection, units=None, states=new)} == {
        khi.id,
        lhe.id,
    }
    assert alerts.alerts(connection, units={"khi"}, states=new) == [khi]
    assert alerts.alerts(connection, units=set(), states=new) == []
    taken = replace(khi, state=AlertState.ACKNOWLEDGED, acknowledged_by="x", acknowledged_at=tx.at)
    assert alerts.move_alert(tx, taken, AlertState.NEW)
    assert not alerts.move_alert(tx, taken, AlertState.NEW), "somebody was quicker"
    outcome = Outcome(
        kind=OutcomeKind.SEIZURE, note="9 kg “gold”", by="x", at=tx.at + timedelta(minutes=1)
    )
    closed = replace(taken, state=AlertState.CLOSED, outcome=outcome)
    assert alerts.move_alert(tx, closed, AlertState.ACKNOWLEDGED)
    assert alerts.get_alert(connection, khi.id) == closed
    assert alerts.alert_counts(connection, None) == {AlertState.CLOSED: 1, AlertState.NEW: 1}
    assert alerts.alert_counts(connection, {"lhe"}) == {AlertState.NEW: 1}
    assert {own.id for own in alerts.alerts_on(connection, SUBJECT)} == {khi.id, lhe.id}
    for units, known in ((None, True), ({"khi"}, True), ({"isb"}, False), (set(), False)):
        assert alerts.alert_about_target(connection, "e", units) is known
        assert alerts.alert_from_cause(connection, "m#1", units) is known
    assert not alerts.alert_about_target(connection, "another", None)


def test_the_wall_tells_all_in_order_and_each_unit_its_own(tx: Tx) -> None:
    value = an_assessment(tx, a_hit())
    khi, lhe = an_alert(tx, "khi", value), an_alert(tx, "lhe", value)
    taken = replace(khi, state=AlertState.ACKNOWLEDGED)
    alerts.move_alert(tx, taken, AlertState.NEW)

    def told(after: int, units: set[str] | None, limit: int = 200) -> list[tuple[int, str, str]]:
        events = alerts.wall_after(tx.connection, after, units, limit)
        return [(own.seq, own.alert_id, own.kind) for own in events]

    everything = [(1, khi.id, "raised"), (2, lhe.id, "raised"), (3, khi.id, "acknowledged")]
    assert told(0, None) == everything
    assert told(1, None) == everything[1:]
    assert told(0, None, limit=2) == everything[:2]
    assert told(0, {"khi"}) == [everything[0], everything[2]]
    assert told(0, {"lhe"}) == [everything[1]]
    assert told(0, set()) == []
    assert told(3, None) == []
    assert alerts.last_wall_event(tx.connection) == 3
