"""All that is known of one traveller: each value with its sources, and every earlier state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.alert import Alert
from parakh.domain.hit import Advice, Assessment, Hit, Kind, Ref
from parakh.domain.masking import Unmasking, hidden
from parakh.domain.traveller import Document, Standing, Traveller
from parakh.domain.voyage import Crossing, Voyage
from parakh.errors import NotFound
from parakh.ingest.records import DeclaredBooking
from parakh.normalise.assemble import traveller_of
from parakh.normalise.fold import Act, Claim, Said, Sourced, fold, sourced
from parakh.normalise.join import SourceKind
from parakh.services import expected, masking
from parakh.services.centre import Centre
from parakh.services.joining import acts_on, by_locator
from parakh.services.voyages import vetting_rows
from parakh.store import alerts, assessments, records, travellers
from parakh.store.records import SourceRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What one message said of one attribute.

    Attributes:
        text: as declared; `value` as understood.
        claim: how it stands to the value in use.
    """

    text: str
    value: str
    claim: Claim
    kind: SourceKind
    said_at: datetime
    message_id: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A value in use, and everything that was declared for it, newest first."""

    attribute: str
    value: str
    told: tuple[Told, ...]

    @property
    def conflict(self) -> bool:
        """Whether two kinds of source say different things now."""
        return any(own.claim is Claim.CONFLICTS for own in self.told)


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentSources:
    """A document, which kinds of source declare it, and where they differ about it.

    `differing` are the attributes (`issuer`, `expiry`) of which they say different things, with
    the kind of source and what its newest message says.
    """

    document: Document
    kinds: tuple[SourceKind, ...]
    differing: tuple[tuple[str, SourceKind, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class BookingView:
    """The newest version of one booking, and the message that brought it."""

    booking: DeclaredBooking
    said_at: datetime
    message_id: str
    holds: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One message about the traveller, in the order in which they came, and what it changed.

    `changed` are attributes with their values before and after.
    """

    message_id: str
    kind: SourceKind
    action: str
    said_at: datetime
    received_at: datetime
    line: int
    changed: tuple[tuple[str, str, str], ...]
    standing: Standing
    late: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TravellerView:
    """All that the centre knows of one traveller.

    Attributes:
        voyage: None for somebody who crossed by no declared voyage.
        as_of: the step whose outcome is shown instead of what is known now.
        masked: whether the actor may not read who it is (see `parakh.services.masking`).
        unmasking: the actor's newest request to.
        steps: newest first.
        alerts: those of the actor's units.
    """

    traveller: Traveller
    voyage: Voyage | None
    crossing: Crossing | None
    advice: Advice | None
    sources: tuple[SourceRecord, ...]
    values: tuple[Value, ...]
    documents: tuple[DocumentSources, ...]
    bookings: tuple[BookingView, ...]
    steps: tuple[Step, ...]
    as_of: Step | None
    assessments: tuple[Assessment, ...]
    hits: tuple[Hit, ...]
    alerts: tuple[Alert, ...]
    masked: bool = False
    unmasking: Unmasking | None = None


def traveller(
    centre: Centre,
    actor: Actor,
    traveller_id: str,
    purpose: Purpose = Purpose.VETTING,
    as_of: str | None = None,
) -> TravellerView:
    """All that is known of a traveller; a look that is audited.

    With `as_of`, a message's identifier, his values are those that were known once it had come.
    Raises NotFound, also for a message that does not speak of him, and Forbidden for a traveller
    of another unit's port of whom the actor's unit has no alert. An identifier that was joined to
    another leads to that one.
    """
    actor.require(Permission.SEE_TRAVELLERS)
    with centre.db.read() as connection:
        lasting = travellers.lasting_id(connection, traveller_id)
        found = travellers.get_traveller(connection, lasting)
        view = _view(connection, actor, found, as_of)
        told = masking.shown_hits(centre, connection, actor, view.hits)
        view = replace(view, hits=tuple(told))
        if masking.masked(centre, connection, actor, [found.id]):
            view = _masked(view)
        asked = masking.about(connection, actor, found.id)
        view = replace(view, unmasking=asked)
    detail = {} if as_of is None else {"as_of": as_of}
    with centre.db.write(actor, purpose) as tx:
        tx.audit("traveller.viewed", "traveller", found.id, **detail)
    if as_of is None:
        expected.looked(centre.db, found.id, actor.name)
    return view


