"""Who is this? All crossings of one person, who else may be he, and what humans decide about it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import reason_of, require_human
from parakh.alert.triage import advise
from parakh.domain.hit import Advice, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.masking import hidden
from parakh.domain.phrase import Phrase
from parakh.domain.traveller import Traveller
from parakh.domain.voyage import Crossing, Voyage
from parakh.errors import Conflict, NotFound
from parakh.screen.grouping import Wanted, near
from parakh.screen.persons import LINK, MAY_BE, Identity, Likeness, compare
from parakh.services import masking
from parakh.services.assessing import handling_of
from parakh.services.centre import Centre
from parakh.services.linking import link
from parakh.store import assessments, travellers
from parakh.store import persons as store
from parakh.store.database import Tx
from parakh.store.persons import Decision, StoredLink


@dataclass(frozen=True, kw_only=True, slots=True)
class Journey:
    """A traveller with his voyage, if he was declared for one, and his crossing.

    A crew member of a master crew list has neither.
    """

    traveller: Traveller
    voyage: Voyage | None
    crossing: Crossing | None

    @property
    def port(self) -> str:
        """Where he crosses the border."""
        if self.crossing is not None:
            return self.crossing.port
        return self.voyage.port if self.voyage else ""

    @property
    def at(self) -> datetime | None:
        """When he was seen, else when he is due."""
        if self.crossing is not None and self.crossing.at is not None:
            return self.crossing.at
        return self.voyage.due_at if self.voyage else None

    @property
    def order(self) -> tuple[float, str]:
        """By time; those of no known time come first."""
        return (self.at.timestamp() if self.at else 0.0, self.traveller.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRow:
    """One journey of the person, and why it is his.

    Attributes:
        advice: what was advised then, None where he was not screened.
        confidence, reasons: of its being this person's; 1 and nothing for the journey looked at.
        indirect: whether it is linked through another of his journeys.
        by: who joined it, "" where it was computed.
    """

    journey: Journey
    advice: Advice | None
    hits: tuple[Hit, ...]
    confidence: float
    reasons: tuple[Phrase, ...]
    indirect: bool = False
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Other:
    """Somebody else: the newest of his journeys that the actor may see, and how many there are."""

    journey: Journey
    likeness: Likeness
    journeys: int


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What is known of the person whom a traveller is.

    Attributes:
        rows: his journeys, newest first.
        elsewhere: how many more there are, at ports that are not the actor's.
        possible: who may be the same person, the surest first.
        borrowed: others who carried one of his documents.
        others_elsewhere: how many more there are of these two, at ports that are not the actor's.
        decisions: what officers said of him, oldest first.
    """

    traveller_id: str
    rows: tuple[HistoryRow, ...]
    elsewhere: int
    possible: tuple[Other, ...]
    borrowed: tuple[Other, ...]
    others_elsewhere: int
    decisions: tuple[Decision, ...]


def history(centre: Centre, actor: Actor, traveller_id: str) -> History:
    """All journeys of a traveller's person, and who else may be he; a look that is audited."""
    actor.require(Permission.SEE_TRAVELLERS)
    with centre.db.read() as connection:
        mine = _own(connection, actor, traveller_id).traveller.id
        members = _person(connection, mine)
        decisions = store.decisions_on(connection, members)
        identities = store.identities(connection, members)
        likenesses = _others(connection, identities, decisions)
        journeys = _journeys(connection, [*members, *likenesses])
        seen = {
            own: one for own, one in journeys.items() if actor.everywhere or one.port in actor.ports
        }
        hide = masking.masked(centre, connection, actor, seen)
        persons = store.persons_of(connection, likenesses)
        links = store.links_of(connection, members)
        advice = _advice(connection, members & seen.keys())
    rows = [
        _row(seen[own], mine, identities, links.get(own), advice[own])
        for own in identities
        if own in seen
    ]
    others = [
        _hidden_other(own) if own.journey.traveller.id in hide else own
        for own in _by_person(likenesses, persons, seen)
    ]
    centre.looked(actor, Purpose.VETTING, "history.viewed", "traveller", mine)
    return History(
        traveller_id=mine,
        rows=tuple(
            _hidden_row(row) if row.journey.traveller.id in hide else row
            for row in sorted(rows, key=lambda row: row.journey.order, reverse=True)
        ),
        elsewhere=len((identities.keys() & journeys.keys()) - seen.keys()),
        possible=tuple(one for one in others if not one.likeness.borrowed),
        borrowed=tuple(one for one in others if one.likeness.borrowed),
        others_elsewhere=len((likenesses.keys() & journeys.keys()) - seen.keys()),
        decisions=tuple(decisions),
    )


