"""Travellers of different voyages as one person: linked, split, merged, and what officers see."""

import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.message import Channel, Source
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import intake, persons, queue, trail
from parakh.services.centre import Centre
from parakh.services.persons import History
from parakh.services.trail import TrailFilter
from parakh.store import persons as store
from parakh.store.tables import traveller

SENDER = system_actor("test")
Declare = Callable[..., bytes]
Acting = Callable[..., Actor]
WHY = "seen side by side"
NAMES = (b"", b"ZARGHUNA ")


@pytest.fixture
def fly(any_centre: Centre, declare: Declare, person: Any) -> Callable[..., str]:
    """Takes in a flight of its own with one person on it; gives the traveller."""

    def take(number: str, *, destination: str = "KHI", **values: str) -> str:
        data = declare(
            person(**({"born": "710517"} | values)), number=number, destination=destination
        )
        source = Source(channel=Channel.CLI, name=f"{number}.edi")
        intake.receive(any_centre, SENDER, data, source)
        queue.drain(any_centre)
        return max(everybody(any_centre))

    return take


def everybody(centre: Centre) -> list[str]:
    with centre.db.read() as connection:
        return list(connection.execute(traveller.select()).scalars())


def shape(history: History) -> tuple[list[str], list[str], list[str]]:
    """Flight numbers of the person, of who may be he, and of who carried his document."""

    def flights(rows: Any) -> list[str]:
        return [row.journey.voyage.number for row in rows]

    return (
        sorted(flights(history.rows)),
        sorted(flights(history.possible)),
        sorted(flights(history.borrowed)),
    )


def test_journeys_of_one_person_are_found(
    any_centre: Centre, fly: Callable[..., str], acting: Acting
) -> None:
    fly("301", document="PA1000001")
    fly("302", document="PA2000002", given="GULAB MUHAMMAD")
    fly("303", family="TARAR", given="ZAHID", born="620707", document="PA1000001")
    fly("304", family="KHAN", given="ALI", born="800513", document="PA3000003")
    fly("305", family="KHAN", given="ALI", born="800513", document="PA4000004")
    mine = fly("306", family="NOON", given="GULAAB", document="PA2000002")
    officer = acting(Role.SUPERVISOR)
    history = persons.history(any_centre, officer, mine)
    assert shape(history) == (["301", "302", "306"], [], ["303"])
    reasons = {row.journey.voyage.number: row for row in history.rows if row.journey.voyage}
    assert str(reasons["302"].reasons[0]) == "Same passport PAK PA2000002"
    assert reasons["301"].confidence >= 0.95
    assert all(row.advice is not None for row in history.rows)
    (borrowed,) = history.borrowed
    assert [str(reason) for reason in borrowed.likeness.reasons] == [
        "Same passport PAK PA1000001",
        "another name",
        "another birth date",
    ]
    namesake = borrowed.journey.traveller.id
    assert shape(persons.history(any_centre, officer, namesake))[0] == ["303"]


def test_who_may_be_the_same_is_shown_and_can_be_merged_split_and_left_alone_again(
    any_centre: Centre, fly: Callable[..., str], acting: Acting
) -> None:
    one = fly("301", family="KHAN", given="ALI", born="800513", document="PA3000003")
    other = fly("302", family="KHAN", given="ALI", born="800513", document="PA4000004")
    officer = acting(Role.TARGETING)

    def seen() -> tuple[list[str], list[str], list[str]]:
        return shape(persons.history(any_centre, officer, one))

    assert seen() == (["301"], ["302"], [])
    persons.merge(any_centre, officer, one, other, WHY)
    assert seen() == (["301", "302"], [], [])
    later = fly("303", family="KHAN", given="ALI", born="800513", document="PA4000004")
    assert seen() == (["301", "302", "303"], [], [])
    with pytest.raises(Conflict, match="already"):
        persons.merge(any_centre, officer, one, later, WHY)
    with pytest.raises(Conflict, match="withdraw"):
        persons.split(any_centre, officer, one, WHY)
    history = persons.history(any_centre, officer, one)
    assert [own.same for own in history.decisions] == [True]
    persons.withdraw(any_centre, officer, history.decisions[0].id, "it was wrong")
    assert seen() == (["301"], ["303"], [])
    assert persons.history(any_centre, officer, one).possible[0].journeys == 2
    with pytest.raises(Conflict, match="already"):
        persons.withdraw(any_centre, officer, history.decisions[0].id, "it was wrong")


def test_a_split_holds_when_messages_come_again_and_more_come(
    any_centre: Centre, fly: Callable[..., str], acting: Acting
) -> None:
    one, _, third = fly("301"), fly("302"), fly("303")
    officer = acting(Role.TARGETING, "KHI")
    persons.split(any_centre, officer, third, WHY)
    assert shape(persons.history(any_centre, officer, one))[0] == ["301", "302"]
    message = intake.list_messages(any_centre, acting(Role.INTEGRATOR)).rows[0].message
    intake.rerun(any_centre, acting(Role.INTEGRATOR), message.id)
    queue.drain(any_centre)
    history = persons.history(any_centre, officer, third)
    assert shape(history) == (["303"], [], [])
    assert [own.same for own in history.decisions] == [False, False]
    with pytest.raises(Conflict, match="withdraw"):
        persons.merge(any_centre, officer, third, one, WHY)
    with pytest.raises(Conflict, match="nobody"):
        persons.split(any_centre, officer, third, WHY)
    persons.withdraw(any_centre, officer, history.decisions[0].id, "a second look")
    assert shape(persons.history(any_centre, officer, third))[0] == ["301", "302", "303"]


