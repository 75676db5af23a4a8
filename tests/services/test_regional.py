"""Two centres over HTTP: a regional one that copies, acts alone while the link is cut, and sends up
what happened, once and in order."""

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from tests.conftest import Server
from tests.ingest.goods_samples import DOCUMENT
from tests.waiting import until

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.alert import Alert, AlertState, OutcomeKind
from parakh.domain.case import Case, CaseState
from parakh.domain.hit import HitState, Kind
from parakh.domain.lookout import Lookout, LookoutState
from parakh.domain.message import Channel, Source
from parakh.domain.outcome import Commodity, Details, OutcomeRecord, Seizure
from parakh.domain.unit import Unit
from parakh.domain.voyage import CrossingState, Direction
from parakh.domain.watchlist import EntryKind, Identifier, IdentifierKind, WatchlistEntry
from parakh.errors import Conflict, Forbidden, InvalidInput
from parakh.services import (
    accounts,
    alerts,
    api_keys,
    cases,
    cases_work,
    gate,
    intake,
    lookouts,
    outcomes,
    queue,
    regional,
    regional_aside,
    regional_link,
    regional_records,
    regional_steps,
    regional_telling,
)
from parakh.services.centre import Centre
from parakh.services.gate_values import CrossingRequest
from parakh.services.outcomes import Correction
from parakh.services.regional import Sent
from parakh.services.regional_link import Exchange, Unreached
from parakh.services.regional_values import LOOKOUT, LookoutTold
from parakh.settings import Settings
from parakh.store import audit, tables
from parakh.store import outcomes as outcome_store
from parakh.store.audit import AuditRow
from parakh.store.keys import Keys
from parakh.store.regional import AsideState, RegionEvent

KEEPER = system_actor("test")
GOLD = Details(seizures=(Seizure(commodity=Commodity.GOLD, quantity=Decimal("2.5")),))


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A centre that is served, and a regional one below it."""

    above: Centre
    below: Centre
    server: Server
    officer: Actor
    opened: list[Exchange] = field(default_factory=list)

    def exchange(self, transport: httpx.BaseTransport | None = None) -> Exchange:
        """The regional centre's side of the link, of a program that was started just now."""
        made = Exchange(self.below, transport)
        self.opened.append(made)
        return made

    def settle(self) -> None:
        """The centre reads what came, and does what the region's officers did."""
        queue.drain(self.above)
        regional_steps.work(self.above)


def count(centre: Centre, table: sa.Table) -> int:
    with centre.db.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


@pytest.fixture
def pair(
    centre: Centre,
    units: Any,
    enlist: Any,
    acting: Any,
    keys: Keys,
    sqlite_template: Path,
    tmp_path: Path,
) -> Iterator[Pair]:
    units(centre)
    enlist(centre)
    head = Unit(id="rc", name="Sindh centre", region="Sindh", regional=True)
    accounts.add_unit(centre, KEEPER, head)
    khi = replace(accounts.units(centre)["khi"], region="Sindh")
    accounts.add_unit(centre, KEEPER, khi)
    joining = regional.join(centre, KEEPER, "rc")
    server = Server(centre)
    server.start()
    key = tmp_path / "centre.key"
    key.write_text(f"{joining.key}\n")
    settings = Settings(
        data_dir=tmp_path / "region",
        centre_url=server.address,
        centre_key_file=key,
        centre_public_key=joining.public_key,
    )
    keys.save(settings.keys_path)
    settings.data_dir.chmod(0o700)
    shutil.copy(sqlite_template, settings.data_dir / "parakh.db")
    below = Centre.open(settings, centre.clock)
    made = Pair(above=centre, below=below, server=server, officer=acting(Role.GATE, "KHI"))
    yield made
    for own in made.opened:
        own.close()
    server.stop()
    below.close()


