"""What each list raises is measured on the centre's own travellers, and kept to what it may."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Purpose, Role
from parakh.domain.dates import PartialDate
from parakh.domain.hit import Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.watchlist import WatchlistEntry
from parakh.errors import Forbidden, InvalidInput, NotFound
from parakh.learn.calibration import Basis, Measurement, Sample, curves
from parakh.screen.calibration import Band
from parakh.screen.names import THRESHOLD
from parakh.screen.screener import TravellerSubject
from parakh.screen.watchlists import NameScreener
from parakh.services import calibration, intake, queue
from parakh.services import watchlists as lists
from parakh.services.background import Progress
from parakh.services.centre import WORKER, Centre
from parakh.store import calibration as store
from parakh.store import sweeps as sweep_store
from parakh.store import travellers
from parakh.store.tables import audit, hit, name_frequency
from parakh.store.tables import calibration as measurements

LIST = "list-inspect"
BORN = PartialDate.parse("1980-05-05")
CONSONANTS = "BDFGJKLMNPRSTWZ"


def strangers(many: int) -> list[str]:
    """Made-up family names that have little to do with each other."""
    return [
        f"{a}U{b}A{c}ID"
        for place in range(many)
        for a, b, c in [(CONSONANTS[place % 15], CONSONANTS[place // 15 % 15], "BRT"[place // 225])]
    ]


def fill(centre: Centre, families: Sequence[str], given: str = "GULAB", born: str = "") -> None:
    with centre.db.maintain() as connection:
        start = connection.execute(sa.text("SELECT count(*) FROM traveller")).scalar_one()
        travellers.save_travellers(
            connection,
            [
                Traveller(
                    id=f"{start + place:032x}",
                    voyage_id="",
                    role=TravellerRole.PASSENGER,
                    name=PersonName(family=family, given=given),
                    birth_date=PartialDate.parse(born) if born else None,
                )
                for place, family in enumerate(families)
            ],
        )


def row_of(centre: Centre, actor: Any) -> calibration.ListRow:
    (row,) = calibration.overview(centre, actor).rows
    return row


@pytest.fixture
def supervisor(acting: Callable[..., Any]) -> Any:
    return acting(Role.SUPERVISOR)


@pytest.fixture
def entry(any_centre: Centre, enlist: Callable[..., WatchlistEntry]) -> WatchlistEntry:
    return enlist(any_centre)


def test_what_is_measured_and_kept(
    any_centre: Centre, entry: WatchlistEntry, supervisor: Any
) -> None:
    fill(any_centre, strangers(400))
    fill(any_centre, ["MAZARI"] * 2, given="ZULFIQAR")
    told: list[tuple[int, int]] = []
    calibration.calibrate(any_centre, supervisor, lambda *own: told.append(own))
    assert told[0] == (0, 402)
    assert told[-1] == (402, 402)
    view = calibration.overview(any_centre, supervisor)
    assert view.last is not None
    assert (view.last.by, view.last.travellers, view.last.population) == (supervisor.name, 402, 402)
    (row,) = view.rows
    assert sum(own.travellers for own in row.curves.values()) == 402
    assert sum(own.raised[0] for own in row.curves.values()) == 2, "the two of that name"
    with any_centre.db.read() as connection:
        kept = store.frequencies(connection)
        data = connection.execute(sa.select(measurements.c.data)).scalar_one()
    assert kept.population == 402
    assert kept.bearers["GUL" if "GUL" in kept.bearers else "GULAB"] >= 400
    assert min(kept.bearers.values()) >= 3
    assert "MAZARI" not in kept.bearers, "borne by two only"
    assert "MAZARI" not in json.dumps(data)


def test_a_person_of_whom_a_hit_was_confirmed_is_no_false_alert(
    any_centre: Centre, entry: WatchlistEntry, supervisor: Any
) -> None:
    fill(any_centre, strangers(300))
    fill(any_centre, ["MAZARI"], given="ZULFIQAR", born="1980-05-05")
    with any_centre.db.read() as connection:
        (mine,) = travellers.travellers_by_id(connection, [f"{300:032x}"])
    calibration.calibrate(any_centre, supervisor)
    assert row_of(any_centre, supervisor).now.share == pytest.approx(1 / 301)
    (found,) = any_centre.traveller_screeners()[1].screen([subject(mine)])
    with any_centre.db.maintain() as connection:
        connection.execute(
            hit.insert().values(
                id=found[0].id, subject_kind="traveller", subject_id=mine.id,
                target_kind="watchlist_entry", target_id=entry.id, screener=NameScreener.name,
                screener_id="name", score=1.0, threshold=0.8, sentence={}, evidence=[],
                state="confirmed", reason="it is he",
            )
        )  # fmt: skip
    calibration.calibrate(any_centre, supervisor)
    assert row_of(any_centre, supervisor).now.share == 0


def subject(own: Traveller) -> TravellerSubject:
    return TravellerSubject(ref=Ref(kind=Kind.TRAVELLER, id=own.id), traveller=own, voyage=None)


def test_a_rate_is_in_force_at_once_and_stands_in_the_audit(
    any_centre: Centre, entry: WatchlistEntry, supervisor: Any
) -> None:
    fill(any_centre, strangers(600))
    # Rare names alone score 0.80: more of them than one in two hundred.
    fill(any_centre, ["MAZARI"] * 2, given="ZULFIQAR")
    fill(any_centre, [f"MAZARI {own}" for own in strangers(4)], given="ZULFIQAR")
    calibration.calibrate(any_centre, supervisor)
    before = row_of(any_centre, supervisor)
    assert before.now.one_in is None
    assert {own.threshold for own in before.now.settings.values()} == {THRESHOLD}
    would = calibration.effect(before, 1000.0, 200)
    calibration.allow(any_centre, supervisor, LIST, 200)
    after = row_of(any_centre, supervisor)
    assert after.now.one_in == 200
    assert after.now.settings == would.settings
    assert after.watchlist.handling == before.watchlist.handling
    with any_centre.db.read() as connection:
        found = store.newest(connection)
        trail = connection.execute(
            sa.select(audit.c.detail).where(audit.c.action == "calibration.allowed")
        ).scalar_one()
    assert found.thresholds[LIST] == {
        band: own.threshold for band, own in after.now.settings.items()
    }
    detail = json.loads(trail)
    assert (detail["one_in"], detail["before"]) == (200, None)
    assert set(detail["thresholds"]) == {own.value for own in Band}
    calibration.allow(any_centre, supervisor, LIST, None)
    assert row_of(any_centre, supervisor).now == before.now


def test_thresholds_change_live_and_hits_keep_theirs(
    any_centre: Centre, entry: WatchlistEntry, supervisor: Any
) -> None:
    namesake = Traveller(
        id="1" * 32,
        voyage_id="",
        role=TravellerRole.PASSENGER,
        name=PersonName(family="MAZARI", given="ZULFIQAR"),
    )
    himself = replace(namesake, id="2" * 32, birth_date=PartialDate.parse("1980-05-05"))
    mistyped = replace(namesake, id="4" * 32, birth_date=PartialDate.parse("1980-05-06"))
    asked = [subject(namesake), subject(himself), subject(mistyped)]
    screener = any_centre.traveller_screeners()[1]
    before = screener.screen(asked)
    assert [len(own) for own in before] == [1, 1, 1]
    measured = curves(
        [Sample(band=band, best={LIST: 0.89}) for band in Band for _ in range(1000)], [LIST]
    )
    with any_centre.db.write(WORKER, Purpose.WATCHLIST) as tx:
        store.add(
            tx,
            Measurement(
                id="3" * 32, at=tx.at, by="", screener=NameScreener.name,
                population=3000, travellers=3000, curves=measured,
            ),
        )  # fmt: skip
        tx.audit("calibration.measured", "calibration", "3" * 32)
    assert [len(own) for own in screener.screen(asked)] == [1, 1, 1], "no rate is set"
    calibration.allow(any_centre, supervisor, LIST, 100)
    after = screener.screen(asked)
    assert [len(own) for own in after] == [0, 1, 1], "whoever is listed is found at any rate"
    assert after[1][0].threshold == before[1][0].threshold == THRESHOLD
    assert after[2][0].threshold > before[2][0].threshold == THRESHOLD


def measured_at(centre: Centre, score: float) -> None:
    """A measurement in which every traveller has this score."""
    samples = [Sample(band=band, best={LIST: score}) for band in Band for _ in range(1000)]
    with centre.db.write(WORKER, Purpose.WATCHLIST) as tx:
        store.add(
            tx,
            Measurement(
                id=new_id(), at=tx.at, by="", screener=NameScreener.name, population=3000,
                travellers=3000, curves=curves(samples, [LIST]),
            ),
        )  # fmt: skip
        tx.audit("calibration.measured", "calibration", "")


def swept_again(centre: Centre) -> bool:
    """Whether a sweep waits; ends it."""
    with centre.db.read() as connection:
        waits = sweep_store.waiting(connection)
    queue.drain(centre)
    return waits


def test_a_threshold_that_falls_screens_everybody_on_file_again(
    any_centre: Centre,
    entry: WatchlistEntry,
    supervisor: Any,
    declare: Any,
    person: Any,
    units: Any,
) -> None:
    units(any_centre)
    queue.drain(any_centre)
    measured_at(any_centre, 0.89)
    calibration.allow(any_centre, supervisor, LIST, 100)
    assert not swept_again(any_centre), "it rose"
    passed = declare(person(family="MAZARI", given="ZULFIQAR", born="790101"))
    intake.receive(any_centre, WORKER, passed, Source(channel=Channel.DROP, name="l"))
    queue.drain(any_centre)
    with any_centre.db.read() as connection:
        assert connection.execute(sa.select(hit.c.id)).all() == []
    measured_at(any_centre, 0.10)
    assert not swept_again(any_centre), "nobody chose that"
    calibration.allow(any_centre, supervisor, LIST, 1000)
    assert not swept_again(any_centre), "it is as low as it may be"
    measured_at(any_centre, 0.89)
    assert not swept_again(any_centre)
    calibration.allow(any_centre, supervisor, LIST, None)
    with any_centre.db.read() as connection:
        trail = connection.execute(
            sa.select(audit.c.detail).where(audit.c.action == "calibration.allowed")
        ).scalars()
        told = [json.loads(own)["swept_again"] for own in trail]
    assert sorted(told) == [0, 0, 1]
    assert swept_again(any_centre)
    measured_at(any_centre, 0.89)
    held = replace(row_of(any_centre, supervisor).watchlist, alert_rate=0.01)
    lists.add_list(any_centre, supervisor, held)
    assert not swept_again(any_centre)
    lists.add_list(any_centre, supervisor, replace(held, instruction="Call", alert_rate=None))
    assert swept_again(any_centre), "wherever the rate is set"


@pytest.mark.parametrize("rate", [0.0, 0.11, 1 / 1_000_001, -0.1, 1.0])
def test_a_list_is_held_to_the_same_bounds(
    centre: Centre, enlist: Any, supervisor: Any, rate: float
) -> None:
    enlist(centre)
    own = row_of(centre, supervisor).watchlist
    with pytest.raises(InvalidInput, match="between 1 in 10 and 1,000,000"):
        lists.add_list(centre, supervisor, replace(own, alert_rate=rate))
    for bound in (0.1, 1 / 1_000_000):
        lists.add_list(centre, supervisor, replace(own, alert_rate=bound))


@pytest.mark.parametrize("one_in", [0, 9, -5, 1_000_001])
def test_what_is_no_rate_is_refused(
    centre: Centre, enlist: Any, supervisor: Any, one_in: int
) -> None:
    enlist(centre)
    with pytest.raises(InvalidInput, match="N lies between"):
        calibration.allow(centre, supervisor, LIST, one_in)


def test_a_list_that_is_not_there(centre: Centre, supervisor: Any) -> None:
    with pytest.raises(NotFound):
        calibration.allow(centre, supervisor, "nothing", 100)


def test_a_list_that_came_later_is_not_measured_yet(
    centre: Centre, enlist: Any, supervisor: Any
) -> None:
    fill(centre, strangers(300))
    calibration.calibrate(centre, supervisor)
    enlist(centre)
    row = row_of(centre, supervisor)
    assert (row.curves, row.now.share, row.now.daily) == ({}, None, None)


def test_nobody_at_all(centre: Centre, enlist: Any, supervisor: Any) -> None:
    enlist(centre)
    calibration.calibrate(centre, supervisor)
    calibration.allow(centre, supervisor, LIST, 1000)
    row = row_of(centre, supervisor)
    assert row.now.share is None
    assert {own.basis for own in row.now.settings.values()} == {Basis.FEW}


def test_who_may_look_and_who_may_set(centre: Centre, acting: Callable[..., Any]) -> None:
    analyst, officer = acting(Role.ANALYST), acting(Role.TARGETING)
    calibration.overview(centre, analyst)
    with pytest.raises(Forbidden):
        calibration.overview(centre, officer)
    for refused in (
        lambda: calibration.allow(centre, analyst, LIST, 100),
        lambda: calibration.begin(centre, analyst),
        lambda: calibration.calibrate(centre, analyst),
        lambda: calibration.allow(centre, WORKER, LIST, 100),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_the_worker_measures_once_a_day_when_traffic_has_grown(
    centre: Centre, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "ENOUGH", 10)
    fill(centre, strangers(9))
    assert not calibration.due(centre)
    fill(centre, strangers(9))
    assert calibration.measure_when_due(centre)
    centre.calibrating.wait()
    assert not calibration.measure_when_due(centre), "just measured"
    clock.advance(days=1.1)
    assert not calibration.due(centre), "nothing has changed"
    fill(centre, strangers(5))
    assert calibration.due(centre)


def test_it_runs_beside_other_work_and_says_how_far_it_is(
    centre: Centre, supervisor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, reached = threading.Event(), threading.Event()

    def slow(centre: Centre, actor: Any, report: Any) -> str:
        report(3, 10)
        reached.set()
        go_on.wait(10)
        return ""

    monkeypatch.setattr(calibration, "calibrate", slow)
    calibration.begin(centre, supervisor)
    reached.wait(10)
    assert calibration.begin(centre, supervisor) == Progress(running=True, done=3, total=10)
    go_on.set()
    centre.calibrating.wait()
    assert centre.calibrating.progress == Progress()


def test_a_measurement_that_fails_says_so(
    centre: Centre, supervisor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(centre: Centre, actor: Any, report: Any) -> str:
        raise RuntimeError("no index")

    monkeypatch.setattr(calibration, "calibrate", broken)
    calibration.begin(centre, supervisor)
    centre.calibrating.wait()
    assert calibration.overview(centre, supervisor).progress == Progress(failed=True)


def test_a_measurement_ends_with_the_process(centre: Centre, supervisor: Any) -> None:
    fill(centre, strangers(5))
    centre.calibrating.stop()
    calibration.begin(centre, supervisor)
    with centre.db.read() as connection:
        assert store.measurement(connection) is None
        assert not connection.execute(sa.select(name_frequency)).all()
