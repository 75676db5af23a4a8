"""Detainees and missing persons: enrolled once the galleries were searched for them, and released.

Each is an ordinary entry of a list whose gallery is one of custody or of missing persons: proposed
here, approved by another person, alerted on, cleared and expired like every other.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.dates import PartialDate
from parakh.domain.gallery import Gallery, GalleryKind, Twin, TwinState
from parakh.domain.ids import new_id
from parakh.domain.traveller import PersonName, Sex
from parakh.domain.watchlist import EntryKind, EntryState, Watchlist, WatchlistEntry
from parakh.errors import Conflict, InvalidInput, NotFound
from parakh.screen.faces import FaceMatch
from parakh.services import face_search, galleries, listed_pictures, portraits, watchlists
from parakh.services.centre import Centre
from parakh.services.face_search import Found
from parakh.services.portraits import Portrait, UnfitPicture
from parakh.services.twins import TwinView, views
from parakh.services.watchlists import PAGE, EntryPage, EntryRow, rows_of
from parakh.store import galleries as store
from parakh.store import pictures
from parakh.store import watchlists as entries
from parakh.store.database import Tx

KINDS = (GalleryKind.CUSTODY, GalleryKind.MISSING)
MOST_PICTURES = 5
_SHOWN = 6
_LONGEST_NUMBER = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolment:
    """What the officer states of a person.

    Attributes:
        name: None for a person whose name is not known.
        born: None where not even the year is known.
        number: the prison's number, the number of the first information report, or the like; names
            the person for good.
        place: where he is held, or was seen last.
        note: by which paper he is held or sought.
        pictures: one to five.
    """

    watchlist_id: str
    name: PersonName | None
    number: str
    place: str
    note: str
    pictures: tuple[bytes, ...]
    born: PartialDate | None = None
    sex: Sex | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """What a search for a person found before he is enrolled.

    `found` reach the threshold and need an answer; `near` come close. `persons` is how many were
    compared in the galleries open to the officer, and `threshold` what is needed among so many.
    `elsewhere` says that somebody in another gallery of custody or of missing persons reaches it:
    not who, and not where; once the person is enrolled, a supervisor looks.
    """

    found: tuple[Found, ...]
    near: tuple[Found, ...]
    persons: int
    threshold: float
    elsewhere: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A list on which persons are enrolled, and its gallery."""

    watchlist: Watchlist
    gallery: Gallery


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonView:
    """One enrolled person.

    Attributes:
        waiting: pictures that wait for a second person.
        twins: others who look like him, and what was decided about each.
        elsewhere: whether somebody in a gallery that is not open to the actor looks like him, or
            was decided to be he.
        may_release: whether the actor may end it now.
    """

    row: EntryRow
    gallery: Gallery
    decision: str
    waiting: tuple[str, ...]
    twins: tuple[TwinView, ...]
    elsewhere: bool
    may_release: bool


# --- looking ----------------------------------------------------------------------------------


def places(centre: Centre, actor: Actor) -> list[Place]:
    """The lists on which the actor may enrol somebody, in order of name."""
    actor.require(Permission.ENROL_DETAINEES)
    with centre.db.read() as connection:
        return _places(connection, actor)


