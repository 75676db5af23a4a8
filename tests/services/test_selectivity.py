"""Lanes: given once by facts and policy, within a port's day, by two workers as by one."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Purpose, Role
from parakh.domain.cargo import CargoScore
from parakh.domain.consignment import Consignment, Declaration, Party, PartyRole
from parakh.domain.examination import OrderState
from parakh.domain.hit import Advice, Assessment, Hit, HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import phrase
from parakh.domain.rule import RuleState, RuleVersion
from parakh.domain.selectivity import (
    BUILT_IN,
    Basis,
    Lane,
    LaneDecision,
    Policy,
    PolicyState,
    TrustedTrader,
)
from parakh.domain.watchlist import Handling
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.learn.lane_quality import Verdict
from parakh.screen.pipeline import Screened
from parakh.screen.screener import ConsignmentSubject
from parakh.screen.selectivity import commitment, drawn_number
from parakh.services import (
    alerts,
    rerouting,
    selectivity,
    selectivity_draws,
    selectivity_figures,
    selectivity_policies,
    trusted_traders,
)
from parakh.services.assessing import assess
from parakh.services.centre import WORKER, Centre
from parakh.services.trusted_traders import TraderState
from parakh.store import assessments, consignments, examinations, lane_policies, rules
from parakh.store import selectivity as store
from parakh.store.tables import audit, lane_decision, lane_draw

FIRST, SECOND = "a first reason", "a second reason"
PLAIN = Policy(id="", port="", random_share=0.01, reason=FIRST)


@pytest.fixture
def keeper(acting: Callable[..., Actor]) -> Actor:
    return replace(acting(Role.SUPERVISOR), name="keeper")


@pytest.fixture
def other(acting: Callable[..., Actor]) -> Actor:
    return replace(acting(Role.SUPERVISOR), name="other")


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING, "KHI")


@pytest.fixture
def never_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance chooses nobody."""
    monkeypatch.setattr(selectivity, "drawn_number", lambda _, key: 0.999)


def goods(name: str, port: str = "KHI", *, trader: str = "", **more: Any) -> Consignment:
    importer = Party(role=PartyRole.IMPORTER, name="SOHRAB TRADERS", identifier=trader)
    return Consignment(id=new_id(), reference=name, port=port, parties=(importer,), **more)


def declared(own: Consignment, reference: str, clock: Any) -> Consignment:
    said = Declaration(reference=reference, office="KHI", lodged_at=clock())
    return replace(own, declaration=said)


def stored(centre: Centre, *many: Consignment) -> None:
    with centre.db.write(WORKER, Purpose.INTAKE) as tx:
        consignments.put_all(tx, [(own, f"key-{own.id}") for own in many], due_for=None)
        tx.audit("test", "consignment", "all")


def scores_of(centre: Centre, scores: dict[str, float]) -> dict[str, CargoScore]:
    return {
        own: CargoScore(
            consignment_id=own,
            model="cargo@1",
            score=score,
            base=0.1,
            contributions=(),
            revenue=None,
            at=centre.clock(),
        )
        for own, score in scores.items()
    }


def give(
    centre: Centre,
    many: Sequence[Consignment],
    *,
    hits: dict[str, list[Hit]] | None = None,
    scores: dict[str, float] | None = None,
) -> dict[str, LaneDecision]:
    """Gives lanes as the screening of a message does; the new ones by consignment."""
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        told = scores_of(centre, scores or {})
        given = selectivity.give_lanes(tx, centre, many, hits or {}, told)
        tx.audit("test", "consignment", "all")
    return {own.consignment_id: own for own in given}


def standing(centre: Centre, own: Consignment) -> LaneDecision:
    with centre.db.read() as connection:
        return store.lanes_of(connection, [own.id])[own.id]


def count(centre: Centre, what: sa.Table) -> int:
    with centre.db.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(what)).scalar_one())


def hit(own: Consignment, target: Ref, screener: str = "identifier@1", **more: Any) -> Hit:
    return Hit(
        id=new_id(),
        subject=Ref(kind=Kind.CONSIGNMENT, id=own.id),
        target=target,
        screener=screener,
        score=0.9,
        threshold=0.5,
        sentence=phrase("It met something"),
        evidence=(),
        **more,
    )


def enter_hit(centre: Centre, value: Hit) -> None:
    with centre.db.write(WORKER, Purpose.SCREENING) as tx:
        own = Assessment(
            id=new_id(),
            subject=value.subject,
            cause="test",
            at=tx.at,
            advice=Advice.REFER,
            results=(),
            hits=(value,),
        )
        assessments.save_assessments(tx.connection, [own])
        tx.audit("test", "hit", value.id)


def rule(centre: Centre, name: str, handling: Handling) -> Ref:
    with centre.db.write(WORKER, Purpose.RULES) as tx:
        rule_id = new_id()
        rules.add_rule(tx, rule_id, name, Kind.CONSIGNMENT)
        value = RuleVersion(
            id=new_id(),
            rule_id=rule_id,
            number=1,
            name=name,
            subject=Kind.CONSIGNMENT,
            text="true",
            reason="why",
            handling=handling,
            state=RuleState.APPROVED,
            written_by="a",
            written_at=tx.at,
        )
        rules.save(tx, value)
        tx.audit("test", "rule", rule_id)
    return Ref(kind=Kind.RULE, id=rule_id)