# --- what humans decide -------------------------------------------------------------------------


def split(centre: Centre, actor: Actor, traveller_id: str, reason: str) -> None:
    """A human says that a traveller is not the person he was linked to.

    Raises Conflict if he is linked to nobody, or was joined by a decision that still holds.
    """
    with _deciding(centre, actor) as tx:
        mine = _own(tx.connection, actor, traveller_id).traveller.id
        others = sorted(_person(tx.connection, mine) - {mine})
        if not others:
            raise Conflict("this traveller is linked with nobody")
        if any(one.same and mine in one.pair for one in store.decisions_on(tx.connection, [mine])):
            raise Conflict("an officer joined them: withdraw that decision first")
        said = [_say(tx, mine, other, same=False, reason=reason) for other in others]
        link(tx.connection, [mine, *others], tx.at)
        _audit(tx, "person.split", mine, others, said, reason)


def merge(centre: Centre, actor: Actor, traveller_id: str, other_id: str, reason: str) -> None:
    """A human says that two travellers are one person, and so are those linked with them.

    Raises Conflict if they are already, or if somebody decided that they are not.
    """
    with _deciding(centre, actor) as tx:
        mine = _own(tx.connection, actor, traveller_id).traveller.id
        other = _own(tx.connection, actor, other_id).traveller.id
        ours, theirs = _person(tx.connection, mine), _person(tx.connection, other)
        if ours & theirs:
            raise Conflict("they are one person already")
        decided = store.decisions_on(tx.connection, ours | theirs)
        if any(not one.same and one.pair & ours and one.pair & theirs for one in decided):
            raise Conflict("an officer said that they are two: withdraw that decision first")
        said = _say(tx, mine, other, same=True, reason=reason)
        link(tx.connection, ours | theirs, tx.at)
        _audit(tx, "person.merged", mine, [other], [said], reason)


def withdraw(centre: Centre, actor: Actor, decision_id: str, reason: str) -> None:
    """Takes a decision back, so that what is computed holds again.

    Of a split, what was said of the same traveller at the same moment goes with it. Raises Conflict
    if it was withdrawn already.
    """
    with _deciding(centre, actor) as tx:
        decision = store.get_decision(tx.connection, decision_id)
        for own in decision.pair:
            _own(tx.connection, actor, own)
        together = [
            one
            for one in store.decisions_on(tx.connection, decision.pair)
            if (one.by, one.at, one.same) == (decision.by, decision.at, decision.same)
        ]
        if decision.id not in {one.id for one in together}:
            raise Conflict("it was withdrawn already")
        for one in together:
            store.withdraw_decision(tx.connection, one.id, tx.actor.name, tx.at)
        concerned = frozenset[str]().union(*(one.pair for one in together))
        persons = store.persons_of(tx.connection, concerned)
        link(
            tx.connection,
            concerned | store.members_of(tx.connection, persons.values()).keys(),
            tx.at,
        )
        mine = decision.traveller_id
        _audit(
            tx, "person.withdrawn", mine, concerned - {mine}, [one.id for one in together], reason
        )


# --- within -------------------------------------------------------------------------------------


@contextmanager
def _deciding(centre: Centre, actor: Actor) -> Iterator[Tx]:
    actor.require(Permission.LINK_PERSONS)
    require_human(actor)
    with centre.db.write(actor, Purpose.VETTING) as tx:
        store.lock(tx.connection)
        yield tx


def _say(tx: Tx, traveller_id: str, other_id: str, *, same: bool, reason: str) -> str:
    """Notes a decision, and gives its identifier."""
    decision = Decision(
        id=new_id(),
        traveller_id=traveller_id,
        other_id=other_id,
        same=same,
        reason=reason_of(reason),
        by=tx.actor.name,
        at=tx.at,
    )
    store.add_decision(tx.connection, decision)
    return decision.id


def _audit(
    tx: Tx,
    action: str,
    traveller_id: str,
    others: Iterable[str],
    decisions: Iterable[str],
    reason: str,
) -> None:
    """An auditor must see of whom it was said, also once the decisions are withdrawn."""
    tx.audit(
        action,
        "traveller",
        traveller_id,
        others=sorted(others),
        decisions=sorted(decisions),
        reason=reason_of(reason),
    )