def work_alone(pair: Pair, declare: Callable[..., bytes], person: Any, clock: Any) -> None:
    """A flight comes in, its listed passenger is found with gold, another one passes."""
    listed = person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321")
    data = declare(listed, person(document="PA1000009"))
    intake.receive(pair.below, KEEPER, data, Source(channel=Channel.DROP, name="pk304.edi"))
    queue.drain(pair.below)
    (row,) = alerts.list_alerts(pair.below, pair.officer)
    alerts.acknowledge(pair.below, pair.officer, row.alert.id)
    hit = row.hits[0].id
    alerts.decide(
        pair.below, pair.officer, row.alert.id, hit, confirmed=True, reason="the same face"
    )
    alerts.close(pair.below, pair.officer, row.alert.id, OutcomeKind.SEIZURE, "In the soles", GOLD)
    clock.advance(hours=3)
    passed = CrossingRequest(
        document="PA1000009", port="KHI", lane="A1", direction=Direction.ENTRY, at=clock()
    )
    gate.cross(pair.below, pair.officer, passed)


def require_same(pair: Pair) -> None:
    """What happened below stands above, once."""
    with pair.below.db.read() as connection:
        last, head, _ = audit.head(connection)
    (known,) = [own for own in regional.overview(pair.above, KEEPER) if own.region.name == "Sindh"]
    assert (known.region.seq, known.region.hash) == (last, head)
    assert count(pair.above, tables.region_event) == last
    assert (known.waiting, known.left) == (0, 0)
    central = replace(pair.officer, units=frozenset({"khi"}))
    (row,) = alerts.list_alerts(pair.above, central, [AlertState.CLOSED])
    assert row.who == "MAZARI, ZULFIQAR"
    assert row.alert.outcome is not None
    assert row.alert.outcome.kind is OutcomeKind.SEIZURE
    assert row.alert.acknowledged_by == f"{pair.officer.name}@Sindh"
    assert [own.state for own in row.hits] == [HitState.CONFIRMED]
    # The list, and the crossing at the gate.
    assert count(pair.above, tables.message) == 2
    with pair.above.db.read() as connection:
        seen = connection.execute(
            sa.select(tables.crossing.c.lane).where(
                tables.crossing.c.state == CrossingState.ACTUAL.value
            )
        ).all()
    assert [own.lane for own in seen] == ["A1"]


def test_alone_and_back(pair: Pair, declare: Callable[..., bytes], person: Any, clock: Any) -> None:
    link = pair.exchange()
    link.step()
    assert accounts.units(pair.below) == accounts.units(pair.above)
    assert count(pair.below, tables.watchlist_entry) == count(pair.above, tables.watchlist_entry)

    pair.server.stop()
    cut_at = clock()
    with pytest.raises(Unreached):
        link.step()
    state = regional_link.state(pair.below)
    assert state is not None
    assert state.down_since == cut_at
    work_alone(pair, declare, person, clock)
    (told,) = regional.overview(pair.above, KEEPER)
    assert told.down_since is not None

    pair.server.start()
    link = pair.exchange()
    link.step()
    pair.settle()
    link.step()
    pair.settle()
    require_same(pair)
    (told,) = regional.overview(pair.above, KEEPER)
    assert (told.down_since, told.region.alone_since, told.region.alone_until) == (
        None, cut_at, clock(),
    )  # fmt: skip


CONTAINER = WatchlistEntry(
    id="", watchlist_id="", kind=EntryKind.CONTAINER, names=(),
    identifiers=(Identifier(kind=IdentifierKind.CONTAINER, value="CSQU3054383"),),
    reason="Seal was broken",
)  # fmt: skip


def seize_goods_alone(
    pair: Pair, officer: Actor, clock: Any
) -> tuple[Lookout, Alert, Case, datetime]:
    """A box that is looked out for comes in and is found with gold: the lookout, its alert, the
    case, and when work on it began."""
    watch = lookouts.place(pair.below, officer, CONTAINER, unit_id="khi")
    source = Source(channel=Channel.DROP, name="goods.json")
    intake.receive(pair.below, KEEPER, DOCUMENT.encode(), source)
    queue.drain(pair.below)
    (row,) = alerts.list_alerts(pair.below, officer)
    assert row.alert.subject.kind is not Kind.TRAVELLER
    began = clock.advance(minutes=1) or clock()
    alerts.acknowledge(pair.below, officer, row.alert.id)
    for hit in row.hits:
        alerts.decide(
            pair.below, officer, row.alert.id, hit.id, confirmed=True, reason="the seal is broken"
        )
    opened = cases.open_from(pair.below, officer, [row.alert.id], "Broken seal")
    clock.advance(minutes=5)
    alerts.close(pair.below, officer, row.alert.id, OutcomeKind.NOTHING_FOUND, "Looked in")
    (first,) = told(pair.below, row.alert.id)
    correction = Correction(
        kind=OutcomeKind.SEIZURE, note="A false floor", details=GOLD, reason="looked once more"
    )
    outcomes.correct(pair.below, officer, first.id, correction)
    cases_work.note(pair.below, officer, opened.id, "The driver fled")
    cases_work.add_task(pair.below, officer, opened.id, "Find the driver", "", None)
    clock.advance(hours=2)
    return watch, row.alert, opened, began


