import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.amendment import AmendmentState
from parakh.domain.dates import PartialDate
from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import EntryKind, EntryState, Handling, Watchlist, WatchlistEntry
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import review, trail, versions, watchlists
from parakh.services.centre import Centre
from parakh.services.review import Due
from parakh.store import watchlists as entries
from parakh.store.tables import watchlist_entry

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
SPELLED = replace(ENTRY, names=(PersonName(family="MAZARY", given="ZULFIKAR"),))


@pytest.fixture
def one(acting: Callable[..., Actor]) -> Actor:
    return replace(acting(Role.SUPERVISOR), name="one")


@pytest.fixture
def two(acting: Callable[..., Actor]) -> Actor:
    return replace(acting(Role.SUPERVISOR), name="two")


@pytest.fixture
def listed(any_centre: Centre, one: Actor, two: Actor, units: Any) -> WatchlistEntry:
    """An entry by hand that was approved and swept."""
    units(any_centre)
    watchlists.add_list(any_centre, one, WANTED)
    proposed = watchlists.propose(any_centre, one, ENTRY)
    entry = watchlists.decide(any_centre, two, proposed.id, approve=True, reason="checked")
    _set(any_centre, swept_at=any_centre.clock())
    return entry


@pytest.fixture
def imported(any_centre: Centre, one: Actor, two: Actor, tmp_path: Path) -> WatchlistEntry:
    """An entry that a version of its list brought."""
    file = tmp_path / "list.csv"
    file.write_text("list,family_name,reason\nImported,BUGTI,a letter\n")
    new = replace(WANTED, id="", name="")
    done = versions.prepare(any_centre, one, "csv", file, list_name="Imported", new_list=new)
    versions.apply(any_centre, two, done.version.id, "checked")
    return watchlists.entries(any_centre, one, text="bugti").rows[0].entry


def _set(centre: Centre, **columns: Any) -> None:
    with centre.db.maintain() as connection:
        connection.execute(watchlist_entry.update().values(**columns))


def _unswept(centre: Centre) -> int:
    with centre.db.read() as connection:
        query = sa.select(sa.func.count()).where(watchlist_entry.c.swept_at.is_(None))
        return int(connection.execute(query).scalar_one())


def _now(centre: Centre, actor: Actor, entry_id: str) -> WatchlistEntry:
    return watchlists.entry(centre, actor, entry_id).row.entry


def test_a_change_needs_two_persons_and_keeps_the_entry(
    any_centre: Centre, one: Actor, two: Actor, listed: WatchlistEntry, clock: Any
) -> None:
    clock.advance(days=30)
    change = review.correct(any_centre, one, listed.id, SPELLED, "a better spelling")
    assert [field.field for field in change.fields] == ["names"]
    assert _now(any_centre, one, listed.id).names == ENTRY.names, "nothing changes yet"
    assert not review.changes_of(any_centre, one, listed.id).may_decide
    assert review.changes_of(any_centre, two, listed.id).may_decide
    with pytest.raises(Forbidden, match="another person"):
        review.decide(any_centre, one, change.id, approve=True, reason="I say so")
    with pytest.raises(InvalidInput, match="reason"):
        review.decide(any_centre, two, change.id, approve=True, reason=" ")
    assert _unswept(any_centre) == 0
    review.decide(any_centre, two, change.id, approve=True, reason="seen")
    changed = _now(any_centre, one, listed.id)
    assert changed.names == SPELLED.names
    assert (changed.id, changed.state, changed.decided_by) == (listed.id, listed.state, "two")
    assert changed.expires_at == listed.expires_at
    assert changed.review_at == clock() + watchlists.REVIEW
    assert _unswept(any_centre) == 1, "everybody is screened against it once more"
    assert watchlists.entry(any_centre, one, listed.id).decision == "checked"
    with pytest.raises(Conflict, match="already"):
        review.decide(any_centre, two, change.id, approve=False, reason="no")


