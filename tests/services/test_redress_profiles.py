"""Who was cleared of belonging to a profile, or of a link to one, is not raised by it again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.alert import AlertState
from parakh.domain.hit import HitState, Kind, Ref
from parakh.domain.message import Channel, Source
from parakh.domain.profile import Fact, FactKind, MemberKind, Profile, ProfileKind, Scheme
from parakh.domain.redress import Difference
from parakh.services import alerts, intake, profile_facts, profiles, queue, redress
from parakh.services.centre import Centre
from parakh.services.profiles import NewProfile
from parakh.store import assessments
from parakh.store.tables import traveller, voyage

SENDER = system_actor("test")


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING)


@pytest.fixture
def supervisor(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


def take_in(centre: Centre, data: bytes) -> None:
    intake.receive(centre, SENDER, data, Source(channel=Channel.DROP, name="list.edi"))
    assert queue.drain(centre) == set()


def number(value: str) -> Fact:
    return Fact(
        id="",
        profile_id="",
        kind=FactKind.IDENTIFIER,
        scheme=Scheme.PASSPORT.value,
        value=value,
        issuer="PAK",
        source="seen by the officer",
    )


def member(traveller_id: str) -> Fact:
    return Fact(
        id="",
        profile_id="",
        kind=FactKind.MEMBER,
        scheme=MemberKind.TRAVELLER.value,
        value=traveller_id,
        source="his journey",
    )


def in_force(
    centre: Centre, officer: Actor, supervisor: Actor, *facts: Fact, alert: bool = True
) -> Profile:
    told = NewProfile(
        kind=ProfileKind.PERSON,
        title="Gulab Noon",
        suspicion="Carries currency for others",
        legal_basis="Customs Act, section 26",
        alert_when_seen=alert,
        facts=facts,
    )
    made = profiles.open_profile(centre, officer, told)
    return profiles.decide(centre, supervisor, made.id, approve=True, reason="the file was read")


def clear(centre: Centre, officer: Actor) -> None:
    (row,) = alerts.list_alerts(centre, officer, [AlertState.NEW])
    alerts.acknowledge(centre, officer, row.alert.id)
    for own in row.hits:
        alerts.decide(centre, officer, row.alert.id, own.id, confirmed=False, reason="another man")


def news(centre: Centre, officer: Actor) -> list[str]:
    found = alerts.list_alerts(centre, officer, [AlertState.NEW])
    return [own.voyage.number for own in found if own.voyage]


def on(centre: Centre, flight: str) -> str:
    with centre.db.read() as connection:
        query = (
            traveller.select()
            .join(voyage, voyage.c.id == traveller.c.voyage_id)
            .where(voyage.c.number == flight)
            .order_by(traveller.c.given_names)
        )
        return str(connection.execute(query).first().id)  # type: ignore[union-attr]


@pytest.fixture
def cleared(
    any_centre: Centre, units: Any, declare: Any, person: Any, officer: Actor, supervisor: Actor
) -> Centre:
    """A namesake of a suspect, born on his day, was cleared of being him on PK304."""
    units(any_centre)
    take_in(any_centre, declare(suspect(person), number="300"))
    in_force(any_centre, officer, supervisor, member(on(any_centre, "300")))
    take_in(any_centre, declare(namesake(person)))
    clear(any_centre, officer)
    return any_centre


def suspect(person: Any) -> Any:
    return person(family="JATOI", given="ZARGUL", born="800505", document="XA1000001")


def namesake(person: Any) -> Any:
    return replace(suspect(person), document="ZB7654321", seat="3C")


def test_the_namesake_is_not_raised_by_the_profile_again(
    cleared: Centre, declare: Any, person: Any, officer: Actor
) -> None:
    take_in(cleared, declare(namesake(person), number="306"))
    assert news(cleared, officer) == []
    ref = Ref(kind=Kind.TRAVELLER, id=on(cleared, "306"))
    with cleared.db.read() as connection:
        (again,) = assessments.hits_of(connection, [ref])[ref]
    (row,) = redress.records(cleared, officer).rows
    assert (again.state, again.redress_id) == (HitState.CLEARED, row.record.id)
    assert (row.entry, row.profile and row.profile.title) == (None, "Gulab Noon")
    assert (row.record.screener, row.avoided.count) == ("profiles", 1)
    assert not redress.view(cleared, officer, row.record.id).changed


def test_whoever_differs_is_raised(
    cleared: Centre, declare: Any, person: Any, officer: Actor
) -> None:
    take_in(cleared, declare(replace(namesake(person), document="ZB7654399"), number="306"))
    (row,) = alerts.list_alerts(cleared, officer, [AlertState.NEW])
    (own,) = alerts.view(cleared, officer, row.alert.id).hits
    assert [one.differences for one in own.earlier] == [(Difference.DOCUMENT,)]


def test_a_profile_that_tells_more_asks_again(
    cleared: Centre, declare: Any, person: Any, officer: Actor, supervisor: Actor
) -> None:
    (row,) = redress.records(cleared, officer).rows
    told = profile_facts.add_fact(cleared, officer, row.record.target.id, number("ZB7654321"))
    take_in(cleared, declare(namesake(person), number="306"))
    assert news(cleared, officer) == [], "nobody is screened against it yet"
    profile_facts.check_fact(cleared, supervisor, row.record.target.id, told.id)
    take_in(cleared, declare(namesake(person), number="308"))
    assert news(cleared, officer) == ["308"]
    (new,) = alerts.list_alerts(cleared, officer, [AlertState.NEW])
    (own,) = alerts.view(cleared, officer, new.alert.id).hits
    assert [one.differences for one in own.earlier] == [(Difference.PROFILE,)]
    assert redress.view(cleared, officer, row.record.id).changed


def test_a_wrong_clearing_of_a_profile_is_withdrawn(
    cleared: Centre, declare: Any, person: Any, officer: Actor, supervisor: Actor
) -> None:
    take_in(cleared, declare(namesake(person), number="306"))
    (row,) = redress.records(cleared, officer).rows
    redress.withdraw(cleared, supervisor, row.record.id, "it was he after all")
    assert sorted(news(cleared, officer)) == ["304", "306"]
    take_in(cleared, declare(namesake(person), number="308"))
    assert sorted(news(cleared, officer)) == ["304", "306", "308"]
