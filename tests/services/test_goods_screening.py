"""Goods and units meet lists, profiles, rules and the model; units are told, lanes follow."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.services.goods_kit import (
    NTN,
    SENDER,
    bill,
    box,
    enforce,
    hits,
    importer,
    message,
    move,
    moved,
    ref,
    screen,
    tell,
    unit,
)

from parakh.access import Purpose, Role, system_actor
from parakh.domain.alert import AlertState
from parakh.domain.backtest import BacktestState
from parakh.domain.cargo import CargoScore, Contribution, ModelCard, ModelState
from parakh.domain.consignment import Consignment, Party, PartyRole
from parakh.domain.conveyance import ConveyanceKind, Heading, MovementKind
from parakh.domain.hit import Advice, HitState, Kind, ResultState
from parakh.domain.phrase import phrase
from parakh.domain.redress import Difference
from parakh.domain.rule import Scope
from parakh.domain.selectivity import Lane
from parakh.domain.traveller import PersonName
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import (
    EntryKind,
    Handling,
    Identifier,
    IdentifierKind,
    Watchlist,
    WatchlistEntry,
)
from parakh.services import (
    alerts,
    archive,
    backtests,
    cargo_scoring,
    goods_archive,
    goods_screening,
    queue,
    ready_rules,
    redress,
    rule_sweeps,
    watchlists,
)
from parakh.services.centre import Centre
from parakh.store import assessments, cargo, consignments, selectivity
from parakh.store import rule_sweeps as sweeps
from parakh.store.tables import alert, goods_tally, hit, rule_sweep, watchlist_entry

MANY = 'parties.exists(p, p.role == "importer" && p.consignments_365d >= 2)'
VESSEL, CONTAINER = ConveyanceKind.VESSEL, ConveyanceKind.CONTAINER
EVERYWHERE = Scope()


@pytest.fixture
def post(any_centre: Centre, units: Callable[[Centre], None]) -> Centre:
    units(any_centre)
    return any_centre


@pytest.fixture
def listed(acting: Any) -> Callable[..., WatchlistEntry]:
    """Puts a body on a list: `listed(centre, kind, name, scheme, number)`."""

    def put(
        centre: Centre,
        kind: EntryKind,
        name: str = "",
        scheme: IdentifierKind | None = None,
        number: str = "",
        country: str | None = None,
    ) -> WatchlistEntry:
        own = Watchlist(
            id="bodies",
            name="Front companies",
            source="Directorate",
            legal_basis="Act 1, section 2",
            handling=Handling.REFER,
        )
        first, second = system_actor("first"), system_actor("second")
        watchlists.add_list(centre, second, own)
        entry = WatchlistEntry(
            id="",
            watchlist_id=own.id,
            kind=kind,
            names=(PersonName(family="", given=name),) if name else (),
            identifiers=(Identifier(kind=scheme, value=number, country=country),) if scheme else (),
            reason="Seizures",
        )
        proposed = watchlists.propose(centre, first, entry, None)
        approved = watchlists.decide(centre, second, proposed.id, approve=True, reason="checked")
        queue.drain(centre)
        return approved

    return put


def alerted(centre: Centre) -> list[tuple[str, str, str]]:
    """Kind, unit and advice of all alerts."""
    with centre.db.read() as connection:
        query = sa.select(alert.c.subject_kind, alert.c.unit_id, alert.c.advice)
        return sorted(map(tuple, connection.execute(query)))


# --- lists and lookouts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("party", "kind", "name", "scheme", "number"),
    [
        (
            Party(role=PartyRole.CONSIGNEE, name="QALANDAR IMPEX PVT LTD", country="PAK"),
            EntryKind.ORGANISATION, "Qalandar Impex (Private) Limited", None, "",
        ),
        (importer("A NEW NAME"), EntryKind.ORGANISATION, "OLD NAME", IdentifierKind.TAX, NTN),
        (
            Party(role=PartyRole.NOTIFY, name="ZULFIQAR MAZARI", country="PAK"),
            EntryKind.PERSON, "ZULFIQAR MAZARI", None, "",
        ),
    ],
    ids=["name", "number", "person"],
)  # fmt: skip
def test_a_party_meets_the_lists(
    post: Centre,
    listed: Callable[..., WatchlistEntry],
    party: Party,
    kind: EntryKind,
    name: str,
    scheme: IdentifierKind | None,
    number: str,
) -> None:
    entry = listed(post, kind, name, scheme, number)
    own = bill(parties=(importer("SOMEBODY ELSE", "1"), party))
    found = hits(tell(post, own))
    assert {one.target.id for one in found} == {entry.id}
    assert {one.subject for one in found} == {ref(own)}
    first = found[0].evidence[0]
    assert (first.attribute, first.ours) == ("part", party.name)
    assert str(first.note).startswith(("The consignee", "The importer", "To be notified"))
    assert ("consignment", "khi") in {own[:2] for own in alerted(post)}


def test_the_strongest_of_several_parts_stands(
    post: Centre, listed: Callable[..., WatchlistEntry]
) -> None:
    listed(post, EntryKind.ORGANISATION, "", IdentifierKind.TAX, NTN, "PAK")
    roles = (PartyRole.IMPORTER, PartyRole.CONSIGNEE, PartyRole.NOTIFY)
    told = tuple(Party(role=own, name="ZARGHUN", identifier=NTN) for own in roles)
    done = tell(post, bill(parties=(*told, Party(role=PartyRole.AGENT, name="Z", identifier=NTN,
                                                 country="PAK"))))  # fmt: skip
    (found,) = hits(done)
    assert str(found.evidence[0].note) == "The clearing agent of the goods"
    assert str(found.sentence).startswith(f"Tax number {NTN} is on the list Front companies")


def test_a_listed_container_is_met_by_each_consignment_in_it(
    post: Centre, listed: Callable[..., WatchlistEntry]
) -> None:
    number = "CSQU3054383"
    listed(post, EntryKind.CONTAINER, "", IdentifierKind.CONTAINER, number)
    done = tell(post, bill(containers=(box(number),)), bill(containers=(box("MSKU1234565"),)))
    assert len(hits(done)) == 1
    container = unit(post, number, CONTAINER, None)
    (found,) = hits(moved(post, container, MovementKind.GATE_OUT, port="KHI"))
    assert found.subject.kind is Kind.CONVEYANCE
    assert [own[0] for own in alerted(post)] == ["consignment", "conveyance"]


def test_a_listed_vessel_is_met_once_and_not_by_all_that_it_carries(
    post: Centre, listed: Callable[..., WatchlistEntry]
) -> None:
    listed(post, EntryKind.VESSEL, "SEA STAR", IdentifierKind.IMO, "9074729")
    ship = unit(post, "9074729", VESSEL, "PAN", "SEA STAR")
    done = tell(post, *(bill(conveyance_id=ship.id) for _ in range(5)))
    assert {own.subject.kind for own in hits(done)} == {Kind.CONVEYANCE}
    assert {own[0] for own in alerted(post)} == {"conveyance"}


def test_a_listed_truck_makes_red_what_it_brings(
    post: Centre, listed: Callable[..., WatchlistEntry]
) -> None:
    listed(post, EntryKind.VEHICLE, "", IdentifierKind.PLATE, "TKP4417", "AFG")
    own = bill(conveyance_id=unit(post).id)
    tell(post, own)
    assert _lane(post, own) is Lane.RED


def test_again_is_no_new_hit_and_no_new_alert(
    post: Centre, listed: Callable[..., WatchlistEntry]
) -> None:
    listed(post, EntryKind.ORGANISATION, "", IdentifierKind.TAX, NTN)
    own = bill()
    (first,) = hits(tell(post, own))
    before = alerted(post)
    (again,) = hits(tell(post, own))
    assert again.id == first.id
    assert alerted(post) == before
    with post.db.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(hit)).scalar() == 1


def test_what_a_later_message_changed_is_left_to_that_one(post: Centre) -> None:
    own, sent, later = bill(), message(), message()
    enforce(post, 'consignment.direction == "entry"')
    with post.db.write(SENDER, Purpose.INTAKE) as tx:
        consignments.put(tx, own, own.id, due_for=sent.id)
        tx.audit("test", "message", sent.id)
    with post.db.read() as connection:
        goods = goods_screening.screen(post, connection, sent.id)
    with post.db.write(SENDER, Purpose.SCREENING) as tx:
        consignments.put(tx, own, own.id, due_for=later.id)
        assert goods_screening.settle(tx, post, goods, "first") == []
        tx.audit("test", "message", sent.id)
    assert len(hits(screen(post, later))) == 1
    assert screen(post, later) == [], "nothing waits any more"


def test_what_was_taken_back_is_not_screened(post: Centre) -> None:
    enforce(post, 'consignment.direction == "entry"')
    assert tell(post, bill(cancelled=True)) == []
    assert alerted(post) == []


# --- rules --------------------------------------------------------------------------------------


def test_a_rule_about_goods_says_why(post: Centre) -> None:
    enforce(post, "items.exists(i, i.value_per_kg < 3)", name="cheap")
    own = bill()
    (done,) = tell(post, own)
    (found,) = done.assessment.hits
    assert (found.target.kind, found.screener) == (Kind.RULE, "rules@1")
    assert str(found.sentence) == "Rule cheap: It looks odd (2 USD/kg)"
    assert done.assessment.advice is Advice.INSPECT
    assert alerted(post) == [("consignment", "khi", "inspect")]
    assert _lane(post, own) is Lane.RED


@pytest.mark.parametrize(
    ("scope", "met"),
    [
        (Scope(), True),
        (Scope(ports=frozenset({"KHI"})), True),
        (Scope(ports=frozenset({"LHE"})), False),
        (Scope(directions=frozenset({Direction.EXIT})), False),
    ],
)
def test_a_rule_holds_in_its_scope(post: Centre, scope: Scope, met: bool) -> None:
    enforce(post, "consignment.items == 1", scope=scope)
    assert bool(hits(tell(post, bill()))) is met


def test_rules_meet_only_what_they_are_about(post: Centre) -> None:
    enforce(post, "traveller.age > 1", Kind.TRAVELLER, "persons")
    enforce(post, 'conveyance.kind == "vehicle"', Kind.CONVEYANCE, "units")
    enforce(post, "consignment.items > 0", name="goods")
    truck = unit(post)
    done = tell(post, bill(conveyance_id=truck.id))
    assert {own.subject.kind: str(own.sentence) for own in hits(done)} == {
        Kind.CONSIGNMENT: "Rule goods: It looks odd (1 item)",
        Kind.CONVEYANCE: "Rule units: It looks odd (vehicle)",
    }


def test_a_rule_that_broke_leaves_the_check_incomplete(post: Centre, monkeypatch: Any) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no such table")

    enforce(post, "consignment.items > 0")
    monkeypatch.setattr("parakh.services.goods_features.frame", broken)
    (done,) = tell(post, bill())
    assert done.assessment.advice is Advice.INCOMPLETE
    (failed,) = (own for own in done.assessment.results if own.state is ResultState.FAILED)
    assert failed.screener == "rules@1"


# --- the cargo model ----------------------------------------------------------------------------


def test_a_models_hit_gives_evidence_and_alerts_nobody(post: Centre, monkeypatch: Any) -> None:
    own, other = bill(), bill()
    card = ModelCard(
        id="m" * 32, version="cargo@3", state=ModelState.IN_FORCE, since=date(2026, 1, 1),
        until=date(2026, 6, 1), rows=100, found=10, features=("importer",), threshold=0.5,
    )  # fmt: skip
    because = Contribution(
        feature="importer", weight=1.5, sentence=phrase("this importer: 4 of 9 found")
    )
    told = {
        one.id: CargoScore(
            consignment_id=one.id, model="cargo@3", score=score, base=0.1,
            contributions=(because,), revenue=None, at=post.clock(),
        )
        for one, score in ((own, 0.8), (other, 0.4))
    }  # fmt: skip
    monkeypatch.setattr(cargo_scoring, "scores", lambda *_: told)
    monkeypatch.setattr(cargo, "in_force", lambda *_: card)
    monkeypatch.setattr(cargo, "put_scores", lambda *_: None)
    enforce(post, "consignment.risk > 0.7", name="risky", handling=Handling.INFORM)
    done = tell(post, own, other)
    (found,) = hits(done, Kind.MODEL)
    assert (found.subject, found.screener, found.target.id) == (ref(own), "cargo@3", card.id)
    assert str(found.sentence) == (
        "The cargo model gives a risk of 0.80: this importer: 4 of 9 found"
    )
    assert [str(one.note) for one in found.evidence] == ["this importer: 4 of 9 found"]
    assert len(hits(done, Kind.RULE)) == 1, "rules know the score"
    (raised,) = alerts.list_alerts(post, SENDER, list(AlertState))
    assert {one.target.kind for one in raised.hits} >= {Kind.RULE}
    assert [own.assessment.advice for own in done if own.alerts] == [Advice.COMPARE]
    assert [own.assessment.advice for own in done if not own.alerts] == [Advice.PROCEED]


# --- units --------------------------------------------------------------------------------------

CROSSING, SIGHTING = MovementKind.CROSSING, MovementKind.SIGHTING


def _ready(centre: Centre, name: str) -> None:
    for own in tomllib.loads(ready_rules.document().decode())["rule"]:
        if own["name"] == name:
            enforce(centre, own["text"], Kind(own["subject"]), name)
            return
    raise AssertionError(name)


def test_a_truck_seen_inland_that_never_crossed(post: Centre) -> None:
    _ready(post, "Truck inland that never crossed")
    crossed, unseen, ours = unit(post, "K1"), unit(post, "K2"), unit(post, "LES1", country="PAK")
    move(post, crossed, CROSSING, 20, direction=Direction.ENTRY)
    for own, met in ((crossed, False), (unseen, True), (ours, False)):
        found = hits(moved(post, own, SIGHTING, heading=Heading.INLAND, place="KOHAT"))
        assert bool(found) is met
    assert alerted(post) == [("conveyance", "ntc", "inspect")]


def test_a_truck_that_left_and_is_seen_inland(post: Centre) -> None:
    _ready(post, "Truck inland that never crossed")
    ours = unit(post, "LES1", country="PAK")
    move(post, ours, CROSSING, 20, direction=Direction.EXIT)
    assert len(hits(moved(post, ours, SIGHTING))) == 1


@pytest.mark.parametrize(("kg", "goods", "met"), [
    (15000.0, False, True), (15000.0, True, False), (9500.0, False, False),
])  # fmt: skip
def test_left_empty_and_came_back_heavy(
    post: Centre, kg: float, goods: bool, met: bool, clock: Any
) -> None:
    _ready(post, "Left empty, came back heavy")
    truck = unit(post)
    move(post, truck, CROSSING, 30, direction=Direction.EXIT, empty=True, gross_kg=9000.0)
    if goods:
        tell(post, bill(conveyance_id=truck.id, due_at=clock()))
    way = {"direction": Direction.ENTRY, "gross_kg": kg, "port": "KHI"}
    found = hits(moved(post, truck, CROSSING, **way))
    assert bool(found) is met
    if met:
        assert "9,000 kg" in str(found[0].sentence) or "15,000 kg" in str(found[0].sentence)


@pytest.mark.parametrize(
    ("rule", "hours", "seal", "met"),
    [
        ("Seal of a container changed in port", 48, "B2", True),
        ("Seal of a container changed in port", 48, "A1", False),
        ("Container stood long in port", 24 * 15, "A1", True),
        ("Container stood long in port", 24 * 5, "A1", False),
    ],
)
def test_a_container_that_leaves_the_port(
    post: Centre, rule: str, hours: float, seal: str, met: bool
) -> None:
    _ready(post, rule)
    container = unit(post, "CSQU3054383", CONTAINER, None)
    move(post, container, MovementKind.DISCHARGED, hours, seal="A1", port="KHI")
    done = moved(post, container, MovementKind.GATE_OUT, seal=seal, port="KHI")
    assert bool(hits(done)) is met


def test_a_container_that_came_beside_a_finding(post: Centre, monkeypatch: Any) -> None:
    _ready(post, "Container that came beside a finding")
    _ready(post, "In a container beside a finding")
    bad = bill(containers=(box(), box("MSKU1234565")))
    tell(post, bad)
    monkeypatch.setattr("parakh.store.examinations.found_of", lambda *_: {bad.id: True})
    tell(post, bad)
    container = unit(post, "MSKU1234565", CONTAINER, None)
    assert len(hits(moved(post, container, MovementKind.GATE_OUT))) == 1
    assert len(hits(tell(post, bill(containers=(box(),))))) == 1


# --- rules that come into force -----------------------------------------------------------------


def test_a_rule_is_held_against_goods_and_units_that_are_there(post: Centre, clock: Any) -> None:
    coming, gone = bill(due_at=clock() + timedelta(hours=9)), bill(due_at=clock() - timedelta(9))
    tell(post, coming, gone)
    truck, old = unit(post), unit(post, "K1")
    move(post, truck, CROSSING, 5, direction=Direction.ENTRY, port="KHI")
    move(post, old, CROSSING, 24 * 20, direction=Direction.ENTRY)
    enforce(post, "consignment.items == 1", name="goods")
    enforce(post, "conveyance.first_time", Kind.CONVEYANCE, name="units")
    leave: set[str] = set()
    while rule_sweeps.step(post, leave):
        pass
    assert leave == set()
    assert alerted(post) == [("consignment", "khi", "inspect"), ("conveyance", "khi", "inspect")]
    with post.db.read() as connection:
        ids = connection.execute(sa.select(rule_sweep.c.version_id)).scalars().all()
        swept = [sweeps.newest(connection, own) for own in ids]
    assert sorted((own.done, own.hits) for own in swept if own) == [(1, 1), (1, 1)]


# --- back-tests ---------------------------------------------------------------------------------


def _closed(centre: Centre, clock: Any) -> int:
    clock.advance(days=4)
    written = 0
    while rows := archive.close(centre):
        written += rows
    return written


def test_the_history_of_goods_holds_tokens_and_is_back_tested(
    post: Centre, clock: Any, acting: Any
) -> None:
    tell(post, bill(), bill())
    clock.advance(days=1)
    own, taken_back = bill(), bill(cancelled=True)
    tell(post, own, taken_back)
    assert _closed(post, clock) == 3
    assert archive.close(post) == 0
    history = archive.archive_of(post, Kind.CONSIGNMENT)
    rows = history.scan(history.days(date(2026, 1, 1), date(2027, 1, 1))).collect()
    assert sorted(rows["consignment.items"]) == [1, 1, 1]
    told = repr(rows.to_dicts())
    assert "ZARGHUN" not in told
    assert NTN not in told
    assert "CERAMIC TILES" in told
    found = _tried(post, acting, MANY, Kind.CONSIGNMENT)
    assert (found.subjects, found.hits, found.examples) == (3, 1, (own.id,))
    assert dict(found.ports) == {"KHI": 1}


def test_the_live_answer_and_the_back_test_are_one(post: Centre, clock: Any, acting: Any) -> None:
    enforce(post, MANY)
    raised = [bool(hits(tell(post, bill())))]
    for _ in range(3):
        clock.advance(days=1)
        raised.append(bool(hits(tell(post, bill()))))
    assert raised == [False, False, True, True]
    _closed(post, clock)
    assert _tried(post, acting, MANY, Kind.CONSIGNMENT).hits == 2


def test_each_movement_of_a_unit_stands_in_the_history(
    post: Centre, clock: Any, acting: Any
) -> None:
    truck = unit(post)
    for hours in (30, 6, 2):
        move(post, truck, CROSSING, hours, direction=Direction.ENTRY, port="KHI", driver="X1")
    assert _closed(post, clock) == 3
    assert archive.close(post) == 0
    told = _tried(post, acting, "conveyance.first_time", Kind.CONVEYANCE)
    assert (told.subjects, told.hits) == (3, 1)
    told = _tried(post, acting, 'movement.driver == "X1"', Kind.CONVEYANCE)
    assert told.hits == 3, "tokens can be compared"


def test_the_history_of_goods_expires(post: Centre, clock: Any) -> None:
    tell(post, bill())
    _closed(post, clock)
    clock.advance(days=3000)
    assert archive.expire(post) == 1


def _tried(centre: Centre, acting: Any, text: str, subject: Kind) -> Any:

    analyst = acting(Role.ANALYST)
    since, until = date(2026, 11, 1), date(2026, 12, 30)
    own_id = backtests.start(centre, analyst, text, subject, EVERYWHERE, since, until)
    centre.backtesting.wait()
    backtests.run_waiting(centre)
    found = backtests.get(centre, analyst, own_id)
    assert (found.state, found.failure) == (BacktestState.DONE, "")
    return found.findings


# --- counts -------------------------------------------------------------------------------------


def test_counts_stay_right_and_expire(post: Centre, clock: Any) -> None:
    own = bill()
    tell(post, own)
    tell(post, own)
    with post.db.read() as connection:
        assert set(connection.execute(sa.select(goods_tally.c.n)).scalars()) == {1}
    assert goods_archive.forget_counts(post) == 0
    clock.advance(days=post.settings.delete_days + 400)
    assert goods_archive.forget_counts(post) > 0
    with post.db.read() as connection:
        assert connection.execute(sa.select(goods_tally.c.n)).all() == []


def _lane(centre: Centre, own: Consignment) -> Lane:
    with centre.db.read() as connection:
        return selectivity.lanes_of(connection, [own.id])[own.id].lane


# --- cleared for good ---------------------------------------------------------------------------


def cleared(centre: Centre, officer: Any) -> None:
    """Clears all that is new."""
    for row in alerts.list_alerts(centre, officer, [AlertState.NEW]):
        alerts.acknowledge(centre, officer, row.alert.id)
        for own in row.hits:
            alerts.decide(centre, officer, row.alert.id, own.id, confirmed=False, reason="another")


@pytest.mark.parametrize(
    "proof", [{"number": "7654321"}, {"number": "", "address": "17 HARBOUR ROAD, KARACHI"}]
)
def test_a_party_that_was_cleared_is_not_raised_again(
    centre: Centre, units: Any, listed: Any, acting: Any, proof: dict[str, str]
) -> None:
    units(centre)
    officer, supervisor = acting(Role.TARGETING), acting(Role.SUPERVISOR)
    listed(centre, EntryKind.ORGANISATION, "Qalandar Impex (Private) Limited")
    company = importer("QALANDAR IMPEX PVT LTD", **proof)
    tell(centre, bill(parties=(company,)))
    cleared(centre, officer)
    again = bill(parties=(replace(company, role=PartyRole.CONSIGNEE),))
    (own,) = hits(tell(centre, again))
    (row,) = redress.records(centre, officer).rows
    assert (own.state, own.redress_id) == (HitState.CLEARED, row.record.id)
    assert alerts.list_alerts(centre, officer, [AlertState.NEW]) == []
    view = redress.view(centre, officer, row.record.id)
    assert ([one.name for one in view.things], view.changed) == ([again.reference], False)
    assert view.of_goods
    other = importer("QALANDAR IMPEX PVT LTD", "1239999")
    (open_,) = hits(tell(centre, bill(parties=(other,))))
    assert open_.state is HitState.OPEN
    (asked,) = alerts.list_alerts(centre, officer, [AlertState.NEW])
    (shown,) = alerts.view(centre, officer, asked.alert.id).hits
    assert shown.earlier[0].differences == (Difference.DOCUMENT,)
    redress.withdraw(centre, supervisor, row.record.id, "it was the same company")
    with centre.db.read() as connection:
        (reopened,) = assessments.hits_of(connection, [ref(again)])[ref(again)]
    assert reopened.state is HitState.OPEN
    names = {one.who for one in alerts.list_alerts(centre, officer, [AlertState.NEW])}
    assert again.reference in names


def test_a_unit_is_cleared_until_the_entry_changes(
    centre: Centre, units: Any, listed: Any, acting: Any
) -> None:
    units(centre)
    officer = acting(Role.TARGETING)
    listed(centre, EntryKind.VEHICLE, "", IdentifierKind.PLATE, "TKP4417")
    truck = unit(centre, country="AFG")
    (first,) = hits(moved(centre, truck, MovementKind.CROSSING, 9, port="KHI"))
    assert first.state is HitState.OPEN
    cleared(centre, officer)
    (second,) = hits(moved(centre, truck, MovementKind.CROSSING, 5, port="KHI"))
    (row,) = redress.records(centre, officer).rows
    assert (second.id, second.state) == (first.id, HitState.CLEARED)
    assert [own.number for own in row.record.documents] == ["TKP4417"]
    with centre.db.maintain() as connection:
        connection.execute(watchlist_entry.update().values(nationalities=["AFG"]))
    (third,) = hits(moved(centre, truck, MovementKind.CROSSING, 1, port="KHI"))
    assert third.state is HitState.OPEN
