from dataclasses import replace
from datetime import UTC, datetime

import pytest

from parakh.access import Actor, system_actor
from parakh.act import decisions
from parakh.domain.alert import Alert, AlertState, OutcomeKind
from parakh.domain.hit import Advice, Hit, HitState, Kind, Ref
from parakh.domain.phrase import phrase
from parakh.errors import Conflict, Forbidden, InvalidInput

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OFFICER = Actor(id="o", name="officer", permissions=frozenset())
SUBJECT = Ref(kind=Kind.TRAVELLER, id="t")
ALERT = Alert(
    id="a", unit_id="khi", assessment_id="s", subject=SUBJECT, advice=Advice.COMPARE, at=NOW
)
HIT = Hit(
    id="h",
    subject=SUBJECT,
    target=Ref(kind=Kind.WATCHLIST_ENTRY, id="e"),
    screener="name@1",
    score=0.9,
    threshold=0.7,
    sentence=phrase("x"),
    evidence=(),
)
TAKEN = replace(ALERT, state=AlertState.ACKNOWLEDGED)
CONFIRMED = replace(HIT, state=HitState.CONFIRMED)
CLEARED = replace(HIT, state=HitState.CLEARED)


def test_an_alert_is_taken_on_once() -> None:
    taken = decisions.acknowledge(ALERT, OFFICER, NOW)
    assert (taken.state, taken.acknowledged_by) == (AlertState.ACKNOWLEDGED, "officer")
    for state in (AlertState.ACKNOWLEDGED, AlertState.CLOSED):
        with pytest.raises(Conflict):
            decisions.acknowledge(replace(ALERT, state=state), OFFICER, NOW)


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_hit_is_decided_once_with_a_reason(confirmed: bool) -> None:
    decided = decisions.decide(
        HIT, confirmed=confirmed, reason=" same scar ", actor=OFFICER, at=NOW
    )
    assert decided == replace(
        HIT,
        state=HitState.CONFIRMED if confirmed else HitState.CLEARED,
        decided_by="officer",
        decided_at=NOW,
        reason="same scar",
    )
    with pytest.raises(Conflict):
        decisions.decide(decided, confirmed=confirmed, reason="again", actor=OFFICER, at=NOW)


@pytest.mark.parametrize("reason", ["", "     ", " no ", "1234"])
def test_no_reason_is_no_decision(reason: str) -> None:
    with pytest.raises(InvalidInput):
        decisions.decide(HIT, confirmed=True, reason=reason, actor=OFFICER, at=NOW)


@pytest.mark.parametrize(
    ("alert", "hits", "kind", "error"),
    [
        (TAKEN, [], OutcomeKind.NOTHING_FOUND, None),
        (TAKEN, [CLEARED], OutcomeKind.FALSE_MATCH, None),
        (TAKEN, [CONFIRMED, CLEARED], OutcomeKind.ARREST, None),
        (TAKEN, [CONFIRMED], OutcomeKind.FALSE_MATCH, InvalidInput),
        (TAKEN, [CONFIRMED, HIT], OutcomeKind.ARREST, Conflict),
        (ALERT, [CONFIRMED], OutcomeKind.ARREST, Conflict),
        (replace(TAKEN, state=AlertState.CLOSED), [], OutcomeKind.ARREST, Conflict),
    ],
)
def test_closing_needs_every_hit_decided(
    alert: Alert, hits: list[Hit], kind: OutcomeKind, error: type[Exception] | None
) -> None:
    if error is not None:
        with pytest.raises(error):
            decisions.close(alert, hits, kind, "note", OFFICER, NOW)
        return
    closed = decisions.close(alert, hits, kind, " note ", OFFICER, NOW)
    assert closed.state is AlertState.CLOSED
    assert closed.outcome is not None
    assert (closed.outcome.kind, closed.outcome.note, closed.outcome.by) == (
        kind,
        "note",
        "officer",
    )


def test_programs_decide_nothing() -> None:
    program = system_actor("worker")
    for step in (
        lambda: decisions.acknowledge(ALERT, program, NOW),
        lambda: decisions.decide(HIT, confirmed=True, reason="sure of it", actor=program, at=NOW),
        lambda: decisions.close(TAKEN, [], OutcomeKind.ARREST, "", program, NOW),
    ):
        with pytest.raises(Forbidden):
            step()
