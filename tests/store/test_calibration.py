from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from parakh.access import Purpose, system_actor
from parakh.domain.hit import (
    Advice,
    Agreement,
    Assessment,
    Evidence,
    Hit,
    HitState,
    Kind,
    Ref,
)
from parakh.domain.ids import new_id
from parakh.domain.phrase import phrase
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.voyage import Crossing, CrossingState, Direction
from parakh.domain.watchlist import Handling, Watchlist
from parakh.learn.calibration import Measurement, Sample, curves
from parakh.screen.calibration import STANDARD, Band, lowest
from parakh.screen.frequency import Frequencies
from parakh.screen.watchlists import NameScreener
from parakh.store import assessments, calibration, travellers, watchlists
from parakh.store.database import Database, Tx
from parakh.store.tables import change, hit, person_link

WANTED = Watchlist(
    id="w",
    name="Wanted",
    source="police",
    legal_basis="§ 1",
    handling=Handling.REFER,
    alert_rate=0.01,
)


@pytest.fixture
def tx(database: Database) -> Iterator[Tx]:
    with database.write(system_actor("test"), Purpose.WATCHLIST) as own:
        watchlists.save_list(own, WANTED)
        yield own
        own.audit("test", "test", "")


def a_measurement(tx: Tx, screener: str = NameScreener.name, hours: int = 0) -> Measurement:
    samples = [
        *(Sample(band=Band.COMMON, best={"w": 0.85}) for _ in range(100)),
        *(Sample(band=Band.RARE, best={}) for _ in range(900)),
    ]
    return Measurement(
        id=new_id(),
        at=tx.at + timedelta(hours=hours),
        by="سنا",
        screener=screener,
        population=1234,
        travellers=1000,
        curves=curves(samples, ["w", "gone"]),
    )


def people(tx: Tx, *names: str) -> list[str]:
    """Travellers in order of their identifiers."""
    made = [
        Traveller(
            id=f"{place:032x}",
            voyage_id="",
            role=TravellerRole.PASSENGER,
            name=PersonName(family=name, given="ALI"),
        )
        for place, name in enumerate(names)
    ]
    travellers.save_travellers(tx.connection, made)
    return [own.id for own in made]


def one_person(tx: Tx, *ids: str) -> None:
    rows = [
        {"traveller_id": own, "person_id": min(ids), "linked_to": min(ids), "confidence": 1.0,
         "reason": [], "by": "", "at": tx.at}
        for own in ids
    ]  # fmt: skip
    tx.connection.execute(person_link.insert(), rows)


def test_what_was_measured_last_comes_back(tx: Tx) -> None:
    assert calibration.measurement(tx.connection) is None
    newest = a_measurement(tx)
    for own in (newest, a_measurement(tx, hours=-1)):
        calibration.add(tx, own)
    assert calibration.measurement(tx.connection) == newest
    kinds = tx.connection.execute(sa.select(change.c.kind, change.c.ref_id)).all()
    assert ("calibration", newest.id) in kinds


def test_thresholds_follow_the_lists_of_now(tx: Tx) -> None:
    assert calibration.newest(tx.connection) == STANDARD
    calibration.add(tx, a_measurement(tx))
    found = calibration.newest(tx.connection)
    assert set(found.thresholds) == {"w"}
    assert found.thresholds["w"][Band.COMMON] > 0.85
    assert found.thresholds["w"][Band.RARE] == lowest()
    watchlists.save_list(tx, replace(WANTED, alert_rate=None))
    assert calibration.newest(tx.connection) == STANDARD
    assert calibration.rates(tx.connection) == {"w": None}


def test_scores_of_another_screener_are_not_used(tx: Tx) -> None:
    calibration.add(tx, a_measurement(tx, screener="name@1"))
    assert calibration.newest(tx.connection) == STANDARD


def test_frequencies_are_replaced(tx: Tx) -> None:
    assert calibration.frequencies(tx.connection) == Frequencies()
    calibration.replace_frequencies(tx, {f"W{n}": n for n in range(3, 1300)}, 5000)
    calibration.replace_frequencies(tx, {"KHAN": 9, "خان": 4}, 20)
    found = calibration.frequencies(tx.connection)
    assert found == Frequencies(bearers={"KHAN": 9, "خان": 4}, population=20)


def test_each_person_is_counted_once(tx: Tx) -> None:
    ids = people(tx, "NOON", "KHAN", "NOON", "SHAH", "NUN")
    one_person(tx, ids[0], ids[2], ids[4])
    found = calibration.names(tx.connection, "", 2)
    assert [own for own, _ in found] == ids[:2]
    assert found[0][1] == PersonName(family="NOON", given="ALI")
    assert [own for own, _ in calibration.names(tx.connection, ids[1], 9)] == [ids[3]]
    assert calibration.population(tx.connection) == 3
    travellers.mark_joined(tx.connection, ids[3], ids[1])
    assert calibration.population(tx.connection) == 2


def test_the_newest_traveller_of_each_person(tx: Tx) -> None:
    ids = people(tx, "NOON", "KHAN", "NOON", "SHAH")
    one_person(tx, ids[0], ids[2])
    assert calibration.recent(tx.connection, 9) == [ids[3], ids[2], ids[1]]
    assert calibration.recent(tx.connection, 2) == [ids[3], ids[2]]


def test_a_hit_confirmed_on_another_journey_counts(tx: Tx) -> None:
    first, second, other = people(tx, "NOON", "NOON", "KHAN")
    one_person(tx, first, second)
    a_hit(tx, first, "e", HitState.CONFIRMED)
    a_hit(tx, second, "f", HitState.CLEARED)
    a_hit(tx, other, "e", HitState.CONFIRMED)
    assert calibration.confirmed(tx.connection, [second]) == {(second, "e")}
    assert calibration.confirmed(tx.connection, [other, first]) == {(other, "e"), (first, "e")}


def a_hit(tx: Tx, traveller_id: str, entry_id: str, state: HitState) -> None:
    evidence = Evidence(
        attribute="name", ours="A", theirs="A", agreement=Agreement.AGREES, weight=0.8,
        note=phrase("equal"),
    )  # fmt: skip
    own = Hit(
        id=new_id(),
        subject=Ref(kind=Kind.TRAVELLER, id=traveller_id),
        target=Ref(kind=Kind.WATCHLIST_ENTRY, id=entry_id),
        screener="name@2",
        score=0.8,
        threshold=0.78,
        sentence=phrase("equal"),
        evidence=(evidence,),
    )
    assessment = Assessment(
        id=new_id(),
        subject=own.subject,
        cause="m#1",
        at=tx.at,
        advice=Advice.COMPARE,
        results=(),
        hits=(own,),
    )
    assessments.save_assessments(tx.connection, [assessment])
    tx.connection.execute(hit.update().where(hit.c.id == own.id).values(state=state.value))


def test_traffic_a_day(tx: Tx) -> None:
    week = timedelta(days=7)
    assert calibration.daily_traffic(tx.connection, tx.at, week) == 0
    for hours in (-1, -2, -30, -24 * 8, 5):
        travellers.save_crossing(
            tx.connection,
            Crossing(
                id=new_id(),
                traveller_id=None,
                voyage_id=None,
                port="KHI",
                direction=Direction.ENTRY,
                state=CrossingState.ACTUAL,
                lane="",
                at=tx.at + timedelta(hours=hours),
            ),
        )
    assert calibration.daily_traffic(tx.connection, tx.at, week) == pytest.approx(3 / (30 / 24))
    assert calibration.daily_traffic(tx.connection, tx.at, timedelta(hours=12)) == 2