def in_force(centre: Centre, keeper: Actor, other: Actor, **terms: Any) -> Policy:
    made = selectivity_policies.propose(centre, keeper, replace(PLAIN, **terms))
    return selectivity_policies.decide(centre, other, made.id, approve=True, reason=SECOND)


# --- before any policy --------------------------------------------------------------------------


def test_hits_alone_give_lanes_until_a_policy_is_approved(
    any_centre: Centre, never_drawn: None, enlist: Any
) -> None:
    entry = enlist(any_centre, handling=Handling.REFER)
    listed, scored, plain = goods("A"), goods("B"), goods("C")
    stored(any_centre, listed, scored, plain)
    met = hit(listed, Ref(kind=Kind.WATCHLIST_ENTRY, id=entry.id))
    given = give(
        any_centre, [listed, scored, plain], hits={listed.id: [met]}, scores={scored.id: 0.99}
    )
    assert {given[own.id].lane for own in (scored, plain)} == {Lane.GREEN}
    red = given[listed.id]
    assert (red.lane, red.basis, red.basis_id) == (Lane.RED, Basis.HIT, met.id)
    assert (red.policy, red.port, red.ordinal) == (BUILT_IN, "KHI", 1)
    assert str(red.sentence) == "It met something"
    with any_centre.db.read() as connection:
        (policy,) = lane_policies.policies(connection)
        orders = examinations.orders_of(connection, [listed.id, plain.id])
    assert (policy.built_in, policy.random_share, policy.red_from) == (True, 0.01, None)
    assert [own.state for own in orders[listed.id]] == [OrderState.ORDERED]
    assert plain.id not in orders


def test_the_local_day_is_the_ports(centre: Centre, clock: Any, never_drawn: None) -> None:
    clock.advance(hours=8)  # 20:00 UTC, which is 1:00 of the next day in Karachi
    here, there = goods("A"), goods("B", "LHR")
    stored(centre, here, there)
    given = give(centre, [here, there])
    assert given[here.id].day == date(2026, 11, 23)
    assert given[there.id].day == date(2026, 11, 22)


def test_what_was_taken_back_gets_no_lane(centre: Centre) -> None:
    own = goods("A", cancelled=True)
    stored(centre, own)
    assert give(centre, [own]) == {}
    assert give(centre, []) == {}


# --- hits and rules -----------------------------------------------------------------------------

LISTED = "listed"
CASES = [
    (LISTED, Handling.REFER, "name@1", HitState.OPEN, Lane.RED, None),
    (LISTED, Handling.REFER, "name@1", HitState.CLEARED, Lane.GREEN, None),
    (LISTED, Handling.INSPECT, "identifier@1", HitState.OPEN, Lane.YELLOW, Lane.RED),
    (LISTED, Handling.INSPECT, "identifier@1", HitState.CONFIRMED, Lane.RED, None),
    (LISTED, Handling.INSPECT, "name@1", HitState.OPEN, Lane.YELLOW, None),
    (LISTED, Handling.INFORM, "identifier@1", HitState.CONFIRMED, Lane.YELLOW, None),
    ("rule", Handling.REFER, "rules@1", HitState.OPEN, Lane.YELLOW, Lane.RED),
    ("rule", Handling.INSPECT, "rules@1", HitState.CONFIRMED, Lane.RED, None),
    ("rule", Handling.INFORM, "rules@1", HitState.OPEN, Lane.YELLOW, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case[:4])))
def test_what_a_hit_leads_to_where_no_red_place_is_left(
    centre: Centre, keeper: Actor, other: Actor, never_drawn: None, enlist: Any, case: Any
) -> None:
    behind, handling, screener, state, lane, squeezed = case
    in_force(centre, keeper, other, red_a_day=0)
    own = goods("A")
    stored(centre, own)
    if behind == LISTED:
        target = Ref(kind=Kind.WATCHLIST_ENTRY, id=enlist(centre, handling=handling).id)
    else:
        target = rule(centre, "textiles", handling)
    met = hit(own, target, screener, state=state)
    given = give(centre, [own], hits={own.id: [met]})[own.id]
    assert (given.lane, given.squeezed) == (lane, squeezed)


def test_the_model_gives_lanes_as_the_policy_says(
    centre: Centre, keeper: Actor, other: Actor, never_drawn: None
) -> None:
    terms = {"red_from": 0.5, "yellow_from": 0.3, "blue_from": 0.2}
    policy = in_force(centre, keeper, other, **terms)
    expected = {0.6: Lane.RED, 0.5: Lane.RED, 0.4: Lane.YELLOW, 0.2: Lane.BLUE, 0.1: Lane.GREEN}
    own = {score: goods(str(score)) for score in expected}
    stored(centre, *own.values())
    given = give(centre, list(own.values()), scores={one.id: at for at, one in own.items()})
    assert {at: given[one.id].lane for at, one in own.items()} == expected
    red = given[own[0.6].id]
    assert (red.basis, red.basis_id, red.policy) == (Basis.MODEL, "cargo@1", policy.id)
    assert str(red.sentence) == "60% likely to have a finding, by the cargo model 1."


# --- capacity -----------------------------------------------------------------------------------


