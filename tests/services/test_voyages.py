from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.gallery import StagedFrom
from parakh.domain.hit import Advice
from parakh.domain.message import Channel, Source
from parakh.domain.watchlist import Handling
from parakh.errors import Forbidden, NotFound
from parakh.services import alerts, dossier, intake, queue, reading, staging, voyages
from parakh.services.centre import Centre

SENDER = system_actor("test")


@pytest.fixture
def loaded(
    any_centre: Centre, declare: Callable[..., bytes], person: Any, units: Any, enlist: Any
) -> Centre:
    """PK304 to Karachi with hits of several kinds, PK9 to Lahore with nobody of note."""
    units(any_centre)
    enlist(any_centre, family="ABRO", given="X", born="", document="ZX0000001")
    enlist(any_centre, family="ELSE", born="", document="ZX0000002", handling=Handling.REFER)
    enlist(any_centre)
    flights = (
        declare(
            person(family="ZAIDI", document="PA1"),
            person(family="AHMED", document="PA2"),
            person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA3"),
            person(family="KHAN", document="ZX0000001"),
            person(family="SHAH", document="ZX0000002"),
        ),
        declare(person(document="PA4"), number="9", destination="LHE"),
    )
    for data in flights:
        intake.receive(any_centre, SENDER, data, Source(channel=Channel.CLI, name="x"))
    assert queue.drain(any_centre) == set()
    return any_centre


def day(centre: Centre, actor: Actor) -> list[voyages.VoyageRow]:
    now = centre.clock()
    return voyages.arrivals(centre, actor, now - timedelta(days=1), now + timedelta(days=1))


def test_the_vetting_list_begins_with_the_most_urgent(
    loaded: Centre, acting: Callable[..., Actor]
) -> None:
    officer = acting(Role.TARGETING, "KHI")
    (row,) = day(loaded, officer)
    assert (row.expected, row.actual, row.hits, row.open_hits) == (5, 0, 3, 3)
    assert row.worst is Advice.REFER
    listed = voyages.voyage(loaded, officer, row.voyage.id).rows
    assert [(own.traveller.name.family, own.advice) for own in listed] == [
        ("SHAH", Advice.REFER),
        ("KHAN", Advice.INSPECT),
        ("MAZARI", Advice.COMPARE),
        ("AHMED", Advice.PROCEED),
        ("ZAIDI", Advice.PROCEED),
    ]


def test_clearing_a_hit_changes_the_advice(loaded: Centre, acting: Callable[..., Actor]) -> None:
    officer = acting(Role.TARGETING, "KHI")
    for row in alerts.list_alerts(loaded, officer):
        alerts.acknowledge(loaded, officer, row.alert.id)
        for hit in row.hits:
            alerts.decide(
                loaded, officer, row.alert.id, hit.id, confirmed=False, reason="another man"
            )
    (arrival,) = day(loaded, officer)
    assert (arrival.hits, arrival.open_hits, arrival.worst) == (3, 0, Advice.PROCEED)
    listed = voyages.voyage(loaded, officer, arrival.voyage.id).rows
    assert {own.advice for own in listed} == {Advice.PROCEED}


def test_units_see_the_voyages_of_their_ports(loaded: Centre, acting: Callable[..., Actor]) -> None:
    khi, lhe = acting(Role.GATE, "KHI"), acting(Role.GATE, "LHE")
    (own,), (other,) = day(loaded, khi), day(loaded, lhe)
    assert (own.voyage.name, other.voyage.name) == ("PK304", "PK9")
    assert len(day(loaded, acting(Role.SUPERVISOR))) == 2
    assert len(day(loaded, acting(Role.TARGETING))) == 2
    with pytest.raises(Forbidden):
        voyages.voyage(loaded, khi, other.voyage.id)
    (row,) = voyages.voyage(loaded, lhe, other.voyage.id).rows
    with pytest.raises(Forbidden):
        dossier.traveller(loaded, khi, row.traveller.id)
    assert dossier.traveller(loaded, lhe, row.traveller.id, Purpose.ALERT).voyage == other.voyage
    for look in (voyages.voyage, dossier.traveller):
        with pytest.raises(NotFound):
            look(loaded, khi, "none")


@pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR, Role.INTEGRATOR])
def test_other_roles_see_no_travellers(
    loaded: Centre, acting: Callable[..., Actor], role: Role
) -> None:
    row = day(loaded, SENDER)[0]
    with pytest.raises(Forbidden):
        voyages.voyage(loaded, acting(role), row.voyage.id)


def test_a_traveller_who_waits_for_screening_has_no_advice(
    centre: Centre, declare: Callable[..., bytes], person: Any
) -> None:
    source = Source(channel=Channel.CLI, name="x")
    received = intake.receive(centre, SENDER, declare(person()), source)
    assert reading.parse(centre, received.message)
    (row,) = day(centre, SENDER)
    assert (row.expected, row.worst) == (1, None)
    (listed,) = voyages.voyage(centre, SENDER, row.voyage.id).rows
    assert (listed.advice, listed.hits) == (None, ())


def test_a_traveller_shows_where_each_value_came_from(
    loaded: Centre, acting: Callable[..., Actor]
) -> None:
    officer = acting(Role.TARGETING, "KHI")
    (arrival,) = day(loaded, officer)
    row = voyages.voyage(loaded, officer, arrival.voyage.id).rows[0]
    view = dossier.traveller(loaded, officer, row.traveller.id)
    (source,) = view.sources
    assert source.declared.family_name == "SHAH"
    assert source.declared.lines["birth_date"] > source.line
    assert view.advice is Advice.REFER
    assert len(view.alerts) == len(view.hits) == len(view.assessments) == 1


def test_travellers_whose_face_is_staged_are_marked(
    drawn_centre: Centre,
    declare: Callable[..., bytes],
    person: Any,
    units: Any,
    acting: Callable[..., Actor],
) -> None:
    units(drawn_centre)
    data = declare(person(document="PA1"), person(family="AHMED", document="PA2"))
    intake.receive(drawn_centre, SENDER, data, Source(channel=Channel.CLI, name="x"))
    assert queue.drain(drawn_centre) == set()
    officer = acting(Role.TARGETING, "KHI")
    (row,) = day(drawn_centre, officer)
    shots = [("PA2", b"1")]
    staging.stage_many(drawn_centre, SENDER, row.voyage.id, shots, StagedFrom.DOCUMENT)
    view = voyages.voyage(drawn_centre, officer, row.voyage.id)
    assert view.staged == 1
    assert [own.traveller.documents[0].number for own in view.rows if own.staged] == ["PA2"]
