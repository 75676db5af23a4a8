"""Examinations: ordered by lanes and by hand, grounded, drawn, refused, reported, labelled."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from tests.services.authenticator import Authenticator

from parakh.access import Actor, Role
from parakh.act.examining import Findings
from parakh.domain.alert import OutcomeKind
from parakh.domain.examination import Answer, Check, Counted, First, Order, OrderState, Sample
from parakh.domain.hit import Advice, Assessment, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.outcome import Commodity, Details, Seizure
from parakh.domain.phrase import phrase
from parakh.domain.profile import ProfileState
from parakh.domain.selectivity import Lane
from parakh.errors import Conflict, Forbidden, InvalidInput, SignInFailed, Unreadable
from parakh.services import (
    examination_draws,
    examination_places,
    examination_reports,
    examination_views,
    examinations,
    outcomes,
    passkeys,
)
from parakh.services.centre import Centre
from parakh.services.outcomes import Correction
from parakh.store import assessments, profiles, tables
from parakh.store import examinations as store
from parakh.store import outcomes as told

PASSWORD = "correct horse battery staple"
SEIZED = Details(seizures=(Seizure(commodity=Commodity.TOBACCO, quantity=Decimal(40)),))


@pytest.fixture
def yard(any_centre: Centre, docks: Callable[..., Any]) -> Any:
    """The docks of a centre on a database of either kind."""
    return docks(any_centre)


def picture(colour: str = "red") -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    return file.getvalue()


def findings(outcome: OutcomeKind = OutcomeKind.NOTHING_FOUND, **more: Any) -> Findings:
    """A report as a tablet sends it."""
    return Findings(client_id=new_id(), outcome=outcome, written_at=datetime.now(UTC), **more)


def begun(yard: Any, name: str = "BL1", *chapters: str, importer: str = "NTN1") -> Order:
    """An examination that somebody began."""
    goods = yard.arrive(name, *chapters, importer=importer)
    yard.lane(goods, Lane.RED, score=0.5)
    examinations.ground(yard.centre, yard.planner, yard.order_of(goods).id)
    examination_draws.assign_due(yard.centre)
    order = yard.order_of(goods)
    return examination_draws.begin(yard.centre, yard.examiner(order.assigned_to), order.id)


def reported(yard: Any, order: Order, told: Findings, *images: bytes) -> Any:
    """Its report, signed by whom it was given."""
    own = yard.examiner(order.assigned_to)
    return examination_reports.report(yard.centre, own, order.id, told, images, PASSWORD)


# --- orders -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lanes", "state", "lane"),
    [
        ([Lane.RED], OrderState.ORDERED, Lane.RED),
        ([Lane.YELLOW], OrderState.ORDERED, Lane.YELLOW),
        ([Lane.RED, Lane.RED], OrderState.ORDERED, Lane.RED),
        ([Lane.YELLOW, Lane.RED], OrderState.ORDERED, Lane.RED),
        ([Lane.RED, Lane.YELLOW], OrderState.ORDERED, Lane.YELLOW),
        ([Lane.RED, Lane.GREEN], OrderState.CALLED_OFF, Lane.RED),
        ([Lane.RED, Lane.BLUE], OrderState.CALLED_OFF, Lane.RED),
        ([Lane.RED, Lane.GREEN, Lane.RED], OrderState.ORDERED, Lane.RED),
    ],
)
def test_lanes_order(yard: Any, lanes: list[Lane], state: OrderState, lane: Lane) -> None:
    goods = yard.arrive("BL1")
    for ordinal, own in enumerate(lanes, start=1):
        yard.lane(goods, own, ordinal=ordinal)
    order = yard.order_of(goods)
    assert (order.state, order.lane) == (state, lane)
    with yard.centre.db.read() as connection:
        every = store.orders_of(connection, [goods.id])[goods.id]
    assert sum(own.state.open for own in every) == (state is OrderState.ORDERED)


def test_green_orders_nothing(yard: Any) -> None:
    goods = yard.arrive("BL1")
    yard.lane(goods, Lane.GREEN)
    with yard.centre.db.read() as connection:
        assert store.orders_of(connection, [goods.id]) == {}


def test_what_was_examined_is_not_ordered_again(yard: Any) -> None:
    order = begun(yard)
    reported(yard, order, findings())
    with yard.centre.db.read() as connection:
        goods = examination_views.consignments.get(connection, order.consignment_id)
    yard.lane(goods, Lane.YELLOW, ordinal=2)
    yard.lane(goods, Lane.RED, ordinal=3)
    assert yard.order_of(goods).id == order.id


def test_a_begun_one_is_not_called_off_by_a_lane(yard: Any) -> None:
    order = begun(yard)
    with yard.centre.db.read() as connection:
        goods = examination_views.consignments.get(connection, order.consignment_id)
    yard.lane(goods, Lane.GREEN, ordinal=2)
    assert yard.order_of(goods).state is OrderState.BEGUN


def test_by_hand_stands_whatever_the_lane(yard: Any) -> None:
    goods = yard.arrive("BL1")
    made = examinations.order_by_hand(
        yard.centre, yard.officer, goods.id, Lane.RED, "the seal looks new"
    )
    yard.lane(goods, Lane.GREEN)
    assert yard.order_of(goods) == made
    with pytest.raises(Conflict):
        examinations.order_by_hand(yard.centre, yard.officer, goods.id, Lane.RED, "once more")
    off = examinations.call_off(yard.centre, yard.officer, made.id, "the seal was explained")
    assert (off.state, off.called_off) == (OrderState.CALLED_OFF, "the seal was explained")
    with pytest.raises(Conflict):
        examinations.call_off(yard.centre, yard.officer, made.id, "the seal was explained")


def test_a_port_without_terminal_gets_one(yard: Any) -> None:
    goods = replace(yard.arrive("BL1"), port="LHE")
    yard.lane(goods, Lane.RED)
    assert [own.name for own in examination_places.terminals(yard.centre, yard.planner)] == [
        "East wharf",
        "Terminal LHE",
    ]


# --- grounding ----------------------------------------------------------------------------------


def test_grounding_follows_the_policy_and_the_shift(yard: Any, clock: Any) -> None:
    many = yard.arrive("MANY", "84", "85")
    yard.lane(many, Lane.RED, score=0.99)
    single = yard.arrive("SINGLE", "84")
    yard.lane(single, Lane.RED, score=0.1)
    fresh = yard.arrive("FRESH", "07")
    yard.lane(fresh, Lane.RED)
    board = examination_views.board(yard.centre, yard.planner).terminals[0]
    assert [own.order.consignment for own in board.queue] == ["FRESH", "SINGLE", "MANY"]
    assert [str(own) for own in board.queue[0].why] == [
        "Single item", "Perishable (chapter 07)", "Waits for 0 h", "Risk not scored",
    ]  # fmt: skip
    assert board.room == 2
    with pytest.raises(InvalidInput):
        examinations.ground(yard.centre, yard.planner, yard.order_of(many).id)
    assert examinations.ground_next(yard.centre, yard.planner, yard.terminal.id) == 2
    told = examination_views.board(yard.centre, yard.planner).goods
    assert told[fresh.id].party == fresh.parties[0].name
    with pytest.raises(Conflict):
        examinations.ground(yard.centre, yard.planner, yard.order_of(many).id, "it is urgent")
    clock.advance(hours=8)
    assert examinations.ground_next(yard.centre, yard.planner, yard.terminal.id) == 1
    assert yard.order_of(many).state is OrderState.GROUNDED


def test_a_policy_needs_two_persons(yard: Any, acting: Callable[..., Actor]) -> None:
    yard.lane(yard.arrive("OLD", "84", "85"), Lane.RED, score=0.9)
    yard.lane(yard.arrive("SINGLE", "84"), Lane.RED, score=0.1)
    made = examination_places.propose_policy(
        yard.centre, yard.planner, yard.terminal.id, order=[First.RISK],
        perishable=frozenset(), waiting_step=4, longest_wait=48, reason="risk alone counts here",
    )  # fmt: skip
    with pytest.raises(Forbidden):
        examination_places.decide_policy(
            yard.centre, yard.planner, made.id, approve=True, reason="because I say so"
        )
    other = acting(Role.SUPERVISOR, "KHI")
    examination_places.decide_policy(
        yard.centre, other, made.id, approve=True, reason="agreed with the wharf"
    )
    board = examination_views.board(yard.centre, yard.planner).terminals[0]
    assert board.policy.number == 1
    assert [own.order.consignment for own in board.queue] == ["OLD", "SINGLE"]


# --- draws --------------------------------------------------------------------------------------


def test_the_draw_takes_those_who_fit(yard: Any) -> None:
    """Chand is trained for nothing; of the others nobody is preferred."""
    order = begun(yard)
    with yard.centre.db.read() as connection:
        (given,) = store.assignments(connection, [order.id])[order.id]
    assert {own.examiner for own in given.tickets} == {"ali", "bano"}
    assert given.tickets[0].examiner == order.assigned_to == given.examiner
    assert examination_reports.verify(yard.centre).faults == ()


def test_a_draw_that_was_changed_is_found(yard: Any) -> None:
    begun(yard)
    with yard.centre.db.maintain() as connection:
        connection.execute(tables.exam_assignment.update().values(examiner="chand"))
    ((_, cause),) = examination_reports.verify(yard.centre).faults
    assert cause == "the draw is not what was drawn"


def test_whoever_has_least_comes_first(yard: Any) -> None:
    """With ten documents, of which each takes one, everybody gets his share."""
    for number in range(9):
        yard.lane(yard.arrive(f"BL{number}"), Lane.YELLOW)
    assert examination_draws.assign_due(yard.centre) == 9
    with yard.centre.db.read() as connection:
        assert store.loads(connection, yard.centre.clock()) == {"ali": 3, "bano": 3, "chand": 3}


def test_a_conflict_of_interest_keeps_somebody_out(yard: Any) -> None:
    for own in examination_places.examiners(yard.centre, yard.planner):
        if own.examiner.name == "ali":
            examination_places.save_examiner(
                yard.centre,
                yard.planner,
                replace(own.examiner, conflicts=frozenset({"ntn-7"})),
            )
    for number in range(3):
        assert begun_by(yard, f"BL{number}", "NTN7") == "bano"


def begun_by(yard: Any, name: str, importer: str) -> str:
    """Who is drawn for documents of an importer whose goods only ali and bano may examine."""
    goods = yard.arrive(name, "84", importer=importer)
    yard.lane(goods, Lane.RED)
    order = yard.order_of(goods)
    with yard.centre.db.write(yard.planner, examinations.Purpose.EXAMINATION) as tx:
        store.save(tx, replace(order, state=OrderState.GROUNDED, grounded_at=tx.at))
        tx.audit("examination.grounded", "examination", order.id)
    examination_draws.assign_due(yard.centre)
    return str(yard.order_of(goods).assigned_to)


def test_refused_for_a_conflict_goes_to_another(yard: Any) -> None:
    order = begun(yard)
    first = yard.examiner(order.assigned_to)
    (other,) = {"ali", "bano"} - {first.name}
    with pytest.raises(Forbidden):
        examination_draws.refuse(yard.centre, yard.examiner(other), order.id, "my cousin owns it")
    new = examination_draws.refuse(yard.centre, first, order.id, "my cousin owns the firm")
    assert (new.assigned_to, new.state) == (other, OrderState.ASSIGNED)
    board = examination_views.board(yard.centre, yard.planner).terminals[0]
    (refusal,) = board.refusals
    assert (refusal.assignment.examiner, refusal.assignment.ended) == (
        first.name,
        "my cousin owns the firm",
    )
    again = examination_draws.refuse(
        yard.centre, yard.examiner(other), order.id, "and so does mine"
    )
    assert (again.assigned_to, again.state) == (None, OrderState.GROUNDED)
    view = examination_views.view(yard.centre, yard.planner, order.id)
    assert str(view.why_nobody) == "Whoever could examine it refused it, or ordered it."


def test_planners_reassign_never_to_themselves(yard: Any) -> None:
    order = begun(yard)
    (other,) = {"ali", "bano"} - {order.assigned_to}
    for name in ("chand", "nobody"):
        with pytest.raises(InvalidInput):
            examination_draws.reassign(yard.centre, yard.planner, order.id, name, "he is free now")
    with pytest.raises(Forbidden):
        examination_draws.reassign(
            yard.centre, yard.planner, order.id, yard.planner.name, "I am free now"
        )
    new = examination_draws.reassign(yard.centre, yard.planner, order.id, other, "shift has ended")
    assert (new.assigned_to, new.begun_at) == (other, None)
    with pytest.raises(Forbidden):
        examination_draws.reassign(yard.centre, yard.examiner(other), order.id, "", "not mine")
    with pytest.raises(Forbidden):
        examination_draws.begin(yard.centre, yard.examiner(str(order.assigned_to)), order.id)


def test_bays_bound_what_is_begun(yard: Any) -> None:
    begun(yard, "BL1")
    with pytest.raises(Conflict):
        begun(yard, "BL2")


# --- reports ------------------------------------------------------------------------------------


def test_a_report_is_signed_and_becomes_an_outcome(yard: Any) -> None:
    order = begun(yard)
    told_of = findings(
        OutcomeKind.SEIZURE,
        details=SEIZED,
        checks=(Check(point="seal", answer=Answer.NO, note="cut"),),
        counted=(Counted(ordinal=1, quantity=Decimal("12.5"), net_kg=3.0),),
        samples=(Sample(number="S1", seal="B7", what="leaf"),),
    )
    made = reported(yard, order, told_of, picture())
    assert reported(yard, order, told_of, picture()) == made, "sent twice, it is one"
    with yard.centre.db.read() as connection:
        (outcome,) = told.of_examinations(connection, [order.id])
        assert store.found_of(connection, [order.consignment_id]) == {order.consignment_id: True}
        since = yard.centre.clock() - timedelta(days=1)
        assert store.found(connection, since, since + timedelta(days=2)) == {
            order.consignment_id: True
        }
        assert store.found(connection, since - timedelta(days=2), since) == {}
    assert (outcome.kind, outcome.details.seizures[0].quantity) == (
        OutcomeKind.SEIZURE,
        Decimal(40),
    )
    verdict = examination_reports.verify(yard.centre)
    assert (verdict.reports, verdict.draws, verdict.faults) == (1, 1, ())
    data, media = examination_reports.picture(yard.centre, yard.planner, order.id, made.pictures[0])
    assert (media, data[:3]) == ("image/jpeg", b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("column", "value"), [("content", None), ("signature", "00" * 64), ("by", "somebody")]
)
def test_a_report_that_was_changed_is_found(yard: Any, column: str, value: str | None) -> None:
    order = begun(yard)
    reported(yard, order, findings(note="all was as declared"))
    own = tables.exam_report
    with yard.centre.db.maintain() as connection:
        text = connection.execute(sa.select(own.c.content)).scalar_one()
        wrong = value or text.replace("as declared", "not there")
        connection.execute(own.update().values({column: wrong}))
    assert len(examination_reports.verify(yard.centre).faults) == 1


def test_a_passkey_signs_too(yard: Any) -> None:
    changed = {"public_url": "https://ntc.example"}
    yard.centre.settings = yard.centre.settings.model_copy(update=changed)
    order = begun(yard)
    own = yard.examiner(order.assigned_to)
    device = Authenticator()
    asked = passkeys.begin_registration(yard.centre, own)
    passkeys.finish_registration(yard.centre, own, "Tablet", device.make(asked))
    answer = device.sign(passkeys.begin_sign_in(yard.centre))
    with pytest.raises(SignInFailed):
        examination_reports.report(yard.centre, own, order.id, findings(), [], "", answer)
    answer = device.sign(passkeys.begin_agreement(yard.centre, own))
    assert examination_reports.report(yard.centre, own, order.id, findings(), [], "", answer)


def test_only_the_examiner_signs_with_his_password(yard: Any) -> None:
    order = begun(yard)
    own = yard.examiner(order.assigned_to)
    (other,) = {"ali", "bano"} - {own.name}
    with pytest.raises(SignInFailed):
        examination_reports.report(yard.centre, own, order.id, findings(), [], "wrong password")
    with pytest.raises(Forbidden):
        examination_reports.report(
            yard.centre, yard.examiner(other), order.id, findings(), [], PASSWORD
        )
    with pytest.raises(Unreadable):
        reported(yard, order, findings(), b"no picture")
    assert yard.examiner(own.name)


@pytest.mark.parametrize(
    "wrong",
    [
        {"checks": (Check(point="nothing", answer=Answer.YES),)},
        {"counted": (Counted(ordinal=7),)},
        {"counted": (Counted(ordinal=1, quantity=Decimal(-1)),)},
        {"samples": (Sample(number="", seal="B7", what="leaf"),)},
        {"details": SEIZED},
        {"outcome": OutcomeKind.SEIZURE},
        {"note": "x" * 5000},
    ],
)
def test_what_a_report_cannot_say(yard: Any, wrong: dict[str, Any]) -> None:
    order = begun(yard)
    with pytest.raises(InvalidInput):
        reported(yard, order, findings(**wrong))


def test_another_report_follows_and_corrects(yard: Any) -> None:
    order = begun(yard)
    first = reported(yard, order, findings())
    second = reported(yard, order, findings(OutcomeKind.SEIZURE, details=SEIZED))
    assert second.follows == first.id
    with yard.centre.db.read() as connection:
        old, new = told.of_examinations(connection, [order.id])
        assert store.found_of(connection, [order.consignment_id]) == {order.consignment_id: True}
    assert (new.corrects, old.corrected_by) == (old.id, new.id)


def test_planners_correct_an_outcome(yard: Any) -> None:
    order = begun(yard)
    reported(yard, order, findings())
    with yard.centre.db.read() as connection:
        (outcome,) = told.of_examinations(connection, [order.id])
    correction = Correction(
        kind=OutcomeKind.SEIZURE, note="", details=SEIZED, reason="the laboratory found it"
    )
    with pytest.raises(Forbidden):
        outcomes.correct(yard.centre, yard.officer, outcome.id, correction)
    outcomes.correct(yard.centre, yard.planner, outcome.id, correction)
    with yard.centre.db.read() as connection:
        assert store.found_of(connection, [order.consignment_id]) == {order.consignment_id: True}


def test_hits_without_an_alert_get_their_label(yard: Any) -> None:
    order = begun(yard)
    model = Hit(
        id=new_id(),
        subject=Ref(kind=Kind.CONSIGNMENT, id=order.consignment_id),
        target=Ref(kind=Kind.MODEL, id="model-1"),
        screener="cargo@1",
        score=0.9,
        threshold=0.5,
        sentence=phrase("Risk"),
        evidence=(),
    )
    with yard.centre.db.write(yard.planner, examinations.Purpose.EXAMINATION) as tx:
        assessments.save_assessments(tx.connection, [assessed(model, tx.at)])
        tx.audit("hit.added", "hit", model.id)
    reported(yard, order, findings(OutcomeKind.SEIZURE, details=SEIZED))
    with yard.centre.db.read() as connection:
        labels = told.labels(connection, yard.centre.clock() - timedelta(days=1))
    assert [(own.target.id, own.found) for own in labels] == [("model-1", True)]


def assessed(hit: Hit, at: datetime) -> Assessment:
    """The assessment of a model's hit, which alerts nobody."""
    return Assessment(
        id=new_id(),
        subject=hit.subject,
        cause="message",
        at=at,
        advice=Advice.PROCEED,
        results=(),
        hits=(hit,),
    )