def test_the_best_get_the_places_and_the_others_say_so(
    any_centre: Centre, keeper: Actor, other: Actor, never_drawn: None
) -> None:
    in_force(any_centre, keeper, other, red_a_day=3, yellow_a_day=2, red_from=0.2)
    many = [goods(str(at)) for at in range(7)]
    stored(any_centre, *many)
    scores = {own.id: 0.3 + at / 20 for at, own in enumerate(many)}
    given = give(any_centre, many, scores=scores)
    lanes = [given[own.id].lane for own in many]
    assert lanes == [Lane.BLUE] * 2 + [Lane.YELLOW] * 2 + [Lane.RED] * 3
    assert [given[own.id].squeezed for own in many] == [Lane.RED] * 4 + [None] * 3


def test_listed_ones_are_red_when_the_day_is_full(
    any_centre: Centre, keeper: Actor, other: Actor, never_drawn: None, enlist: Any
) -> None:
    entry = enlist(any_centre, handling=Handling.REFER)
    in_force(any_centre, keeper, other, red_a_day=1, red_from=0.2)
    listed, first, second = goods("A"), goods("B"), goods("C")
    stored(any_centre, listed, first, second)
    assert give(any_centre, [first], scores={first.id: 0.5})[first.id].lane is Lane.RED
    met = hit(listed, Ref(kind=Kind.WATCHLIST_ENTRY, id=entry.id))
    given = give(any_centre, [listed, second], hits={listed.id: [met]}, scores={second.id: 0.9})
    assert given[listed.id].lane is Lane.RED
    assert (given[second.id].lane, given[second.id].squeezed) == (Lane.YELLOW, Lane.RED)


def test_a_new_day_has_new_places(
    centre: Centre, keeper: Actor, other: Actor, never_drawn: None, clock: Any
) -> None:
    in_force(centre, keeper, other, red_a_day=2, red_from=0.2)
    many = [goods(name) for name in "ABCDE"]
    stored(centre, *many)
    scores = {own.id: 0.5 for own in many}
    before = give(centre, many[:3], scores=scores)
    assert [before[own.id].lane for own in many[:3]] == [Lane.RED, Lane.RED, Lane.YELLOW]
    clock.advance(days=1)
    # As many are expected again; the second place is kept for one of them that may be drawn.
    after = give(centre, many[3:], scores=scores)
    assert [after[own.id].lane for own in many[3:]] == [Lane.RED, Lane.YELLOW]


def test_two_workers_never_pass_the_capacity(
    any_centre: Centre, keeper: Actor, other: Actor, never_drawn: None
) -> None:
    in_force(any_centre, keeper, other, red_a_day=7, red_from=0.2)
    many = [goods(str(at)) for at in range(24)]
    stored(any_centre, *many)
    failed: list[Exception] = []

    def work(mine: Sequence[Consignment]) -> None:
        try:
            for own in mine:
                give(any_centre, [own], scores={own.id: 0.6})
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(many[at::4],)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    lanes = [standing(any_centre, own).lane for own in many]
    assert lanes.count(Lane.RED) == 7
    assert lanes.count(Lane.YELLOW) == 17
    with any_centre.db.read() as connection:
        (day,) = store.days(connection, "KHI", date(2026, 11, 22), date(2026, 11, 23))
    assert day.arrivals == 24


def test_a_crash_leaves_no_place_taken(
    any_centre: Centre, keeper: Actor, other: Actor, never_drawn: None
) -> None:
    in_force(any_centre, keeper, other, red_a_day=1, red_from=0.2)
    own = goods("A")
    stored(any_centre, own)
    told = scores_of(any_centre, {own.id: 0.5})

    def crash() -> None:
        with any_centre.db.write(WORKER, Purpose.SCREENING) as tx:
            assert selectivity.give_lanes(tx, any_centre, [own], {}, told)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash()
    assert count(any_centre, lane_decision) == count(any_centre, lane_draw) == 0
    assert give(any_centre, [own], scores={own.id: 0.5})[own.id].lane is Lane.RED


# --- again --------------------------------------------------------------------------------------


def test_a_re_run_gives_the_same_lane(
    any_centre: Centre, keeper: Actor, other: Actor, clock: Any
) -> None:
    in_force(any_centre, keeper, other, red_a_day=2, random_share=0.3, red_from=0.2)
    many = [goods(str(at)) for at in range(12)]
    stored(any_centre, *many)
    scores = {own.id: 0.3 + at / 30 for at, own in enumerate(many)}
    before = give(any_centre, many, scores=scores)
    clock.advance(days=1)
    moved = {own: score + 0.04 for own, score in scores.items()}
    assert give(any_centre, many, scores=moved) == {}, "a score that hardly moved is the same"
    assert count(any_centre, lane_draw) == 12
    assert {own.id: standing(any_centre, own) for own in many} == before


