"""Entries that come into force are held against everybody on file: to come, here, and past."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Purpose, Role, system_actor
from parakh.domain.hit import Advice
from parakh.domain.message import Channel, Source
from parakh.domain.traveller import Document, DocumentType
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.errors import Forbidden, NotFound
from parakh.screen.watchlists import DocumentScreener, NameScreener
from parakh.services import alerts, gate, intake, queue, sweeps, swept, voyages, watchlists
from parakh.services.centre import Centre
from parakh.services.gate_values import CrossingRequest
from parakh.store import watchlists as entries
from parakh.store.tables import alert, assessment, audit, hit, voyage, watchlist_entry

SENDER = system_actor("test")


def take_in(centre: Centre, data: bytes) -> None:
    intake.receive(centre, SENDER, data, Source(channel=Channel.DROP, name="list.edi"))
    assert queue.drain(centre) == set()


def number_of(centre: Centre, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    with centre.db.read() as connection:
        query = sa.select(sa.func.count()).select_from(table).where(*where)
        return int(connection.execute(query).scalar_one())


def approve(centre: Centre, number: str) -> WatchlistEntry:
    """An entry for a document, put in force and not swept yet."""
    one, two = system_actor("one"), system_actor("two")
    held = Watchlist(
        id="l", name="Lost", source="Police", legal_basis="Act 1", handling=Handling.INSPECT
    )
    watchlists.add_list(centre, two, held)
    entry = WatchlistEntry(
        id="",
        watchlist_id=held.id,
        kind=EntryKind.DOCUMENT,
        names=(),
        documents=(Document(type=DocumentType.PASSPORT, number=number, issuer="PAK"),),
        reason="Reported stolen",
    )
    proposed = watchlists.propose(centre, one, entry)
    return watchlists.decide(centre, two, proposed.id, approve=True, reason="checked")


def sweep(centre: Centre) -> int:
    """Works all sweeps off; gives how many steps that took."""
    steps = 0
    while sweeps.step(centre):
        steps += 1
    return steps


@pytest.fixture
def listed(person: Any) -> Any:
    return person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321")


@pytest.fixture
def many(person: Any) -> list[Any]:
    """Seven people of whom three carry listed documents."""
    return [
        person(family="NOON", given=f"GULAB{sign}", document=f"PA70000{place}", seat=f"{place}A")
        for place, sign in enumerate("ABCDEFG", start=1)
    ]


def told(centre: Centre) -> set[str]:
    with centre.db.read() as connection:
        return set(connection.execute(sa.select(alert.c.unit_id)).scalars())


def test_who_was_announced_before_the_entry_is_found(
    any_centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    acting: Any,
) -> None:
    units(any_centre)
    take_in(any_centre, declare(listed))
    assert number_of(any_centre, alert) == 0
    entry = approve(any_centre, listed.document)
    assert queue.drain(any_centre) == set()
    (row,) = alerts.list_alerts(any_centre, acting(Role.TARGETING, "KHI"))
    assert {hit.target.id for hit in row.hits} == {entry.id}
    assert number_of(any_centre, watchlist_entry, watchlist_entry.c.swept_at.is_(None)) == 0
    (done,) = sweeps.history(any_centre, SENDER).rows
    assert (done.entries, done.total, done.done, done.hits, done.alerts) == (1, 1, 1, 1, 1)
    assert done.finished_at == any_centre.clock()
    assert sweeps.get(any_centre, SENDER, done.id) == done
    assert sweeps.of_entry(any_centre, SENDER, entry.id) == done
    assert sweeps.under_way(any_centre, SENDER) == []


def test_a_second_sweep_does_nothing(
    centre: Centre, declare: Callable[..., bytes], listed: Any, units: Any
) -> None:
    units(centre)
    take_in(centre, declare(listed))
    approve(centre, listed.document)
    assert sweep(centre) == 2
    assert sweep(centre) == 0
    assert number_of(centre, alert) == 1
    assert number_of(centre, audit, audit.c.action == "sweep.finished") == 1


def test_who_was_screened_against_the_entry_already_is_not_alerted_twice(
    centre: Centre, declare: Callable[..., bytes], listed: Any, units: Any
) -> None:
    units(centre)
    approve(centre, listed.document)
    take_in(centre, declare(listed))
    assert number_of(centre, alert) == 1
    (done,) = sweeps.history(centre, SENDER).rows
    assert (done.hits, done.alerts) == (0, 0)


@pytest.mark.parametrize(
    ("hours_after_landing", "crossed_hours_ago", "unit"),
    [
        (-2.0, None, "khi"),
        (1.0, 0.5, "khi"),
        (3.0, 2.0, "ntc"),
        (11.0, None, "khi"),
        (13.0, None, "ntc"),
        (48.0, 47.0, "ntc"),
        (5000.0, 4999.0, "ntc"),
    ],
)
def test_the_units_told_are_those_who_can_still_act(
    centre: Centre,
    clock: Any,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    hours_after_landing: float,
    crossed_hours_ago: float | None,
    unit: str,
) -> None:
    units(centre)
    take_in(centre, declare(listed))
    landing = clock() + timedelta(hours=3)
    clock.now = landing + timedelta(hours=hours_after_landing)
    if crossed_hours_ago is not None:
        seen = CrossingRequest(
            document=listed.document,
            port="KHI",
            lane="A1",
            direction=Direction.ENTRY,
            at=clock() - timedelta(hours=crossed_hours_ago),
        )
        gate.cross(centre, SENDER, seen)
    approve(centre, listed.document)
    sweep(centre)
    assert told(centre) == {unit}


def test_a_sweep_goes_on_after_a_crash_and_repeats_nothing(
    any_centre: Centre,
    declare: Callable[..., bytes],
    many: list[Any],
    units: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(any_centre)
    monkeypatch.setattr(sweeps, "BATCH", 2)
    take_in(any_centre, declare(*many))
    for place in (0, 3, 6):
        approve(any_centre, many[place].document)
    assert sweeps.step(any_centre)
    assert sweeps.step(any_centre)
    (before,) = sweeps.under_way(any_centre, SENDER)
    assert (before.entries, before.total, before.done) == (3, 7, 2)
    any_centre.swept._held.clear()  # as after a start of the program
    with monkeypatch.context() as patch:
        patch.setattr(sweeps.store, "found", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sweeps.step(any_centre)
    (failed,) = sweeps.under_way(any_centre, SENDER)
    assert (failed.done, failed.cursor, failed.failure) == (2, before.cursor, "ZeroDivisionError")
    sweep(any_centre)
    (done,) = sweeps.history(any_centre, SENDER).rows
    assert (done.done, done.alerts, done.failure) == (7, 3, "")
    assert number_of(any_centre, alert) == 3
    assert number_of(any_centre, assessment, assessment.c.cause == f"sweep:{done.id}") == 3


def test_a_message_goes_before_the_next_batch(
    centre: Centre,
    declare: Callable[..., bytes],
    many: list[Any],
    units: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(centre)
    monkeypatch.setattr(sweeps, "BATCH", 2)
    take_in(centre, declare(*many))
    newcomer = replace(many[0], document="QA9999999")
    approve(centre, newcomer.document)
    assert queue.step(centre, set())
    assert queue.step(centre, set())
    (going,) = sweeps.under_way(centre, SENDER)
    source = Source(channel=Channel.DROP, name="later.edi")
    intake.receive(centre, SENDER, declare(newcomer, number="306"), source)
    queue.step(centre, set())
    queue.step(centre, set())
    assert sweeps.under_way(centre, SENDER) == [going]
    assert queue.waiting(centre) == 0
    assert number_of(centre, alert) == 1, "who is announced meanwhile is screened with his list"
    assert queue.drain(centre) == set()
    assert number_of(centre, alert) == 1


def test_an_entry_that_changes_on_the_way_is_swept_again_whole(
    any_centre: Centre,
    declare: Callable[..., bytes],
    many: list[Any],
    units: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(any_centre)
    monkeypatch.setattr(sweeps, "BATCH", 2)
    take_in(any_centre, declare(*many))
    entry = approve(any_centre, "ZZ0000001")
    other = approve(any_centre, "ZZ0000002")
    sweeps.step(any_centre)
    sweeps.step(any_centre)
    # Of those that were passed already: the newest are taken first.
    with any_centre.db.read() as connection:
        last = connection.execute(
            sa.text("SELECT number FROM document ORDER BY traveller_id DESC LIMIT 1")
        ).scalar_one()
    with any_centre.db.write(SENDER, Purpose.WATCHLIST) as tx:
        changed = entries.get_entry(tx.connection, entry.id)
        document = Document(type=DocumentType.PASSPORT, number=last, issuer="PAK")
        entries.save_entry(tx, replace(changed, documents=(document,)))
        tx.audit("entry.changed", "watchlist_entry", entry.id)
    sweep(any_centre)
    rows = sweeps.history(any_centre, SENDER).rows
    assert [(own.entries, own.done) for own in rows] == [(1, 7), (2, 7)]
    assert number_of(any_centre, alert) == 1
    of_other = sweeps.of_entry(any_centre, SENDER, other.id)
    assert of_other is not None
    assert of_other.id == rows[1].id
    assert number_of(any_centre, watchlist_entry, watchlist_entry.c.swept_at.is_(None)) == 0


def test_an_entry_that_is_retired_on_the_way_raises_nothing(
    centre: Centre,
    declare: Callable[..., bytes],
    many: list[Any],
    units: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(centre)
    monkeypatch.setattr(sweeps, "BATCH", 3)
    take_in(centre, declare(*many))
    entry = approve(centre, many[0].document)
    assert sweeps.step(centre)
    watchlists.retire(centre, system_actor("two"), entry.id, "a mistake")
    sweep(centre)
    assert number_of(centre, alert) == 0
    assert sweeps.under_way(centre, SENDER) == []


def test_a_new_entry_does_not_wait_for_a_sweep_that_is_under_way(
    centre: Centre,
    declare: Callable[..., bytes],
    many: list[Any],
    units: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(centre)
    monkeypatch.setattr(sweeps, "BATCH", 1)
    take_in(centre, declare(*many))
    approve(centre, "ZZ0000001")
    for _ in range(4):
        sweeps.step(centre)
    approve(centre, "ZZ0000002")
    sweeps.step(centre)
    sweeps.step(centre)
    first, second = sweeps.under_way(centre, SENDER)
    assert (first.done, second.done) == (1, 3)
    assert first.id > second.id


def test_a_sweep_that_fails_says_so_and_is_tried_again(
    any_centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(any_centre)
    take_in(any_centre, declare(listed))
    approve(any_centre, listed.document)
    monkeypatch.setattr(sweeps, "MOST_UNSCREENED", 0)
    with monkeypatch.context() as patch:
        patch.setattr(DocumentScreener, "screen", lambda *_: 1 / 0)
        left = queue.drain(any_centre)
        assert queue.drain(any_centre) == left
        (failed,) = sweeps.under_way(any_centre, SENDER)
        assert left == {failed.id}
        assert failed.failure == "document@1: ZeroDivisionError"
    assert number_of(any_centre, audit, audit.c.action == "sweep.failed") == 1
    assert number_of(any_centre, alert) == 0
    assert queue.drain(any_centre) == set()
    assert number_of(any_centre, alert) == 1


def spoil(patch: pytest.MonkeyPatch, *numbers: str) -> None:
    """Makes a screener fail on whoever carries one of these documents."""
    screen = DocumentScreener.screen

    def failing(own: DocumentScreener, subjects: Any) -> Any:
        for subject in subjects:
            assert not {one.number for one in subject.traveller.documents}.intersection(numbers)
        return screen(own, subjects)

    patch.setattr(DocumentScreener, "screen", failing)


def test_one_who_cannot_be_screened_holds_nobody_else_up(
    any_centre: Centre,
    declare: Callable[..., bytes],
    many: list[Any],
    units: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(any_centre)
    monkeypatch.setattr(sweeps, "BATCH", 3)
    take_in(any_centre, declare(*many))
    for own in many[:2]:
        approve(any_centre, own.document)
    with monkeypatch.context() as patch:
        spoil(patch, many[0].document)
        assert queue.drain(any_centre) == {sweeps.UNSCREENED}
        (done,) = sweeps.history(any_centre, SENDER).rows
        assert done.finished_at is not None
        assert (done.done, done.unscreened, done.alerts, done.failure) == (6, 1, 1, "")
        assert queue.drain(any_centre) == {sweeps.UNSCREENED}
    assert queue.drain(any_centre) == set()
    (done,) = sweeps.history(any_centre, SENDER).rows
    assert (done.unscreened, done.hits, done.alerts) == (0, 2, 2)
    assert number_of(any_centre, alert) == 2
    told = sa.cast(audit.c.detail, sa.Text)
    assert number_of(any_centre, audit, told.contains(many[0].document)) == 0


def test_a_sweep_that_fails_does_not_stop_another(
    any_centre: Centre,
    declare: Callable[..., bytes],
    many: list[Any],
    units: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(any_centre)
    monkeypatch.setattr(sweeps, "AT_ONCE", 1)
    take_in(any_centre, declare(*many))
    approve(any_centre, "ZZ0000001")
    assert sweeps.step(any_centre)
    (first,) = sweeps.under_way(any_centre, SENDER)
    move = sweeps._move

    def failing(centre: Centre, sweep: Any) -> None:
        if sweep.id == first.id:
            raise ValueError
        move(centre, sweep)

    with monkeypatch.context() as patch:
        patch.setattr(sweeps, "_move", failing)
        assert queue.drain(any_centre) == {first.id}
        approve(any_centre, many[0].document)
        assert queue.drain(any_centre) == {first.id}
    assert number_of(any_centre, alert) == 1
    assert [own.id for own in sweeps.under_way(any_centre, SENDER)] == [first.id]
    assert queue.drain(any_centre) == set()
    assert sweeps.under_way(any_centre, SENDER) == []


def test_a_sweep_has_its_turn_while_messages_wait(
    centre: Centre,
    declare: Callable[..., bytes],
    many: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take_in(centre, declare(*many))
    approve(centre, "ZZ0000001")
    for number in range(400, 404):
        source = Source(channel=Channel.DROP, name="later.edi")
        intake.receive(centre, SENDER, declare(many[0], number=str(number)), source)
    assert queue.step(centre, set())
    assert sweeps.history(centre, SENDER).rows == (), "not yet"
    centre.swept_at -= queue.SWEEP_AFTER
    assert queue.step(centre, set())
    assert len(sweeps.under_way(centre, SENDER)) == 1
    assert queue.step(centre, set())
    assert sweeps.under_way(centre, SENDER)[0].done == 0, "messages again"
    centre.swept_at -= queue.SWEEP_AFTER
    queue.step(centre, set())
    assert sweeps.under_way(centre, SENDER) == []
    assert queue.waiting(centre) > 0


def test_many_entries_are_indexed_in_slices(
    centre: Centre,
    declare: Callable[..., bytes],
    many: list[Any],
    units: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(centre)
    monkeypatch.setattr(swept, "SLICE", 2)
    take_in(centre, declare(*many))
    listed = [approve(centre, own.document) for own in many[:5]]
    assert sweeps.step(centre)
    assert sweeps.step(centre)
    assert sweeps.step(centre)
    (going,) = sweeps.under_way(centre, SENDER)
    assert going.done == 0
    watchlists.retire(centre, system_actor("two"), listed[0].id, "a mistake")
    assert sweeps.step(centre)
    assert sweeps.under_way(centre, SENDER) == []
    assert number_of(centre, alert) == 4


def test_settings_of_a_list_restart_no_sweep(
    any_centre: Centre,
    declare: Callable[..., bytes],
    many: list[Any],
    units: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(any_centre)
    monkeypatch.setattr(sweeps, "BATCH", 4)
    take_in(any_centre, declare(*many))
    with any_centre.db.read() as connection:
        last = connection.execute(
            sa.text("SELECT number FROM document ORDER BY traveller_id LIMIT 1")
        ).scalar_one()
    approve(any_centre, last)
    sweeps.step(any_centre)
    sweeps.step(any_centre)
    with any_centre.db.write(SENDER, Purpose.WATCHLIST) as tx:
        (own,) = entries.lists(tx.connection).values()
        entries.save_list(tx, replace(own, name="Stolen"))
        tx.audit("watchlist.saved", "watchlist", own.id)
    sweep(any_centre)
    (done,) = sweeps.history(any_centre, SENDER).rows
    assert (done.entries, done.done, done.alerts) == (1, 7, 1)
    with any_centre.db.read() as connection:
        sentence = connection.execute(sa.select(hit.c.sentence)).scalar_one()
    assert "Stolen" in str(sentence), "hits name the list as it is called now"


def test_progress_is_for_those_who_see_watchlists(centre: Centre, acting: Any) -> None:
    for look in (
        lambda actor: sweeps.history(centre, actor),
        lambda actor: sweeps.under_way(centre, actor),
        lambda actor: sweeps.get(centre, actor, "x"),
        lambda actor: sweeps.of_entry(centre, actor, "x"),
    ):
        with pytest.raises(Forbidden):
            look(acting(Role.GATE, "KHI"))
    with pytest.raises(NotFound):
        sweeps.get(centre, acting(Role.AUDITOR), "x")
    assert sweeps.of_entry(centre, acting(Role.AUDITOR), "x") is None


def test_a_sweep_is_told_by_its_first_entries_and_its_lists(
    centre: Centre, acting: Callable[..., Any], declare: Callable[..., bytes], many: list[Any]
) -> None:
    take_in(centre, declare(*many))
    ids = [approve(centre, own.document).id for own in many[:4]]
    sweep(centre)
    with centre.db.write(SENDER, Purpose.WATCHLIST) as tx:
        changed = entries.get_entry(tx.connection, ids[0])
        entries.change_entries(tx, [changed], {changed.id})
        tx.audit("test", "watchlist_entry", changed.id)
    sweep(centre)
    second, first = sweeps.history(centre, SENDER).rows
    assert (first.entries, second.entries) == (4, 1)
    before = number_of(centre, audit)
    told = sweeps.told(centre, SENDER, (first, second))
    assert number_of(centre, audit) == before + 1
    assert len(told[first.id].entries) == sweeps.store.FIRST
    assert {own.id for own in told[first.id].entries} <= set(ids)
    assert [own.id for own in told[second.id].entries] == ids[:1]
    assert told[first.id].lists == told[second.id].lists
    assert len(told[first.id].lists) == 1
    with pytest.raises(Forbidden):
        sweeps.told(centre, acting(Role.GATE, "KHI"), (first,))


def test_a_sweep_hides_neither_a_failed_screener_nor_a_stronger_hit(
    any_centre: Centre,
    declare: Callable[..., bytes],
    listed: Any,
    units: Any,
    enlist: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(any_centre)
    enlist(any_centre, family="FIRST", given="ENTRY", born="")
    with monkeypatch.context() as broken:
        broken.setattr(NameScreener, "screen", lambda *_: 1 / 0)
        take_in(any_centre, declare(listed))
    before = advice_on_voyages(any_centre)
    assert before == [(Advice.INCOMPLETE, ("name@2",))]
    approve(any_centre, listed.document)
    queue.drain(any_centre)
    assert advice_on_voyages(any_centre) == [(Advice.INSPECT, ("name@2",))]
    enlist(any_centre)
    assert advice_on_voyages(any_centre) == [(Advice.INSPECT, ("name@2",))]
    rows = alerts.list_alerts(any_centre, SENDER)
    assert [row.alert.advice for row in rows] == [Advice.INSPECT, Advice.INSPECT]
    assert sorted(len(row.hits) for row in rows) == [1, 2], "the second shows both hits"


def advice_on_voyages(centre: Centre) -> list[tuple[Advice | None, tuple[str, ...]]]:
    """What the vetting lists advise, and which screeners failed."""
    with centre.db.read() as connection:
        ids = list(connection.execute(sa.select(voyage.c.id)).scalars())
    views = [voyages.voyage(centre, SENDER, own) for own in ids]
    return [(row.advice, row.failed) for view in views for row in view.rows]
