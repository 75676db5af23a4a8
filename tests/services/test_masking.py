"""Who crossed long ago is masked; a reason and a second person bring him back for a while."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.alert import OutcomeKind
from parakh.domain.masking import MASKED_NAME, UnmaskingState
from parakh.domain.message import Channel, Source
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import alerts, dossier, intake, masking, persons, queue, trail
from parakh.services.centre import Centre
from parakh.services.trail import TrailFilter
from parakh.store.tables import traveller

SENDER = system_actor("test")
WHY = "a request of the court"
Acting = Callable[..., Actor]


@pytest.fixture
def take(any_centre: Centre, declare: Callable[..., bytes], person: Any, units: Any) -> Any:
    """Takes in a flight with one person; gives the traveller."""
    units(any_centre)

    def one(number: str = "304", destination: str = "KHI", **values: str) -> str:
        data = declare(person(**values), number=number, destination=destination)
        intake.receive(any_centre, SENDER, data, Source(channel=Channel.CLI, name=f"{number}.edi"))
        queue.drain(any_centre)
        with any_centre.db.read() as connection:
            return str(max(connection.execute(traveller.select()).scalars()))

    return one


@pytest.fixture
def officer(acting: Acting) -> Actor:
    return acting(Role.TARGETING, "KHI")


@pytest.fixture
def chief(acting: Acting) -> Actor:
    return acting(Role.SUPERVISOR, "KHI")


def test_a_traveller_is_masked_half_a_year_after_his_crossing(
    any_centre: Centre, take: Any, officer: Actor, clock: Any
) -> None:
    own = take()
    clock.advance(days=182)
    before = dossier.traveller(any_centre, officer, own)
    assert (before.masked, before.traveller.name.family) == (False, "NOON")
    clock.advance(days=2)
    view = dossier.traveller(any_centre, officer, own)
    assert view.masked
    assert view.traveller.name == MASKED_NAME
    assert (view.traveller.nationality, str(view.traveller.birth_date)) == ("PAK", "1971")
    told = repr([getattr(view, field.name) for field in fields(view)])
    for secret in ("NOON", "GULAB", "PA1000001", "1971-01"):
        assert secret not in told
    history = persons.history(any_centre, officer, own)
    assert "NOON" not in repr(history)


def test_whoever_is_of_interest_stays_in_sight(
    any_centre: Centre, take: Any, enlist: Any, officer: Actor, clock: Any
) -> None:
    enlist(any_centre, document="PA7654321")
    own = take(document="PA7654321", family="MAZARI")
    clock.advance(days=400)
    assert not dossier.traveller(any_centre, officer, own).masked, "the alert is open"
    (row,) = alerts.list_alerts(any_centre, officer)
    alerts.acknowledge(any_centre, officer, row.alert.id)
    for hit in row.hits:
        alerts.decide(any_centre, officer, row.alert.id, hit.id, confirmed=False, reason=WHY)
    alerts.close(any_centre, officer, row.alert.id, OutcomeKind.FALSE_MATCH, "")
    assert dossier.traveller(any_centre, officer, own).masked, "he was not the one"


def test_two_persons_bring_him_back_for_three_days(
    any_centre: Centre, take: Any, officer: Actor, chief: Actor, acting: Acting, clock: Any
) -> None:
    own = take()
    clock.advance(days=200)
    asked = masking.ask(any_centre, officer, own, WHY)
    assert dossier.traveller(any_centre, officer, own).masked
    granted = masking.decide(any_centre, chief, asked.id, granted=True, decision=WHY)
    assert granted.state is UnmaskingState.GRANTED
    for one in (officer, chief):
        view = dossier.traveller(any_centre, one, own)
        assert (view.masked, view.traveller.name.family) == (False, "NOON")
    stranger = acting(Role.SUPERVISOR)
    assert dossier.traveller(any_centre, stranger, own).masked
    clock.advance(days=3)
    assert dossier.traveller(any_centre, officer, own).masked
    auditor = acting(Role.AUDITOR)
    rows = trail.search(any_centre, auditor, TrailFilter(action="unmasking")).rows
    assert [row.action for row in rows] == ["unmasking.granted", "unmasking.asked"]
    assert all(WHY in row.detail for row in rows)


def test_a_refusal_shows_nothing_and_may_be_followed_by_another_request(
    any_centre: Centre, take: Any, officer: Actor, chief: Actor, clock: Any
) -> None:
    own = take()
    clock.advance(days=200)
    asked = masking.ask(any_centre, officer, own, WHY)
    with pytest.raises(Conflict, match="asked already"):
        masking.ask(any_centre, officer, own, WHY)
    masking.decide(any_centre, chief, asked.id, granted=False, decision="no reason given")
    view = dossier.traveller(any_centre, officer, own)
    assert view.masked
    assert view.unmasking is not None
    assert view.unmasking.decision == "no reason given"
    with pytest.raises(Conflict, match="refused already"):
        masking.decide(any_centre, chief, asked.id, granted=True, decision=WHY)
    masking.ask(any_centre, officer, own, WHY)
    found = masking.requests(any_centre, chief)
    assert [row.state for row in found.rows] == [UnmaskingState.ASKED, UnmaskingState.REFUSED]
    assert masking.requests(any_centre, chief, asked_only=True).total == 1


def test_who_may_not(
    any_centre: Centre, take: Any, officer: Actor, chief: Actor, acting: Acting, clock: Any
) -> None:
    own = take()
    with pytest.raises(Conflict, match="not masked"):
        masking.ask(any_centre, officer, own, WHY)
    clock.advance(days=200)
    with pytest.raises(InvalidInput, match="reason"):
        masking.ask(any_centre, officer, own, "why")
    with pytest.raises(Forbidden):
        masking.ask(any_centre, acting(Role.GATE, "KHI"), own, WHY)
    with pytest.raises(Forbidden, match="KHI"):
        masking.ask(any_centre, acting(Role.TARGETING, "LHE"), own, WHY)
    with pytest.raises(Forbidden, match="human"):
        masking.ask(any_centre, system_actor("cli"), own, WHY)
    with pytest.raises(NotFound):
        masking.ask(any_centre, officer, "0" * 32, WHY)
    asked = masking.ask(any_centre, chief, own, WHY)
    with pytest.raises(Forbidden, match="another person"):
        masking.decide(any_centre, chief, asked.id, granted=True, decision=WHY)
    with pytest.raises(Forbidden):
        masking.decide(any_centre, officer, asked.id, granted=True, decision=WHY)
