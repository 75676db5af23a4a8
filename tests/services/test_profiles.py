"""Profiles: opened by one, approved by another; told more of; who belongs to them."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Role, system_actor
from parakh.domain.alert import AlertState, OutcomeKind
from parakh.domain.hit import HitState, Kind
from parakh.domain.message import Channel, Source
from parakh.domain.outcome import Commodity, Details, Seizure
from parakh.domain.profile import (
    EventKind,
    Fact,
    FactKind,
    MemberKind,
    NameKind,
    Profile,
    ProfileKind,
    ProfileState,
    Scheme,
    Tie,
)
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import (
    alerts,
    intake,
    listed_pictures,
    profile_facts,
    profile_joins,
    profile_proposals,
    profile_retention,
    profile_sources,
    profile_views,
    profiles,
    queue,
)
from parakh.services.centre import Centre
from parakh.services.profiles import NewProfile
from parakh.store import profiles as store
from parakh.store.tables import audit, metadata, picture, traveller, voyage

SENDER = system_actor("test")
WHY = "seen with the courier"


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING)


@pytest.fixture
def supervisor(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


def take_in(centre: Centre, data: bytes) -> None:
    intake.receive(centre, SENDER, data, Source(channel=Channel.DROP, name="list.edi"))
    assert queue.drain(centre) == set()


def travellers(centre: Centre) -> list[str]:
    with centre.db.read() as connection:
        query = sa.select(traveller.c.id).join(voyage, voyage.c.id == traveller.c.voyage_id)
        ordered = query.order_by(voyage.c.number, traveller.c.given_names)
        return list(connection.execute(ordered).scalars())


def confirmed(centre: Centre, ids: Any = None) -> dict[str, str]:
    with centre.db.read() as connection:
        return store.confirmed_travellers(connection, ids, at=centre.clock())


def number(value: str, scheme: Scheme = Scheme.PASSPORT, issuer: str = "PAK") -> Fact:
    return Fact(
        id="",
        profile_id="",
        kind=FactKind.IDENTIFIER,
        scheme=scheme.value,
        value=value,
        issuer=issuer,
        source="seen by the officer",
    )


def note(value: str, kind: FactKind = FactKind.NOTE, scheme: str = "") -> Fact:
    return Fact(id="", profile_id="", kind=kind, scheme=scheme, value=value, source="an informer")


def new(**changes: Any) -> NewProfile:
    plain = NewProfile(
        kind=ProfileKind.PERSON,
        title="Gulab Noon",
        suspicion="Carries currency for others",
        legal_basis="Customs Act, section 26",
    )
    return replace(plain, **changes)


def opened(centre: Centre, officer: Actor, **changes: Any) -> Profile:
    return profiles.open_profile(centre, officer, new(**changes))


def approved(centre: Centre, officer: Actor, supervisor: Actor, **changes: Any) -> Profile:
    made = opened(centre, officer, **changes)
    return profiles.decide(centre, supervisor, made.id, approve=True, reason="the file was read")


def of_traveller(centre: Centre, officer: Actor, traveller_id: str) -> tuple[Fact, ...]:
    return profile_sources.draft(centre, officer, Kind.TRAVELLER, traveller_id).facts


@pytest.fixture
def arrived(any_centre: Centre, units: Any, enlist: Any, declare: Any, person: Any) -> Centre:
    """Somebody of two journeys with one passport, and another man."""
    units(any_centre)
    enlist(any_centre, document="PA1000001")
    take_in(
        any_centre, declare(person(), person(given="SHAFIQ", document="PB2000002", born="900202"))
    )
    take_in(any_centre, declare(person(), number="306"))
    return any_centre


# --- opening and deciding ---------------------------------------------------------------------


def test_another_person_lets_a_profile_come_into_force(
    any_centre: Centre, officer: Actor, supervisor: Actor, clock: Any
) -> None:
    made = opened(any_centre, supervisor, facts=(number("pa 1000-001"),))
    assert (made.state, made.opened_by) == (ProfileState.PROPOSED, supervisor.name)
    assert made.expires_at == clock() + timedelta(days=365)
    with pytest.raises(Forbidden, match="another person"):
        profiles.decide(any_centre, supervisor, made.id, approve=True, reason="the file was read")
    other = replace(supervisor, id="other", name="other")
    done = profiles.decide(any_centre, other, made.id, approve=True, reason="the file was read")
    assert (done.state, done.decided_by) == (ProfileState.IN_FORCE, "other")
    with pytest.raises(Conflict):
        profiles.decide(any_centre, other, made.id, approve=False, reason="the file was read")
    view = profile_views.view(any_centre, officer, made.id)
    assert [(own.value, own.checked_by) for own in view.told(FactKind.IDENTIFIER)] == [
        ("PA1000001", "other")
    ]
    assert view.row.names == ("GULAB NOON",), "the title is the name of what has no other"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"title": " "}, "title"),
        ({"legal_basis": ""}, "law"),
        ({"suspicion": "-"}, "reason"),
        ({"facts": (number("1"),)}, "four letters"),
        ({"facts": (replace(number("PA1234567"), source=" "),)}, "from where"),
        ({"facts": (number("PA1234567", issuer="ZZZ"),)}, "country"),
        ({"facts": (number("MSKU0383251", Scheme.CONTAINER, ""),)}, "check digit"),
        ({"facts": (number("9074720", Scheme.IMO, ""),)}, "check digit"),
        ({"facts": (note("12-2001", FactKind.BIRTH_DATE),)}, "YYYY"),
        ({"facts": (note("X", FactKind.NAME, "nickname"),)}, "sort of name"),
    ],
)
def test_what_cannot_be_used_is_refused(
    centre: Centre, officer: Actor, changes: dict[str, Any], text: str
) -> None:
    with pytest.raises(InvalidInput, match=text):
        opened(centre, officer, **changes)
    assert profile_views.listed(centre, officer).total == 0


def test_who_may_not_is_refused(centre: Centre, acting: Any, officer: Actor) -> None:
    made = opened(centre, officer)
    for role in (Role.GATE, Role.ANALYST, Role.AUDITOR):
        with pytest.raises(Forbidden):
            profile_views.view(centre, acting(role), made.id)
    with pytest.raises(Forbidden):
        profiles.decide(centre, officer, made.id, approve=True, reason="the file was read")
    with pytest.raises(Forbidden, match="human"):
        profiles.open_profile(centre, system_actor("worker"), new())


def test_a_profile_is_closed_and_proposed_again(
    any_centre: Centre, officer: Actor, supervisor: Actor
) -> None:
    made = approved(any_centre, officer, supervisor)
    profiles.close(any_centre, officer, made.id, "it was another man")
    with pytest.raises(Conflict, match="closed"):
        profile_facts.add_fact(any_centre, officer, made.id, note("more"))
    again = profiles.reopen(any_centre, supervisor, made.id, "he was seen again")
    assert (again.state, again.opened_by) == (ProfileState.PROPOSED, supervisor.name)
    kinds = [own.text.template for own in profile_views.view(any_centre, officer, made.id).events]
    assert kinds[0] == "The profile was proposed again"


def test_a_profile_that_ended_is_deleted_with_all_that_was_told_of_it(
    arrived: Centre, officer: Actor, supervisor: Actor, clock: Any, declare: Any, person: Any
) -> None:
    one = approved(arrived, officer, supervisor, facts=(number("XK5550001"),), alert_when_seen=True)
    other = opened(arrived, officer, title="Safdar Ali")
    tie = Fact(
        id="",
        profile_id="",
        kind=FactKind.ASSOCIATION,
        scheme=Tie.RELATIVE.value,
        value=one.id,
        source="an informer",
    )
    profile_facts.add_fact(arrived, officer, other.id, tie)
    take_in(arrived, declare(person(document="XK5550001", given="SAFIA"), number="314"))
    (row,) = [
        own
        for own in alerts.list_alerts(arrived, officer, [AlertState.NEW])
        if any(hit.target.id == one.id for hit in own.hits)
    ]
    alerts.acknowledge(arrived, officer, row.alert.id)
    for hit in row.hits:
        alerts.decide(arrived, officer, row.alert.id, hit.id, confirmed=False, reason=WHY)
    assert profile_views.view(arrived, officer, one.id).deleted_at is None
    profiles.close(arrived, officer, one.id, "nothing came of it")
    until = clock() + timedelta(days=arrived.settings.profile_days)
    assert profile_views.view(arrived, officer, one.id).deleted_at == until
    assert profile_retention.forget_due(arrived) == 0
    clock.now = until + timedelta(hours=1)
    assert profile_retention.forget_due(arrived) == 1
    with pytest.raises(NotFound):
        profile_views.view(arrived, officer, one.id)
    assert profile_views.view(arrived, officer, other.id).associations == ()
    with arrived.db.read() as connection:
        for name in ("profile", "profile_fact", "redress", "hit", "notice"):
            told = repr(connection.execute(metadata.tables[name].select()).all())
            assert "XK5550001" not in told
            assert "Gulab Noon" not in told
        actions = connection.execute(
            sa.select(audit.c.subject_id).where(audit.c.action == "profile.forgotten")
        )
        assert list(actions.scalars()) == [one.id]


def test_a_profile_proposed_again_is_not_deleted(
    any_centre: Centre, officer: Actor, clock: Any
) -> None:
    one = opened(any_centre, officer)
    profiles.close(any_centre, officer, one.id, "nothing came of it")
    clock.advance(days=1000)
    profiles.reopen(any_centre, officer, one.id, "he was seen again")
    clock.advance(days=1000)
    assert profile_retention.forget_due(any_centre) == 0


def test_an_edit_leaves_what_it_was_on_the_timeline(any_centre: Centre, officer: Actor) -> None:
    made = opened(any_centre, officer)
    profiles.edit(
        any_centre, officer, made.id, title="Gulab", suspicion="He carries gold", legal_basis="Act"
    )
    first, *_ = profile_views.view(any_centre, officer, made.id).events
    assert str(first.text) == "What is said of it was changed"
    assert first.note.startswith("Gulab Noon · Carries currency for others · ")


def test_in_force_somebody_else_than_the_opener_edits(
    any_centre: Centre, officer: Actor, supervisor: Actor
) -> None:
    other = replace(supervisor, id="other", name="other")
    made = approved(any_centre, other, supervisor)
    told = {"title": "Gulab", "suspicion": "He carries gold", "legal_basis": "Act"}
    for refused in (other, officer):
        with pytest.raises(Forbidden):
            profiles.edit(any_centre, refused, made.id, **told)
    assert profiles.edit(any_centre, supervisor, made.id, **told).title == "Gulab"


def test_a_review_prolongs_and_time_ends_it(
    any_centre: Centre, officer: Actor, supervisor: Actor, clock: Any
) -> None:
    made = approved(any_centre, officer, supervisor)
    clock.advance(days=190)
    view = profile_views.view(any_centre, officer, made.id)
    assert "Its review is due" in {str(own.text) for own in view.events}
    assert view.row.due(clock())
    kept = profiles.keep(any_centre, supervisor, made.id, None, "still needed")
    assert kept.expires_at == clock() + timedelta(days=365)
    clock.advance(days=366)
    assert profile_proposals.end_expired(any_centre) == 1
    assert profile_proposals.end_expired(any_centre) == 0
    assert profile_views.view(any_centre, officer, made.id).profile.state is ProfileState.EXPIRED


# --- facts ------------------------------------------------------------------------------------


def test_a_later_fact_waits_for_a_second_person(
    any_centre: Centre, officer: Actor, supervisor: Actor
) -> None:
    made = approved(any_centre, officer, supervisor)
    told = profile_facts.add_fact(any_centre, officer, made.id, number("pa 7654321"))
    assert (told.value, told.checked_by, told.by) == ("PA7654321", None, officer.name)
    with pytest.raises(Conflict, match="already"):
        profile_facts.add_fact(any_centre, officer, made.id, number("PA7654321"))
    assert profile_views.view(any_centre, officer, made.id).may_check == frozenset()
    assert profile_views.view(any_centre, supervisor, made.id).may_check == {told.id}
    done = profile_facts.check_fact(any_centre, supervisor, made.id, told.id)
    assert done.checked_by == supervisor.name
    with pytest.raises(Conflict):
        profile_facts.check_fact(any_centre, supervisor, made.id, told.id)


def test_a_fact_is_taken_back(any_centre: Centre, officer: Actor) -> None:
    made = opened(any_centre, officer, facts=(number("PA7654321"),))
    (own,) = profile_views.view(any_centre, officer, made.id).told(FactKind.IDENTIFIER)
    profile_facts.withdraw_fact(any_centre, officer, made.id, own.id, "mistyped by me")
    view = profile_views.view(any_centre, officer, made.id)
    assert view.told(FactKind.IDENTIFIER) == []
    assert [(one.value, one.withdrawal) for one in view.withdrawn] == [
        ("PA7654321", "mistyped by me")
    ]
    with pytest.raises(Conflict):
        profile_facts.withdraw_fact(any_centre, officer, made.id, own.id, "mistyped by me")
    with pytest.raises(NotFound):
        profile_facts.withdraw_fact(any_centre, officer, made.id, "nothing", "mistyped by me")


def test_a_picture_is_sealed_and_shown_to_who_sees_profiles(
    any_centre: Centre, officer: Actor, acting: Any, portrait: bytes
) -> None:
    made = opened(any_centre, officer)
    fact = profile_facts.add_picture(any_centre, officer, made.id, portrait, "taken at the gate")
    view = profile_views.view(any_centre, officer, made.id)
    assert view.pictures == (fact.value,)
    assert view.row.picture == fact.value
    data, media = listed_pictures.picture(any_centre, officer, fact.value)
    assert (data[:2], media) == (b"\xff\xd8", "image/jpeg")
    with pytest.raises(Forbidden):
        listed_pictures.picture(any_centre, acting(Role.GATE), fact.value)
    with any_centre.db.read() as connection:
        assert data not in connection.execute(sa.select(picture.c.sealed)).scalar_one()
    profile_facts.withdraw_fact(any_centre, officer, made.id, fact.value and fact.id, "not him")
    assert profile_views.view(any_centre, officer, made.id).pictures == ()


def test_associations_are_told_on_both_pages(any_centre: Centre, officer: Actor) -> None:
    one, car = (
        opened(any_centre, officer),
        opened(any_centre, officer, kind=ProfileKind.VEHICLE, title="ABC-123"),
    )
    tie = replace(note(car.id, FactKind.ASSOCIATION, Tie.USES.value), since="2026-03")
    profile_facts.add_fact(any_centre, officer, one.id, tie)
    (out,) = profile_views.view(any_centre, officer, one.id).associations
    assert (out.other.id, out.outward, out.fact.since) == (car.id, True, "2026-03")
    (back,) = profile_views.view(any_centre, officer, car.id).associations
    assert (back.other.id, back.outward) == (one.id, False)
    with pytest.raises(InvalidInput, match="itself"):
        profile_facts.add_fact(
            any_centre, officer, one.id, note(one.id, FactKind.ASSOCIATION, Tie.USES.value)
        )


# --- members ----------------------------------------------------------------------------------


def test_all_journeys_of_a_person_belong_to_his_profile(
    arrived: Centre, officer: Actor, supervisor: Actor
) -> None:
    first, other, later = travellers(arrived)
    draft = profile_sources.draft(arrived, officer, Kind.TRAVELLER, first)
    assert draft.title == "GULAB NOON"
    assert "passport" in draft.suspicion.lower() or "PA1000001" in draft.suspicion
    made = opened(arrived, officer, facts=draft.facts)
    assert confirmed(arrived) == {}, "what is proposed is not confirmed"
    profiles.decide(arrived, supervisor, made.id, approve=True, reason="the file was read")
    assert confirmed(arrived) == {first: made.id, later: made.id}
    assert confirmed(arrived, [later, other]) == {later: made.id}
    assert [own.id for own in profile_views.of_travellers(arrived, officer, [later])] == [made.id]
    assert profile_views.of_travellers(arrived, officer, [other]) == []
    profiles.close(arrived, officer, made.id, "it was another man")
    assert confirmed(arrived) == {}


def test_a_member_told_later_is_confirmed_by_a_second_person(
    arrived: Centre, officer: Actor, supervisor: Actor
) -> None:
    _, other, _ = travellers(arrived)
    made = approved(arrived, officer, supervisor)
    member = note(other, FactKind.MEMBER, MemberKind.TRAVELLER.value)
    fact = profile_facts.add_fact(arrived, officer, made.id, member)
    assert confirmed(arrived) == {}
    profile_facts.check_fact(arrived, supervisor, made.id, fact.id)
    assert confirmed(arrived) == {other: made.id}


def test_members_are_there_and_in_view(arrived: Centre, acting: Any) -> None:
    lahore = acting(Role.TARGETING, "LHE")
    first = travellers(arrived)[0]
    made = opened(arrived, lahore)
    for value, error in ((first, Forbidden), ("nobody", NotFound)):
        with pytest.raises(error):
            profile_facts.add_fact(
                arrived, lahore, made.id, note(value, FactKind.MEMBER, MemberKind.TRAVELLER.value)
            )
    with pytest.raises(Forbidden):
        profile_sources.draft(arrived, lahore, Kind.TRAVELLER, first)


def handle(centre: Centre, officer: Actor, kind: OutcomeKind) -> None:
    """Confirms every hit of the first open alert of the central unit, and closes it."""
    row = next(own for own in alerts.list_alerts(centre, officer, [AlertState.NEW]) if own.hits)
    alerts.acknowledge(centre, officer, row.alert.id)
    for hit in row.hits:
        if hit.state is HitState.OPEN:
            alerts.decide(
                centre, officer, row.alert.id, hit.id, confirmed=True, reason="the same man"
            )
    gold = Seizure(commodity=Commodity.GOLD, quantity=Decimal(2))
    details = Details(seizures=(gold,) if kind is OutcomeKind.SEIZURE else ())
    alerts.close(centre, officer, row.alert.id, kind, "two kilograms of gold", details)


def test_what_happens_to_members_flows_in(
    arrived: Centre, officer: Actor, acting: Any, clock: Any
) -> None:
    made = opened(arrived, officer, facts=of_traveller(arrived, officer, travellers(arrived)[0]))
    clock.advance(hours=1)
    handle(arrived, officer, OutcomeKind.SEIZURE)
    view = profile_views.view(arrived, officer, made.id)
    kinds = [own.kind for own in view.events]
    assert kinds.count(EventKind.CROSSING) == 2
    assert kinds.count(EventKind.OUTCOME) == 1
    assert {EventKind.HIT, EventKind.ALERT, EventKind.EDIT} <= set(kinds)
    marks = sorted(own.mark for own in view.events if own.mark)
    assert marks == ["alert", "alert", "hit_confirmed", "seizure"], "each thing counts once"
    (point,) = view.trend
    assert point.score == pytest.approx(10 + 3 + 2, rel=0.01)
    assert point.parts[0].event.mark == "seizure"
    lahore = profile_views.view(arrived, acting(Role.TARGETING, "LHE"), made.id)
    assert lahore.elsewhere > 0
    blind = [own for own in lahore.events if own.kind is not EventKind.EDIT]
    assert {str(own.text) for own in blind} == {"Something at another port or unit"}
    assert {own.path for own in blind} == {""}


def test_members_of_a_living_profile_are_not_masked(
    arrived: Centre, officer: Actor, supervisor: Actor, clock: Any
) -> None:
    other = travellers(arrived)[1]
    made = approved(arrived, officer, supervisor, facts=of_traveller(arrived, officer, other))
    clock.advance(days=arrived.settings.mask_days + 2)

    def label() -> str:
        (member,) = profile_views.view(arrived, officer, made.id).members
        return member.label

    assert label() == "SHAFIQ NOON, PK304"
    profiles.close(arrived, officer, made.id, "it was another man")
    assert label() == "", "who is of no interest any more is masked here too"
    with pytest.raises(Forbidden, match="masked"):
        of_traveller(arrived, officer, other)


# --- alert when seen --------------------------------------------------------------------------


def test_a_member_who_comes_again_raises_a_hit_where_that_was_ticked(
    arrived: Centre, officer: Actor, supervisor: Actor, declare: Any, person: Any
) -> None:
    facts = of_traveller(arrived, officer, travellers(arrived)[1])
    made = approved(arrived, officer, supervisor, facts=facts, title="Shafiq Noon")
    again = person(given="SHAFIQ", document="PB2000002", born="900202", seat="2A")
    take_in(arrived, declare(again, number="308"))
    assert not profile_hits(arrived, officer, made.id)
    with pytest.raises(Forbidden):
        profiles.set_alert(arrived, officer, made.id, on=True)
    profiles.set_alert(arrived, supervisor, made.id, on=True)
    take_in(arrived, declare(again, number="310"))
    (hit,) = profile_hits(arrived, officer, made.id)
    assert (str(hit.text), hit.source) == (
        "PB2000002 belongs to the profile Shafiq Noon",
        "profiles@1",
    )
    profiles.set_alert(arrived, officer, made.id, on=False)
    take_in(arrived, declare(again, number="312"))
    assert len(profile_hits(arrived, officer, made.id)) == 1


def profile_hits(centre: Centre, officer: Actor, profile_id: str) -> list[Any]:
    events = profile_views.view(centre, officer, profile_id).events
    return [own for own in events if own.source == "profiles@1"]


def test_a_number_of_a_profile_raises_a_hit(
    arrived: Centre, officer: Actor, supervisor: Actor, declare: Any, person: Any
) -> None:
    made = approved(
        arrived, officer, supervisor, facts=(number("XK5550001"),), alert_when_seen=True
    )
    stranger = person(family="TALPUR", given="SAFIA", document="XK5550001", born="850101")
    take_in(arrived, declare(stranger, number="314"))
    (hit,) = profile_hits(arrived, officer, made.id)
    assert str(hit.text) == "XK5550001 belongs to the profile Gulab Noon"
    rows = alerts.list_alerts(arrived, officer, [AlertState.NEW])
    assert any(own.target.id == made.id for row in rows for own in row.hits)


# --- merged, split ----------------------------------------------------------------------------


def test_two_become_one_and_part_again(arrived: Centre, officer: Actor, supervisor: Actor) -> None:
    first, other, later = travellers(arrived)
    one = approved(arrived, officer, supervisor, facts=of_traveller(arrived, officer, first))
    two = approved(
        arrived, officer, supervisor, facts=of_traveller(arrived, officer, other), title="Shafiq"
    )
    three = approved(arrived, officer, supervisor, facts=(number("ZZ99999"),), title="Third")
    profile_joins.merge(arrived, officer, two.id, three.id, WHY)
    profile_joins.merge(arrived, officer, one.id, two.id, WHY)
    view = profile_views.view(arrived, officer, three.id)
    assert view.profile.id == one.id, "old links lead to the new one"
    assert {own.id for own in view.merged} == {two.id, three.id}
    assert (
        {"PA1000001", "PB2000002", "ZZ99999"}
        >= {own.value for own in view.told(FactKind.IDENTIFIER)}
        >= {"PA1000001", "ZZ99999"}
    )
    assert confirmed(arrived) == {first: one.id, later: one.id, other: one.id}
    with pytest.raises(Conflict):
        profile_joins.merge(arrived, officer, one.id, two.id, WHY)
    profile_joins.unmerge(arrived, officer, two.id, "they are brothers")
    assert confirmed(arrived) == {first: one.id, later: one.id, other: two.id}
    assert profile_views.view(arrived, officer, three.id).profile.id == two.id
    assert profile_views.view(arrived, officer, one.id).merged == ()
    assert profile_views.listed(arrived, officer).total == 2


def test_parted_from_what_was_proposed_again_it_is_proposed_too(
    any_centre: Centre, officer: Actor, supervisor: Actor
) -> None:
    one = approved(any_centre, officer, supervisor)
    two = approved(any_centre, officer, supervisor, title="Another")
    profile_joins.merge(any_centre, officer, one.id, two.id, WHY)
    profiles.close(any_centre, supervisor, one.id, "it was another man")
    profiles.reopen(any_centre, officer, one.id, "he was seen again")
    again = profile_joins.unmerge(any_centre, supervisor, two.id, "they are brothers")
    assert (again.state, again.opened_by) == (ProfileState.PROPOSED, supervisor.name)
    assert again.decided_by is None


def test_what_is_merged_holds_until_the_later_end(
    any_centre: Centre, officer: Actor, supervisor: Actor, clock: Any
) -> None:
    soon, late = (clock() + timedelta(days=days) for days in (10, 300))
    one = approved(any_centre, officer, supervisor, expires_at=soon)
    two = approved(any_centre, officer, supervisor, title="Another", expires_at=late)
    merged = profile_joins.merge(any_centre, officer, one.id, two.id, WHY)
    assert merged.expires_at == late
    clock.advance(days=11)
    assert profile_proposals.end_expired(any_centre) == 0


def test_what_cannot_be_merged(any_centre: Centre, officer: Actor, supervisor: Actor) -> None:
    one = approved(any_centre, officer, supervisor)
    car = approved(any_centre, officer, supervisor, kind=ProfileKind.VEHICLE, title="ABC 123")
    proposed = opened(any_centre, officer, title="Another")
    with pytest.raises(Conflict, match="own kind"):
        profile_joins.merge(any_centre, officer, one.id, car.id, WHY)
    with pytest.raises(Conflict, match="reviewed"):
        profile_joins.merge(any_centre, officer, one.id, proposed.id, WHY)
    with pytest.raises(InvalidInput):
        profile_joins.merge(any_centre, officer, one.id, one.id, WHY)
    with pytest.raises(Conflict, match="not merged"):
        profile_joins.unmerge(any_centre, officer, one.id, WHY)


def test_one_becomes_two(arrived: Centre, officer: Actor, supervisor: Actor) -> None:
    first, other, later = travellers(arrived)
    facts = (
        *of_traveller(arrived, officer, first),
        note(other, FactKind.MEMBER, MemberKind.TRAVELLER.value),
        number("PB20002"),
    )
    made = approved(arrived, officer, supervisor, facts=facts)
    told = profile_views.view(arrived, officer, made.id).facts
    chosen = {own.id for own in told if own.value in (other, "PB20002")}
    half = profile_joins.split(arrived, officer, made.id, chosen, "Shafiq Noon", "two brothers")
    assert confirmed(arrived) == {first: made.id, later: made.id, other: half.id}
    view = profile_views.view(arrived, officer, half.id)
    assert (view.profile.state, view.row.names) == (ProfileState.IN_FORCE, ("SHAFIQ NOON",))
    assert [own.value for own in view.told(FactKind.IDENTIFIER)] == ["PB20002"]
    ids = {own.id for own in view.facts}
    with pytest.raises(InvalidInput, match="leave some"):
        profile_joins.split(arrived, officer, half.id, ids, "Third", "two brothers")


# --- the list ---------------------------------------------------------------------------------


def test_profiles_are_found_by_words_kind_and_state(
    any_centre: Centre, officer: Actor, supervisor: Actor
) -> None:
    one = approved(any_centre, officer, supervisor, facts=(number("PA7654321"),))
    name = note("گلاب نون", FactKind.NAME, NameKind.TRANSLITERATION.value)
    profile_facts.add_fact(any_centre, officer, one.id, name)
    car = opened(any_centre, officer, kind=ProfileKind.VEHICLE, title="White Hilux",
                 facts=(number("LEA-1234", Scheme.PLATE),))  # fmt: skip

    def found(**how: Any) -> list[str]:
        return [own.profile.id for own in profile_views.listed(any_centre, officer, **how).rows]

    assert found(text="noon gulab") == [one.id]
    assert found(text="pa-765") == [one.id]
    assert found(text="گلاب") == [one.id]
    assert found(text="lea 1234") == [car.id]
    assert found(text="nobody") == []
    assert found(kind=ProfileKind.VEHICLE) == [car.id]
    assert found(states=[ProfileState.IN_FORCE]) == [one.id]
    assert set(found(followed=True)) == {one.id, car.id}, "who opens a profile follows it"
    counts = profile_views.listed(any_centre, officer).counts
    assert counts == {ProfileState.IN_FORCE: 1, ProfileState.PROPOSED: 1}


# --- what the program proposes ----------------------------------------------------------------


def test_the_program_proposes_after_a_seizure_and_only_once(
    arrived: Centre, officer: Actor, supervisor: Actor
) -> None:
    assert profile_proposals.work(arrived) == 0
    handle(arrived, officer, OutcomeKind.SEIZURE)
    assert profile_proposals.work(arrived) == 1
    assert profile_proposals.work(arrived) == 0
    (row,) = profile_views.listed(arrived, officer, states=[ProfileState.PROPOSED]).rows
    made = row.profile
    assert made.opened_by == "system:profiles"
    assert str(made.reasons[0]) == "Journeys on which goods were seized from him: 1"
    with pytest.raises(Conflict, match="which law"):
        profiles.decide(arrived, supervisor, made.id, approve=True, reason="the file was read")
    profiles.decide(arrived, supervisor, made.id, approve=False, reason="it was his cousin")
    assert profile_proposals.work(arrived) == 0, "nothing happened since it was rejected"


def test_two_workers_propose_a_person_once(
    arrived: Centre, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle(arrived, officer, OutcomeKind.SEIZURE)
    both, propose = threading.Barrier(2), profile_proposals._propose
    due = profile_proposals._due

    def found(*args: Any) -> Any:
        answer = due(*args)
        both.wait(timeout=60)
        return answer

    def slowly(*args: Any) -> None:
        time.sleep(0.2)
        propose(*args)

    monkeypatch.setattr(profile_proposals, "_due", found)
    monkeypatch.setattr(profile_proposals, "_propose", slowly)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(profile_proposals.propose_due, [arrived, arrived]))
    assert sorted(made) == [0, 1]


def test_two_confirmed_journeys_are_enough(arrived: Centre, officer: Actor, clock: Any) -> None:
    handle(arrived, officer, OutcomeKind.NOTHING_FOUND)
    assert profile_proposals.work(arrived) == 0
    clock.advance(days=1)
    handle(arrived, officer, OutcomeKind.NOTHING_FOUND)
    assert profile_proposals.work(arrived) == 1
    (row,) = profile_views.listed(arrived, officer).rows
    assert str(row.profile.reasons[0]) == "Journeys on which hits on him were confirmed: 2"


def test_every_look_is_in_the_trail(arrived: Centre, officer: Actor) -> None:
    made = opened(arrived, officer, facts=of_traveller(arrived, officer, travellers(arrived)[0]))
    profile_views.view(arrived, officer, made.id)
    profile_views.listed(arrived, officer)
    with arrived.db.read() as connection:
        query = sa.select(audit.c.action).where(audit.c.purpose == "profile")
        actions = set(connection.execute(query).scalars())
    assert actions >= {"profile.drafted", "profile.opened", "profile.viewed", "profiles.listed"}
