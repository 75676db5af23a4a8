from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from parakh.access import Actor, Permission, Role
from parakh.domain.listing import DifferenceKind, Version, VersionState
from parakh.domain.message import Severity
from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import EntryKind, EntryState, Handling, Watchlist, WatchlistEntry
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound, Unreadable
from parakh.ingest import tabular
from parakh.services import api_keys, imports, list_reading, trail, versions, watchlists
from parakh.services.centre import Centre
from parakh.simulate import traffic
from parakh.simulate.things import THINGS
from parakh.store.tables import watchlist_entry

WANTED = Watchlist(
    id="w", name="Wanted", source="police", legal_basis="§ 1", handling=Handling.REFER
)
HEADER = "list,source_id,kind,family_name,given_names,birth_date,reason,expires\n"
ROWS = (
    "Wanted,1,person,MAZARI,ZULFIQAR,1980-05-05,courier,\n"
    "Wanted,2,person,BALOCH,HAMMAL,1975,courier,\n"
    "Wanted,3,person,ABRO,SASSUI,,fraud,2027-01-31\n"
    "Wanted,4,person,CHANDIO,ALI,,fraud,\n"
)

Prepare = Callable[..., list_reading.Prepared]


@pytest.fixture
def one(acting: Callable[..., Actor]) -> Actor:
    return replace(acting(Role.SUPERVISOR), name="one")


@pytest.fixture
def two(acting: Callable[..., Actor]) -> Actor:
    return replace(acting(Role.SUPERVISOR), name="two")


@pytest.fixture
def listing(any_centre: Centre, one: Actor) -> Centre:
    watchlists.add_list(any_centre, one, WANTED)
    return any_centre


@pytest.fixture
def prepare(listing: Centre, one: Actor, tmp_path: Path) -> Prepare:
    def of(rows: str = ROWS, name: str = "Wanted", **options: Any) -> list_reading.Prepared:
        path = tmp_path / "list.csv"
        path.write_text(HEADER + rows, encoding="utf-8")
        return versions.prepare(listing, one, "csv", path, list_name=name, **options)

    return of


@pytest.fixture
def apply(listing: Centre, two: Actor, prepare: Prepare) -> Callable[..., Version]:
    def of(rows: str = ROWS, **options: Any) -> Version:
        return versions.apply(listing, two, prepare(rows).version.id, "checked", **options)

    return of


@pytest.fixture
def in_force(listing: Centre, one: Actor) -> Callable[[], dict[str, WatchlistEntry]]:
    """The approved entries by their source's identifier, or by name."""

    def of() -> dict[str, WatchlistEntry]:
        rows = watchlists.entries(listing, one, state=EntryState.APPROVED).rows
        return {own.entry.source_id or str(own.entry.names[0]): own.entry for own in rows}

    return of


def unswept(centre: Centre) -> set[str]:
    with centre.db.read() as connection:
        rows = connection.execute(
            sa.select(watchlist_entry.c.source_id).where(watchlist_entry.c.swept_at.is_(None))
        )
        return set(rows.scalars())


def sweep(centre: Centre) -> None:
    with centre.db.maintain() as connection:
        connection.execute(watchlist_entry.update().values(swept_at=centre.clock()))