def _view(
    connection: sa.Connection, actor: Actor, found: Traveller, as_of: str | None
) -> TravellerView:
    ref = Ref(kind=Kind.TRAVELLER, id=found.id)
    voyage = travellers.get_voyage(connection, found.voyage_id) if found.voyage_id else None
    row = vetting_rows(connection, [found])[0]
    alerted = {own.unit_id for own in alerts.alerts_on(connection, ref)}
    if not actor.units & alerted:
        # A list may alert a unit that works at no port: whom it is to handle, it may see.
        actor.require_port(voyage.port if voyage else row.crossing.port if row.crossing else "")
    sources = records.records_of(connection, found.id)
    acts = by_locator(records.acts_of(connection, voyage.id) if voyage else [])
    own_acts = acts_on((own.statement for own in sources), acts)
    said = _said(sources)
    steps = _steps(sources, said, own_acts)
    step = _step_of(steps, as_of) if as_of is not None else None
    if step is not None:
        known = [place for place, own in enumerate(sources) if own.message_id <= step.message_id]
        sources, said = [sources[place] for place in known], [said[place] for place in known]
        folded = fold(said, _until(own_acts, step.message_id))
        found = replace(folded, id=found.id, voyage_id=found.voyage_id)
    return TravellerView(
        traveller=found,
        voyage=voyage,
        crossing=row.crossing,
        advice=row.advice,
        sources=tuple(sources),
        values=tuple(_values(sources, said)),
        documents=tuple(_documents(found, said)),
        bookings=tuple(_bookings(connection, sources)),
        steps=tuple(reversed(steps)),
        as_of=step,
        assessments=tuple(assessments.assessments_of(connection, [ref]).get(ref, [])),
        hits=tuple(assessments.hits_of(connection, [ref]).get(ref, [])),
        alerts=tuple(
            alert
            for alert in alerts.alerts_on(connection, ref)
            if actor.everywhere or alert.unit_id in actor.units
        ),
    )


def _masked(view: TravellerView) -> TravellerView:
    """Without what was declared, and what hits say of it."""
    return replace(
        view,
        traveller=hidden(view.traveller),
        sources=(),
        values=(),
        documents=(),
        bookings=(),
        steps=(),
        as_of=None,
        assessments=(),
        hits=(),
        masked=True,
    )


# --- values and their sources -------------------------------------------------------------------


def _said(sources: Iterable[SourceRecord]) -> list[Said]:
    """The values of each; normalised once, for a frequent flyer's page needs them many times."""
    return [
        Said(
            statement=own.statement,
            value=traveller_of(own.declared, "", own.received_at.date()),
        )
        for own in sources
    ]


def _values(sources: Sequence[SourceRecord], said: Sequence[Said]) -> list[Value]:
    by_statement = {own.statement.id: own for own in sources}
    found: dict[str, list[Sourced]] = {}
    for own in sourced(said):
        found.setdefault(own.attribute, []).append(own)
    return [
        Value(
            attribute=name,
            value=next(own.value for own in told if own.claim is Claim.USED),
            told=tuple(_told(own, by_statement[own.statement.id]) for own in told),
        )
        for name, told in found.items()
        if any(own.claim is Claim.USED for own in told)
    ]


def _told(value: Sourced, source: SourceRecord) -> Told:
    declared = getattr(source.declared, value.attribute)
    text = ", ".join(declared) if isinstance(declared, tuple) else str(declared)
    return Told(
        text=text,
        value=value.value,
        claim=value.claim,
        kind=value.statement.kind,
        said_at=value.statement.said_at,
        message_id=source.message_id,
        line=source.declared.lines.get(value.attribute, source.line),
    )