def test_the_order_of_arrival_does_not_matter(
    centre: Centre, declare: Declare, person: Any
) -> None:
    people = [
        person(family="KHAN", given="AISHA", sex="F", document="PA1000001"),
        person(family="QURESHI", given="AISHA", sex="F", document="PA1000001"),
        person(family="QURESHI", given="AYESHA", sex="F", document="PA2000002"),
        person(family="TARAR", given="SANA", sex="F", born="880707", document="PA2000002"),
    ]
    found = set()
    for turn, order in enumerate(permutations(range(4))):
        before = set(everybody(centre))
        for at in order:
            data = declare(people[at], number=f"{turn}{at}")
            # Other persons than in the turns before.
            data = data.replace(b"PA1000001", b"PA1%06d" % turn)
            data = data.replace(b"PA2000002", b"PA2%06d" % turn)
            data = data.replace(b"710101", b"71%02d13" % (turn % 12 + 1))
            data = data.replace(b"AISHA", b"%bAISHA" % NAMES[turn // 12])
            data = data.replace(b"AYESHA", b"%bAYESHA" % NAMES[turn // 12])
            source = Source(channel=Channel.CLI, name=f"{turn}-{at}.edi")
            intake.receive(centre, SENDER, data, source)
            queue.drain(centre)
        new = sorted(set(everybody(centre)) - before)
        with centre.db.read() as connection:
            linked = store.persons_of(connection, new)
        groups: dict[str, set[int]] = {}
        for own, at in zip(new, order, strict=True):
            groups.setdefault(linked.get(own, own), set()).add(at)
        found.add(frozenset(map(frozenset, groups.values())))
    assert found == {frozenset({frozenset({0, 1, 2}), frozenset({3})})}


def test_officers_see_other_ports_only_as_a_number(
    any_centre: Centre, fly: Callable[..., str], acting: Acting
) -> None:
    fly("301", destination="LHE")
    fly("302", destination="LHE", family="TARAR", given="ZAHID", born="620707")
    mine = fly("303")
    history = persons.history(any_centre, acting(Role.TARGETING, "KHI"), mine)
    assert shape(history) == (["303"], [], [])
    assert (history.elsewhere, history.others_elsewhere) == (1, 1)
    whole = persons.history(any_centre, acting(Role.SUPERVISOR), mine)
    assert shape(whole) == (["301", "303"], [], ["302"])


def test_only_humans_with_the_permission_and_a_reason_decide_at_their_ports(
    any_centre: Centre, fly: Callable[..., str], acting: Acting
) -> None:
    one, other = fly("301"), fly("302", destination="LHE")
    for actor in (SENDER, acting(Role.GATE), acting(Role.TARGETING, "LHE")):
        with pytest.raises(Forbidden):
            persons.split(any_centre, actor, one, WHY)
    with pytest.raises(Forbidden):
        persons.merge(any_centre, acting(Role.TARGETING, "KHI"), one, other, WHY)
    with pytest.raises(InvalidInput):
        persons.split(any_centre, acting(Role.TARGETING), one, " ")
    with pytest.raises(NotFound):
        persons.split(any_centre, acting(Role.TARGETING), "nobody", WHY)
    with pytest.raises(Forbidden):
        persons.history(any_centre, acting(Role.ANALYST), one)


def test_looks_and_decisions_are_audited(
    any_centre: Centre, fly: Callable[..., str], acting: Acting
) -> None:
    one, _ = fly("301"), fly("302")
    officer = acting(Role.TARGETING)
    persons.history(any_centre, officer, one)
    persons.split(any_centre, officer, one, WHY)
    entries = trail.search(any_centre, acting(Role.AUDITOR), TrailFilter(subject=one))
    actions = [row.action for row in entries.rows]
    assert "history.viewed" in actions
    assert "person.split" in actions


def test_the_trail_says_of_whom_it_was_decided(
    any_centre: Centre, fly: Callable[..., str], acting: Acting
) -> None:
    one, other = fly("301"), fly("302")
    officer = acting(Role.TARGETING)
    persons.split(any_centre, officer, one, WHY)
    (split,) = persons.history(any_centre, officer, one).decisions
    persons.withdraw(any_centre, officer, split.id, WHY)
    persons.split(any_centre, officer, other, WHY)
    (again,) = persons.history(any_centre, officer, other).decisions
    persons.withdraw(any_centre, officer, again.id, WHY)
    for own, mine, others in ((split, one, [other]), (again, other, [one])):
        found = trail.search(any_centre, acting(Role.AUDITOR), TrailFilter(subject=mine)).rows
        for action in ("person.split", "person.withdrawn"):
            detail = json.loads(next(row.detail for row in found if row.action == action))
            assert (detail["others"], detail["decisions"]) == (others, [own.id])