def test_a_version_is_shown_and_then_applied_by_a_second_person(
    listing: Centre, one: Actor, two: Actor, prepare: Prepare, in_force: Any, clock: Any
) -> None:
    fetched = datetime(2026, 11, 1, tzinfo=UTC)
    prepared = prepare(fetched_at=fetched)
    version = prepared.version
    assert (prepared.new, version.state, version.ordinal) == (True, VersionState.PENDING, 1)
    assert (version.added, version.changed, version.removed, version.same) == (4, 0, 0, 0)
    assert in_force() == {}, "nothing is in force that waits"
    rows = versions.differences(listing, one, version.id).rows
    assert [own.name for own in rows] == [
        "MAZARI, ZULFIQAR", "BALOCH, HAMMAL", "ABRO, SASSUI", "CHANDIO, ALI",
    ]  # fmt: skip
    assert {own.field: own.after for own in rows[0].fields}["birth_dates"] == "1980-05-05"
    assert not versions.version(listing, one, version.id).may_decide
    assert versions.version(listing, two, version.id).may_decide
    with pytest.raises(Forbidden, match="another person"):
        versions.apply(listing, one, version.id, "I say so")
    with pytest.raises(InvalidInput, match="reason"):
        versions.apply(listing, two, version.id, " ")
    done = versions.apply(listing, two, version.id, "checked")
    assert (done.state, done.decided_by, done.reason) == (VersionState.APPLIED, "two", "checked")
    found = in_force()
    assert [found[key].id for key in "1234"] == [own.entry_id for own in rows]
    entry = found["1"]
    assert (entry.proposed_by, entry.decided_by) == ("one", "two")
    assert entry.expires_at == clock() + watchlists.LONGEST
    assert entry.review_at == clock() + watchlists.REVIEW
    zone = listing.settings.zone
    assert found["3"].expires_at == datetime(2027, 2, 1, tzinfo=zone)
    assert watchlists.get_list(listing, one, "w").fetched_at == fetched
    listing.names.refresh()
    assert len(listing.names.index) == 4
    with pytest.raises(Conflict, match="applied already"):
        versions.apply(listing, two, version.id, "again")
    actions = {own.action for own in trail.search(listing, two_auditor(two)).rows}
    assert {"version.prepared", "version.viewed", "version.applied"} <= actions


def two_auditor(actor: Actor) -> Actor:
    from parakh.access import Permission

    return replace(actor, permissions=actor.permissions | {Permission.SEE_AUDIT})


def test_the_next_version_is_a_difference(
    listing: Centre, one: Actor, apply: Any, prepare: Prepare, in_force: Any, clock: Any
) -> None:
    apply()
    before = in_force()
    sweep(listing)
    clock.advance(days=30)
    rows = (
        "Wanted,1,person,MAZARI,ZULFIQAR,1980-05-06,courier,\n"
        "Wanted,2,person,BALOCH,HAMMAL,1975,smuggler,\n"
        "Wanted,4,person,CHANDIO,ALI,,fraud,\n"
        "Wanted,5,person,LEGHARI,SANAM,,fraud,\n"
    )
    version = prepare(rows).version
    assert (version.added, version.changed, version.removed, version.same) == (1, 2, 1, 1)
    page = versions.differences(listing, one, version.id)
    assert [(own.kind.value, own.name) for own in page.rows] == [
        ("added", "LEGHARI, SANAM"),
        ("changed", "MAZARI, ZULFIQAR"),
        ("changed", "BALOCH, HAMMAL"),
        ("removed", "ABRO, SASSUI"),
    ]
    born, reason = (own.fields for own in page.rows[1:3])
    assert [(own.field, own.before, own.after) for own in born] == [
        ("birth_dates", "1980-05-05", "1980-05-06")
    ]
    assert [(own.field, own.before, own.after) for own in reason] == [
        ("reason", "courier", "smuggler")
    ]
    changed = versions.differences(listing, one, version.id, DifferenceKind.CHANGED, 1)
    assert (changed.total, len(changed.rows), changed.pages) == (2, 2, 1)
    assert versions.differences(listing, one, version.id, page=2).rows == ()
    apply(rows)
    after = in_force()
    assert sorted(after) == ["1", "2", "4", "5"]
    assert {key: after[key].id for key in "124"} == {key: before[key].id for key in "124"}
    assert unswept(listing) == {"1", "5"}, "a reason alone is nothing to screen by"
    assert after["4"].review_at == clock() + watchlists.REVIEW, "its source lists it still"
    assert [own.ordinal for own in versions.versions(listing, one, "w")] == [2, 1]
    listing.names.refresh()
    assert len(listing.names.index) == 4


def test_the_same_bytes_say_nothing_new(
    listing: Centre, one: Actor, apply: Any, prepare: Prepare, in_force: Any, two: Actor
) -> None:
    first = prepare()
    assert first.new
    again = prepare()
    assert (again.new, again.version.id) == (False, first.version.id), "it waits already"
    versions.apply(listing, two, first.version.id, "checked")
    again = prepare(fetched_at=datetime(2026, 12, 1, tzinfo=UTC))
    assert (again.new, again.version.id) == (False, first.version.id)
    assert watchlists.get_list(listing, one, "w").fetched_at == datetime(2026, 12, 1, tzinfo=UTC)
    watchlists.retire(listing, two, in_force()["2"].id, "a mistake")
    back = prepare()
    assert (back.new, back.version.added) == (True, 1), "its source lists it still: it is shown"


