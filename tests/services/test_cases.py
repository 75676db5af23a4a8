"""Cases: opened from alerts, worked on, shared, handed over, closed; and who sees which."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.alert import OutcomeKind
from parakh.domain.case import CaseState, PartyKind, PartyRole, Priority, Section
from parakh.domain.message import Channel, Source
from parakh.domain.outcome import Commodity, Details, Money, Seizure
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound, Unreadable
from parakh.services import (
    accounts,
    alerts,
    cases,
    cases_sharing,
    cases_work,
    intake,
    outcomes,
    queue,
)
from parakh.services.cases import Opening
from parakh.services.cases_sharing import Giving
from parakh.services.cases_work import Change
from parakh.services.centre import Centre
from parakh.services.outcomes import Correction
from parakh.store import masking
from parakh.store.cases import Wanted
from parakh.store.tables import case_attachment

SENDER = system_actor("test")
GOLD = Details(
    seizures=(
        Seizure(
            commodity=Commodity.GOLD,
            quantity=Decimal("2.5"),
            value=Money(amount=Decimal("180000"), currency="USD"),
        ),
    ),
    legal_reference="Customs Act 1969, section 168",
    place="Hall 2",
)
EVERYTHING = frozenset(Section)


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING, "KHI")


@pytest.fixture
def stranger(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING, "LHE")


@pytest.fixture
def supervisor(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


@pytest.fixture
def loaded(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, units: Any, enlist: Any
) -> Centre:
    """Two alerts at Karachi on one person on two flights, one at Lahore on another."""
    units(any_centre)
    enlist(any_centre)
    enlist(any_centre, family="TALPUR", given="SAFIA", born="1985-06-07")
    one = person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321")
    two = person(family="TALPUR", given="SAFIA", born="850607", document="PA1112223")
    flights = ((one, "304", "KHI"), (one, "306", "KHI"), (two, "308", "LHE"))
    for who, number, destination in flights:
        data = declare(who, number=number, destination=destination)
        intake.receive(any_centre, SENDER, data, Source(channel=Channel.DROP, name="list.edi"))
    queue.drain(any_centre)
    return any_centre


def alert_ids(centre: Centre, actor: Actor) -> list[str]:
    return sorted(row.alert.id for row in alerts.list_alerts(centre, actor))


def settle(centre: Centre, actor: Actor, alert_id: str, *, confirmed: bool = True) -> None:
    alerts.acknowledge(centre, actor, alert_id)
    for own in alerts.view(centre, actor, alert_id).hits:
        alerts.decide(centre, actor, alert_id, own.hit.id, confirmed=confirmed, reason="same face")


def test_a_case_from_an_alert(loaded: Centre, officer: Actor) -> None:
    first, second = alert_ids(loaded, officer)
    settle(loaded, officer, first)
    found = cases.of_alert(loaded, officer, first)
    assert [own.alert.id for own in found.others] == [second], "the same person, another flight"
    assert (found.cases, found.live, found.outcomes) == ((), (), ())
    case = cases.open_from(loaded, officer, [first])
    assert (case.number, case.title, case.unit_id) == ("2026-000001", "MAZARI, ZULFIQAR", "khi")
    assert (case.state, case.owner, case.agency) == (CaseState.OPEN, officer.name, "Customs")
    view = cases.view(loaded, officer, case.id)
    (party,) = view.parties
    assert (party.label, party.role) == ("MAZARI, ZULFIQAR", PartyRole.SUSPECT)
    assert [own.alert.id for own in view.alerts] == [first]
    kinds = {own.kind for own in view.timeline}
    assert {"opened", "alert_added", "party_added", "alert_raised", "hit_decided"} <= kinds
    assert cases.of_alert(loaded, officer, first).cases[0].id == case.id
    assert [own.id for own in cases.of_alert(loaded, officer, second).live] == [case.id]
    assert [own.id for own in cases.of_traveller(loaded, officer, party.ref_id)] == [case.id]
    cases_work.add_alert(loaded, officer, case.id, second)
    with pytest.raises(Conflict, match="already"):
        cases_work.add_alert(loaded, officer, case.id, second)
    with loaded.db.read() as connection:
        later = loaded.clock() + timedelta(days=365)
        assert masking.crossed_before(connection, [party.ref_id], later) == set()


def test_numbers_have_no_gaps(loaded: Centre, officer: Actor) -> None:
    made: list[str] = []

    def many() -> None:
        for _ in range(4):
            with pytest.raises(InvalidInput):
                cases.open_case(loaded, officer, Opening(title=""))
            made.append(cases.open_case(loaded, officer, Opening(title="Couriers")).number)

    threads = [threading.Thread(target=many) for _ in range(3)]
    for own in threads:
        own.start()
    for own in threads:
        own.join()
    assert sorted(made) == [f"2026-{n:06d}" for n in range(1, 13)]


def test_a_case_from_nothing(loaded: Centre, officer: Actor, stranger: Actor) -> None:
    wanted = Opening(title=" Couriers of gold ", summary="Tip", priority=Priority.HIGH)
    case = cases.open_case(loaded, officer, wanted)
    assert (case.title, case.priority, case.unit_id) == ("Couriers of gold", Priority.HIGH, "khi")
    for refused in (
        lambda: cases.open_case(loaded, officer, replace(wanted, unit_id="lhe")),
        lambda: cases.open_from(loaded, stranger, alert_ids(loaded, officer)),
        lambda: cases.open_case(loaded, SENDER, wanted),
    ):
        with pytest.raises(Forbidden):
            refused()
    for wrong in (replace(wanted, owner="nobody"), replace(wanted, unit_id="none")):
        with pytest.raises(InvalidInput):
            cases.open_case(loaded, officer, wrong)


def test_the_list_finds(loaded: Centre, officer: Actor, supervisor: Actor, clock: Any) -> None:
    low = cases.open_case(loaded, officer, Opening(title="Low", priority=Priority.LOW))
    urgent = cases.open_case(loaded, officer, Opening(title="Soon", priority=Priority.URGENT))
    named = cases.open_from(loaded, officer, alert_ids(loaded, officer)[:1], "Named")
    cases_work.add_task(loaded, officer, low.id, "Ask the bank", "", date(2026, 11, 20))
    cases_work.close(loaded, officer, urgent.id, OutcomeKind.NOTHING_FOUND, "")

    def titles(**wanted: Any) -> list[str]:
        return [own.case.title for own in cases.list_cases(loaded, officer, Wanted(**wanted)).rows]

    assert titles() == ["Named", "Low", "Soon"], "live ones first, by priority"
    assert titles(states=frozenset({CaseState.CLOSED})) == ["Soon"]
    assert titles(priority=Priority.LOW) == ["Low"]
    assert titles(overdue_on=cases.today(loaded)) == ["Low"]
    assert titles(text="mazari") == ["Named"]
    assert titles(text=named.number) == ["Named"]
    assert titles(text="%") == []
    assert titles(owner="somebody") == []
    assert titles(unit_ids=frozenset({"lhe"})) == []
    (row,) = [own for own in cases.list_cases(loaded, supervisor).rows if own.case.id == low.id]
    assert (row.figures.open_tasks, row.figures.overdue, row.unit.name) == (1, 1, "KHI airport")


def test_work_in_a_case(loaded: Centre, officer: Actor, clock: Any) -> None:
    case = cases.open_case(loaded, officer, Opening(title="Couriers"))
    clock.advance(hours=1)
    cases_work.change(
        loaded, officer, case.id,
        Change(title="Couriers", summary="Gold", priority=Priority.URGENT, owner=officer.name),
    )  # fmt: skip
    cases_work.move(loaded, officer, case.id, CaseState.WAITING, "the bank's letter")
    note = cases_work.note(loaded, officer, case.id, " Two bags ")
    again = cases_work.note(loaded, officer, case.id, "Three bags", note.id)
    with pytest.raises(InvalidInput):
        cases_work.note(loaded, officer, case.id, "Four bags", note.id)
    task = cases_work.add_task(loaded, officer, case.id, "Ask the bank", "", date(2026, 11, 30))
    with pytest.raises(Conflict, match="tasks"):
        cases_work.close(loaded, officer, case.id, OutcomeKind.NOTHING_FOUND, "")
    cases_work.finish_task(loaded, officer, case.id, task.id)
    view = cases.view(loaded, officer, case.id)
    assert (view.case.state, view.case.waiting_for) == (CaseState.WAITING, "the bank's letter")
    assert (view.case.summary, view.case.changed_at) == ("Gold", clock())
    assert [(own.text, own.corrects) for own in view.notes] == [
        ("Two bags", None),
        (again.text, note.id),
    ]
    assert view.tasks[0].done_by == officer.name
    cases_work.close(loaded, officer, case.id, OutcomeKind.NOTHING_FOUND, "all in order")
    for late in (
        lambda: cases_work.note(loaded, officer, case.id, "too late"),
        lambda: cases_work.move(loaded, officer, case.id, CaseState.IN_PROGRESS),
        lambda: cases_work.attach(loaded, officer, case.id, "a.txt", b"too late"),
    ):
        with pytest.raises(Conflict, match="closed"):
            late()
    cases_work.reopen(loaded, officer, case.id, "a new witness")
    cases_work.close(loaded, officer, case.id, OutcomeKind.SEIZURE, "after all", GOLD)
    first, second = cases.view(loaded, officer, case.id).outcomes
    assert (first.corrected_by, second.corrects) == (second.id, first.id)
    for missing in (
        lambda: cases_work.finish_task(loaded, officer, case.id, task.id),
        lambda: cases_work.remove_party(loaded, officer, case.id, "none", "not here"),
    ):
        with pytest.raises(Conflict):
            missing()


def test_files_are_sealed(loaded: Centre, officer: Actor, stranger: Actor) -> None:
    case = cases.open_case(loaded, officer, Opening(title="Couriers"))
    data = b"number,weight\n1,2.5\n"
    kept = cases_work.attach(loaded, officer, case.id, "..\\scan.exe", data, "the scale")
    assert (kept.name, kept.media_type) == ("scan.exe.csv", "text/csv")
    assert kept.digest == hashlib.sha256(data).hexdigest()
    with loaded.db.read() as connection:
        (row,) = connection.execute(case_attachment.select()).all()
    assert data[:10] not in row.sealed
    assert cases_work.attachment(loaded, officer, case.id, kept.id).data == data
    with pytest.raises(Conflict, match="already"):
        cases_work.attach(loaded, officer, case.id, "again.csv", data)
    with pytest.raises(Unreadable):
        cases_work.attach(loaded, officer, case.id, "run.csv", b"MZ\x90\0")
    with pytest.raises(Forbidden):
        cases_work.attachment(loaded, stranger, case.id, kept.id)
    other = cases.open_case(loaded, officer, Opening(title="Another"))
    with pytest.raises(NotFound):
        cases_work.attachment(loaded, officer, other.id, kept.id)


def test_a_case_holds_so_many_files(
    loaded: Centre, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = cases.open_case(loaded, officer, Opening(title="Couriers"))
    cases_work.attach(loaded, officer, case.id, "one", b"one")
    monkeypatch.setattr("parakh.act.attachments.MOST_IN_ALL", 5)
    with pytest.raises(InvalidInput, match="MiB"):
        cases_work.attach(loaded, officer, case.id, "two", b"two")
    monkeypatch.setattr("parakh.act.attachments.MOST_FILES", 1)
    with pytest.raises(InvalidInput, match="at most 1"):
        cases_work.attach(loaded, officer, case.id, "two", b"two")


def test_parties_and_cases_that_share_them(
    loaded: Centre, officer: Actor, supervisor: Actor
) -> None:
    first, second = alert_ids(loaded, officer)
    one = cases.open_from(loaded, officer, [first])
    two = cases.open_from(loaded, supervisor, [second], "The other flight")
    three = cases.open_case(loaded, officer, Opening(title="A tip by phone"))
    add = cases_work.add_party
    suspect = PartyRole.SUSPECT
    add(loaded, officer, three.id, PartyKind.DOCUMENT, "pa 765-4321", suspect, "told by phone")
    (proposed,) = [
        own for own in cases.view(loaded, officer, three.id).proposed if own.case.id == one.id
    ]
    assert [(own.kind, own.label) for own in proposed.shared] == [("document", "pa 765-4321")]
    kinds = {
        own.kind
        for other in cases.view(loaded, officer, one.id).proposed
        if other.case.id == two.id
        for own in other.shared
    }
    assert kinds == {"document", "person"}
    phone = add(loaded, officer, one.id, PartyKind.PHONE, "+92 300 1234567", suspect, "his mobile")
    add(loaded, officer, three.id, PartyKind.PHONE, "0092-3001234567", suspect, "who called")
    assert {"phone", "document"} == {
        own.kind
        for other in cases.view(loaded, officer, three.id).proposed
        if other.case.id == one.id
        for own in other.shared
    }
    with pytest.raises(Conflict, match="stands in this case"):
        add(loaded, officer, one.id, PartyKind.PHONE, "+92 300 1234567", suspect, "his mobile")
    for wrong, kind in (("123", PartyKind.PHONE), ("MAZARI", PartyKind.TRAVELLER)):
        with pytest.raises(InvalidInput):
            add(loaded, officer, one.id, kind, wrong, suspect, "his mobile")
    cases_work.remove_party(loaded, officer, one.id, phone.id, "a wrong number")
    cases_work.relate(loaded, officer, three.id, one.number, "the caller named him")
    view = cases.view(loaded, officer, one.id)
    assert [(own.case.id, own.reason) for own in view.related] == [
        (three.id, "the caller named him")
    ]
    assert [own.removal for own in view.parties if own.id == phone.id] == ["a wrong number"]
    with pytest.raises(Conflict, match="related"):
        cases_work.relate(loaded, officer, one.id, three.number, "the caller named him")
    with pytest.raises(InvalidInput, match="this case"):
        cases_work.relate(loaded, officer, one.id, one.number, "the caller named him")


def test_a_traveller_of_another_port_is_not_added(
    loaded: Centre, officer: Actor, stranger: Actor, supervisor: Actor
) -> None:
    case = cases.open_from(loaded, officer, alert_ids(loaded, officer)[:1])
    (elsewhere,) = alerts.list_alerts(loaded, stranger)
    assert elsewhere.traveller is not None
    who = elsewhere.traveller.id
    with pytest.raises(Forbidden):
        cases_work.add_traveller(loaded, officer, case.id, who, PartyRole.WITNESS, "seen with him")
    with pytest.raises(Forbidden):
        cases_work.add_alert(loaded, officer, case.id, elsewhere.alert.id)
    cases_work.add_traveller(loaded, supervisor, case.id, who, PartyRole.WITNESS, "seen with him")
    with pytest.raises(Conflict):
        cases_work.add_traveller(loaded, supervisor, case.id, who, PartyRole.OTHER, "seen again")


def test_who_sees_a_case(
    loaded: Centre, officer: Actor, stranger: Actor, supervisor: Actor, acting: Any
) -> None:
    case = cases.open_case(loaded, officer, Opening(title="Couriers"))
    with pytest.raises(Forbidden, match="another unit"):
        cases.view(loaded, stranger, case.id)
    for without in (Role.GATE, Role.ANALYST):
        with pytest.raises(Forbidden):
            cases.view(loaded, acting(without, "KHI"), case.id)
    assert cases.view(loaded, supervisor, case.id).may_hand_over
    share = cases_sharing.share
    share(loaded, officer, case.id, unit_id="lhe", person="", reason="the same ring")
    assert cases.view(loaded, stranger, case.id).may_work
    with pytest.raises(Conflict):
        share(loaded, officer, case.id, unit_id="lhe", person="", reason="the same ring")
    with pytest.raises(InvalidInput, match="a unit, or a person"):
        share(loaded, officer, case.id, unit_id="", person="", reason="the same ring")
    cases_sharing.restrict(loaded, officer, case.id, "an officer is involved", restricted=True)
    for hidden in (stranger, supervisor):
        with pytest.raises(NotFound):
            cases.view(loaded, hidden, case.id)
        assert cases.list_cases(loaded, hidden).total == 0
    assert cases.view(loaded, officer, case.id).may_work
    with pytest.raises(InvalidInput, match="restricted"):
        share(loaded, officer, case.id, unit_id="ntc", person="", reason="the centre")
    with pytest.raises(Forbidden):
        cases_sharing.admit(loaded, officer, case.number, officer.name, "he left us")
    accounts.add_user(
        loaded, SENDER, name=supervisor.name, display_name="S", units=frozenset({"ntc"}),
        roles=frozenset({Role.SUPERVISOR}), password="correct horse battery staple",
    )  # fmt: skip
    cases_sharing.admit(loaded, SENDER, case.number, supervisor.name, "the owner left")
    assert cases.view(loaded, supervisor, case.id).case.restricted
    cases_sharing.restrict(loaded, supervisor, case.id, "it is over", restricted=False)
    (by_unit,) = [own for own in cases.view(loaded, officer, case.id).shares if own.unit_id]
    cases_sharing.end_share(loaded, officer, case.id, by_unit.id, "no longer needed")
    with pytest.raises(Forbidden):
        cases.view(loaded, stranger, case.id)


def test_hand_over_to_another_unit(
    loaded: Centre, officer: Actor, stranger: Actor, supervisor: Actor, clock: Any
) -> None:
    case = cases.open_from(loaded, officer, alert_ids(loaded, officer)[:1])
    kept = cases_work.attach(loaded, officer, case.id, "scan.txt", b"what was seen")
    cases_work.note(loaded, officer, case.id, "For us alone")
    giving = Giving(
        agency="Narcotics",
        unit_id="lhe",
        sections=frozenset({Section.PARTIES, Section.ALERTS}),
        legal_basis="Act 1, section 9",
        conditions="Not to be given on",
        expires_at=clock() + timedelta(days=10),
    )
    with pytest.raises(Forbidden):
        cases_sharing.hand_over(loaded, officer, case.id, giving)
    handover = cases_sharing.hand_over(loaded, supervisor, case.id, giving)
    view = cases.view(loaded, stranger, case.id)
    assert (view.case.state, view.may_work) == (CaseState.HANDED_OVER, False)
    assert (len(view.parties), len(view.alerts)) == (1, 1)
    assert (view.notes, view.attachments, view.timeline, view.outcomes) == ((), (), (), ())
    with pytest.raises(Forbidden, match="not given"):
        cases_work.attachment(loaded, stranger, case.id, kept.id)
    with pytest.raises(Forbidden, match="looked at"):
        cases_work.note(loaded, stranger, case.id, "may I write here")
    with pytest.raises(Forbidden, match="acknowledges"):
        cases_sharing.acknowledge(loaded, supervisor, case.id, handover.id, "N-7")
    acknowledged = cases_sharing.acknowledge(loaded, stranger, case.id, handover.id, "N-7")
    assert (acknowledged.acknowledged_by, acknowledged.reference) == (stranger.name, "N-7")
    with pytest.raises(Conflict):
        cases_sharing.acknowledge(loaded, stranger, case.id, handover.id, "N-7")
    clock.advance(days=11)
    with pytest.raises(Forbidden):
        cases.view(loaded, stranger, case.id)
    assert cases.list_cases(loaded, stranger).total == 0


def test_a_hand_over_tells_no_more_than_was_given(
    loaded: Centre, officer: Actor, stranger: Actor, supervisor: Actor
) -> None:
    case = cases.open_case(
        loaded, officer, Opening(title="Operation", summary="what an informant said")
    )
    cases_work.add_party(
        loaded, officer, case.id, PartyKind.PERSON, "QADIR", PartyRole.OTHER, "a source told"
    )

    def found(actor: Actor, text: str) -> list[str]:
        rows = cases.list_cases(loaded, actor, Wanted(text=text)).rows
        return [row.case.summary for row in rows]

    for section, by_party in ((Section.NOTES, []), (Section.PARTIES, [""])):
        giving = Giving(
            agency="Narcotics", unit_id="lhe", sections=frozenset({section}),
            legal_basis="Act 1, section 9",
        )  # fmt: skip
        cases_sharing.hand_over(loaded, supervisor, case.id, giving)
        assert cases.view(loaded, stranger, case.id).case.summary == ""
        assert (found(stranger, "QADIR"), found(stranger, "Operation")) == (by_party, [""])
    assert found(officer, "QADIR") == ["what an informant said"]


def test_hand_over_to_an_agency_outside(
    loaded: Centre, officer: Actor, stranger: Actor, supervisor: Actor, clock: Any
) -> None:
    case = cases.open_case(loaded, officer, Opening(title="Couriers"))
    giving = Giving(agency="Police", sections=EVERYTHING, legal_basis="Act 1, section 9")
    for wrong in (
        replace(giving, sections=frozenset()),
        replace(giving, legal_basis=""),
        replace(giving, agency=""),
        replace(giving, unit_id="none"),
        replace(giving, unit_id="khi"),
        replace(giving, expires_at=clock()),
    ):
        with pytest.raises(InvalidInput):
            cases_sharing.hand_over(loaded, supervisor, case.id, wrong)
    handover = cases_sharing.hand_over(loaded, supervisor, case.id, giving)
    with pytest.raises(Forbidden):
        cases_sharing.acknowledge(loaded, officer, case.id, handover.id, "letter 12")
    cases_sharing.acknowledge(loaded, supervisor, case.id, handover.id, "letter 12")
    with pytest.raises(Conflict, match="take it back"):
        cases_work.move(loaded, officer, case.id, CaseState.IN_PROGRESS)
    with pytest.raises(NotFound):
        cases_sharing.take_back(loaded, supervisor, case.id, "none", "they declined")
    cases_sharing.take_back(loaded, supervisor, case.id, handover.id, "they declined")
    view = cases.view(loaded, officer, case.id)
    assert view.case.state is CaseState.IN_PROGRESS
    assert view.handovers[0].taking_back == "they declined"
    with pytest.raises(Conflict):
        cases_sharing.take_back(loaded, supervisor, case.id, handover.id, "they declined")


def test_outcomes_become_labels(
    loaded: Centre, officer: Actor, stranger: Actor, supervisor: Actor, clock: Any
) -> None:
    since = clock()
    first, second = alert_ids(loaded, officer)
    settle(loaded, officer, first)
    settle(loaded, officer, second)
    alerts.close(loaded, officer, first, OutcomeKind.NOTHING_FOUND, "no gold")
    (label,) = outcomes.labels(loaded, supervisor, since)
    assert (label.confirmed, label.found, label.screener[:5]) == (True, False, "name@")
    clock.advance(hours=1)
    (old,) = cases.of_alert(loaded, officer, first).outcomes
    told = Correction(
        kind=OutcomeKind.SEIZURE, note="in his shoes", details=GOLD, reason="searched again"
    )
    with pytest.raises(Forbidden):
        outcomes.correct(loaded, stranger, old.id, told)
    with pytest.raises(InvalidInput):
        outcomes.correct(loaded, officer, old.id, replace(told, reason=""))
    new = outcomes.correct(loaded, officer, old.id, told)
    with pytest.raises(Conflict):
        outcomes.correct(loaded, officer, old.id, told)
    both = cases.of_alert(loaded, officer, first).outcomes
    assert [own.corrected_by for own in both] == [new.id, None]
    assert both[0].note == "no gold", "what was said stays"
    seized = both[1].details.seizures[0]
    assert (seized.quantity, seized.chapter) == (Decimal("2.5"), 71)
    assert seized.value == Money(amount=Decimal("180000"), currency="USD")
    closed = alerts.view(loaded, officer, first).row.alert
    assert closed.outcome is not None
    assert (closed.outcome.kind, closed.outcome.note) == (OutcomeKind.SEIZURE, "in his shoes")
    (label,) = outcomes.labels(loaded, supervisor, clock())
    assert (label.found, label.kinds, label.at) == (True, {OutcomeKind.SEIZURE}, clock())
    with pytest.raises(Forbidden):
        outcomes.labels(loaded, officer, since)


def test_the_outcome_of_a_case_counts_for_its_alerts(
    loaded: Centre, officer: Actor, supervisor: Actor, clock: Any
) -> None:
    first, second = alert_ids(loaded, officer)
    settle(loaded, officer, first)
    alerts.close(loaded, officer, first, OutcomeKind.NOTHING_FOUND, "")
    settle(loaded, officer, second, confirmed=False)
    case = cases.open_from(loaded, officer, [first, second])
    clock.advance(days=2)
    with pytest.raises(InvalidInput, match="false match"):
        cases_work.close(loaded, officer, case.id, OutcomeKind.FALSE_MATCH, "", leave_alerts=True)
    with pytest.raises(Conflict, match="still open: 1"):
        cases_work.close(loaded, officer, case.id, OutcomeKind.ARREST, "at home", GOLD)
    cases_work.close(
        loaded, officer, case.id, OutcomeKind.ARREST, "at home", GOLD, leave_alerts=True
    )
    told = str(cases.view(loaded, officer, case.id).timeline[0].sentence)
    assert told.endswith("alerts of it still open: 1")
    labels = outcomes.labels(loaded, supervisor, clock())
    assert {own.found for own in labels if own.confirmed} == {True}
    assert {own.found for own in labels if not own.confirmed} == {False}, "he was cleared"
    assert len(labels) == 2
    (own,) = cases.view(loaded, officer, case.id).outcomes
    told = Correction(kind=OutcomeKind.DATA_ERROR, note="", reason="the wrong case")
    outcomes.correct(loaded, officer, own.id, told)
    labels = outcomes.labels(loaded, supervisor, clock())
    assert {label.found for label in labels} == {False}
