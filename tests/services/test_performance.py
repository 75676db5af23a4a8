"""How posts perform: counted once, as it was then, and troubles told to whom they concern."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.conftest import SetClock

from parakh.access import Actor, Permission, Role, system_actor
from parakh.domain.capture import CaptureAnswer
from parakh.domain.channel import Channel as ChannelOf
from parakh.domain.channel import ChannelKind, Dispatch, Occurrence
from parakh.domain.connector import ConnectorHealth, ConnectorKind, LinkState
from parakh.domain.face import NO_PAD_CHECK, Comparison, Quality
from parakh.domain.hit import Advice, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.masking import MASKED_NAME
from parakh.domain.message import Channel, Source
from parakh.domain.performance import bucket_of
from parakh.domain.phrase import phrase
from parakh.domain.station import StationKind
from parakh.domain.trouble import TroubleKind, TroubleState
from parakh.domain.voyage import Crossing, CrossingState, Direction
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.ingest.records import DeclaredDocument, DeclaredTraveller, DeclaredVoyage
from parakh.services import (
    accounts,
    delivery,
    gate,
    intake,
    notices,
    performance,
    performance_day,
    performance_lanes,
    performance_measuring,
    performance_officers,
    performance_telling,
    performance_troubles,
    posts,
    queue,
    stations,
)
from parakh.services.centre import Centre
from parakh.services.delivery_post import Words
from parakh.services.delivery_webhook import Undelivered
from parakh.services.gate_values import CrossingRequest
from parakh.services.performance import Level
from parakh.services.performance_feeds import FeedWeek
from parakh.simulate.messages import paxlst
from parakh.store import performance as figures
from parakh.store import performance_bulk, performance_now
from parakh.store.captures import Capture
from parakh.store.tables import audit, performance_bucket

MAKER = system_actor("test")
MINUTE = timedelta(minutes=1)
ARRIVALS = performance_now.arrivals


@pytest.fixture
def port(any_centre: Centre, units: Any) -> Centre:
    """A centre with units at Karachi and Lahore."""
    units(any_centre)
    return any_centre


def cross(centre: Centre, lane: str, *minutes_ago: float, score: float | None = None) -> None:
    """Strangers cross at Karachi, so many minutes ago; with pictures where a score is given."""
    now = centre.clock()
    made = [
        Crossing(
            id=new_id(), traveller_id=None, voyage_id=None, port="KHI", direction=Direction.ENTRY,
            state=CrossingState.ACTUAL, lane=lane, at=now - own * MINUTE,
        )
        for own in minutes_ago
    ]  # fmt: skip
    taken = [] if score is None else [picture(own, score) for own in made]
    with centre.db.maintain() as connection:
        performance_bulk.add(connection, made, taken)
        if taken:
            places = {(bucket_of(own.at), "KHI", lane): (2, 1) for own in taken}
            performance_bulk.add_tries(connection, places)


def picture(crossing: Crossing, score: float) -> Capture:
    made = new_id()
    assert crossing.at is not None
    return Capture(
        id=made, port=crossing.port, lane=crossing.lane, direction=crossing.direction,
        at=crossing.at, crossing_id=crossing.id, picture_id=None, quality=0.9, verification=score,
        answer=CaptureAnswer(
            subject=Ref(kind=Kind.CAPTURE, id=made), quality=Quality(score=0.9, acceptable=True),
            pad=NO_PAD_CHECK, verification=Comparison(score=score, threshold=0.43),
            advice=Advice.PROCEED, next_step=phrase("x"), notes=(), frames=(), identified=None,
            voyage_id=None,
        ),
    )  # fmt: skip


def measure(centre: Centre, clock: SetClock, **later: float) -> None:
    """Measures, after some time."""
    clock.advance(**later)
    assert performance_measuring.measure(centre)


def rows(centre: Centre) -> list[tuple[Any, ...]]:
    own = performance_bucket.c
    with centre.db.read() as connection:
        query = sa.select(own.at, own.lane, own.crossings, own.tries, own.captures, own.matched)
        return [tuple(row) for row in connection.execute(query.order_by(own.at, own.lane))]


# --- counting -----------------------------------------------------------------------------------


def test_an_hour_is_counted_once_however_often_it_is_measured(
    port: Centre, clock: SetClock, acting: Callable[..., Actor]
) -> None:
    cross(port, "A1", 1, 2, 3, 4, 62, score=0.6)
    cross(port, "A2", 50, 49.5, score=0.2)
    cross(port, "A2", 90)
    measure(port, clock)
    first = rows(port)
    assert not performance_measuring.measure(port)
    measure(port, clock, seconds=11)
    assert rows(port) == first
    board = performance.board(port, acting(Role.GATE, "KHI"))
    (tile,) = board.tiles
    assert (tile.post.code, tile.named, tile.level) == ("KHI", False, Level.NORMAL)
    hour = tile.hour
    assert (hour.crossings, hour.captures, hour.compared, hour.matched) == (6, 6, 6, 4)
    assert (hour.tries, hour.unfit) == (4, 2)
    assert (sum(tile.series), tile.series[-1]) == (8, 0)
    # Four a minute apart, and two half a minute; who came after an hour waited for nobody.
    assert sorted(hour.times.bins.values()) == [1, 3]
    assert hour.times.quantile(1.0) == pytest.approx(60, rel=0.06)


def test_what_comes_late_is_counted_when_a_day_is_settled(port: Centre, clock: SetClock) -> None:
    measure(port, clock)
    cross(port, "A1", 300)
    measure(port, clock, minutes=1)
    assert rows(port) == []
    measure(port, clock, hours=6)
    assert [row[2] for row in rows(port)] == [1]


def test_a_crash_between_counting_and_noting_counts_nothing_twice(
    port: Centre, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    cross(port, "A1", 1, 2, score=0.6)

    def die(*_: object) -> None:
        raise OSError("power")

    with monkeypatch.context() as patch:
        patch.setattr(figures, "measured", die)
        with pytest.raises(OSError, match="power"):
            performance_measuring.measure(port)
    first = rows(port)
    measure(port, clock, minutes=1)
    assert rows(port) == first
    assert sum(row[2] for row in first) == 2


def test_figures_are_forgotten_in_their_time(port: Centre, clock: SetClock) -> None:
    cross(port, "A1", 1)
    measure(port, clock)
    clock.advance(days=399)
    assert performance_measuring.forget(port) == 0
    clock.advance(days=2)
    assert performance_measuring.forget(port) > 0
    assert rows(port) == []


# --- as it was -----------------------------------------------------------------------------------


def test_a_past_moment_is_shown_as_it_was(
    port: Centre, clock: SetClock, acting: Callable[..., Actor]
) -> None:
    cross(port, "A1", 1, 2, 3)
    measure(port, clock)
    noon = clock.now
    clock.advance(hours=5)
    cross(port, "A1", 1)
    measure(port, clock)
    chief = acting(Role.SUPERVISOR)
    then = performance.board(port, chief, noon)
    assert (then.live, then.stale) == (False, False)
    hours = {own.post.code: own.hour.crossings for own in then.tiles}
    assert hours == {"KHI": 3, "LHE": 0}
    now = performance.board(port, chief)
    assert {own.post.code: own.hour.crossings for own in now.tiles} == {"KHI": 1, "LHE": 0}
    assert now.tiles[-1].level is Level.QUIET
    with pytest.raises(InvalidInput):
        performance.board(port, chief, clock.now + MINUTE)
    clock.advance(minutes=3)
    assert performance.board(port, chief).stale


def test_a_lane_tells_who_crossed_to_those_who_may_know(
    port: Centre, clock: SetClock, acting: Callable[..., Actor]
) -> None:
    arrive(port, clock, 3)
    person = CrossingRequest(
        document="PA0000000", port="KHI", lane="A1", direction=Direction.ENTRY, at=clock.now
    )
    gate.cross(port, MAKER, person)
    cross(port, "A1", 2)
    measure(port, clock)
    officer, analyst = acting(Role.GATE, "KHI"), acting(Role.ANALYST)
    view = performance.post(port, officer, "KHI")
    assert [own.lane for own in view.lanes] == ["A1"]
    shown = performance_lanes.lane(port, officer, "KHI", "A1", clock.now)
    assert [own.name for own in shown.passages] == ["GULA NOON", ""]
    assert looks(port, "lane.viewed") == 1
    then = clock.now
    clock.advance(days=port.settings.mask_days + 1)
    masked = performance_lanes.lane(port, officer, "KHI", "A1", then)
    assert [own.name for own in masked.passages] == [str(MASKED_NAME), ""]
    clock.now = then
    unnamed = performance_lanes.lane(port, analyst, "KHI", "A1", clock.now)
    assert ([own.name for own in unnamed.passages], unnamed.alerts) == (["", ""], None)
    assert looks(port, "lane.viewed") == 3
    with pytest.raises(Forbidden):
        performance.post(port, officer, "LHE")
    with pytest.raises(NotFound):
        performance.post(port, analyst, "XXX")


def looks(centre: Centre, action: str) -> int:
    query = sa.select(sa.func.count()).where(audit.c.action == action)
    with centre.db.read() as connection:
        return int(connection.execute(query).scalar_one())


# --- troubles ------------------------------------------------------------------------------------


def arrive(centre: Centre, clock: SetClock, count: int) -> None:
    """A flight lands at Karachi now, with so many passengers."""
    local = clock.now.astimezone(centre.settings.zone)
    voyage = DeclaredVoyage(
        line=0, mode="air", carrier="PK", number="304", origin="DXB", destination="KHI",
        departure=f"{local - timedelta(hours=2):%y%m%d%H%M}", arrival=f"{local:%y%m%d%H%M}",
    )  # fmt: skip
    people = [
        DeclaredTraveller(
            line=0, role="passenger", family_name="NOON", given_names=f"GUL{chr(65 + n % 26)}",
            birth_date="800101", sex="M", nationality="PAK", residence="PAK", embarkation="DXB",
            debarkation="KHI",
            documents=(
                DeclaredDocument(type="P", number=f"PA{n:07d}", issuer="PAK", expiry="310101"),
            ),
        )
        for n in range(count)
    ]  # fmt: skip
    source = Source(channel=Channel.DROP, name="pk304.edi")
    intake.receive(centre, MAKER, paxlst(voyage, people), source)
    queue.drain(centre)


def open_kinds(centre: Centre, actor: Actor) -> list[tuple[TroubleKind, TroubleState]]:
    return [(own.key.kind, own.state) for own in performance.board(centre, actor).troubles]


@pytest.mark.usefixtures("cheap_passwords")
def test_a_broken_camera_is_told_seen_to_and_over(
    port: Centre, clock: SetClock, acting: Callable[..., Actor]
) -> None:
    for name, role, unit in (
        ("chief", Role.SUPERVISOR, "ntc"), ("gate", Role.GATE, "khi"), ("off", Role.GATE, "lhe"),
    ):  # fmt: skip
        accounts.add_user(
            port, MAKER, name=name, display_name=name, roles=frozenset({role}),
            units=frozenset({unit}), password="a long enough password",
        )  # fmt: skip
    users = {own.name: own for own in accounts.actors(port).values()}
    key = stations.register(
        port, MAKER, name="gate 3", kind=StationKind.GATE, port="KHI", lane="A3"
    )
    station = stations.bearer(port, key)
    assert station is not None

    def hear(*, camera: bool) -> None:
        stations.hear(port, station, at=clock.now, camera=camera)

    hear(camera=False)
    measure(port, clock, seconds=90)
    assert open_kinds(port, users["chief"]) == []
    hear(camera=False)
    measure(port, clock, seconds=30)
    (tile,) = performance.board(port, users["gate"]).tiles
    assert tile.level is Level.TROUBLE
    assert tile.worst is not None
    assert str(tile.worst.sentence) == "The camera of gate 3, lane A3, is down"
    assert clock.now - tile.worst.since == timedelta(minutes=2)
    assert performance.board(port, users["off"]).troubles == ()
    # Another post has a lane of the same name.
    other = stations.bearer(
        port,
        stations.register(port, MAKER, name="gate 9", kind=StationKind.GATE, port="LHE", lane="A3"),
    )
    assert other is not None
    stations.hear(port, other, at=clock.now, camera=True)
    told = {code: performance.post(port, MAKER, code).lanes for code in ("KHI", "LHE")}
    assert [len(own.troubles) for own in told["KHI"]] == [1]
    assert [len(own.troubles) for own in told["LHE"]] == [0]
    assert [str(own.text) for own, _ in notices.listed(port, users["chief"])] == [
        "The camera of gate 3, lane A3, is down"
    ]
    with pytest.raises(Forbidden):
        performance_troubles.acknowledge(port, users["gate"], tile.worst.id)
    with pytest.raises(NotFound):
        performance_troubles.acknowledge(port, users["chief"], "nothing")
    then = clock.now
    performance_troubles.acknowledge(port, users["chief"], tile.worst.id, "called the technician")
    with pytest.raises(Conflict):
        performance_troubles.acknowledge(port, users["chief"], tile.worst.id)
    hear(camera=False)
    measure(port, clock, seconds=30)
    found = performance.board(port, users["chief"])
    (own,) = found.troubles
    assert (own.state, own.acknowledged_by, own.note) == (
        TroubleState.ACKNOWLEDGED, "chief", "called the technician",
    )  # fmt: skip
    assert found.tiles[0].level is Level.WATCH
    for _ in range(2):
        hear(camera=True)
        measure(port, clock, minutes=1)
    assert open_kinds(port, users["chief"]) == []
    check_played(port, clock, users)
    (past,) = performance.post(port, users["chief"], "KHI").past
    assert past.state is TroubleState.CLEARED
    assert open_kinds_at(port, users["chief"], then) == [
        (TroubleKind.CAMERA_DOWN, TroubleState.ACKNOWLEDGED)
    ]
    assert (looks(port, "trouble.open"), looks(port, "trouble.cleared")) == (1, 1)


def check_played(port: Centre, clock: SetClock, users: Mapping[str, Actor]) -> None:
    """The day tells of the camera, to those who see the post."""
    clock.advance(minutes=10)
    assert told_on(port, users["gate"], None) == [("KHI", 1432, 1434)]
    assert told_on(port, users["off"], None) == []
    # Of today, only as far as it has come; of a day before it, nothing.
    today = clock.now.astimezone(port.settings.zone).date()
    assert performance_day.played(port, users["gate"], today).minutes == 17 * 60 + 10
    assert told_on(port, users["gate"], today) == [("KHI", 1022, 1024)]
    assert told_on(port, users["gate"], today - timedelta(days=1)) == []
    with pytest.raises(InvalidInput):
        performance_day.played(port, users["gate"], today + timedelta(days=1))


def told_on(centre: Centre, actor: Actor, day: date | None) -> list[tuple[str | None, int, int]]:
    found = performance_day.played(centre, actor, day)
    return [(own.post.code if own.post else None, own.first, own.last) for own in found.incidents]


def open_kinds_at(centre: Centre, actor: Actor, at: Any) -> list[tuple[TroubleKind, TroubleState]]:
    return [(own.key.kind, own.state) for own in performance.board(centre, actor, at).troubles]


def test_a_queue_is_what_came_and_has_not_crossed(
    centre: Centre, units: Any, clock: SetClock, acting: Callable[..., Actor]
) -> None:
    units(centre)
    arrive(centre, clock, 30)
    chief = acting(Role.SUPERVISOR)
    posts.save_limits(centre, chief, {TroubleKind.QUEUE: 25})
    measure(centre, clock, minutes=1)
    standing = performance.board(centre, chief).tiles[0].standing
    assert standing is not None
    assert (standing.announced, standing.waiting) == (30, 30)
    assert standing.waiting_since == clock.now - MINUTE
    assert open_kinds(centre, chief) == []
    (queue,) = performance.post(centre, chief, "KHI").voyages
    assert (queue.origin, queue.announced, queue.waiting, queue.planned) == ("DXB", 30, 30, True)
    measure(centre, clock, minutes=2)
    assert open_kinds(centre, chief) == [(TroubleKind.QUEUE, TroubleState.OPEN)]
    for n in range(12):
        person = CrossingRequest(
            document=f"PA{n:07d}", port="KHI", lane="A1", direction=Direction.ENTRY, at=clock.now
        )
        gate.cross(centre, MAKER, person)
    measure(centre, clock, minutes=1)
    measure(centre, clock, minutes=1)
    assert open_kinds(centre, chief) == []
    # Who has not come three hours later did not come.
    measure(centre, clock, hours=3)
    standing = performance.board(centre, chief).tiles[0].standing
    assert standing is not None
    assert standing.waiting == 0


def test_a_feed_is_late_when_it_is_silent_longer_than_is_usual(
    centre: Centre, units: Any, clock: SetClock, acting: Callable[..., Actor]
) -> None:
    units(centre)
    for n in range(10):
        source = Source(channel=Channel.HTTP, name=f"{n}", carrier="PK")
        intake.receive(centre, MAKER, b"no list %d" % n, source)
        clock.advance(minutes=10)
    queue.drain(centre)
    measure(centre, clock)
    chief = acting(Role.SUPERVISOR)
    (feed,) = performance.board(centre, chief).feeds
    assert (feed.name, feed.usual, feed.messages, feed.failed) == ("PK http", 10 * MINUTE, 10, 10)
    assert open_kinds(centre, chief) == [(TroubleKind.FEED_ERRORS, TroubleState.OPEN)]
    measure(centre, clock, minutes=31)
    assert (TroubleKind.FEED_LATE, TroubleState.OPEN) in open_kinds(centre, chief)


def test_a_week_of_messages_is_read_once(
    port: Centre, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_since: list[timedelta] = []

    def arrivals(connection: Any, since: Any, until: Any) -> Any:
        read_since.append(clock.now - since)
        return ARRIVALS(connection, since, until)

    monkeypatch.setattr(performance_now, "arrivals", arrivals)

    def read() -> timedelta:
        """How far back is read; what is told is the same as of the whole week."""
        with port.db.read() as connection:
            told = port.feeds.measured(connection, clock.now)
            assert told == FeedWeek().measured(connection, clock.now)
        return read_since[-2]

    week, hour = timedelta(days=7), timedelta(hours=1)
    arrive(port, clock, 2)
    assert read() == week
    clock.advance(hours=2)
    intake.receive(port, MAKER, b"no list", Source(channel=Channel.HTTP, name="x", carrier="PK"))
    assert read() == 3 * hour
    clock.advance(hours=2)
    # One that nobody read yet holds up the line, for nobody knows what it is.
    assert read() == 3 * hour
    queue.drain(port)
    assert read() == 2 * hour
    assert read() == hour
    clock.advance(hours=3)
    assert read() == week, "every six hours all is read anew"
    clock.advance(days=7)
    assert read() == week
    with port.db.read() as connection:
        assert port.feeds.measured(connection, clock.now) == []


def test_which_systems_are_linked_is_told_to_those_who_may_see_them(
    centre: Centre,
    units: Any,
    clock: SetClock,
    acting: Callable[..., Actor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    units(centre)
    down = ConnectorHealth(
        name="enforcement-net", kind=ConnectorKind.REST, state=LinkState.DOWN, last_at=None,
        lag_seconds=None, error_share=1.0, waiting=0,
    )  # fmt: skip
    monkeypatch.setattr(performance_troubles.connectors, "health", lambda *_: [down])
    measure(centre, clock)
    measure(centre, clock, minutes=2)

    def told(role: Role) -> tuple[str, str]:
        (own,) = performance.board(centre, acting(role)).troubles
        return str(own.sentence), own.key.subject

    assert told(Role.SUPERVISOR)[1] == "enforcement-net"
    assert told(Role.ANALYST) == ("A linked system does not answer", "")
    (own,) = performance.board(centre, acting(Role.SUPERVISOR)).troubles
    assert "enforcement-net" in str(own.sentence)
    assert "enforcement-net" not in str(performance_telling.for_anybody(own))


@pytest.mark.usefixtures("cheap_passwords")
def test_officers_see_their_own_figures_and_heads_those_of_their_unit(
    centre: Centre, units: Any
) -> None:
    units(centre)
    for name, role, unit in (
        ("bano", Role.GATE, "khi"), ("ali", Role.GATE, "khi"), ("chand", Role.GATE, "lhe"),
        ("head", Role.SUPERVISOR, "khi"),
    ):  # fmt: skip
        accounts.add_user(
            centre, MAKER, name=name, display_name=name, roles=frozenset({role}),
            units=frozenset({unit}), password="a long enough password",
        )  # fmt: skip
    users = {own.name: own for own in accounts.actors(centre).values()}

    def shown(name: str) -> list[str]:
        return [own.name for own in performance_officers.figures(centre, users[name]).rows]

    assert shown("bano") == ["bano"]
    assert shown("head") == ["ali", "bano", "head"]
    assert looks(centre, "officers.viewed") == 2
    with pytest.raises(Forbidden):
        performance_officers.figures(centre, MAKER)


def test_whoever_may_not_see_performance_sees_nothing(
    centre: Centre, acting: Callable[..., Actor]
) -> None:
    stranger = acting(Role.CUSTODY)
    assert not stranger.may(Permission.SEE_PERFORMANCE)
    for look in (performance.board, performance.kept, posts.overview, performance_officers.figures):
        with pytest.raises(Forbidden):
            look(centre, stranger)


def test_a_channel_tells_of_troubles_if_it_should(
    centre: Centre, units: Any, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    units(centre)
    told: list[tuple[str, str, bytes]] = []

    def deliver(_: Centre, channel: ChannelOf, __: bytes, ___: Dispatch, news: Words) -> None:
        if len(told) == 1:
            told.append(("broken", "", b""))
            raise Undelivered("the server took too long")
        told.append((channel.name, news.subject, news.body))

    monkeypatch.setattr(performance_telling, "deliver", deliver)
    for name, unit, tells in (
        ("all", None, Occurrence), ("lahore", "lhe", Occurrence),
        ("alerts", None, [Occurrence.RAISED]), ("karachi", "khi", [Occurrence.TROUBLE]),
    ):  # fmt: skip
        value = ChannelOf(
            id="", name=name, kind=ChannelKind.EMAIL, address="a@example.org", unit_id=unit,
            tells=frozenset(tells),
        )  # fmt: skip
        delivery.save_channel(centre, MAKER, value)
    broken_gate(centre, clock)
    while performance_telling.step(centre):
        pass
    clock.advance(minutes=1)
    assert performance_telling.step(centre)
    assert not performance_telling.step(centre)
    names = [name for name, _, _ in told]
    assert (sorted(names), names[1]) == (["all", "broken", "karachi"], "broken")
    assert told[0][1] == "Trouble: KHI"
    assert b'"type":"trouble.opened"' in told[0][2]
    assert (looks(centre, "dispatch.delivered"), looks(centre, "dispatch.put_off")) == (2, 1)


def broken_gate(centre: Centre, clock: SetClock) -> None:
    """A camera at Karachi that has been broken for two minutes."""
    key = stations.register(
        centre, MAKER, name="gate 3", kind=StationKind.GATE, port="KHI", lane="A3"
    )
    station = stations.bearer(centre, key)
    assert station is not None
    stations.hear(centre, station, at=clock.now, camera=False)
    clock.advance(minutes=2)
    stations.hear(centre, station, at=clock.now, camera=False)
    measure(centre, clock)