def test_entries_by_hand_stay(
    listing: Centre, one: Actor, two: Actor, apply: Any, prepare: Prepare, in_force: Any
) -> None:
    hand = WatchlistEntry(
        id="",
        watchlist_id="w",
        kind=EntryKind.PERSON,
        names=(PersonName(family="JAMOT", given="SHAHMIR"),),
        reason="by hand",
    )
    proposed = watchlists.propose(listing, one, hand)
    watchlists.decide(listing, two, proposed.id, approve=True, reason="yes")
    apply()
    done = apply(ROWS.replace("courier", "smuggler"))
    assert (done.changed, done.removed) == (2, 0)
    assert "JAMOT, SHAHMIR" in in_force()
    named = ROWS + "Wanted,,person,JAMOT,SHAHMIR,,in the file too,\n"
    version = prepare(named).version
    assert (version.added, version.changed) == (1, 2)
    assert [own.cause for own in version.problems] == [
        "an entry was made by hand as well, and stays beside this one"
    ]
    versions.apply(listing, two, version.id, "checked")
    assert apply(ROWS).removed == 1
    assert in_force()["JAMOT, SHAHMIR"].reason == "by hand"


def test_entries_without_an_identifier_are_known_by_what_they_are(
    listing: Centre, apply: Any, in_force: Any
) -> None:
    plain = "Wanted,,person,MAZARI,ZULFIQAR,1980-05-05,courier,\n" + ROWS.split("\n", 1)[1]
    apply(plain)
    known = in_force()["MAZARI, ZULFIQAR"].id
    done = apply(ROWS)
    assert (done.added, done.changed, done.removed) == (0, 1, 0), "its identifier is new"
    assert in_force()["1"].id == known


def test_one_file_holds_an_entry_once(prepare: Prepare) -> None:
    version = prepare(ROWS + ROWS).version
    assert version.added == 4
    assert [own.severity for own in version.problems] == [Severity.WARNING] * 4
    assert "entry 1 stands twice" in version.problems[0].cause
    assert version.problems[0].line == 6


def test_a_version_that_takes_much_away_is_confirmed(
    listing: Centre, two: Actor, apply: Any, prepare: Prepare, in_force: Any
) -> None:
    apply()
    short = prepare("".join(ROWS.splitlines(keepends=True)[:2])).version
    assert (short.removed, short.drastic) == (2, True)
    with pytest.raises(InvalidInput, match="more than a third"):
        versions.apply(listing, two, short.id, "checked")
    assert len(in_force()) == 4
    versions.apply(listing, two, short.id, "really", confirm_removal=True)
    assert len(in_force()) == 2
    retired = watchlists.entries(listing, two, state=EntryState.RETIRED).rows
    assert len(retired) == 2
    assert watchlists.entry(listing, two, retired[0].entry.id).decision == "really"


def test_a_version_is_stale_when_another_was_applied(
    listing: Centre, two: Actor, prepare: Prepare, clock: Any
) -> None:
    first, second = prepare().version, prepare(ROWS.replace("fraud", "theft")).version
    clock.advance(minutes=1)
    versions.apply(listing, two, second.id, "checked")
    assert versions.version(listing, two, first.id).stale
    with pytest.raises(Conflict, match="prepare this file again"):
        versions.apply(listing, two, first.id, "checked")
    assert [own.id for own in versions.waiting(listing, two)] == [first.id]


def test_versions_of_one_moment_go_stale(
    listing: Centre, two: Actor, prepare: Prepare, in_force: Any
) -> None:
    first, second = prepare().version, prepare(ROWS.replace("fraud", "theft")).version
    versions.apply(listing, two, first.id, "checked")
    with pytest.raises(Conflict, match="prepare this file again"):
        versions.apply(listing, two, second.id, "checked")
    assert len(in_force()) == 4
    again = prepare(ROWS.replace("fraud", "theft"))
    assert (again.new, again.version.changed) == (True, 2), "compared again"