def test_a_rejected_change_changes_nothing(
    any_centre: Centre, one: Actor, two: Actor, listed: WatchlistEntry
) -> None:
    change = review.correct(any_centre, one, listed.id, SPELLED, "a better spelling")
    with pytest.raises(Conflict, match="waits"):
        review.correct(any_centre, two, listed.id, SPELLED, "once more")
    done = review.decide(any_centre, two, change.id, approve=False, reason="no proof")
    assert (done.state, done.decision) == (AmendmentState.REJECTED, "no proof")
    assert _now(any_centre, one, listed.id) == listed
    assert [one.state for one in review.changes_of(any_centre, one, listed.id).past] == [
        AmendmentState.REJECTED
    ]
    with pytest.raises(NotFound):
        review.decide(any_centre, two, "nothing", approve=True, reason="seen")


@pytest.mark.parametrize(
    ("value", "why", "error"),
    [
        (replace(ENTRY, names=()), "x", InvalidInput),
        (replace(ENTRY, kind=EntryKind.ORGANISATION), "x", InvalidInput),
        (ENTRY, "x", InvalidInput),
        (SPELLED, " ", InvalidInput),
        (replace(SPELLED, reason=""), "x", InvalidInput),
    ],
)
def test_a_change_that_cannot_be_used_is_refused(
    any_centre: Centre,
    one: Actor,
    listed: WatchlistEntry,
    value: WatchlistEntry,
    why: str,
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        review.correct(any_centre, one, listed.id, value, why)


def test_an_entry_ends_only_after_it_was_shown_and_may_be_kept(
    any_centre: Centre, one: Actor, two: Actor, listed: WatchlistEntry, clock: Any
) -> None:
    assert listed.expires_at is not None
    assert listed.review_at == clock() + watchlists.REVIEW
    assert review.due_count(any_centre) == 0
    clock.now = listed.expires_at - timedelta(days=29)
    assert review.due_count(any_centre) == 1, "it ends soon and its review is past: one entry"
    counts = review.due(any_centre, one).counts
    assert (counts[Due.EXPIRING], counts[Due.REVIEW], counts[Due.ENDED]) == (1, 1, 0)
    until = clock() + timedelta(days=400)
    change = review.keep(any_centre, one, listed.id, until, "still sought")
    assert [field.field for field in change.fields] == ["expires_at"]
    assert review.due(any_centre, one, Due.CHANGES).rows[0].amendment == change
    _set(any_centre, swept_at=clock())
    review.decide(any_centre, two, change.id, approve=True, reason="confirmed with the police")
    kept = _now(any_centre, one, listed.id)
    assert kept.expires_at == until
    assert _unswept(any_centre) == 0, "a later end says nothing new about whom it means"
    assert review.due_count(any_centre) == 0
    clock.now = until
    (ended,) = review.due(any_centre, one, Due.ENDED).rows
    assert ended.row.entry.id == listed.id
    with pytest.raises(Conflict, match="expired"):
        review.keep(any_centre, one, listed.id, until + timedelta(days=9), "still")


def test_a_retired_entry_is_shown_with_its_reason_and_its_changes_are_over(
    any_centre: Centre, one: Actor, two: Actor, listed: WatchlistEntry
) -> None:
    change = review.correct(any_centre, one, listed.id, SPELLED, "a better spelling")
    watchlists.retire(any_centre, two, listed.id, "the case is closed")
    page = review.due(any_centre, one, Due.ENDED)
    assert [row.decision for row in page.rows] == ["the case is closed"]
    assert page.counts[Due.CHANGES] == 0
    with pytest.raises(Conflict, match="rejected already"):
        review.decide(any_centre, two, change.id, approve=True, reason="seen")
    with pytest.raises(Conflict, match="retired"):
        review.correct(any_centre, one, listed.id, SPELLED, "a better spelling")


@pytest.mark.parametrize("days", [-1, 0, 6 * 365])
def test_an_entry_is_kept_for_five_years_at_most(
    any_centre: Centre, one: Actor, listed: WatchlistEntry, days: int
) -> None:
    until = any_centre.clock() + timedelta(days=days)
    with pytest.raises(InvalidInput, match="five years"):
        review.keep(any_centre, one, listed.id, until, "still")


def test_a_source_keeps_its_own_entries(
    any_centre: Centre,
    one: Actor,
    imported: WatchlistEntry,
    acting: Callable[..., Actor],
    clock: Any,
) -> None:
    with pytest.raises(Conflict, match="source"):
        review.correct(any_centre, one, imported.id, replace(imported, nationalities=("PAK",)), "x")
    until = clock() + timedelta(days=100)
    with pytest.raises(Forbidden):
        review.keep(any_centre, acting(Role.TARGETING), imported.id, until, "still")
    kept = review.keep(any_centre, one, imported.id, until, "still on the source's page")
    assert kept.state is AmendmentState.APPROVED
    assert _now(any_centre, one, imported.id).expires_at == until
    assert review.changes_of(any_centre, one, imported.id).past == (kept,)


def test_every_step_stands_in_the_trail(
    any_centre: Centre, one: Actor, two: Actor, listed: WatchlistEntry
) -> None:
    change = review.correct(any_centre, one, listed.id, SPELLED, "a better spelling")
    review.decide(any_centre, two, change.id, approve=True, reason="seen")
    review.due(any_centre, two)
    auditor = system_actor("test")
    rows = trail.search(any_centre, auditor, trail.TrailFilter(action="entry.change")).rows
    assert [(row.actor, row.action) for row in rows] == [
        ("two", "entry.change_approved"),
        ("one", "entry.change_proposed"),
    ]


@pytest.mark.parametrize("role", [Role.GATE, Role.ANALYST])
def test_who_may_not_see_watchlists_sees_no_reviews(
    any_centre: Centre, acting: Callable[..., Actor], listed: WatchlistEntry, role: Role
) -> None:
    with pytest.raises(Forbidden):
        review.due(any_centre, acting(role))
    with pytest.raises(Forbidden):
        review.changes_of(any_centre, acting(role), listed.id)


def test_an_officer_proposes_but_does_not_decide(
    any_centre: Centre, acting: Callable[..., Actor], listed: WatchlistEntry
) -> None:
    officer = acting(Role.TARGETING)
    change = review.correct(any_centre, officer, listed.id, SPELLED, "a better spelling")
    with pytest.raises(Forbidden):
        review.decide(any_centre, officer, change.id, approve=True, reason="seen")
    assert _now(any_centre, officer, listed.id).state is EntryState.APPROVED


def test_a_change_of_an_entry_that_is_another_by_now_is_refused(
    any_centre: Centre, one: Actor, two: Actor, listed: WatchlistEntry
) -> None:
    change = review.correct(any_centre, one, listed.id, SPELLED, "a better spelling")
    with any_centre.db.write(two, Purpose.WATCHLIST) as tx:
        entries.save_entry(tx, replace(listed, nationalities=("PAK",)), "checked")
        tx.audit("entry.changed", "watchlist_entry", listed.id)
    with pytest.raises(Conflict, match="changed since"):
        review.decide(any_centre, two, change.id, approve=True, reason="seen")
    assert _now(any_centre, one, listed.id).nationalities == ("PAK",)
    rejected = review.decide(any_centre, two, change.id, approve=False, reason="it is another")
    assert rejected.state is AmendmentState.REJECTED


@pytest.mark.parametrize("step", ["retire", "approve", "correct"])
def test_whoever_changes_an_entry_waits_for_another_who_does(
    any_centre: Centre, one: Actor, two: Actor, listed: WatchlistEntry, step: str
) -> None:
    waiting = review.correct(any_centre, one, listed.id, SPELLED, "a better spelling")
    if step == "correct":
        review.decide(any_centre, two, waiting.id, approve=False, reason="no")
    steps: dict[str, Callable[[], object]] = {
        "retire": lambda: watchlists.retire(any_centre, two, listed.id, "over"),
        "approve": lambda: review.decide(any_centre, two, waiting.id, approve=True, reason="ok"),
        "correct": lambda: review.correct(any_centre, one, listed.id, SPELLED, "once more"),
    }
    failed: list[str] = []

    def other() -> None:
        try:
            steps[step]()
        except Conflict as error:
            failed.append(str(error))

    thread = threading.Thread(target=other)
    with any_centre.db.write(one, Purpose.WATCHLIST) as tx:
        held = entries.lock_entry(tx.connection, listed.id)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "it waits"
        over = replace(held, state=EntryState.RETIRED)
        entries.save_entry(tx, over, "over")
        tx.audit("entry.retired", "watchlist_entry", listed.id)
    thread.join(10)
    assert [text.startswith("the entry is retired") for text in failed] == [True]
    assert _now(any_centre, one, listed.id).state is EntryState.RETIRED