def test_goods_lookouts_and_cases_go_up_as_of_when_they_were_done(
    pair: Pair, acting: Callable[..., Actor], clock: Any
) -> None:
    pair.exchange().step()
    officer, head = acting(Role.TARGETING, "KHI"), acting(Role.SUPERVISOR)
    watch, alert, opened, began = seize_goods_alone(pair, officer, clock)
    for _ in range(2):  # the second time nothing new is there
        pair.exchange().step()
        pair.settle()
        pair.settle()
    require_settled(pair)
    here = lookouts.view(pair.above, head, watch.id).row.lookout
    assert (here.placed_by, here.placed_at) == (f"{officer.name}@Sindh", watch.placed_at)
    assert here.entry.identifiers == CONTAINER.identifiers
    (above,) = alerts.list_alerts(pair.above, head, [AlertState.CLOSED])
    assert (above.alert.acknowledged_at, above.alert.acknowledged_by) == (
        began, f"{officer.name}@Sindh",
    )  # fmt: skip
    done = told(pair.above, above.alert.id)
    assert [(own.kind, own.at) for own in done] == [
        (OutcomeKind.NOTHING_FOUND, began + timedelta(minutes=5)),
        (OutcomeKind.SEIZURE, began + timedelta(minutes=5)),
    ]
    assert done[1].details == told(pair.below, alert.id)[1].details
    case = cases.view(pair.above, head, opened.id)
    assert (case.case.title, case.case.opened_at) == ("Broken seal", began)
    assert [own.text for own in case.notes] == ["The driver fled"]
    assert [own.title for own in case.tasks] == ["Find the driver"]
    assert [own.alert.id for own in case.alerts] == [above.alert.id]
    below = cases.view(pair.below, officer, opened.id)
    # In another order: the alert was raised here when its message came.
    assert Counter(own.kind for own in case.timeline) == Counter(own.kind for own in below.timeline)
    assert {own.label for own in case.parties} == {own.label for own in below.parties}

    lookouts.cancel(pair.below, officer, watch.id, "the box was found")
    cases_work.finish_task(pair.below, officer, opened.id, below.tasks[0].id)
    cases_work.close(pair.below, officer, opened.id, OutcomeKind.SEIZURE, "Gold", GOLD)
    pair.exchange().step()
    pair.settle()
    here = lookouts.view(pair.above, head, watch.id).row.lookout
    assert here.state(clock()) is LookoutState.CANCELLED
    case = cases.view(pair.above, head, opened.id)
    assert case.case.state is CaseState.CLOSED
    assert [own.note for own in case.outcomes if own.case_id] == ["Gold"]
    pair.exchange().step()
    assert lookouts.view(pair.below, officer, watch.id).row.lookout == replace(
        watch, entry=lookouts.view(pair.below, officer, watch.id).row.lookout.entry
    )


def require_settled(pair: Pair, refused: int = 0) -> None:
    (known,) = [own for own in regional.overview(pair.above, KEEPER) if own.region.name == "Sindh"]
    assert (known.waiting, known.left, known.refused) == (0, 0, refused)


def told(centre: Centre, alert_id: str) -> list[OutcomeRecord]:
    with centre.db.read() as connection:
        return outcome_store.of_alerts(connection, [alert_id])