def test_a_changed_fact_gives_a_new_lane(
    any_centre: Centre, keeper: Actor, other: Actor, never_drawn: None, enlist: Any, clock: Any
) -> None:
    entry = enlist(any_centre, handling=Handling.REFER)
    in_force(any_centre, keeper, other, red_a_day=1, red_from=0.5)
    own = goods("A")
    stored(any_centre, own)
    assert give(any_centre, [own], scores={own.id: 0.1})[own.id].lane is Lane.GREEN
    assert give(any_centre, [own], scores={own.id: 0.7})[own.id].lane is Lane.RED
    met = hit(own, Ref(kind=Kind.WATCHLIST_ENTRY, id=entry.id))
    clock.advance(days=1)
    again = give(any_centre, [own], hits={own.id: [met]}, scores={own.id: 0.7})[own.id]
    assert (again.basis, again.ordinal) == (Basis.HIT, 3)
    assert again.day == date(2026, 11, 22), "its place was taken the day before"
    cleared = replace(met, state=HitState.CLEARED)
    last = give(any_centre, [own], hits={own.id: [cleared]}, scores={own.id: 0.1})[own.id]
    assert last.lane is Lane.GREEN
    with any_centre.db.read() as connection:
        lanes = store.all_lanes(connection, own.id)
    assert [one.ordinal for one in lanes] == [4, 3, 2, 1]
    assert lanes[0] == standing(any_centre, own)