def enrolled(centre: Centre, actor: Actor, *, text: str = "", page: int = 1) -> EntryPage:
    """Those who are enrolled in the galleries open to the actor, newest first; audited."""
    actor.require(Permission.ENROL_DETAINEES)
    page = max(1, page)
    with centre.db.read() as connection:
        own = [place.watchlist.id for place in _places(connection, actor)]
        ids, total = store.entries_on(connection, own, text.strip(), (page - 1) * PAGE, PAGE)
        found = entries.entries_by_id(connection, ids)
        rows = rows_of(connection, [found[entry_id] for entry_id in ids])
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        tx.audit("custody.viewed", "gallery", "", searched=text.strip())
    return EntryPage(rows=rows, total=total, page=page, pages=max(1, -(-total // PAGE)))


def person(centre: Centre, actor: Actor, entry_id: str) -> PersonView:
    """One enrolled person; a look that is audited."""
    actor.require(Permission.ENROL_DETAINEES)
    with centre.db.read() as connection:
        found = entries.get_entry(connection, entry_id)
        place = _place(connection, actor, found.watchlist_id)
        pairs = store.twins(connection, entry_id=entry_id)
        shown = views(connection, actor, pairs)
        hidden = {own.id for own in pairs if own.state is not TwinState.DIFFERENT}
        view = PersonView(
            row=rows_of(connection, [found])[0],
            gallery=place.gallery,
            decision=entries.decision_reason(connection, entry_id),
            waiting=tuple(pictures.waiting_pictures(connection, entry_id)),
            twins=shown,
            elsewhere=bool(hidden - {own.twin.id for own in shown}),
            may_release=found.state in (EntryState.PROPOSED, EntryState.APPROVED),
        )
    centre.looked(actor, Purpose.WATCHLIST, "entry.viewed", "watchlist_entry", entry_id)
    return view


# --- enrolling --------------------------------------------------------------------------------


def look(centre: Centre, actor: Actor, value: Enrolment) -> Alike:
    """Who is enrolled already and looks like the person; nothing is stored but that it was asked.

    Searched are all galleries of custody and of missing persons, with those who still wait for a
    second person; of those not open to the actor he is told only whether somebody is alike. Raises
    InvalidInput for a picture that is not fit, and for pictures that do not show one person.
    """
    actor.require(Permission.ENROL_DETAINEES)
    _check(centre, actor, value)
    alike, matches = _look(centre, actor, _portraits(centre, value))
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        own = [one.entry.id for one in matches]
        tx.audit("custody.searched", "watchlist", value.watchlist_id, found=own)
    return alike


def enrol(
    centre: Centre, actor: Actor, value: Enrolment, seen: frozenset[str] = frozenset()
) -> WatchlistEntry:
    """Enrols a person; another person approves it before it is searched at gates.

    `seen` are the entries that the officer compared with him: raises Conflict when somebody else
    whom he may see reaches the threshold, for nobody is enrolled twice unawares. Whoever reaches
    it, in whichever gallery, becomes a pair that a supervisor decides on.
    """
    actor.require(Permission.ENROL_DETAINEES)
    place = _check(centre, actor, value)
    shots = _portraits(centre, value)
    alike, matches = _look(centre, actor, shots)
    if {own.match.entry.id for own in alike.found} - seen:
        raise Conflict("somebody enrolled already looks like this person: compare them first")
    made = _entry(centre, actor, value, place)
    with centre.db.write(actor, Purpose.WATCHLIST) as tx:
        _refuse_known(tx, value)
        entries.save_entry(tx, made)
        for shot in shots:
            listed_pictures.enrol_picture(centre, tx, made.id, shot)
        _note_twins(tx, made, place.gallery, matches)
        tx.audit(
            "custody.enrolled",
            "watchlist_entry",
            made.id,
            pictures=len(shots),
            alike=sorted(own.entry.id for own in matches),
        )
    return made


def release(centre: Centre, actor: Actor, entry_id: str, reason: str) -> WatchlistEntry:
    """Ends an enrolment because the person was released, transferred or found.

    His pictures and templates are deleted at once.
    """
    actor.require(Permission.ENROL_DETAINEES)
    with centre.db.read() as connection:
        found = entries.get_entry(connection, entry_id)
        _place(connection, actor, found.watchlist_id)
    proposed = found.state is EntryState.PROPOSED
    to = EntryState.REJECTED if proposed else EntryState.RETIRED
    return watchlists.move(centre, actor, entry_id, to, reason)


# --- within -----------------------------------------------------------------------------------


def _places(connection: sa.Connection, actor: Actor) -> list[Place]:
    held = {own.id: own for own in store.galleries(connection) if own.kind in KINDS}
    return [
        Place(watchlist=own, gallery=held[own.gallery_id])
        for own in entries.lists(connection).values()
        if own.gallery_id in held
        and (actor.everywhere or held[own.gallery_id].open_to(actor.units))
    ]


def _place(connection: sa.Connection, actor: Actor, list_id: str) -> Place:
    listed = entries.lists(connection).get(list_id)
    if listed is None:
        raise InvalidInput("choose a list")
    gallery = store.get(connection, listed.gallery_id)
    if gallery.kind not in KINDS:
        raise NotFound("there is no such enrolled person")
    galleries.require_open(connection, actor, gallery.id)
    return Place(watchlist=listed, gallery=gallery)


def _check(centre: Centre, actor: Actor, value: Enrolment) -> Place:
    with centre.db.read() as connection:
        if value.watchlist_id not in entries.lists(connection):
            raise InvalidInput("choose a list")
        place = _place(connection, actor, value.watchlist_id)
    if not value.number.strip() or len(value.number.strip()) > _LONGEST_NUMBER:
        raise InvalidInput(f"a number of 1 to {_LONGEST_NUMBER} characters is needed")
    if not value.note.strip():
        raise InvalidInput("say by which paper the person is held or sought")
    if place.gallery.kind is GalleryKind.CUSTODY and not value.place.strip():
        raise InvalidInput("say where the person is held")
    if not 0 < len(value.pictures) <= MOST_PICTURES:
        raise InvalidInput(f"one to {MOST_PICTURES} pictures are needed")
    return place


def _portraits(centre: Centre, value: Enrolment) -> list[Portrait]:
    shots = []
    for number, content in enumerate(value.pictures, start=1):
        try:
            shots.append(portraits.read(centre, content))
        except UnfitPicture as error:
            raise UnfitPicture(error.reasons, number) from error
        except InvalidInput as error:
            raise InvalidInput(f"picture {number}: {error}") from error
    for number, shot in enumerate(shots[1:], start=2):
        if not centre.faces.compare(shots[0].sample.template, shot.sample.template).match:
            raise InvalidInput(f"picture {number} does not show the person of picture 1")
    return shots


def _look(centre: Centre, actor: Actor, shots: Sequence[Portrait]) -> tuple[Alike, list[FaceMatch]]:
    """What the officer may know, and all who reach the threshold, wherever they are enrolled."""
    with centre.db.read() as connection:
        kept = [own for own in store.galleries(connection) if own.kind in KINDS]
        held = store.held(connection)
    mine = {own.id for own in kept if actor.everywhere or own.open_to(actor.units)}
    others = {own.id for own in kept} - mine
    seen = _matches(centre, shots, mine)
    found = [own for own in seen if own.match]
    hidden = [own for own in _matches(centre, shots, others) if own.match]
    with centre.db.read() as connection:
        alike = Alike(
            found=face_search.shown(connection, found),
            near=face_search.shown(connection, [own for own in seen if not own.match][:2]),
            persons=sum(held[own].persons for own in mine if own in held),
            threshold=centre.galleries.threshold(mine),
            elsewhere=bool(hidden),
        )
    return alike, [*found, *hidden]


def _matches(
    centre: Centre, shots: Sequence[Portrait], gallery_ids: Collection[str]
) -> tuple[FaceMatch, ...]:
    """The most alike of some galleries, with those who wait for a second person."""
    if not gallery_ids:
        return ()
    return face_search.compare(centre, shots, gallery_ids, _SHOWN).matches


def _entry(centre: Centre, actor: Actor, value: Enrolment, place: Place) -> WatchlistEntry:
    now = centre.clock()
    entry = WatchlistEntry(
        id=new_id(),
        watchlist_id=value.watchlist_id,
        kind=EntryKind.PERSON,
        names=(value.name,) if value.name else (),
        birth_dates=(value.born,) if value.born else (),
        sex=value.sex,
        source_id=value.number.strip(),
        reason="; ".join(filter(None, (value.place.strip(), value.note.strip()))),
        state=EntryState.PROPOSED,
        proposed_by=actor.name,
        proposed_at=now,
    )
    expires = watchlists.expiry_on(place.watchlist, place.gallery, value.expires_at, now)
    return replace(entry, expires_at=expires)


def _refuse_known(tx: Tx, value: Enrolment) -> None:
    if store.has_number(tx.connection, value.watchlist_id, value.number.strip()):
        raise Conflict("somebody is enrolled under this number on this list already")


def _note_twins(
    tx: Tx, made: WatchlistEntry, gallery: Gallery, matches: Sequence[FaceMatch]
) -> None:
    store.note_twins(
        tx,
        [
            Twin(
                id=new_id(),
                gallery_id=gallery.id,
                entry_id=made.id,
                other_id=own.entry.id,
                score=own.score,
                threshold=own.threshold,
                found_at=tx.at,
            )
            for own in matches
        ],
    )