def test_what_is_applied_while_a_file_is_compared_counts(
    listing: Centre, two: Actor, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prepare().version
    compared = list_reading.ListReading._compared
    calls: list[int] = []

    def slow(*given: Any) -> Any:
        found = compared(*given)
        calls.append(1)
        if len(calls) == 1:
            versions.apply(listing, two, first.id, "checked")
        return found

    monkeypatch.setattr(list_reading.ListReading, "_compared", slow)
    version = prepare(ROWS.replace("fraud", "theft")).version
    assert (version.added, version.changed, version.same) == (0, 2, 2)
    assert len(calls) == 2
    assert not versions.version(listing, two, version.id).stale


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ("Wanted,1,person,MAZARI,ZULFIQAR,1980-13-45,courier,\n", True),
        ("Wanted,1,ship,MAZARI,ZULFIQAR,,courier,\n", True),
        ("Wanted,,person,GABOL,SASSUI,1980-13-45,courier,\n", True),
        ("Wanted,9,person,KHAN,ALI,1980-13-45,courier,\n", False),
        ("Wanted,1,person,MAZARI,ZULFIQAR,1980-05-05,courier,,,,\n", False),
    ],
)
def test_what_could_not_be_read_is_not_taken_away(
    listing: Centre, two: Actor, apply: Any, prepare: Prepare, in_force: Any, row: str, kept: bool
) -> None:
    told = "Wanted,,person,GABOL,SASSUI,,fraud,\n"
    apply(ROWS + told)
    rows = (ROWS + told).splitlines(keepends=True)
    lost = next((own for own in rows if own.split(",")[1:5:2] == row.split(",")[1:5:2]), rows[0])
    version = prepare("".join(own for own in rows if own != lost) + row).version
    assert (version.removed, version.same, version.unread) == (int(not kept), 4 + kept, 1)
    assert version.doubtful is not kept
    if not kept:
        with pytest.raises(InvalidInput, match="1 rows of the file could not be read"):
            versions.apply(listing, two, version.id, "checked")
    versions.apply(listing, two, version.id, "checked", confirm_removal=True)
    assert len(in_force()) == 4 + kept


def test_one_person_has_one_name(
    listing: Centre, one: Actor, two: Actor, tmp_path: Path, acting: Callable[..., Actor]
) -> None:
    path = tmp_path / "list.csv"
    keeper = acting(Role.INTEGRATOR)
    propose = frozenset({Permission.PROPOSE_ENTRIES})
    own = api_keys.add(listing, keeper, name="feed", permissions=propose, owner="one")
    other = api_keys.add(listing, keeper, name="other", permissions=propose)
    for place, (proposer, applies) in enumerate(
        (
            (replace(one, name="system:cli:one"), False),
            (api_keys.bearer(listing, own), False),
            (api_keys.bearer(listing, other), True),
            (replace(one, name="system:cli:two"), True),
        )
    ):
        assert proposer is not None
        path.write_text(HEADER + ROWS.replace("courier", f"courier {place}"))
        found = versions.prepare(listing, proposer, "csv", path, list_id="w").version
        assert versions.version(listing, one, found.id).may_decide is applies
        if not applies:
            with pytest.raises(Forbidden, match="another person"):
                versions.apply(listing, one, found.id, "I say so")
            versions.discard(listing, two, found.id, "no")
        else:
            versions.apply(listing, one, found.id, "checked")
    hand = WatchlistEntry(
        id="", watchlist_id="w", kind=EntryKind.PERSON, reason="by hand",
        names=(PersonName(family="JAMOT", given="SHAHMIR"),),
    )  # fmt: skip
    proposed = watchlists.propose(listing, replace(one, name="system:cli:one"), hand)
    assert not watchlists.entry(listing, one, proposed.id).may_decide
    with pytest.raises(Forbidden, match="another person"):
        watchlists.decide(listing, one, proposed.id, approve=True, reason="yes")


def test_a_version_is_stale_when_an_entry_is_not_as_it_was(
    listing: Centre, two: Actor, apply: Any, prepare: Prepare, in_force: Any
) -> None:
    apply()
    waiting = prepare(ROWS.replace("courier", "smuggler")).version
    watchlists.retire(listing, two, in_force()["1"].id, "a mistake")
    with pytest.raises(Conflict, match="retired since"):
        versions.apply(listing, two, waiting.id, "checked")
    assert {own.reason for own in in_force().values()} == {"courier", "fraud"}, "all or nothing"