def test_one_region_changes_nothing_of_others(pair: Pair, acting: Callable[..., Actor]) -> None:
    pair.exchange().step()
    own = lookouts.place(pair.above, acting(Role.SUPERVISOR), CONTAINER, unit_id="khi")
    forged = LookoutTold(lookout=replace(own, instruction="let it pass", placed_by="x"))
    event = RegionEvent(
        region="Sindh", row=first_row(pair), outcome="",
        pending={"kind": "lookout", "value": LOOKOUT.dump(forged)},
    )  # fmt: skip
    with pytest.raises(Conflict, match="not placed in the region"):
        regional_records.take(pair.above, event)
    elsewhere = replace(forged, lookout=replace(own, unit_id="lhe"))
    event = replace(event, pending={"kind": "lookout", "value": LOOKOUT.dump(elsewhere)})
    with pytest.raises(Forbidden):
        regional_records.take(pair.above, event)


def first_row(pair: Pair) -> AuditRow:
    with pair.below.db.read() as connection:
        return audit.after(connection, 0, 1)[0]


@pytest.mark.parametrize("drops", [False, True])
def test_what_the_centre_refuses_is_set_aside_and_the_rest_goes_on(
    pair: Pair,
    declare: Callable[..., bytes],
    person: Any,
    clock: Any,
    acting: Callable[..., Actor],
    drops: bool,
) -> None:
    pair.exchange().step()
    before = pair.above.settings
    big = declare(*(person(document=f"PA20000{n:02}") for n in range(20)))
    intake.receive(pair.below, KEEPER, big, Source(channel=Channel.DROP, name="big.edi"))
    work_alone(pair, declare, person, clock)
    pair.above.settings = before.model_copy(update={"max_message_bytes": len(big) - 1})
    pair.exchange().step()
    pair.settle()
    pair.exchange().step()
    pair.settle()
    assert count(pair.above, tables.message) == 2, "all but the refused one"
    require_settled(pair, refused=1)
    keeper = acting(Role.INTEGRATOR)
    (own,) = regional_aside.listed(pair.below, keeper)
    assert own.action == "message.received"
    assert "bytes" in own.reason or "large" in own.reason
    with pytest.raises(Forbidden):
        regional_aside.send_again(pair.below, acting(Role.SUPERVISOR), own.seq)
    if drops:
        with pytest.raises(InvalidInput):
            regional_aside.drop(pair.below, keeper, own.seq, "")
        regional_aside.drop(pair.below, keeper, own.seq, "told by telephone")
    else:
        regional_aside.send_again(pair.below, keeper, own.seq)
        pair.exchange().step()
        (own,) = regional_aside.listed(pair.below, keeper)
        assert own.state is AsideState.ASIDE, "it is refused as before"
        pair.above.settings = before
        regional_aside.send_again(pair.below, keeper, own.seq)
    with pytest.raises(Conflict):
        regional_aside.send_again(pair.below, keeper, own.seq)
    pair.exchange().step()
    pair.exchange().step()
    assert regional_aside.listed(pair.below, keeper) == ()
    require_settled(pair)
    assert count(pair.above, tables.message) == (2 if drops else 3)


def test_the_links_thread_exchanges_until_it_is_halted(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regional_link, "EVERY", 0.02)
    thread = regional_link.LinkThread(pair.below)
    step, failed = Exchange.step, threading.Event()

    def once_broken(own: Exchange) -> None:
        if not failed.is_set():
            failed.set()
            raise OSError("power")
        step(own)

    monkeypatch.setattr(Exchange, "step", once_broken)
    thread.start()

    def down() -> bool:
        state = regional_link.state(pair.below)
        assert state is not None
        return state.down_since is not None

    until(lambda: failed.is_set() and count(pair.below, tables.watchlist_entry) > 0)
    pair.server.stop()
    until(down)
    with pair.below.db.write(KEEPER, Purpose.ADMINISTRATION) as tx:
        tx.audit("while.alone", "x", "1")
    pair.server.start()
    until(lambda: not down() and while_alone(pair) == 1)
    thread.halt()
    thread.join(timeout=60)
    assert not thread.is_alive()


def while_alone(pair: Pair) -> int:
    own = tables.region_event
    query = sa.select(sa.func.count()).select_from(own).where(own.c.action == "while.alone")
    with pair.above.db.read() as connection:
        return int(connection.execute(query).scalar_one())


