"""Who follows a profile is told what happens: once, nothing he did himself, nothing unseen."""

from collections.abc import Callable
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.hit import Kind
from parakh.domain.message import Channel, Source
from parakh.domain.profile import Fact, FactKind, Profile, ProfileKind
from parakh.errors import Forbidden
from parakh.services import (
    accounts,
    intake,
    notices,
    profile_facts,
    profile_joins,
    profile_sources,
    profiles,
    queue,
)
from parakh.services.centre import Centre
from parakh.services.profiles import NewProfile
from parakh.store import travellers

pytestmark = pytest.mark.usefixtures("cheap_passwords")
SENDER = system_actor("test")


@pytest.fixture
def users(any_centre: Centre, units: Any) -> dict[str, Actor]:
    """Users with accounts: two officers of the centre, and one of Lahore."""
    units(any_centre)
    for name, role, unit in (
        ("opener", Role.TARGETING, "ntc"),
        ("follower", Role.SUPERVISOR, "ntc"),
        ("lahore", Role.TARGETING, "lhe"),
    ):
        accounts.add_user(
            any_centre,
            SENDER,
            name=name,
            display_name=name,
            roles=frozenset({role}),
            units=frozenset({unit}),
            password="a long enough password",
        )
    return {own.name: own for own in accounts.actors(any_centre).values()}


def take_in(centre: Centre, data: bytes) -> None:
    intake.receive(centre, SENDER, data, Source(channel=Channel.DROP, name="list.edi"))
    assert queue.drain(centre) == set()


def opened(centre: Centre, opener: Actor, title: str = "Gulab") -> Profile:
    new = NewProfile(
        kind=ProfileKind.PERSON, title=title, suspicion="carries gold", legal_basis="Act 1"
    )
    return profiles.open_profile(centre, opener, new)


def told(centre: Centre, actor: Actor) -> list[str]:
    return [str(own.text) for own, _ in notices.listed(centre, actor)]


def note(text: str) -> Fact:
    return Fact(id="", profile_id="", kind=FactKind.NOTE, value=text, source="an informer")


def test_edits_are_told_once_and_not_to_who_made_them(
    any_centre: Centre, users: dict[str, Actor], clock: Any
) -> None:
    made = opened(any_centre, users["opener"])
    notices.follow(any_centre, users["follower"], made.id, on=True)
    clock.advance(minutes=5)
    profile_facts.add_fact(any_centre, users["opener"], made.id, note("meets a man in Lahore"))
    assert notices.tell(any_centre).count == 1
    assert notices.tell(any_centre).count == 0
    assert told(any_centre, users["follower"]) == ["Noted: meets a man in Lahore"]
    assert told(any_centre, users["opener"]) == []
    assert notices.unread(any_centre, users["follower"]) == 1
    (own, title), *_ = notices.listed(any_centre, users["follower"])
    assert (title, own.subject.id) == ("Gulab", made.id)
    notices.read(any_centre, users["opener"], own.id)
    assert notices.unread(any_centre, users["follower"]) == 1, "nobody reads another's notices"
    notices.read(any_centre, users["follower"], own.id)
    assert notices.unread(any_centre, users["follower"]) == 0
    clock.advance(days=91)
    assert notices.forget(any_centre) == 1


def test_who_stopped_following_is_told_no_more(
    any_centre: Centre, users: dict[str, Actor], clock: Any
) -> None:
    made, other = opened(any_centre, users["opener"]), opened(any_centre, users["opener"], "Sher")
    follower = users["follower"]
    notices.follow(any_centre, follower, other.id, on=True)
    profile_joins.merge(any_centre, users["opener"], made.id, other.id, "one and the same")
    clock.advance(minutes=5)
    profile_facts.add_fact(any_centre, users["opener"], made.id, note("first"))
    assert notices.tell(any_centre).count == 1, "who followed the one follows what it became"
    notices.follow(any_centre, follower, made.id, on=False)
    clock.advance(minutes=5)
    profile_facts.add_fact(any_centre, users["opener"], made.id, note("second"))
    assert notices.tell(any_centre).count == 0


def test_a_journey_is_told_to_those_who_see_its_port(
    any_centre: Centre,
    users: dict[str, Actor],
    declare: Callable[..., bytes],
    person: Any,
) -> None:
    take_in(any_centre, declare(person()))
    with any_centre.db.read() as connection:
        (first,) = travellers.with_document(connection, "PA1000001")
    draft = profile_sources.draft(any_centre, users["opener"], Kind.TRAVELLER, first.id)
    made = profiles.open_profile(
        any_centre,
        users["opener"],
        NewProfile(
            kind=ProfileKind.PERSON,
            title="Gulab",
            suspicion="carries gold",
            legal_basis="Act 1",
            facts=draft.facts,
        ),
    )
    for name in ("follower", "lahore"):
        notices.follow(any_centre, users[name], made.id, on=True)
    take_in(any_centre, declare(person(), number="306"))
    notices.tell(any_centre)
    assert "Expected to enter at KHI, PK306" in told(any_centre, users["follower"])
    assert "Expected to enter at KHI, PK306" in told(any_centre, users["opener"])
    assert told(any_centre, users["lahore"]) == []


def test_who_may_not_see_profiles_follows_none(
    any_centre: Centre, users: dict[str, Actor], acting: Any
) -> None:
    made = opened(any_centre, users["opener"])
    with pytest.raises(Forbidden):
        notices.follow(any_centre, acting(Role.GATE), made.id, on=True)
    with pytest.raises(Forbidden):
        notices.follow(any_centre, SENDER, made.id, on=True)
    assert notices.unread(any_centre, acting(Role.GATE)) == 0


def test_profiles_have_their_turn_one_after_the_other(
    any_centre: Centre, users: dict[str, Actor], clock: Any
) -> None:
    made = [opened(any_centre, users["opener"], title) for title in ("one", "two", "three")]
    for own in made:
        notices.follow(any_centre, users["follower"], own.id, on=True)
    clock.advance(minutes=5)
    for own in made:
        profile_facts.add_fact(any_centre, users["opener"], own.id, note("news"))
    last, turns = "", 0
    while turns == 0 or last:
        done = notices.tell(any_centre, last, seconds=0.0)
        assert done.count <= 1
        last, turns = done.last, turns + 1
    assert turns in (3, 4)
    assert notices.unread(any_centre, users["follower"]) == 3
