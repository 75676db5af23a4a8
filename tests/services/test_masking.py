"""Who crossed long ago is masked; a reason and a second person bring him back for a while."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.alert import AlertState, OutcomeKind
from parakh.domain.case import PartyRole
from parakh.domain.masking import MASKED_NAME, UnmaskingState
from parakh.domain.message import Channel, Source
from parakh.domain.profile import Fact, FactKind, MemberKind, ProfileKind
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import (
    alerts,
    cases,
    cases_work,
    dossier,
    intake,
    masking,
    persons,
    profile_facts,
    profiles,
    queue,
    trail,
    voyages,
)
from parakh.services.cases import Opening
from parakh.services.centre import Centre
from parakh.services.profiles import NewProfile
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


def member(traveller_id: str) -> Fact:
    return Fact(
        id="", profile_id="", kind=FactKind.MEMBER, scheme=MemberKind.TRAVELLER.value,
        value=traveller_id, source="a tip",
    )  # fmt: skip


def proposal(*facts: Fact) -> NewProfile:
    return NewProfile(
        kind=ProfileKind.PERSON, title="Somebody", suspicion="Carries currency",
        legal_basis="Act 1", facts=facts,
    )  # fmt: skip


def test_nobody_brings_him_back_alone_by_a_case_or_a_profile(
    any_centre: Centre, take: Any, officer: Actor, chief: Actor, clock: Any
) -> None:
    own = take()
    clock.advance(days=400)
    case = cases.open_case(any_centre, officer, Opening(title="Some case"))
    profile = profiles.open_profile(any_centre, officer, proposal())
    for alone in (
        lambda: cases.open_case(
            any_centre, officer, Opening(title="Some case", traveller_ids=(own,))
        ),
        lambda: cases_work.add_traveller(
            any_centre, officer, case.id, own, PartyRole.WITNESS, "the caller named him"
        ),
        lambda: profiles.open_profile(any_centre, officer, proposal(member(own))),
        lambda: profile_facts.add_fact(any_centre, officer, profile.id, member(own)),
    ):
        with pytest.raises(Forbidden, match="masked"):
            alone()
    asked = masking.ask(any_centre, officer, own, WHY)
    masking.decide(any_centre, chief, asked.id, granted=True, decision=WHY)
    cases.open_case(any_centre, officer, Opening(title="Some case", traveller_ids=(own,)))


def test_only_a_profile_in_force_keeps_him_in_sight(
    any_centre: Centre, take: Any, officer: Actor, chief: Actor, clock: Any
) -> None:
    own = take()
    proposed = profiles.open_profile(any_centre, officer, proposal(member(own)))
    clock.advance(days=400)
    assert dossier.traveller(any_centre, officer, own).masked
    profiles.decide(any_centre, chief, proposed.id, approve=True, reason=WHY)
    assert not dossier.traveller(any_centre, officer, own).masked


def test_he_is_masked_on_alerts_voyages_and_in_cases(
    any_centre: Centre, take: Any, enlist: Any, officer: Actor, clock: Any
) -> None:
    enlist(any_centre, document="PA7654321")
    own = take(document="PA7654321", family="MAZARI", given="SAFDAR")
    (row,) = alerts.list_alerts(any_centre, officer)
    alerts.acknowledge(any_centre, officer, row.alert.id)
    for hit in row.hits:
        alerts.decide(any_centre, officer, row.alert.id, hit.id, confirmed=False, reason=WHY)
    alerts.close(any_centre, officer, row.alert.id, OutcomeKind.FALSE_MATCH, "SAFDAR was another")
    assert row.traveller is not None

    def looks() -> list[Any]:
        view = alerts.view(any_centre, officer, row.alert.id)
        with any_centre.db.read() as connection:
            held = cases.case_alerts(any_centre, connection, officer, [row.alert.id])
        return [
            alerts.list_alerts(any_centre, officer, [AlertState.CLOSED]),
            (view.row, view.assessment, view.path, [one.hit for one in view.hits]),
            alerts.path_of(any_centre, officer, row.alert.id),
            voyages.voyage(any_centre, officer, row.traveller.voyage_id).rows,
            held,
        ]

    assert all("MAZARI" in repr(look) for look in looks())
    clock.advance(days=400)
    for look in looks():
        assert not [one for one in ("MAZARI", "SAFDAR", "PA7654321", WHY) if one in repr(look)]
    assert alerts.view(any_centre, officer, row.alert.id).pictures == ()
    with pytest.raises(Forbidden, match="masked"):
        cases.open_from(any_centre, officer, [row.alert.id])
    assert dossier.traveller(any_centre, officer, own).masked


def test_a_closed_case_names_nobody_who_is_masked(
    any_centre: Centre, take: Any, officer: Actor, clock: Any
) -> None:
    own = take(family="MAZARI", given="SAFDAR")
    opening = Opening(title="Some case", traveller_ids=(own,))
    case = cases.open_case(any_centre, officer, opening)
    clock.advance(days=400)

    def names() -> tuple[list[str], tuple[str, ...]]:
        (row,) = cases.list_cases(any_centre, officer).rows
        view = cases.view(any_centre, officer, case.id)
        return [own.label for own in view.parties], row.figures.parties

    (label,), (listed,) = names()
    assert "MAZARI" in label
    assert "MAZARI" in listed
    cases_work.close(any_centre, officer, case.id, OutcomeKind.NOTHING_FOUND, "")
    assert names() == ([str(MASKED_NAME)], (str(MASKED_NAME),))
