"""Lookouts: in force at once, for a day; for longer by a second person. On both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.hit import Advice, Kind
from parakh.domain.lookout import LONGEST, LOOKOUTS, Lookout, LookoutState
from parakh.domain.message import Channel, Source
from parakh.domain.traveller import Document, DocumentType, PersonName
from parakh.domain.watchlist import (
    EntryKind,
    EntryState,
    Handling,
    Identifier,
    IdentifierKind,
    Watchlist,
    WatchlistEntry,
)
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import (
    alerts,
    hand,
    intake,
    lookouts,
    profile_sources,
    queue,
    review,
    search,
    versions,
    watchlists,
)
from parakh.services.centre import Centre
from parakh.services.hand import Question
from parakh.services.lookouts import Which

MAKER = system_actor("test")
DAY = timedelta(days=1)
BY_DOCUMENT = WatchlistEntry(
    id="",
    watchlist_id="",
    kind=EntryKind.DOCUMENT,
    names=(),
    documents=(Document(type=DocumentType.PASSPORT, number="PA1000001", issuer="PAK"),),
    reason="Left his bag behind",
)
CONTAINER = WatchlistEntry(
    id="",
    watchlist_id="",
    kind=EntryKind.CONTAINER,
    names=(),
    identifiers=(Identifier(kind=IdentifierKind.CONTAINER, value="CSQU3054383"),),
    reason="Seal was broken",
)
COMPANY = WatchlistEntry(
    id="",
    watchlist_id="",
    kind=EntryKind.ORGANISATION,
    names=(PersonName(family="BLUE HERON TRADING", given=""),),
    reason="Consignee of a seizure",
)


@pytest.fixture
def ready(any_centre: Centre, units: Any) -> Centre:
    units(any_centre)
    return any_centre


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.GATE, "KHI")


@pytest.fixture
def chief(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.SUPERVISOR)


def state(centre: Centre, lookout_id: str) -> LookoutState:
    return lookouts.view(centre, MAKER, lookout_id).row.state


def fly(centre: Centre, data: bytes) -> None:
    intake.receive(centre, MAKER, data, Source(channel=Channel.DROP, name="a.edi"))
    queue.drain(centre)


def test_it_is_in_force_at_once(
    ready: Centre, officer: Actor, declare: Callable[..., bytes], person: Any
) -> None:
    made = lookouts.place(
        ready, officer, BY_DOCUMENT, instruction=" Ask for the bag ", handling=Handling.REFER
    )
    assert state(ready, made.id) is LookoutState.PROVISIONAL
    fly(ready, declare(person()))
    (row,) = alerts.list_alerts(ready, officer)
    assert row.alert.advice is Advice.REFER
    view = alerts.view(ready, officer, row.alert.id)
    (hit,) = view.hits
    assert hit.lookout is not None
    assert hit.watchlist is not None
    assert (hit.lookout.id, hit.watchlist.instruction) == (made.id, "Ask for the bag")
    assert [own.alert.id for own in lookouts.view(ready, officer, made.id).alerts] == [row.alert.id]
    (listed,) = lookouts.lookouts(ready, officer, Which.MINE)
    assert listed.hits == 1


def test_everybody_on_file_is_held_against_it(
    ready: Centre, officer: Actor, declare: Callable[..., bytes], person: Any
) -> None:
    fly(ready, declare(person()))
    assert alerts.list_alerts(ready, officer) == []
    lookouts.place(ready, officer, BY_DOCUMENT)
    queue.drain(ready)
    (row,) = alerts.list_alerts(ready, officer)
    assert row.alert.unit_id == "khi"


def test_the_unit_that_placed_it_is_told_wherever_it_is_met(
    ready: Centre, officer: Actor, declare: Callable[..., bytes], person: Any
) -> None:
    lookouts.place(ready, officer, BY_DOCUMENT)
    fly(ready, declare(person(), destination="LHE"))
    told = {own.alert.unit_id for own in alerts.list_alerts(ready, MAKER)}
    assert told == {"khi", "lhe"}


def test_without_a_second_person_it_ends_after_a_day(
    ready: Centre,
    officer: Actor,
    chief: Actor,
    clock: Any,
    declare: Callable[..., bytes],
    person: Any,
) -> None:
    made = lookouts.place(ready, officer, BY_DOCUMENT)
    clock.advance(hours=24)
    assert state(ready, made.id) is LookoutState.ENDED
    fly(ready, declare(person()))
    assert alerts.list_alerts(ready, MAKER) == []
    with pytest.raises(Conflict):
        lookouts.decide(ready, chief, made.id, agree=True, reason="seen the file")
    with pytest.raises(Conflict):
        lookouts.cancel(ready, officer, made.id, "no longer needed")
    assert lookouts.lookouts(ready, officer) == []
    assert [own.lookout.id for own in lookouts.lookouts(ready, officer, ended=True)] == [made.id]


def test_confirmed_it_lasts_until_its_end(
    ready: Centre, officer: Actor, chief: Actor, clock: Any
) -> None:
    made = lookouts.place(ready, officer, BY_DOCUMENT, ends_at=clock() + 10 * DAY)
    assert [own.lookout.id for own in lookouts.lookouts(ready, chief, Which.WAITING)] == [made.id]
    assert lookouts.view(ready, chief, made.id).may_decide
    done = lookouts.decide(ready, chief, made.id, agree=True, reason="seen the file")
    assert (done.confirmed_by, done.entry.decided_by) == (chief.name, chief.name)
    assert lookouts.lookouts(ready, chief, Which.WAITING) == []
    clock.advance(days=9)
    assert state(ready, made.id) is LookoutState.CONFIRMED
    clock.advance(days=1)
    assert state(ready, made.id) is LookoutState.ENDED


def test_nobody_confirms_his_own(ready: Centre, chief: Actor) -> None:
    made = lookouts.place(ready, chief, BY_DOCUMENT)
    assert not lookouts.view(ready, chief, made.id).may_decide
    with pytest.raises(Forbidden, match="another person"):
        lookouts.decide(ready, chief, made.id, agree=True, reason="seen the file")
    with pytest.raises(Forbidden, match="only a human"):
        lookouts.decide(ready, MAKER, made.id, agree=True, reason="seen the file")


def test_not_agreed_to_it_ends(ready: Centre, officer: Actor, chief: Actor) -> None:
    made = lookouts.place(ready, officer, BY_DOCUMENT)
    done = lookouts.decide(ready, chief, made.id, agree=False, reason="no ground for it")
    assert done.entry.state is EntryState.RETIRED
    assert state(ready, made.id) is LookoutState.CANCELLED
    assert lookouts.view(ready, officer, made.id).ended == "no ground for it"


@pytest.fixture
def confirmed(ready: Centre, officer: Actor, chief: Actor, clock: Any) -> Lookout:
    made = lookouts.place(ready, officer, BY_DOCUMENT, ends_at=clock() + 10 * DAY)
    return lookouts.decide(ready, chief, made.id, agree=True, reason="seen the file")


@pytest.mark.parametrize(("agree", "days"), [(True, 20), (False, 10)])
def test_a_later_end_needs_a_second_person(
    ready: Centre, confirmed: Lookout, officer: Actor, chief: Actor, agree: bool, days: int
) -> None:
    placed = confirmed.placed_at
    asked = lookouts.extend(ready, officer, confirmed.id, placed + 20 * DAY, "still looked for")
    assert asked.extension is not None
    assert asked.entry.expires_at == placed + 10 * DAY
    with pytest.raises(Conflict):
        lookouts.extend(ready, officer, confirmed.id, placed + 30 * DAY, "still looked for")
    done = lookouts.decide(ready, chief, confirmed.id, agree=agree, reason="seen the file")
    assert (done.extension, done.entry.expires_at) == (None, placed + days * DAY)
    assert done.state(placed) is LookoutState.CONFIRMED


def test_whoever_asked_for_a_later_end_does_not_grant_it(
    ready: Centre, confirmed: Lookout, chief: Actor
) -> None:
    lookouts.extend(ready, chief, confirmed.id, confirmed.ends_at + DAY, "still looked for")
    with pytest.raises(Forbidden):
        lookouts.decide(ready, chief, confirmed.id, agree=True, reason="seen the file")


def test_ends_lie_within_ninety_days(
    ready: Centre, confirmed: Lookout, officer: Actor, clock: Any
) -> None:
    for ends in (clock() - DAY, clock(), clock() + LONGEST + 2 * DAY):
        with pytest.raises(InvalidInput):
            lookouts.place(ready, officer, BY_DOCUMENT, ends_at=ends)
    made = lookouts.place(ready, officer, BY_DOCUMENT, ends_at=clock() + LONGEST + DAY)
    assert made.ends_at == clock() + LONGEST
    for later in (confirmed.ends_at, clock() + LONGEST + 2 * DAY):
        with pytest.raises(InvalidInput):
            lookouts.extend(ready, officer, confirmed.id, later, "still looked for")
    with pytest.raises(Conflict, match="only a confirmed"):
        lookouts.extend(ready, officer, made.id, clock() + LONGEST, "still looked for")


@pytest.mark.parametrize(
    "entry",
    [
        replace(BY_DOCUMENT, reason=" "),
        replace(BY_DOCUMENT, reason="why"),
        replace(BY_DOCUMENT, documents=()),
    ],
)
def test_what_cannot_be_found_or_has_no_reason_is_refused(
    ready: Centre, officer: Actor, entry: WatchlistEntry
) -> None:
    with pytest.raises(InvalidInput):
        lookouts.place(ready, officer, entry)


def test_units_see_and_touch_only_theirs(
    ready: Centre, officer: Actor, acting: Callable[..., Actor]
) -> None:
    made = lookouts.place(ready, officer, BY_DOCUMENT)
    lahore = acting(Role.TARGETING, "LHE")
    assert lookouts.lookouts(ready, lahore, Which.ALL) == []
    for step in (
        lambda: lookouts.view(ready, lahore, made.id),
        lambda: lookouts.cancel(ready, lahore, made.id, "not needed"),
        lambda: lookouts.view(ready, lahore, "gone"),
    ):
        with pytest.raises(NotFound):
            step()
    with pytest.raises(Forbidden):
        lookouts.place(ready, lahore, BY_DOCUMENT, unit_id="khi")
    with pytest.raises(Forbidden):
        lookouts.lookouts(ready, acting(Role.AUDITOR))
    colleague = acting(Role.TARGETING, "KHI")
    assert lookouts.cancel(ready, colleague, made.id, "bag was found").entry.state is (
        EntryState.RETIRED
    )


def test_lists_and_the_search_show_no_other_units_lookouts(
    ready: Centre, officer: Actor, chief: Actor, acting: Callable[..., Actor]
) -> None:
    made = lookouts.place(ready, officer, BY_DOCUMENT)
    number = BY_DOCUMENT.documents[0].number

    def seen(actor: Actor) -> tuple[bool, bool]:
        listed = watchlists.entries(ready, actor, text=number).rows
        groups = search.search(ready, actor, number).groups
        answers = {own.id for group in groups for own in group.answers}
        return [row.entry.id for row in listed] == [made.id], made.id in answers

    lahore, colleague = acting(Role.TARGETING, "LHE"), acting(Role.TARGETING, "KHI")
    assert (seen(lahore), seen(colleague), seen(chief)) == (
        (False, False), (True, True), (True, True),
    )  # fmt: skip
    with pytest.raises(NotFound):
        watchlists.entry(ready, lahore, made.id)
    with pytest.raises(NotFound):
        profile_sources.draft(ready, lahore, Kind.WATCHLIST_ENTRY, made.id)
    assert watchlists.entry(ready, colleague, made.id).row.entry.id == made.id


def test_things_are_found_by_their_numbers(ready: Centre, officer: Actor) -> None:
    lookouts.place(ready, officer, CONTAINER)
    lookouts.place(ready, officer, COMPANY)
    numbers = {IdentifierKind.CONTAINER: "CSQU 305438 3"}
    asked = Question(kind=EntryKind.CONTAINER, numbers=numbers, reason="at the weighbridge")
    (found,) = hand.ask(ready, MAKER, asked).hits
    assert str(found.hit.sentence).startswith("Container CSQU3054383 is on the list Lookouts")
    by_name = Question(
        kind=EntryKind.ORGANISATION, name="Blue Heron Trading", reason="on a declaration"
    )
    assert len(hand.ask(ready, MAKER, by_name).hits) == 1


def test_lookouts_change_only_as_lookouts(
    ready: Centre, officer: Actor, chief: Actor, clock: Any, tmp_path: Any
) -> None:
    made = lookouts.place(ready, officer, BY_DOCUMENT)
    with pytest.raises(InvalidInput, match="page of lookouts"):
        watchlists.propose(ready, chief, replace(BY_DOCUMENT, watchlist_id=LOOKOUTS))
    with pytest.raises(Conflict, match="lookout"):
        review.keep(ready, chief, made.id, clock() + 400 * DAY, "still needed")
    file = tmp_path / "list.csv"
    file.write_text("list,kind,family_name,reason\nLookouts by officers,person,ALI,x\n")
    with pytest.raises(InvalidInput, match="one by one"):
        versions.prepare(ready, MAKER, "csv", file, list_name="Lookouts by officers")
    assert review.due_count(ready) == 0
    clock.advance(hours=25)
    assert review.due(ready, chief, review.Due.ENDED).rows == ()
    lists: list[Watchlist] = [own for own, _ in watchlists.lists(ready, chief)]
    assert [own.id for own in lists] == [LOOKOUTS]