class Cutting(httpx.HTTPTransport):
    """A line that breaks again and again: before a call, or once the other side has answered."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.calls % 7 == 1:
            raise httpx.ConnectError("cut before")
        response = super().handle_request(request)
        if self.calls % 7 == 4:
            response.read()
            raise httpx.ReadError("cut after")
        return response


def test_nothing_is_lost_or_doubled_by_a_line_that_breaks(
    pair: Pair,
    declare: Callable[..., bytes],
    person: Any,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(regional_telling, "MOST_ROWS", 3)
    pair.exchange().step()
    work_alone(pair, declare, person, clock)
    line = Cutting()
    broken = 0
    for _ in range(50):
        try:
            pair.exchange(line).step()
            break
        except Unreached:
            broken += 1
            pair.settle()
    assert 3 <= broken < 50
    pair.settle()
    pair.exchange().step()
    pair.settle()
    require_same(pair)


def test_what_changes_above_comes_down(pair: Pair, enlist: Any) -> None:
    link = pair.exchange()
    link.step()
    before = count(pair.below, tables.audit)
    link.step()
    assert count(pair.below, tables.audit) == before, "nothing is written where nothing changed"
    enlist(pair.above, family="TALPUR", given="SAFIA", born="1985-06-07")
    link.step()
    with pair.below.db.read() as connection:
        names = connection.execute(sa.select(tables.watchlist_entry.c.name)).scalars().all()
    assert any("TALPUR" in own for own in names)
    pair.below.names.refresh()
    assert len(pair.below.names.index) == 2


def test_a_copy_without_the_centres_signature_is_refused(pair: Pair) -> None:
    settings = pair.below.settings.model_copy(update={"centre_public_key": "0" * 63 + "1"})
    other = replace(pair.below, settings=settings)
    link = replace(pair, below=other).exchange()
    with pytest.raises(Unreached, match="signature"):
        link.step()
    assert count(pair.below, tables.watchlist_entry) == 0


def test_only_rows_that_follow_are_taken(pair: Pair, acting: Any) -> None:
    system = replace(
        system_actor("rc"), region="Sindh", human=False,
    )  # fmt: skip
    with pair.below.db.write(KEEPER, Purpose.ADMINISTRATION) as tx:
        tx.audit("one", "x", "1")
        tx.audit("two", "x", "2")
    with pair.below.db.read() as connection:
        rows = [Sent(row=own) for own in audit.after(connection, 0, 10)]
    changed = replace(rows[0], row=replace(rows[0].row, actor="somebody else"))
    for wrong in ([rows[1]], [changed], [rows[1], rows[0]]):
        with pytest.raises(Conflict):
            regional.take(pair.above, system, wrong)
    assert regional.take(pair.above, system, rows) == rows[-1].row.seq
    assert regional.take(pair.above, system, rows) == rows[-1].row.seq
    assert count(pair.above, tables.region_event) == len(rows)
    for other in (acting(Role.SUPERVISOR), replace(system, region="")):
        with pytest.raises(Forbidden):
            regional.take(pair.above, other, rows)


def test_joining_makes_a_new_key(pair: Pair) -> None:
    with pytest.raises(InvalidInput):
        regional.join(pair.above, KEEPER, "khi")
    old = pair.below.settings.centre_key_file
    assert old is not None
    first = api_keys.bearer(pair.above, old.read_text().strip())
    assert first is not None
    assert (first.region, first.ports) == ("Sindh", {"KHI"})
    regional.join(pair.above, KEEPER, "rc")
    assert api_keys.bearer(pair.above, old.read_text().strip()) is None
    link = pair.exchange()
    with pytest.raises(Unreached, match="401"):
        link.step()


def test_a_region_that_is_silent_is_told_to_be_alone(pair: Pair, clock: Any) -> None:
    pair.exchange().step()
    heard = clock()
    (told,) = regional.overview(pair.above, KEEPER)
    assert told.down_since is None
    clock.advance(seconds=regional.LOST / timedelta(seconds=1) + 1)
    (told,) = regional.overview(pair.above, KEEPER)
    assert told.down_since == heard