def test_what_was_drawn_stays_red_whatever_is_declared_afterwards(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    numbers = iter([0.5, 0.001, 0.5])
    monkeypatch.setattr(selectivity, "drawn_number", lambda _, key: next(numbers))
    own = goods("A")
    stored(any_centre, own)
    assert give(any_centre, [own])[own.id].lane is Lane.GREEN
    drawn = give(any_centre, [declared(own, "D-1", clock)])[own.id]
    assert (drawn.lane, drawn.basis, drawn.draw) == (Lane.RED, Basis.RANDOM, 0.001)
    assert drawn.draw_key == f'["key-{own.id}","D-1","2026-11-22"]'
    assert str(drawn.sentence) == "Drawn by chance, as 1% of all consignments are."
    assert give(any_centre, [declared(own, "D-2", clock)]) == {}
    assert standing(any_centre, own) == drawn


def test_hits_decided_on_later_are_followed(
    any_centre: Centre, never_drawn: None, enlist: Any
) -> None:
    entry = enlist(any_centre, handling=Handling.INSPECT)
    own = goods("A")
    stored(any_centre, own)
    give(any_centre, [own])
    met = hit(own, Ref(kind=Kind.WATCHLIST_ENTRY, id=entry.id), state=HitState.CONFIRMED)
    enter_hit(any_centre, met)
    with any_centre.db.write(WORKER, Purpose.SCREENING) as tx:
        (given,) = selectivity.give_again(tx, any_centre, [own.id])
        assert selectivity.give_again(tx, any_centre, [own.id]) == []
    assert (given.lane, given.basis_id) == (Lane.RED, met.id)


# --- policies -----------------------------------------------------------------------------------


def test_a_policy_takes_two_persons_and_reveals_the_secret_before(
    any_centre: Centre, keeper: Actor, other: Actor, officer: Actor
) -> None:
    propose, decide = selectivity_policies.propose, selectivity_policies.decide
    own = goods("A")
    stored(any_centre, own)
    give(any_centre, [own])
    with pytest.raises(Forbidden):
        propose(any_centre, officer, PLAIN)
    with pytest.raises(Forbidden):
        propose(any_centre, WORKER, PLAIN)
    first = propose(any_centre, keeper, PLAIN)
    with pytest.raises(Conflict):
        propose(any_centre, other, PLAIN)
    with pytest.raises(Forbidden):
        decide(any_centre, keeper, first.id, approve=True, reason=SECOND)
    with pytest.raises(InvalidInput):
        decide(any_centre, other, first.id, approve=True, reason=" ")
    approved = decide(any_centre, other, first.id, approve=True, reason=SECOND)
    with pytest.raises(Conflict):
        decide(any_centre, other, first.id, approve=False, reason=SECOND)
    found = {one.id: one for one in selectivity_policies.overview(any_centre, keeper).policies}
    before = found[BUILT_IN]
    assert (before.state, before.ended_at) == (PolicyState.REPLACED, any_centre.clock())
    assert commitment(bytes.fromhex(before.revealed)) == before.seed
    now = found[first.id]
    assert (now.state, now.seed, now.revealed) == (PolicyState.IN_FORCE, approved.seed, "")
    assert (now.proposed_by, now.decided_by, now.decision) == ("keeper", "other", SECOND)
    rejected = propose(any_centre, keeper, replace(PLAIN, port="khi"))
    decide(any_centre, keeper, rejected.id, approve=False, reason="it was a mistake")
    state = selectivity_policies.policy(any_centre, keeper, rejected.id).state
    assert (rejected.port, state) == ("KHI", PolicyState.REJECTED)
    with pytest.raises(NotFound):
        selectivity_policies.policy(any_centre, keeper, "nothing")


def test_a_port_has_its_own_policy_before_that_for_all(
    centre: Centre, keeper: Actor, other: Actor, never_drawn: None
) -> None:
    everywhere = in_force(centre, keeper, other, red_from=0.5)
    here = in_force(centre, keeper, other, port="KHI", red_from=0.9)
    first, second = goods("A"), goods("B", "LHE")
    stored(centre, first, second)
    given = give(centre, [first, second], scores={first.id: 0.6, second.id: 0.6})
    assert (given[first.id].policy, given[first.id].lane) == (here.id, Lane.GREEN)
    assert (given[second.id].policy, given[second.id].lane) == (everywhere.id, Lane.RED)
    today = selectivity_policies.overview(centre, keeper).today
    assert [(own.port, own.arrivals, own.policy.id) for own in today] == [
        ("KHI", 1, here.id),
        ("LHE", 1, everywhere.id),
    ]


@pytest.mark.parametrize(
    "terms",
    [
        {"random_share": 0.0},
        {"random_share": 0.009},
        {"random_share": 0.51},
        {"trusted_random_share": 0.0},
        {"red_a_day": -1},
        {"yellow_a_day": 1_000_000},
        {"red_from": 1.1},
        {"red_from": 0.3, "yellow_from": 0.4},
        {"port": "QQQ9"},
        {"reason": ""},
    ],
)
def test_what_no_policy_may_say(centre: Centre, keeper: Actor, terms: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        selectivity_policies.propose(centre, keeper, replace(PLAIN, **terms))


def test_no_more_is_drawn_than_can_be_examined(
    centre: Centre, keeper: Actor, never_drawn: None, clock: Any
) -> None:
    many = [goods(str(at)) for at in range(40)]
    stored(centre, *many)
    give(centre, many)
    clock.advance(days=1)
    value = replace(PLAIN, port="KHI", red_a_day=3, random_share=0.1)
    with pytest.raises(InvalidInput, match="more than the 3 that can be examined"):
        selectivity_policies.propose(centre, keeper, value)


# --- draws --------------------------------------------------------------------------------------


def test_every_draw_can_be_made_again(
    any_centre: Centre, keeper: Actor, other: Actor, acting: Any
) -> None:
    auditor = acting(Role.AUDITOR)
    many = [goods(str(at)) for at in range(60)]
    stored(any_centre, *many)
    give(any_centre, many[:10])
    in_force(any_centre, keeper, other, random_share=0.4)
    give(any_centre, many[10:])
    with pytest.raises(Forbidden):
        selectivity_draws.verify(any_centre, keeper)
    found = selectivity_draws.verify(any_centre, auditor)
    assert found.good
    assert sorted((own.draws, own.faults, own.committed) for own in found.policies) == [
        (10, 0, True),
        (50, 0, True),
    ]
    ended = next(own.policy for own in found.policies if own.policy.built_in)
    page = selectivity_draws.draws(any_centre, auditor, ended.id)
    secret = bytes.fromhex(ended.revealed)
    assert len(page.draws) == 10
    assert all(drawn_number(secret, own.key) == own.number for own in page.draws)
    assert all(own.drawn == (own.number < 0.01) for own in page.draws)
    drawn = [own for own in many if standing(any_centre, own).basis is Basis.RANDOM]
    assert 8 <= len(drawn) <= 34


@pytest.mark.parametrize("values", [{"number": 0.5}, {"drawn": True}, {"share": 0.2}])
def test_an_altered_draw_is_found(
    any_centre: Centre, never_drawn: None, acting: Any, values: dict[str, Any]
) -> None:
    own = goods("A")
    stored(any_centre, own)
    give(any_centre, [own])
    with any_centre.db.maintain() as connection:
        connection.execute(lane_draw.update().values(**values))
    found = selectivity_draws.verify(any_centre, acting(Role.AUDITOR))
    assert not found.good
    assert [(one.faults, one.wrong) for one in found.policies] == [(1, (own.id,))]


def test_a_draw_that_was_left_out_or_overridden_is_found(
    any_centre: Centre, acting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectivity, "drawn_number", lambda _, key: 0.0)
    first, second = goods("A"), goods("B")
    stored(any_centre, first, second)
    give(any_centre, [first, second])
    with any_centre.db.maintain() as connection:
        mine = lane_draw.c.consignment_id == first.id
        connection.execute(lane_draw.delete().where(mine))
        its = lane_decision.c.consignment_id == second.id
        connection.execute(lane_decision.update().where(its).values(lane="green"))
    found = selectivity_draws.verify(any_centre, acting(Role.AUDITOR))
    assert (found.left_out, found.overridden, found.good) == (1, (second.id,), False)


# --- by officers --------------------------------------------------------------------------------


@pytest.fixture
def yellow(any_centre: Centre, keeper: Actor, other: Actor, never_drawn: None) -> Consignment:
    """A consignment at Karachi that the model gave yellow."""
    in_force(any_centre, keeper, other, yellow_from=0.3, red_a_day=5)
    own = goods("A")
    stored(any_centre, own)
    assert give(any_centre, [own], scores={own.id: 0.4})[own.id].lane is Lane.YELLOW
    return own


def test_an_officer_routes_to_another_lane(
    any_centre: Centre, yellow: Consignment, officer: Actor, acting: Any
) -> None:
    view = rerouting.view(any_centre, officer, yellow.id)
    assert (view.offered, view.held) == ((Lane.GREEN, Lane.BLUE, Lane.RED), None)
    made = rerouting.reroute(any_centre, officer, yellow.id, Lane.RED, "the seal is broken")
    assert (made.lane, made.basis, made.by) == (Lane.RED, Basis.OFFICER, officer.name)
    assert (made.reason, made.ordinal) == ("the seal is broken", 2)
    assert standing(any_centre, yellow) == made
    with any_centre.db.read() as connection:
        (order,) = examinations.orders_of(connection, [yellow.id])[yellow.id]
    assert order.lane is Lane.RED
    colleague = replace(officer, name="colleague")
    with pytest.raises(Conflict):
        rerouting.reroute(any_centre, colleague, yellow.id, Lane.RED, "once more red")
    with pytest.raises(InvalidInput):
        rerouting.reroute(any_centre, colleague, yellow.id, Lane.GREEN, "no")
    rerouting.reroute(any_centre, colleague, yellow.id, Lane.GREEN, "a wrong seal was read")
    with any_centre.db.read() as connection:
        (order,) = examinations.orders_of(connection, [yellow.id])[yellow.id]
    assert order.state is OrderState.CALLED_OFF


def test_who_may_not_route(
    any_centre: Centre, yellow: Consignment, officer: Actor, acting: Any
) -> None:
    route = rerouting.reroute
    for actor in (acting(Role.TARGETING, "LHE"), acting(Role.ANALYST), WORKER):
        with pytest.raises(Forbidden):
            route(any_centre, actor, yellow.id, Lane.GREEN, "a good reason")
    route(any_centre, officer, yellow.id, Lane.RED, "the seal is broken")
    with pytest.raises(Forbidden, match="gave it this lane yourself"):
        route(any_centre, officer, yellow.id, Lane.GREEN, "I was wrong")
    own = goods("B")
    stored(any_centre, own)
    with pytest.raises(Conflict, match="no lane yet"):
        route(any_centre, officer, own.id, Lane.RED, "a good reason")


def test_chance_is_never_overridden(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch, officer: Actor
) -> None:
    monkeypatch.setattr(selectivity, "drawn_number", lambda _, key: 0.0)
    own = goods("A")
    stored(any_centre, own)
    assert give(any_centre, [own])[own.id].basis is Basis.RANDOM
    for lane in (Lane.YELLOW, Lane.BLUE, Lane.GREEN):
        with pytest.raises(Conflict, match="drawn by chance"):
            rerouting.reroute(any_centre, officer, own.id, lane, "a good reason")
    view = rerouting.view(any_centre, officer, own.id)
    assert view.offered == ()
    assert str(view.held).startswith("It was drawn by chance")
    assert view.draw is not None
    assert view.draw.drawn


def test_a_listed_one_is_cleared_before_its_lane_falls(
    any_centre: Centre, never_drawn: None, officer: Actor, enlist: Any
) -> None:
    entry = enlist(any_centre, handling=Handling.REFER)
    own = goods("A")
    stored(any_centre, own)
    met = hit(own, Ref(kind=Kind.WATCHLIST_ENTRY, id=entry.id))
    enter_hit(any_centre, met)
    give(any_centre, [own], hits={own.id: [met]})
    with pytest.raises(Conflict, match="not cleared"):
        rerouting.reroute(any_centre, officer, own.id, Lane.GREEN, "a good reason")
    with any_centre.db.maintain() as connection:
        done = replace(met, state=HitState.CLEARED, decided_by="x", decided_at=any_centre.clock())
        assessments.decide_hit(connection, done)
    rerouting.reroute(any_centre, officer, own.id, Lane.GREEN, "another company of that name")
    assert standing(any_centre, own).lane is Lane.GREEN


def test_the_program_raises_an_officers_lane_and_never_lowers_it(
    any_centre: Centre, yellow: Consignment, officer: Actor, enlist: Any
) -> None:
    rerouting.reroute(any_centre, officer, yellow.id, Lane.BLUE, "known well to us")
    assert give(any_centre, [yellow], scores={yellow.id: 0.4}) == {}
    assert give(any_centre, [yellow], scores={yellow.id: 0.1}) == {}
    entry = enlist(any_centre, handling=Handling.REFER)
    met = hit(yellow, Ref(kind=Kind.WATCHLIST_ENTRY, id=entry.id))
    given = give(any_centre, [yellow], hits={yellow.id: [met]}, scores={yellow.id: 0.1})
    assert given[yellow.id].lane is Lane.RED


def test_lanes_go_back_to_the_declaration_system(
    any_centre: Centre,
    never_drawn: None,
    officer: Actor,
    acting: Any,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rerouting, "PAGE", 2)
    many = [declared(goods(f"BL{at}"), f"D-{at}", clock) for at in range(3)]
    far = goods("BL9", "LHE")
    stored(any_centre, *many, far)
    give(any_centre, [*many, far])
    system = acting(Role.INTEGRATOR)
    since = any_centre.clock()
    first = rerouting.told(any_centre, system, since)
    assert (len(first.lanes), first.more) == (2, True)
    rest = rerouting.told(any_centre, system, since, first.after)
    assert not rest.more
    told = [*first.lanes, *rest.lanes]
    assert sorted(own.declaration for own in told) == ["", "D-0", "D-1", "D-2"]
    assert {own.reference for own in told} == {"BL0", "BL1", "BL2", "BL9"}
    clock.advance(minutes=1)
    rerouting.reroute(any_centre, officer, many[1].id, Lane.RED, "the seal is broken")
    (again,) = rerouting.told(any_centre, system, since, rest.after).lanes
    assert (again.declaration, again.decision.lane) == ("D-1", Lane.RED)
    (newer,) = rerouting.told(any_centre, system, any_centre.clock()).lanes
    assert newer == again
    here = replace(system, central=False, ports=frozenset({"LHE"}))
    (mine,) = rerouting.told(any_centre, here, since).lanes
    assert mine.reference == "BL9"
    with pytest.raises(Forbidden):
        rerouting.told(any_centre, acting(Role.ANALYST), since)


# --- trusted traders ----------------------------------------------------------------------------

NTN = "1234567-8"


@pytest.fixture
def trader(any_centre: Centre, keeper: Actor, other: Actor, clock: Any) -> TrustedTrader:
    """A trader who is trusted for a year."""
    made = trusted_traders.propose(any_centre, keeper, draft(clock))
    return trusted_traders.decide(any_centre, other, made.id, approve=True, reason=SECOND)


def draft(clock: Any, **more: Any) -> TrustedTrader:
    value = TrustedTrader(
        id="",
        identifier=NTN,
        name="Sohrab Traders",
        authorisation="AEO-17",
        reason=FIRST,
        expires_at=clock().replace(year=2027),
    )
    return replace(value, **more)


def test_a_trusted_trader_is_green_unless_hit_or_drawn(
    any_centre: Centre,
    trader: TrustedTrader,
    keeper: Actor,
    other: Actor,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_force(any_centre, keeper, other, red_from=0.2, random_share=0.5, trusted_random_share=0.02)
    numbers = {"1": 0.3, "2": 0.01, "3": 0.3, "4": 0.6}
    monkeypatch.setattr(selectivity, "drawn_number", lambda _, key: numbers[key[2]])
    plain, drawn, ruled, late = (goods(name, trader="12345678") for name in "ABCD")
    with any_centre.db.write(WORKER, Purpose.INTAKE) as tx:
        values = [(plain, "1"), (drawn, "2"), (ruled, "3"), (late, "4")]
        consignments.put_all(tx, values, due_for=None)
        tx.audit("test", "consignment", "all")
    met = hit(ruled, rule(any_centre, "textiles", Handling.INSPECT), "rules@1")
    many = [plain, drawn, ruled]
    given = give(any_centre, many, hits={ruled.id: [met]}, scores={own.id: 0.9 for own in many})
    assert (given[plain.id].lane, given[plain.id].basis) == (Lane.GREEN, Basis.TRUSTED)
    assert given[plain.id].basis_id == trader.id
    assert given[drawn.id].basis is Basis.RANDOM
    assert str(given[drawn.id].sentence) == (
        "Drawn by chance, as 2% of those of trusted traders are."
    )
    assert given[ruled.id].lane is Lane.RED
    clock.now = clock.now.replace(year=2028)
    assert give(any_centre, [late], scores={late.id: 0.9})[late.id].basis is Basis.MODEL


def test_two_persons_stand_behind_a_trusted_trader(
    any_centre: Centre, keeper: Actor, other: Actor, officer: Actor, clock: Any
) -> None:
    with pytest.raises(Forbidden):
        trusted_traders.propose(any_centre, officer, draft(clock))
    made = trusted_traders.propose(any_centre, keeper, draft(clock))
    assert (made.identifier, made.name) == ("12345678", "SOHRAB TRADERS")
    with pytest.raises(Conflict):
        trusted_traders.propose(any_centre, other, draft(clock))
    with pytest.raises(Forbidden):
        trusted_traders.decide(any_centre, keeper, made.id, approve=True, reason=SECOND)
    (row,) = trusted_traders.traders(any_centre, keeper)
    assert (row.state, row.may_decide) == (TraderState.PROPOSED, False)
    trusted_traders.decide(any_centre, other, made.id, approve=False, reason="no audit yet")
    (row,) = trusted_traders.traders(any_centre, other, "sohrab")
    assert (row.state, row.may_decide) == (TraderState.REFUSED, False)
    assert trusted_traders.traders(any_centre, other, "nobody") == ()
    with pytest.raises(Conflict):
        trusted_traders.decide(any_centre, other, made.id, approve=True, reason=SECOND)


@pytest.mark.parametrize(
    "more",
    [
        {"identifier": " - "},
        {"name": ""},
        {"authorisation": " "},
        {"roles": frozenset({"pirate"})},
        {"reason": "no"},
        {"expires_at": None},
    ],
)
def test_what_no_trusted_trader_may_be(
    centre: Centre, keeper: Actor, clock: Any, more: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        trusted_traders.propose(centre, keeper, draft(clock, **more))


def test_a_finding_leads_to_a_proposal_to_suspend(
    any_centre: Centre,
    trader: TrustedTrader,
    keeper: Actor,
    other: Actor,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = goods("A", trader="12345678")
    stored(any_centre, own)
    told_at = clock()
    clock.advance(hours=1)

    def found(connection: object, since: Any, until: Any) -> dict[str, bool]:
        return {own.id: True} if since <= told_at < until else {}

    monkeypatch.setattr(trusted_traders.examinations, "found", found)
    assert trusted_traders.follow_findings(any_centre) == 1
    assert trusted_traders.follow_findings(any_centre) == 0
    (row,) = trusted_traders.traders(any_centre, keeper)
    assert (row.state, row.trader.asked_after) == (TraderState.ASKED, own.id)
    assert row.trader.in_force(clock()), "two persons suspend it"
    decide = trusted_traders.decide_suspension
    decide(any_centre, keeper, trader.id, suspend=False, reason="it was a clerk's mistake")
    assert trusted_traders.follow_findings(any_centre) == 0, "that finding was judged"
    asked = trusted_traders.ask_to_suspend(any_centre, keeper, trader.id, "its audit is overdue")
    with pytest.raises(Conflict):
        trusted_traders.ask_to_suspend(any_centre, other, trader.id, "its audit is overdue")
    with pytest.raises(Forbidden):
        decide(any_centre, keeper, asked.id, suspend=True, reason="its audit is overdue")
    done = decide(any_centre, other, asked.id, suspend=True, reason="its audit is overdue")
    assert not done.in_force(clock())
    with pytest.raises(Conflict):
        decide(any_centre, other, asked.id, suspend=True, reason="its audit is overdue")
    (row,) = trusted_traders.traders(any_centre, keeper)
    assert row.state is TraderState.SUSPENDED


# --- figures ------------------------------------------------------------------------------------


def test_reasons_are_held_against_chance(
    any_centre: Centre,
    keeper: Actor,
    other: Actor,
    acting: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_force(any_centre, keeper, other, red_from=0.5, random_share=0.05)
    good, bad = (rule(any_centre, name, Handling.INSPECT) for name in ("good", "bad"))
    many = [goods(str(at)) for at in range(90)]
    drawn, by_good, by_bad = many[:30], many[30:60], many[60:]
    keys = {f"key-{own.id}" for own in drawn}
    monkeypatch.setattr(
        selectivity, "drawn_number", lambda _, key: 0.0 if key.split('"')[1] in keys else 0.9
    )
    stored(any_centre, *many)
    hits = {own.id: [hit(own, good, "rules@1")] for own in by_good}
    hits |= {own.id: [hit(own, bad, "rules@1")] for own in by_bad}
    hits[drawn[0].id] = [hit(drawn[0], good, "rules@1")]
    give(any_centre, many, hits=hits)
    found = {own.id: at % 3 == 0 for at, own in enumerate(drawn)}
    found |= {own.id: at < 28 for at, own in enumerate(by_good)}
    found |= {own.id: at < 1 for at, own in enumerate(by_bad)}
    monkeypatch.setattr(selectivity_figures.examinations, "found", lambda *args: found)
    figures = selectivity_figures.figures(any_centre, acting(Role.AUDITOR))
    assert (figures.chance.examined, figures.chance.found) == (30, 10)
    assert figures.lanes[Lane.RED].given == 90
    assert figures.bases[Basis.RULE].found == 29
    named = {own.name: own for own in figures.reasons}
    assert (named["good"].verdict, named["bad"].verdict) == (Verdict.BEATS, Verdict.WORSE)
    assert named["good"].tally.examined == 30, "who was drawn is what it is held against"
    assert str(named["good"].sentence) == "It beats chance: 28 of 30, chance 10 of 30."
    with any_centre.db.read() as connection:
        worth = selectivity_figures.rule_worth(connection, any_centre.clock())
    assert (worth[good.id], worth[bad.id]) == (30 / 33, 2 / 32)
    with pytest.raises(InvalidInput):
        selectivity_figures.figures(any_centre, acting(Role.AUDITOR), days=31)


def test_every_look_and_change_is_audited(
    any_centre: Centre, yellow: Consignment, officer: Actor, acting: Any
) -> None:
    rerouting.view(any_centre, officer, yellow.id)
    rerouting.reroute(any_centre, officer, yellow.id, Lane.RED, "the seal is broken")
    rerouting.told(any_centre, acting(Role.INTEGRATOR), any_centre.clock())
    selectivity_draws.verify(any_centre, acting(Role.AUDITOR))
    with any_centre.db.read() as connection:
        actions = set(connection.execute(sa.select(audit.c.action)).scalars())
    assert actions >= {
        "policy.proposed",
        "policy.approved",
        "lanes.given",
        "lanes.viewed",
        "lane.rerouted",
        "lanes.told",
        "draws.verified",
    }


def test_a_lane_follows_what_an_officer_decides_on_a_hit(
    any_centre: Centre, never_drawn: None, officer: Actor, units: Any, enlist: Any
) -> None:
    units(any_centre)
    entry = enlist(any_centre, handling=Handling.REFER)
    own = goods("A")
    stored(any_centre, own)
    met = hit(own, Ref(kind=Kind.WATCHLIST_ENTRY, id=entry.id))
    subject = ConsignmentSubject(ref=met.subject, consignment=own)
    with any_centre.db.write(WORKER, Purpose.SCREENING) as tx:
        screened = Screened(subject=subject, results=(), hits=(met,))
        assess(tx, [screened], cause="message#1", ports={met.subject: "KHI"})
        (given,) = selectivity.give_again(tx, any_centre, [own.id])
        tx.audit("test", "consignment", own.id)
    assert given.lane is Lane.RED
    (row,) = alerts.list_alerts(any_centre, officer)
    alerts.acknowledge(any_centre, officer, row.alert.id)
    reason = "another company of that name"
    alerts.decide(any_centre, officer, row.alert.id, met.id, confirmed=False, reason=reason)
    assert standing(any_centre, own).lane is Lane.GREEN