def _person(connection: sa.Connection, traveller_id: str) -> set[str]:
    """All travellers of a traveller's person, himself included."""
    persons = store.persons_of(connection, [traveller_id])
    return {traveller_id, *store.members_of(connection, persons.values())}


def _own(connection: sa.Connection, actor: Actor, traveller_id: str) -> Journey:
    """A traveller of the actor's ports."""
    lasting = travellers.lasting_id(connection, traveller_id)
    found = _journeys(connection, [lasting]).get(lasting)
    if found is None:
        raise NotFound("there is no such traveller")
    actor.require_port(found.port)
    return found


def _journeys(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Journey]:
    found = travellers.travellers_by_id(connection, list(ids))
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in found})
    crossings = travellers.crossings_of(connection, [own.id for own in found])
    journeys = (
        Journey(traveller=own, voyage=voyages.get(own.voyage_id), crossing=crossings.get(own.id))
        for own in found
    )
    # Without either he is a crew member of a master list, or a crossing that was taken back.
    return {
        own.traveller.id: own
        for own in journeys
        if own.voyage or own.crossing or own.traveller.standing.comes
    }


def _others(
    connection: sa.Connection, identities: Mapping[str, Identity], decisions: Iterable[Decision]
) -> dict[str, Likeness]:
    """Travellers who may be the person, or carried his documents, but for those decided on."""
    wanted = [Wanted.of(own) for own in set(identities.values())]
    decided = frozenset[str]().union(*(one.pair for one in decisions))
    found = store.candidates(connection, wanted) - identities.keys() - decided
    told: dict[str, Likeness] = {}
    for compared in near(identities, store.identities(connection, found), 0.0).values():
        for other, likeness in compared.items():
            if other not in told or told[other].confidence < likeness.confidence:
                told[other] = likeness
    return {own: one for own, one in told.items() if one.confidence >= MAY_BE or one.borrowed}


def _by_person(
    likenesses: Mapping[str, Likeness], persons: Mapping[str, str], seen: Mapping[str, Journey]
) -> list[Other]:
    """One line for each other person, the surest first."""
    together: defaultdict[str, list[str]] = defaultdict(list)
    for own in likenesses.keys() & seen.keys():
        together[persons.get(own, own)].append(own)
    others = [
        Other(
            journey=max((seen[own] for own in known), key=lambda one: one.order),
            likeness=max((likenesses[own] for own in known), key=lambda one: one.confidence),
            journeys=len(known),
        )
        for known in together.values()
    ]
    return sorted(others, key=lambda one: (-one.likeness.confidence, one.journey.traveller.id))


def _row(
    journey: Journey,
    mine: str,
    identities: Mapping[str, Identity],
    stored: StoredLink | None,
    given: tuple[Advice | None, tuple[Hit, ...]],
) -> HistoryRow:
    """Compared with the journey looked at, where that says enough; else as it was linked."""
    own = journey.traveller.id
    direct = compare(identities[mine], identities[own])
    if own == mine or stored is None or direct.confidence >= LINK:
        confidence, reasons, indirect = direct.confidence, direct.reasons, False
    else:
        confidence, reasons, indirect = stored.confidence, stored.reasons, stored.other != mine
    return HistoryRow(
        journey=journey,
        advice=given[0],
        hits=given[1],
        confidence=1.0 if own == mine else confidence,
        reasons=() if own == mine else reasons,
        indirect=indirect,
        by=stored.by if stored else "",
    )


def _hidden_row(row: HistoryRow) -> HistoryRow:
    return replace(row, journey=_hidden(row.journey), hits=(), reasons=())


def _hidden_other(own: Other) -> Other:
    likeness = replace(own.likeness, reasons=(), shared=None)
    return replace(own, journey=_hidden(own.journey), likeness=likeness)


def _hidden(journey: Journey) -> Journey:
    return replace(journey, traveller=hidden(journey.traveller))


def _advice(
    connection: sa.Connection, ids: Iterable[str]
) -> dict[str, tuple[Advice | None, tuple[Hit, ...]]]:
    """The advice on each traveller as it follows from his hits, and these."""
    refs = {own: Ref(kind=Kind.TRAVELLER, id=own) for own in ids}
    results = assessments.newest_results(connection, refs.values())
    hits = assessments.hits_of(connection, refs.values())
    handling = handling_of(connection, chain.from_iterable(hits.values()))
    return {
        own: (
            advise(results[own], hits.get(ref, ()), handling) if own in results else None,
            tuple(hits.get(ref, ())),
        )
        for own, ref in refs.items()
    }