def _documents(found: Traveller, said: Sequence[Said]) -> list[DocumentSources]:
    return [_document(own, said) for own in found.documents]


def _document(document: Document, said: Sequence[Said]) -> DocumentSources:
    """`said` is newest first."""
    newest: dict[SourceKind, Document] = {}
    for own in said:
        for other in own.value.documents:
            if other.number == document.number:
                newest.setdefault(own.statement.kind, other)
    differing = [
        (name, kind, str(value))
        for name in ("issuer", "expiry")
        for kind, own in sorted(newest.items())
        if (value := getattr(own, name)) is not None
        and not _agree(str(value), str(getattr(document, name)))
    ]
    return DocumentSources(
        document=document, kinds=tuple(sorted(newest)), differing=tuple(differing)
    )


def _agree(one: str, other: str) -> bool:
    """Whether two values are equal as far as both tell them; an expiry may be a month only."""
    return one.startswith(other) or other.startswith(one)


def _bookings(connection: sa.Connection, sources: Sequence[SourceRecord]) -> list[BookingView]:
    """The newest version of each booking, as `sources` are newest first."""
    newest = _newest_versions(sources)
    stored = records.bookings_by_id(connection, [own.booking_id or "" for own in newest])
    return [
        BookingView(
            booking=stored[own.booking_id],
            said_at=own.statement.said_at,
            message_id=own.message_id,
            holds=own.statement.marks.holds,
        )
        for own in newest
        if own.booking_id in stored
    ]


def _newest_versions(sources: Iterable[SourceRecord]) -> list[SourceRecord]:
    """One record a booking; versions that share a locator are of one, which may gain another."""
    found: list[tuple[set[str], SourceRecord]] = []
    for own in sources:
        if own.booking_id is None:
            continue
        names = set(own.statement.marks.locators) or {own.booking_id}
        same = [version for version in found if not version[0].isdisjoint(names)]
        if not same:
            found.append((names, own))
            continue
        same[0][0].update(names, *(others for others, _ in same[1:]))
        found = [version for version in found if version not in same[1:]]
    return [own for _, own in found]


# --- earlier states -----------------------------------------------------------------------------


def _until(acts: Iterable[Act], message_id: str) -> list[Act]:
    return [act for act in acts if act.order[1][0] <= message_id]


def _steps(
    sources: Sequence[SourceRecord], said: Sequence[Said], acts: Sequence[Act]
) -> list[Step]:
    """In the order in which messages came, each with what it changed."""
    by_message: dict[str, list[tuple[SourceRecord, Said]]] = {}
    for both in zip(sources, said, strict=True):
        by_message.setdefault(both[0].message_id, []).append(both)
    steps: list[Step] = []
    known: list[Said] = []
    before: dict[str, str] = {}
    for message_id in sorted(by_message):
        told = by_message[message_id][0][0]
        late = any(own.statement.order > told.statement.order for own in known)
        known += (own for _, own in by_message[message_id])
        after = {own.attribute: own.value for own in sourced(known) if own.claim is Claim.USED}
        value = fold(known, _until(acts, message_id))
        after["documents"] = ", ".join(sorted(own.number for own in value.documents))
        steps.append(
            Step(
                message_id=message_id,
                kind=told.statement.kind,
                action=told.statement.action,
                said_at=told.statement.said_at,
                received_at=told.received_at,
                line=told.line,
                changed=tuple(_changed(before, after)) if before else (),
                standing=value.standing,
                late=late,
            )
        )
        before = after
    return steps


def _changed(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, str]]:
    names = dict.fromkeys((*before, *after))
    return [
        (name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def _step_of(steps: Iterable[Step], message_id: str) -> Step:
    for step in steps:
        if step.message_id == message_id:
            return step
    raise NotFound("no such message speaks of this traveller")