def test_an_entry_that_is_retired_while_a_version_is_made_ready_is_noticed(
    listing: Centre, two: Actor, apply: Any, prepare: Prepare, in_force: Any, monkeypatch: Any
) -> None:
    apply()
    waiting = prepare(ROWS.replace("courier", "smuggler")).version
    batch = versions._Application._batch

    def retiring(*given: Any) -> Any:
        made = batch(*given)
        watchlists.retire(listing, two, in_force()["1"].id, "a mistake")
        return made

    monkeypatch.setattr(versions._Application, "_batch", retiring)
    with pytest.raises(Conflict, match="retired since"):
        versions.apply(listing, two, waiting.id, "checked")
    assert {own.reason for own in in_force().values()} == {"courier", "fraud"}, "all or nothing"


def test_a_version_is_discarded(
    listing: Centre, one: Actor, two: Actor, prepare: Prepare, in_force: Any
) -> None:
    version = prepare().version
    with pytest.raises(InvalidInput):
        versions.discard(listing, two, version.id, "")
    done = versions.discard(listing, one, version.id, "the wrong file")
    assert (done.state, done.decided_by) == (VersionState.DISCARDED, "one")
    with pytest.raises(Conflict, match="discarded already"):
        versions.apply(listing, two, version.id, "checked")
    assert in_force() == {}
    assert prepare().new, "what was discarded may be prepared again"
    assert prepare().version.ordinal == 2


def test_an_entry_lives_on_while_its_source_lists_it(
    listing: Centre, apply: Any, prepare: Prepare, in_force: Any, clock: Any
) -> None:
    apply()
    sweep(listing)
    clock.advance(days=5 * 365 - 10)
    version = prepare().version
    assert (version.changed, version.same) == (3, 1), "what has an expiry of its own keeps it"
    apply()
    assert in_force()["1"].expires_at == clock() + watchlists.LONGEST


def test_who_may(
    listing: Centre,
    prepare: Prepare,
    acting: Callable[..., Actor],
    tmp_path: Path,
) -> None:
    version = prepare().version
    path = tmp_path / "list.csv"
    for role, prepares, sees, applies in (
        (Role.TARGETING, True, True, False),
        (Role.AUDITOR, False, True, False),
        (Role.GATE, False, False, False),
    ):
        actor = acting(role)
        for may, act in (
            (prepares, lambda: versions.prepare(listing, actor, "csv", path, list_id="w")),  # noqa: B023
            (sees, lambda: versions.differences(listing, actor, version.id)),  # noqa: B023
            (sees, lambda: versions.versions(listing, actor, "w")),  # noqa: B023
            (applies, lambda: versions.apply(listing, actor, version.id, "x")),  # noqa: B023
            (applies, lambda: versions.discard(listing, actor, version.id, "x")),  # noqa: B023
        ):
            if may:
                act()
            else:
                with pytest.raises(Forbidden):
                    act()


def test_bad_rows_are_named_and_the_rest_goes_on(prepare: Prepare, listing: Centre) -> None:
    version = prepare(
        ROWS
        + "Wanted,6,person,KHAN,ALI,1980-13-45,bad date,\n"
        + "Other,7,person,KHAN,ALI,,another list,\n"
        + "Wanted,8,ship,TITANIC,,,no kind,\n"
    ).version
    assert version.added == 4
    assert sorted(own.line for own in version.problems) == [6, 7, 8]
    assert {own.severity for own in version.problems} == {Severity.ERROR}
    assert {own.entry for own in version.problems} == {"6 KHAN, ALI", "7 KHAN, ALI", "8 TITANIC"}


def test_problems_are_bounded(prepare: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_reading, "MOST_PROBLEMS", 2)
    told = prepare(ROWS + "Wanted,6,ship,X,,,x,\n" * 5).version.problems
    assert [own.cause for own in told][-1] == "3 more problems are not shown"
    assert len(told) == 3


def test_a_file_of_which_little_can_be_read_is_refused(
    prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tabular, "MAX_PROBLEMS", 2)
    with pytest.raises(Unreadable, match=r"more than 2 rows .* line 6: kind: is none of"):
        prepare(ROWS + "Wanted,6,ship,X,,,x,\n" * 5)


