"""Who was cleared once is not raised again by the same entry, as long as neither changes."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose, Role, system_actor
from parakh.domain.alert import AlertState
from parakh.domain.dates import PartialDate
from parakh.domain.face import Comparison as FaceComparison
from parakh.domain.hit import Advice, Hit, HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.domain.redress import Difference
from parakh.domain.traveller import Document, DocumentType, PersonName, Traveller
from parakh.domain.voyage import Direction
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.faces.extract import FaceEngine
from parakh.screen.screener import TravellerSubject
from parakh.services import (
    alerts,
    clearing,
    dossier,
    gate,
    intake,
    listed_pictures,
    queue,
    redress,
    trail,
)
from parakh.services.assessing import assess
from parakh.services.centre import Centre
from parakh.services.gate_values import CaptureRequest
from parakh.services.subjects import screened
from parakh.store import amendments, assessments, travellers
from parakh.store import watchlists as entries
from parakh.store.tables import alert, audit, hit, picture, redress_number
from parakh.store.tables import redress as table

SENDER = system_actor("test")


@pytest.fixture
def listed(person: Any) -> Any:
    return person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321")


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING, "KHI")


@pytest.fixture
def supervisor(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


def take_in(centre: Centre, data: bytes) -> None:
    intake.receive(centre, SENDER, data, Source(channel=Channel.DROP, name="list.edi"))
    assert queue.drain(centre) == set()


def raised(centre: Centre, *states: AlertState) -> list[alerts.AlertRow]:
    return alerts.list_alerts(centre, SENDER, states or list(AlertState))


def clear(centre: Centre, officer: Actor, row: alerts.AlertRow, **how: Any) -> None:
    alerts.acknowledge(centre, officer, row.alert.id)
    for own in row.hits:
        alerts.decide(
            centre, officer, row.alert.id, own.id, confirmed=False, reason="another man", **how
        )


def rows_of(centre: Centre, what: sa.Table) -> list[Any]:
    with centre.db.read() as connection:
        return list(connection.execute(sa.select(what)))


@pytest.fixture
def cleared(
    any_centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    enlist: Any,
    officer: Actor,
) -> Centre:
    """Somebody was raised by name on PK304 and cleared."""
    units(any_centre)
    enlist(any_centre)
    take_in(any_centre, declare(listed))
    (row,) = raised(any_centre)
    clear(any_centre, officer, row)
    return any_centre


def test_a_clearing_makes_a_record(cleared: Centre, officer: Actor, clock: Any) -> None:
    page = redress.records(cleared, officer)
    (row,) = page.rows
    record = row.record
    assert (page.total, page.avoided.count, row.avoided.count) == (1, 0, 0)
    assert record.name == PersonName(family="MAZARI", given="ZULFIQAR")
    assert [(own.number, own.issuer) for own in record.documents] == [("PA7654321", "PAK")]
    assert (str(record.birth_date), record.nationality) == ("1980-05-05", "PAK")
    assert (record.screener, record.reason, record.by, record.at) == (
        "name",
        "another man",
        officer.name,
        clock(),
    )
    assert row.entry is not None
    assert row.entry.names[0].family == "MAZARI"
    (one,) = rows_of(cleared, hit)
    assert record.hit_id == one.id
    assert one.redress_id is None, "the hit itself was cleared by a human"


def test_the_same_person_is_not_raised_again(
    cleared: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    person: Any,
    officer: Actor,
    clock: Any,
) -> None:
    clock.advance(days=1)
    take_in(cleared, declare(person(), listed, number="306"))
    assert len(raised(cleared)) == 1
    (record,) = redress.records(cleared, officer).rows
    assert (record.avoided.count, record.avoided.last) == (1, clock())
    view = redress.view(cleared, officer, record.record.id)
    (journey,) = view.journeys
    assert journey.voyage is not None
    assert journey.voyage.number == "306"
    shown = dossier.traveller(cleared, officer, journey.traveller.id)
    (again,) = shown.hits
    assert (again.state, again.redress_id) == (HitState.CLEARED, record.record.id)
    assert (again.decided_by, again.reason) == (officer.name, "another man")
    assert again.decided_at == record.record.at
    assert shown.advice is Advice.PROCEED
    assert shown.alerts == ()
    take_in(cleared, declare(listed, number="306"))
    assert redress.records(cleared, officer).avoided.count == 1, "counted once a journey"


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"document": "PA7654399"}, (Difference.DOCUMENT,)),
        ({"born": "800506"}, (Difference.BIRTH_DATE,)),
        ({"given": "ZULFIKAR"}, (Difference.NAME,)),
    ],
)
def test_who_changed_is_raised_again_with_the_earlier_decision_beside(
    cleared: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    officer: Actor,
    changes: dict[str, str],
    because: tuple[Difference, ...],
) -> None:
    changed = replace(listed, **changes)
    take_in(cleared, declare(changed, number="306"))
    (row,) = raised(cleared, AlertState.NEW)
    (own,) = alerts.view(cleared, officer, row.alert.id).hits
    assert own.hit.state is HitState.OPEN
    (earlier,) = own.earlier
    assert (earlier.record.by, earlier.differences) == (officer.name, because)


def test_another_namesake_is_raised_without_a_word_of_the_first(
    cleared: Centre, declare: Callable[..., bytes], listed: Any, officer: Actor
) -> None:
    other = replace(listed, document="XX1111111", given="ZULFIKAR", nationality="IRN")
    take_in(cleared, declare(other, number="306"))
    (row,) = raised(cleared, AlertState.NEW)
    (own,) = alerts.view(cleared, officer, row.alert.id).hits
    # The same skeleton of the name finds the record; neither name nor document is the same.
    assert own.earlier == ()


def change_entry(centre: Centre, **changes: Any) -> None:
    with centre.db.write(SENDER, Purpose.WATCHLIST) as tx:
        (value,) = entries.screened_entries(tx.connection)
        entries.save_entry(tx, replace(value, **changes))
        amendments.sweep_again(tx, [value.id])
        tx.audit("entry.changed", "watchlist_entry", value.id)
    assert queue.drain(centre) == set()


def test_a_changed_entry_raises_again_on_this_journey_and_on_others(
    cleared: Centre, declare: Callable[..., bytes], listed: Any, officer: Actor
) -> None:
    take_in(cleared, declare(listed, number="306"))
    assert len(raised(cleared)) == 1
    change_entry(cleared, nationalities=("PAK",))
    assert len(raised(cleared, AlertState.NEW)) == 2
    states = {(own.state, own.redress_id) for own in rows_of(cleared, hit)}
    assert states == {("open", None)}
    for row in raised(cleared, AlertState.NEW):
        (own,) = alerts.view(cleared, officer, row.alert.id).hits
        assert [one.differences for one in own.earlier] == [(Difference.ENTRY,)]
    assert redress.view(cleared, officer, redress.records(cleared, officer).rows[0].record.id)
    (only,) = redress.records(cleared, officer).rows
    assert redress.view(cleared, officer, only.record.id).changed


def test_a_new_reason_or_expiry_of_the_entry_changes_nothing(
    cleared: Centre, declare: Callable[..., bytes], listed: Any
) -> None:
    change_entry(cleared, reason="Carried currency three times")
    take_in(cleared, declare(listed, number="306"))
    assert len(raised(cleared)) == 1


def test_each_screener_and_each_entry_is_cleared_apart(
    cleared: Centre, declare: Callable[..., bytes], listed: Any, enlist: Any
) -> None:
    enlist(cleared, family="ELSE", given="SOMEBODY", born="", document=listed.document)
    take_in(cleared, declare(listed, number="306"))
    (row,) = [own for own in raised(cleared, AlertState.NEW) if own.voyage.number == "306"]
    assert {(own.screener, own.state) for own in row.hits} == {
        ("document@1", HitState.OPEN),
        ("name@2", HitState.CLEARED),
    }
    assert row.alert.advice is Advice.INSPECT


def test_whoever_shows_a_listed_document_is_raised_each_time(
    any_centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    enlist: Any,
    officer: Actor,
) -> None:
    units(any_centre)
    enlist(any_centre, family="ELSE", given="SOMEBODY", born="", document=listed.document)
    take_in(any_centre, declare(listed))
    (row,) = raised(any_centre)
    clear(any_centre, officer, row)
    take_in(any_centre, declare(listed))
    assert raised(any_centre, AlertState.NEW) == [], "of this journey it was decided"
    thief = replace(listed, family="NOON", given="GULAB", born="900101")
    take_in(any_centre, declare(listed, number="306"))
    take_in(any_centre, declare(thief, number="308"))
    news = {own.voyage.number: own for own in raised(any_centre, AlertState.NEW)}
    assert set(news) == {"306", "308"}
    (owner,) = alerts.view(any_centre, officer, news["306"].alert.id).hits
    assert [own.differences for own in owner.earlier] == [(Difference.LISTED,)]
    (other,) = alerts.view(any_centre, officer, news["308"].alert.id).hits
    assert [own.differences for own in other.earlier] == [
        (Difference.NAME, Difference.BIRTH_DATE, Difference.LISTED)
    ]


@pytest.mark.parametrize("born", ["800101", ""])
def test_who_turns_out_on_his_journey_to_be_born_as_listed_is_raised_again(
    any_centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    enlist: Any,
    officer: Actor,
    born: str,
) -> None:
    units(any_centre)
    enlist(any_centre)
    before = replace(listed, born=born)
    take_in(any_centre, declare(before))
    (row,) = raised(any_centre)
    clear(any_centre, officer, row)
    take_in(any_centre, declare(before))
    assert raised(any_centre, AlertState.NEW) == []
    take_in(any_centre, declare(listed))
    (again,) = raised(any_centre, AlertState.NEW)
    (own,) = alerts.view(any_centre, officer, again.alert.id).hits
    assert own.hit.state is HitState.OPEN
    assert [one.differences for one in own.earlier] == [(Difference.BIRTH_DATE,)]
    clear(any_centre, officer, again)
    take_in(any_centre, declare(listed))
    take_in(any_centre, declare(replace(listed, seat="30C")))
    assert raised(any_centre, AlertState.NEW) == [], "each state of him was decided on"


def declared_besides(centre: Centre, person: Traveller, **besides: Any) -> list[Hit]:
    """Screens a traveller as he is known, and as he was declared besides."""
    ref = Ref(kind=Kind.TRAVELLER, id=person.id)
    known = TravellerSubject(ref=ref, traveller=person, voyage=None)
    other = replace(known, traveller=replace(person, **besides))
    found = screened(centre.traveller_screeners(), [known], [other] if besides else [])
    with centre.db.write(SENDER, Purpose.SCREENING) as tx:
        done = assess(tx, found, cause=new_id(), ports={ref: "KHI"})
        tx.audit("message.screened", "message", "m")
    return list(done[0].assessment.hits)


def test_a_booking_that_names_the_listed_one_is_not_cleared_by_the_list_beside_it(
    any_centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    enlist: Any,
    officer: Actor,
) -> None:
    units(any_centre)
    enlist(any_centre)
    take_in(any_centre, declare(replace(listed, born="800101")))
    (row,) = raised(any_centre)
    clear(any_centre, officer, row)
    take_in(any_centre, declare(replace(listed, born="800101"), number="306"))
    assert raised(any_centre, AlertState.NEW) == []
    with any_centre.db.read() as connection:
        ids = [own.subject_id for own in connection.execute(sa.select(hit).order_by(hit.c.id))]
        (person,) = travellers.travellers_by_id(connection, ids[1:])
    (same,) = declared_besides(any_centre, person, sex=None)
    assert same.state is HitState.CLEARED
    (other,) = declared_besides(any_centre, person, birth_date=PartialDate.parse("1980-05-05"))
    assert (other.state, other.redress_id) == (HitState.OPEN, None)
    (new,) = raised(any_centre, AlertState.NEW)
    clear(any_centre, officer, new)
    (decided,) = declared_besides(any_centre, person, birth_date=PartialDate.parse("1980-05-05"))
    assert decided.state is HitState.CLEARED, "the officer saw this booking"
    assert raised(any_centre, AlertState.NEW) == []


def test_a_decision_moves_with_its_evidence_and_record_when_two_are_one(
    cleared: Centre, declare: Callable[..., bytes], listed: Any, officer: Actor, supervisor: Actor
) -> None:
    other = replace(listed, born="", document="QA1112223")
    take_in(cleared, declare(other, number="306"))
    (old, new) = sorted(rows_of(cleared, hit), key=lambda own: own.id)
    assert (old.state, new.state) == ("cleared", "open")
    with cleared.db.write(SENDER, Purpose.SCREENING) as tx:
        assessments.rehome(tx.connection, old.subject_id, new.subject_id)
        tx.audit("message.parsed", "message", "m")
    moved = next(own for own in rows_of(cleared, hit) if own.id == new.id)
    assert (moved.state, moved.evidence, moved.score) == ("cleared", old.evidence, old.score)
    (record,) = rows_of(cleared, table)
    assert record.hit_id == new.id
    take_in(cleared, declare(replace(other, born="800505"), number="306"))
    assert [own.state for own in rows_of(cleared, hit) if own.id == new.id] == ["open"]


def test_a_withdrawal_waits_for_a_screening_that_relies_on_the_record(
    cleared: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    supervisor: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (row,) = redress.records(cleared, supervisor).rows
    withdrawing = threading.Thread(
        target=redress.withdraw, args=(cleared, supervisor, row.record.id, "it was he after all")
    )
    recognise = clearing.Clearings.settled

    def slowly(self: clearing.Clearings, raised: clearing.Raised) -> Hit:
        withdrawing.start()
        withdrawing.join(0.3)
        assert withdrawing.is_alive(), "it waits"
        return recognise(self, raised)

    monkeypatch.setattr(clearing.Clearings, "settled", slowly)
    take_in(cleared, declare(listed, number="306"))
    withdrawing.join(10)
    assert {own.state for own in rows_of(cleared, hit)} == {"open"}
    assert {own.voyage.number for own in raised(cleared, AlertState.NEW)} == {"304", "306"}


def test_without_a_document_nobody_is_known_again(
    any_centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    enlist: Any,
    officer: Actor,
) -> None:
    units(any_centre)
    enlist(any_centre)
    nobody = replace(listed, document="0000")
    take_in(any_centre, declare(nobody))
    (row,) = raised(any_centre)
    clear(any_centre, officer, row)
    take_in(any_centre, declare(nobody, number="306"))
    assert len(raised(any_centre, AlertState.NEW)) == 1


def test_a_renewed_passport_is_added(
    cleared: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    officer: Actor,
    supervisor: Actor,
    portrait: bytes,
) -> None:
    (row,) = redress.records(cleared, officer).rows
    renewed = Document(type=DocumentType.PASSPORT, number="QA1112223", issuer="PAK")
    new = redress.add(
        cleared,
        officer,
        row.record.id,
        document=renewed,
        picture=portrait,
        reason="he showed both passports",
    )
    assert new.picture_id is not None
    assert new.documents[-1] == renewed
    assert listed_pictures.picture(cleared, supervisor, new.picture_id)[1] == "image/jpeg"
    take_in(cleared, declare(replace(listed, document="QA1112223"), number="306"))
    assert len(raised(cleared)) == 1
    assert [own.record.id for own in redress.records(cleared, officer, text="qa1112223").rows] == [
        new.id
    ]
    another = redress.add(
        cleared, supervisor, new.id, document=None, picture=portrait, reason="a sharper one"
    )
    assert another.picture_id != new.picture_id
    assert [own.id for own in rows_of(cleared, picture)] == [another.picture_id]
    assert [own.by for own in another.additions] == [officer.name, supervisor.name]


def test_a_wrong_clearing_is_withdrawn_by_another_person(
    cleared: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    officer: Actor,
    supervisor: Actor,
    clock: Any,
) -> None:
    take_in(cleared, declare(listed, number="306"))
    (row,) = redress.records(cleared, officer).rows
    assert not redress.view(cleared, officer, row.record.id).may_withdraw
    assert redress.view(cleared, supervisor, row.record.id).may_withdraw
    with pytest.raises(Forbidden, match="another person"):
        redress.withdraw(cleared, officer, row.record.id, "it was he after all")
    redress.withdraw(cleared, supervisor, row.record.id, "it was he after all")
    news = raised(cleared, AlertState.NEW)
    assert {own.voyage.number for own in news} == {"304", "306"}
    assert {own.alert.unit_id for own in news} == {"khi"}
    for one in news:
        (own,) = alerts.view(cleared, officer, one.alert.id).hits
        assert [each.differences for each in own.earlier] == [(Difference.WITHDRAWN,)]
    take_in(cleared, declare(listed, number="308"))
    assert len(raised(cleared, AlertState.NEW)) == 3
    assert redress.records(cleared, officer).avoided.count == 0
    with pytest.raises(Conflict):
        redress.withdraw(cleared, supervisor, row.record.id, "it was he after all")


def test_a_withdrawal_leaves_those_who_are_gone(
    cleared: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    officer: Actor,
    supervisor: Actor,
    clock: Any,
) -> None:
    take_in(cleared, declare(listed, number="306"))
    clock.advance(days=3)
    (row,) = redress.records(cleared, officer).rows
    redress.withdraw(cleared, supervisor, row.record.id, "it was he after all")
    assert raised(cleared, AlertState.NEW) == []
    view = redress.view(cleared, supervisor, row.record.id)
    assert len(view.journeys) == 1, "on which journeys he was let pass stays known"
    assert not view.may_add
    assert view.row.record.withdrawn_by == supervisor.name


def test_the_count_of_an_entry(
    cleared: Centre, declare: Callable[..., bytes], listed: Any, officer: Actor
) -> None:
    (row,) = redress.records(cleared, officer).rows
    assert row.entry is not None
    take_in(cleared, declare(listed, number="306"))
    found = redress.of_entry(cleared, officer, row.entry.id)
    assert (found.records, found.avoided.count) == (1, 1)
    assert redress.of_entry(cleared, officer, "none").avoided.count == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 1), ("mazari", 1), ("zulfiqar", 1), ("PA7654321", 1), ("pa76", 0), ("%", 0), ("x", 0)],
)
def test_records_are_searched(cleared: Centre, officer: Actor, text: str, count: int) -> None:
    page = redress.records(cleared, officer, text=text)
    assert (len(page.rows), page.total, page.pages) == (count, count, 1)
    assert redress.records(cleared, officer, text=text, page=2).rows == ()


def test_who_may_do_what(cleared: Centre, acting: Callable[..., Actor]) -> None:
    (row,) = redress.records(cleared, SENDER).rows
    entry_id = row.record.target.id
    auditor, gate_officer = acting(Role.AUDITOR), acting(Role.GATE, "KHI")
    assert redress.view(cleared, auditor, row.record.id).row == row
    steps: list[Callable[[Actor], object]] = [
        lambda actor: redress.withdraw(cleared, actor, row.record.id, "it was he after all"),
        lambda actor: redress.add(
            cleared, actor, row.record.id, document=None, picture=None, reason="renewed"
        ),
    ]
    for step in steps:
        with pytest.raises(Forbidden):
            step(auditor)
    for look in (
        lambda: redress.records(cleared, gate_officer),
        lambda: redress.view(cleared, gate_officer, row.record.id),
        lambda: redress.of_entry(cleared, gate_officer, entry_id),
    ):
        with pytest.raises(Forbidden):
            look()
    key = replace(acting(Role.SUPERVISOR), human=False)
    assert Permission.KEEP_REDRESS in key.permissions
    assert not key.may(Permission.KEEP_REDRESS)
    for step in steps:
        with pytest.raises(Forbidden, match=r"may not|only a human"):
            step(key)
    with pytest.raises(NotFound):
        redress.view(cleared, auditor, "none")
    with pytest.raises(InvalidInput, match="a document, a picture"):
        steps[1](acting(Role.SUPERVISOR))


def test_looks_and_changes_are_audited(
    cleared: Centre, declare: Callable[..., bytes], listed: Any, supervisor: Actor
) -> None:
    take_in(cleared, declare(listed, number="306"))
    (row,) = redress.records(cleared, supervisor, text="mazari").rows
    redress.view(cleared, supervisor, row.record.id)
    redress.withdraw(cleared, supervisor, row.record.id, "it was he after all")
    actions = [own.action for own in rows_of(cleared, audit)]
    for action in (
        "redress.made",
        "hit.cleared_before",
        "redress.listed",
        "redress.viewed",
        "redress.withdrawn",
        "hit.reopened",
    ):
        assert action in actions


# --- faces --------------------------------------------------------------------------------------


@pytest.fixture
def ready(face_centre: Centre, units: Any) -> Centre:
    units(face_centre)
    return face_centre


def at_gate(
    portrait: bytes, document: str = "PA7654321", direction: Direction = Direction.ENTRY
) -> CaptureRequest:
    return CaptureRequest(
        frames=(portrait,),
        portrait=None,
        port="KHI",
        lane="A1",
        direction=direction,
        document=document,
    )


def test_a_face_is_cleared_for_whoever_shows_the_document_and_the_face_that_was_kept(
    ready: Centre,
    monkeypatch: pytest.MonkeyPatch,
    declare: Callable[..., bytes],
    person: Any,
    enlist: Any,
    acting: Callable[..., Actor],
    portrait: bytes,
    clock: Any,
) -> None:
    enlist(ready, portrait=portrait)
    officer, auditor = acting(Role.GATE, "KHI"), acting(Role.AUDITOR)
    alike = person(family="NOON", given="GULAB", document="PA7654321")
    take_in(ready, declare(alike))
    clock.advance(hours=4)
    answer = gate.capture(ready, officer, at_gate(portrait))
    assert answer.advice is Advice.COMPARE
    (row,) = raised(ready)
    clear(ready, officer, row, keep_picture=True)
    (record,) = redress.records(ready, auditor).rows
    assert record.record.screener == "face"
    assert record.record.picture_id is not None
    trail.housekeep(ready)
    kept, media = listed_pictures.picture(ready, auditor, record.record.picture_id)
    assert kept.startswith(b"\xff\xd8")
    assert media == "image/jpeg"
    owners = {own.owner_kind for own in rows_of(ready, picture)}
    assert owners == {"watchlist_entry", "redress"}, "that of the capture is gone"
    # The next journey: he leaves again.
    take_in(ready, declare(alike, number="307", origin="KHI", destination="DXB"))
    leaving = at_gate(portrait, direction=Direction.EXIT)
    answer = gate.capture(ready, officer, leaving)
    assert answer.voyage is not None
    assert answer.voyage.number == "307"
    assert len(raised(ready)) == 1
    assert answer.advice is Advice.PROCEED
    assert {own.hit.state for own in answer.hits} == {HitState.CLEARED}
    # Somebody else on the same passport; the kept picture is made another person's.
    monkeypatch.setattr(
        FaceEngine, "compare", lambda *_: FaceComparison(score=0.1, threshold=0.363)
    )
    other = gate.capture(ready, officer, leaving)
    monkeypatch.undo()
    assert other.advice is Advice.COMPARE
    (own,) = other.hits
    assert own.hit.state is HitState.OPEN
    assert [one.differences for one in own.earlier] == [(Difference.FACE,)]
    assert len(raised(ready)) == 2
    stranger = gate.capture(ready, officer, at_gate(portrait, document=""))
    assert stranger.advice is Advice.COMPARE
    assert len(raised(ready)) == 3


def test_without_a_kept_picture_a_face_is_asked_about_on_each_journey(
    ready: Centre,
    declare: Callable[..., bytes],
    person: Any,
    enlist: Any,
    acting: Callable[..., Actor],
    portrait: bytes,
    clock: Any,
) -> None:
    enlist(ready, portrait=portrait)
    officer = acting(Role.GATE, "KHI")
    alike = person(family="NOON", given="GULAB", document="PA7654321")
    take_in(ready, declare(alike))
    clock.advance(hours=4)
    gate.capture(ready, officer, at_gate(portrait))
    clear(ready, officer, raised(ready)[0])
    assert gate.capture(ready, officer, at_gate(portrait)).advice is Advice.PROCEED
    take_in(ready, declare(alike, number="307", origin="KHI", destination="DXB"))
    answer = gate.capture(ready, officer, at_gate(portrait, direction=Direction.EXIT))
    assert answer.advice is Advice.COMPARE
    (own,) = answer.hits
    assert [one.differences for one in own.earlier] == [(Difference.FACE,)]


def test_no_picture_is_kept_of_whom_there_is_none(
    any_centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    enlist: Any,
    officer: Actor,
) -> None:
    units(any_centre)
    enlist(any_centre)
    take_in(any_centre, declare(listed))
    (row,) = raised(any_centre)
    with pytest.raises(InvalidInput, match="no picture"):
        clear(any_centre, officer, row, keep_picture=True)
    assert rows_of(any_centre, table) == []
    assert rows_of(any_centre, redress_number) == []
    assert {own.state for own in rows_of(any_centre, alert)} == {"acknowledged"}