def test_the_importer_is_profiled_and_told_of(yard: Any) -> None:
    reported(yard, begun(yard, "BL1"), findings(OutcomeKind.SEIZURE, details=SEIZED))
    reported(yard, begun(yard, "BL2"), findings(OutcomeKind.SEIZURE, details=SEIZED))
    with yard.centre.db.read() as connection:
        assert profiles.counts(connection)[ProfileState.PROPOSED] == 1
        facts = connection.execute(
            sa.select(tables.profile_fact.c.kind, tables.profile_fact.c.value)
        ).all()
    assert ("identifier", "NTN1") in facts
    assert ("note", "An examination of BL2 found: tobacco") in facts


def test_times_are_measured(yard: Any, clock: Any) -> None:
    goods = yard.arrive("BL1")
    yard.lane(goods, Lane.RED)
    clock.advance(hours=2)
    examinations.ground(yard.centre, yard.planner, yard.order_of(goods).id)
    examination_draws.assign_due(yard.centre)
    order = yard.order_of(goods)
    examination_draws.begin(yard.centre, yard.examiner(order.assigned_to), order.id)
    clock.advance(minutes=30)
    reported(yard, order, findings())
    times = examination_views.board(yard.centre, yard.planner).terminals[0].times
    assert (times.waiting.median, times.service.ninth) == (
        timedelta(hours=2),
        timedelta(minutes=30),
    )


def test_the_tablet_is_the_examiners_own(yard: Any) -> None:
    order = begun(yard)
    own = yard.examiner(order.assigned_to)
    view = examination_views.tablet(yard.centre, own, order.id)
    assert [name for name, _ in view.points] == ["", "Machines and electronics"]
    (other,) = {"ali", "bano"} - {own.name}
    with pytest.raises(Forbidden):
        examination_views.tablet(yard.centre, yard.examiner(other), order.id)
    with pytest.raises(Forbidden):
        examination_views.view(yard.centre, replace(own, ports=frozenset({"LHE"})), order.id)