def test_what_cannot_be_prepared(
    listing: Centre, one: Actor, prepare: Prepare, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="legal basis"):
        prepare(ROWS.replace("Wanted", "New"), name="New")
    with pytest.raises(InvalidInput, match="belongs to another list"):
        prepare(name="New")
    path, empty = tmp_path / "list.csv", tmp_path / "empty.csv"
    empty.write_text(HEADER)
    for wrong, error in (
        ({"form": "pdf"}, InvalidInput),
        ({"path": tmp_path / "none.csv"}, NotFound),
        ({"list_name": ""}, InvalidInput),
        ({"list_id": "none"}, NotFound),
        ({"form": "un-xml"}, Unreadable),
        ({"path": empty}, InvalidInput),
    ):
        given = {"form": "csv", "path": path, "list_name": "Wanted"} | wrong
        with pytest.raises(error):
            versions.prepare(listing, one, **given)
    assert versions.versions(listing, one, "w") == []
    with pytest.raises(NotFound):
        versions.versions(listing, one, "none")
    with pytest.raises(NotFound):
        versions.version(listing, one, "none")


def test_a_foreign_list_becomes_a_list(
    listing: Centre, one: Actor, two: Actor, tmp_path: Path, in_force: Any
) -> None:
    path = tmp_path / "entities.json"
    path.write_text(
        '{"id": "v1", "schema": "Vessel", "properties": {"name": ["Lark"], "flag": ["ir"], '
        '"imoNumber": ["9074729", "1"]}}\n'
    )
    prepared = versions.prepare(
        listing, one, "ftm", path, list_name="Ships", new_list=WANTED, file_name="ships.json"
    )
    assert (prepared.watchlist.name, prepared.watchlist.source) == ("Ships", "police")
    version = prepared.version
    assert (version.form, version.file_name, version.added) == ("ftm", "ships.json", 1)
    assert [own.severity for own in version.problems] == [Severity.WARNING]
    versions.apply(listing, two, version.id, "checked")
    entry = in_force()["v1"]
    assert (entry.kind, entry.names[0].family) == (EntryKind.VESSEL, "LARK")
    assert entry.watchlist_id == prepared.watchlist.id


def test_a_file_of_several_lists_makes_a_version_of_each(
    listing: Centre, one: Actor, two: Actor, tmp_path: Path, in_force: Any
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(HEADER + ROWS + "Other,1,person,KHAN,ALI,,x,\n")
    with pytest.raises(InvalidInput, match="no watchlist Other yet"):
        versions.prepare_each(listing, one, path)
    assert versions.versions(listing, one, "w") == [], "all or nothing"
    with pytest.raises(Forbidden, match="as well"):
        imports.import_csv(listing, one, path, approver=one)
    with pytest.raises(Forbidden):
        imports.import_csv(listing, one, path, approver=replace(two, permissions=frozenset()))
    assert versions.versions(listing, one, "w") == [], "who may not approve is told at once"
    done = imports.import_csv(listing, one, path, approver=two, new_list=WANTED)
    assert [own.added for own in done] == [4, 1]
    assert {own.state for own in done} == {VersionState.APPLIED}
    again = imports.import_csv(listing, one, path, approver=two)
    assert [own.id for own in again] == [own.id for own in done]
    for rows, cause in (
        ("", "there is no entry in the file"),
        ("Other,1,ship,X,,,x,\n", "no row can be used: kind"),
        (ROWS + "Other,1,person,KHAN,ALI,1980-13-45,x,\n", "no row can be used: birth_date"),
    ):
        path.write_text(HEADER + rows)
        with pytest.raises(InvalidInput, match=cause):
            versions.prepare_each(listing, one, path)


def test_the_simulated_list_is_imported_whole(
    listing: Centre, one: Actor, two: Actor, tmp_path: Path, clock: Any
) -> None:
    made = traffic.write(tmp_path / "sim", seed=3, today=clock().date())
    done = imports.import_csv(listing, one, made.watchlist, approver=two, new_list=WANTED)
    assert sum(own.added for own in done) == traffic.LISTED + THINGS
    assert all(own.problems == () for own in done)
    listing.names.refresh()
    assert len(listing.names.index) == traffic.LISTED + THINGS
    pages = watchlists.entries(listing, one, page=99)
    assert (pages.total, pages.rows) == (traffic.LISTED + THINGS, ())


def test_progress_is_told(
    listing: Centre, one: Actor, prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_reading, "STEP", 2)
    told: list[int] = []
    prepare(progress=told.append)
    assert told == [2, 4]
