from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from parakh.access import Actor, Role, system_actor
from parakh.domain.dates import PartialDate
from parakh.domain.message import Channel, Source
from parakh.domain.traveller import Document, DocumentType, PersonName
from parakh.domain.watchlist import EntryKind, EntryState, Handling, Watchlist, WatchlistEntry
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import alerts, intake, queue, watchlists
from parakh.services.centre import Centre

SENDER = system_actor("test")
WANTED = Watchlist(
    id="w", name="Wanted", source="police", legal_basis="§ 1", handling=Handling.REFER
)
ENTRY = WatchlistEntry(
    id="",
    watchlist_id="w",
    kind=EntryKind.PERSON,
    names=(PersonName(family="MAZARI", given="ZULFIQAR"),),
    birth_dates=(PartialDate.parse("1980-05-05"),),
    reason="carried currency",
)


@pytest.fixture
def one(acting: Callable[..., Actor]) -> Actor:
    return replace(acting(Role.SUPERVISOR), name="one")


@pytest.fixture
def two(acting: Callable[..., Actor]) -> Actor:
    return replace(acting(Role.SUPERVISOR), name="two")


@pytest.fixture
def listing(any_centre: Centre, one: Actor, units: Any) -> Centre:
    units(any_centre)
    watchlists.add_list(any_centre, one, WANTED)
    return any_centre


@pytest.fixture
def hits(listing: Centre, declare: Callable[..., bytes], person: Any) -> Callable[[], int]:
    """Lets Mazari arrive once more, and counts the alerts that his new flight raises."""
    flights = iter(range(100, 200))

    def arrive() -> int:
        mazari = person(family="MAZARI", given="ZULFIQAR", born="800505", document="PA7654321")
        number = str(next(flights))
        data = declare(mazari, number=number)
        source = Source(channel=Channel.HTTP, name="x")
        intake.receive(listing, SENDER, data, source)
        assert queue.drain(listing) == set()
        rows = alerts.list_alerts(listing, SENDER)
        return sum(own.voyage is not None and own.voyage.number == number for own in rows)

    return arrive


def test_two_persons_stand_behind_an_entry(
    listing: Centre, one: Actor, two: Actor, hits: Callable[[], int], clock: Any
) -> None:
    assert hits() == 0
    proposed = watchlists.propose(listing, one, ENTRY)
    assert proposed.state is EntryState.PROPOSED
    assert proposed.proposed_by == "one"
    assert hits() == 0, "nobody is screened against a proposal"
    assert not watchlists.entry(listing, one, proposed.id).may_decide
    assert watchlists.entry(listing, two, proposed.id).may_decide
    for approve in (True, False):
        with pytest.raises(Forbidden, match="another person"):
            watchlists.decide(listing, one, proposed.id, approve=approve, reason="I say so")
    with pytest.raises(InvalidInput, match="reason"):
        watchlists.decide(listing, two, proposed.id, approve=True, reason=" ")
    approved = watchlists.decide(listing, two, proposed.id, approve=True, reason="checked")
    assert (approved.state, approved.decided_by) == (EntryState.APPROVED, "two")
    assert approved.decided_at == clock()
    assert watchlists.entry(listing, one, proposed.id).decision == "checked"
    assert hits() == 1, "in force at once, without a restart"
    with pytest.raises(Conflict, match="already"):
        watchlists.decide(listing, two, proposed.id, approve=False, reason="changed my mind")
    watchlists.retire(listing, one, proposed.id, "the case is closed")
    assert hits() == 0
    view = watchlists.entry(listing, one, proposed.id)
    assert (view.row.entry.decided_by, view.decision) == ("one", "the case is closed")
    assert view.approval is not None
    assert (view.approval.by, view.approval.reason) == ("two", "checked")
    with pytest.raises(Conflict):
        watchlists.decide(listing, two, proposed.id, approve=True, reason="once more")


def test_a_rejected_entry_is_never_screened(
    listing: Centre, one: Actor, two: Actor, hits: Callable[[], int]
) -> None:
    proposed = watchlists.propose(listing, one, ENTRY)
    watchlists.decide(listing, two, proposed.id, approve=False, reason="no basis")
    assert hits() == 0
    with pytest.raises(Conflict):
        watchlists.retire(listing, two, proposed.id, "done")
    with pytest.raises(NotFound):
        watchlists.decide(listing, two, "none", approve=True, reason="checked")


def test_an_expired_entry_is_not_screened(
    listing: Centre, one: Actor, two: Actor, hits: Callable[[], int], clock: Any
) -> None:
    expires = clock() + timedelta(days=1)
    proposed = watchlists.propose(listing, one, replace(ENTRY, expires_at=expires))
    watchlists.decide(listing, two, proposed.id, approve=True, reason="checked")
    assert hits() == 1
    clock.advance(days=1)
    assert hits() == 0


def test_another_process_finds_what_was_approved_here(
    listing: Centre, one: Actor, two: Actor, keys: Any
) -> None:
    other = Centre.open(listing.settings, listing.clock)
    other.names.refresh()
    assert len(other.names.index) == 0
    proposed = watchlists.propose(listing, one, ENTRY)
    watchlists.decide(listing, two, proposed.id, approve=True, reason="checked")
    other.names.refresh()
    assert len(other.names.index) == 1
    watchlists.retire(listing, two, proposed.id, "done")
    other.names.refresh()
    assert len(other.names.index) == 0
    other.close()


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"names": ()}, "needs a name"),
        ({"kind": EntryKind.DOCUMENT}, "needs a number"),
        ({"reason": "  "}, "why"),
        ({"watchlist_id": "none"}, "choose a watchlist"),
        ({"expires_at": "past"}, "in the future"),
        ({"expires_at": "far"}, "within five years"),
    ],
)
def test_proposals_lacking_something_are_refused(
    centre: Centre, one: Actor, clock: Any, changes: dict[str, Any], cause: str
) -> None:
    watchlists.add_list(centre, one, WANTED)
    moments = {"past": clock(), "far": clock() + timedelta(days=6 * 366)}
    values = {key: moments.get(own, own) if own else own for key, own in changes.items()}
    with pytest.raises(InvalidInput, match=cause):
        watchlists.propose(centre, one, replace(ENTRY, **values))
    assert watchlists.entries(centre, one).total == 0


def test_what_a_proposer_may_not_set_is_set_for_him(centre: Centre, one: Actor) -> None:
    watchlists.add_list(centre, one, WANTED)
    forged = replace(
        ENTRY, id="own", state=EntryState.APPROVED, proposed_by="two", decided_by="two"
    )
    made = watchlists.propose(centre, one, forged)
    assert made.id != "own"
    assert (made.state, made.proposed_by, made.decided_by) == (EntryState.PROPOSED, "one", None)
    assert made.expires_at == centre.clock() + watchlists.LONGEST


@pytest.mark.parametrize("missing", ["name", "source", "legal_basis"])
def test_a_list_says_why_it_may_be_held(centre: Centre, one: Actor, missing: str) -> None:
    with pytest.raises(InvalidInput, match="legal basis"):
        watchlists.add_list(centre, one, replace(WANTED, **{missing: " "}))
    watchlists.add_list(centre, one, WANTED)
    with pytest.raises(Conflict):
        watchlists.add_list(centre, one, replace(WANTED, id="other"))
    watchlists.add_list(centre, one, replace(WANTED, legal_basis="§ 2"))
    assert [own.legal_basis for own, _ in watchlists.lists(centre, one)] == ["§ 2"]


@pytest.mark.parametrize("role", Role)
def test_each_role_does_with_watchlists_what_it_may(
    centre: Centre, acting: Callable[..., Actor], one: Actor, role: Role
) -> None:
    watchlists.add_list(centre, one, WANTED)
    known = watchlists.propose(centre, one, ENTRY).id
    actor = acting(role)
    sees = role in {Role.TARGETING, Role.SUPERVISOR, Role.AUDITOR}
    proposes = role in {Role.TARGETING, Role.SUPERVISOR}
    for may, act in (
        (sees, lambda: watchlists.lists(centre, actor)),
        (sees, lambda: watchlists.entries(centre, actor)),
        (sees, lambda: watchlists.entry(centre, actor, known)),
        (proposes, lambda: watchlists.propose(centre, actor, ENTRY)),
        (role is Role.SUPERVISOR, lambda: watchlists.add_list(centre, actor, WANTED)),
        (
            role is Role.SUPERVISOR,
            lambda: watchlists.decide(centre, actor, known, approve=True, reason="checked"),
        ),
        (role is Role.SUPERVISOR, lambda: watchlists.retire(centre, actor, known, "done")),
    ):
        if may:
            act()
        else:
            with pytest.raises(Forbidden):
                act()


def test_entries_are_searched(listing: Centre, one: Actor) -> None:
    watchlists.propose(listing, one, ENTRY)
    document = replace(
        ENTRY,
        kind=EntryKind.DOCUMENT,
        names=(),
        documents=(Document(type=DocumentType.PASSPORT, number="ZX1"),),
    )
    watchlists.propose(listing, one, document)
    assert watchlists.entries(listing, one).total == 2
    assert watchlists.entries(listing, one, text=" mazari ").total == 1
    assert watchlists.entries(listing, one, text=" zx-1 ").total == 1
    assert watchlists.entries(listing, one, state=EntryState.APPROVED).total == 0
