"""From what a profile is opened: a traveller, an alert, a hit, an entry or a case."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.phrase import N_, phrase
from parakh.domain.profile import (
    Fact,
    FactKind,
    MemberKind,
    NameKind,
    ProfileKind,
    Scheme,
)
from parakh.domain.traveller import Document, DocumentType, Traveller, is_number
from parakh.domain.watchlist import EntryKind, WatchlistEntry
from parakh.errors import Forbidden, InvalidInput, NotFound
from parakh.services import masking, profile_enforcement, profile_goods
from parakh.services.centre import Centre
from parakh.store import (
    alerts,
    assessments,
    lookout_sight,
    profile_events,
    travellers,
    watchlists,
)

_SCHEMES = {
    DocumentType.PASSPORT: Scheme.PASSPORT,
    DocumentType.VISA: Scheme.VISA,
    DocumentType.IDENTITY_CARD: Scheme.IDENTITY_CARD,
    DocumentType.OTHER: Scheme.DOCUMENT,
}
_KINDS = {
    EntryKind.PERSON: ProfileKind.PERSON,
    EntryKind.DOCUMENT: ProfileKind.PERSON,
    EntryKind.ORGANISATION: ProfileKind.ORGANISATION,
    EntryKind.VESSEL: ProfileKind.VESSEL,
    EntryKind.AIRCRAFT: ProfileKind.AIRCRAFT,
    EntryKind.VEHICLE: ProfileKind.VEHICLE,
}
_DECLARED = N_("Declared for {voyage}")
_CROSSED = N_("Declared at the border")
_LISTED = N_("List: {name}")
_FROM_CASE = N_("Case {number}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What the form of a new profile begins with."""

    kind: ProfileKind
    title: str
    suspicion: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A member as somebody may see it; `label` and `path` are "" for another unit's,
    and for a masked traveller."""

    fact: Fact
    label: str
    path: str


def draft(centre: Centre, actor: Actor, kind: Kind, ref_id: str) -> Draft:
    """A profile as far as it is known of a traveller, a watchlist entry or a case.

    A look that is audited. Raises NotFound, and Forbidden for what is another unit's.
    """
    actor.require(Permission.KEEP_PROFILES)
    with centre.db.read() as connection:
        if kind is Kind.TRAVELLER:
            masking.require_shown(centre, connection, actor, [ref_id])
        found = _draft(centre, connection, actor, kind, ref_id)
    centre.looked(actor, Purpose.PROFILE, "profile.drafted", kind.value, ref_id)
    return found


def _draft(
    centre: Centre, connection: sa.Connection, actor: Actor, kind: Kind, ref_id: str
) -> Draft:
    match kind:
        case Kind.TRAVELLER:
            return _of_traveller(connection, actor, ref_id)
        case Kind.WATCHLIST_ENTRY:
            actor.require(Permission.SEE_WATCHLISTS)
            lookout_sight.require_open(connection, actor, ref_id)
            entry = watchlists.get_entry(connection, ref_id)
            facts = _of_entry(connection, entry)
            title = next((own.value for own in facts if own.kind is FactKind.NAME), "")
            return Draft(
                kind=_KINDS[entry.kind], title=title, suspicion=entry.reason, facts=tuple(facts)
            )
        case Kind.CASE:
            return _of_case(centre, connection, actor, ref_id)
        case Kind.ENFORCEMENT:
            actor.require(Permission.SEE_ENFORCEMENT)
            found = profile_enforcement.of_record(connection, ref_id)
            return Draft(
                kind=found.kind,
                title=found.title,
                suspicion=found.suspicion,
                facts=tuple(_once(found.facts)),
            )
        case Kind.ORGANISATION:
            return _of_goods(*profile_goods.of_party(connection, actor, ref_id))
        case Kind.CONVEYANCE:
            actor.require(Permission.SEE_GOODS)
            return _of_goods(*profile_goods.of_conveyance(connection, ref_id))
    raise InvalidInput("a profile is opened from a traveller, an entry or a case")


def _of_goods(kind: ProfileKind, title: str, facts: list[Fact]) -> Draft:
    return Draft(kind=kind, title=title, suspicion="", facts=tuple(facts))


def declared(connection: sa.Connection, own: Traveller) -> list[Fact]:
    """What a traveller's declaration tells of a profile, with himself as a member."""
    voyages = travellers.voyages_by_id(connection, [own.voyage_id])
    voyage = voyages.get(own.voyage_id)
    source = str(phrase(_DECLARED, voyage=voyage.name) if voyage else phrase(_CROSSED))
    told = [
        _fact(FactKind.NAME, own.name.full, source, scheme=NameKind.PRIMARY.value),
        _fact(FactKind.BIRTH_DATE, str(own.birth_date or ""), source),
        _fact(FactKind.NATIONALITY, own.nationality or "", source),
        *_numbers(own.documents, source),
        _fact(FactKind.MEMBER, own.id, source, scheme=MemberKind.TRAVELLER.value),
    ]
    return [one for one in told if one.value]


def _of_traveller(connection: sa.Connection, actor: Actor, ref_id: str) -> Draft:
    own = travellers.get_traveller(connection, travellers.lasting_id(connection, ref_id))
    _require_traveller(connection, actor, own)
    ref = Ref(kind=Kind.TRAVELLER, id=own.id)
    hits = [
        hit
        for hit in assessments.hits_of(connection, [ref]).get(ref, ())
        if hit.state is not HitState.CLEARED
    ]
    facts = declared(connection, own)
    for hit in hits:
        if hit.state is HitState.CONFIRMED and hit.target.kind is Kind.WATCHLIST_ENTRY:
            facts += _entry_facts(connection, hit)
    return Draft(
        kind=ProfileKind.PERSON,
        title=own.name.full,
        suspicion="\n".join(str(hit.sentence) for hit in hits),
        facts=tuple(_once(facts)),
    )


def _of_case(centre: Centre, connection: sa.Connection, actor: Actor, ref_id: str) -> Draft:
    """Of a case about one traveller with what he declared; of others with all as members."""
    member = _fact(FactKind.MEMBER, ref_id, "", scheme=MemberKind.CASE.value)
    case, source = _case(connection, actor, member)
    hide = masking.masked(centre, connection, actor, case.traveller_ids)
    known = [own for own in case.traveller_ids if own not in hide]
    facts = [
        _fact(FactKind.MEMBER, own, source, scheme=MemberKind.TRAVELLER.value) for own in known
    ]
    if len(known) == 1:
        facts = declared(connection, travellers.get_traveller(connection, known[0]))
    title = next((own.value for own in facts if own.kind is FactKind.NAME), case.title)
    return Draft(
        kind=ProfileKind.PERSON,
        title=title,
        suspicion=case.title,
        facts=(*facts, replace(member, source=source)),
    )


def _entry_facts(connection: sa.Connection, hit: Hit) -> list[Fact]:
    entry = watchlists.entries_by_id(connection, [hit.target.id]).get(hit.target.id)
    return _of_entry(connection, entry) if entry else []


def _of_entry(connection: sa.Connection, entry: WatchlistEntry) -> list[Fact]:
    source = _source_of(connection, entry)
    names = [
        _fact(
            FactKind.NAME,
            name.full,
            source,
            scheme=(NameKind.ALIAS if place else NameKind.PRIMARY).value,
        )
        for place, name in enumerate(entry.names)
    ]
    return [
        *names,
        *(_fact(FactKind.BIRTH_DATE, str(own), source) for own in entry.birth_dates),
        *(_fact(FactKind.NATIONALITY, own, source) for own in entry.nationalities),
        *_numbers(entry.documents, source),
        *(
            _fact(
                FactKind.IDENTIFIER,
                own.value,
                source,
                scheme=Scheme(own.kind.value).value,
                issuer=own.country or "",
            )
            for own in entry.identifiers
        ),
        _fact(FactKind.MEMBER, entry.id, source, scheme=MemberKind.WATCHLIST_ENTRY.value),
    ]


def _numbers(documents: Iterable[Document], source: str) -> list[Fact]:
    return [
        _fact(
            FactKind.IDENTIFIER,
            own.number,
            source,
            scheme=_SCHEMES[own.type].value,
            issuer=own.issuer or "",
        )
        for own in documents
        if is_number(own.number)
    ]


def _fact(kind: FactKind, value: str, source: str, scheme: str = "", issuer: str = "") -> Fact:
    return Fact(
        id="", profile_id="", kind=kind, scheme=scheme, value=value, issuer=issuer, source=source
    )


def _once(facts: Iterable[Fact]) -> list[Fact]:
    """Each thing once; a name is told once in whatever way it is borne."""
    first: dict[tuple[str, ...], Fact] = {}
    for own in facts:
        key = own.same if own.kind is not FactKind.NAME else ("name", own.value)
        first.setdefault(key, own)
    return list(first.values())


def _source_of(connection: sa.Connection, entry: WatchlistEntry) -> str:
    return str(phrase(_LISTED, name=_list_of(connection, entry)))


def _list_of(connection: sa.Connection, entry: WatchlistEntry) -> str:
    return watchlists.lists(connection)[entry.watchlist_id].name


# --- members ------------------------------------------------------------------------------------


def checked_member(centre: Centre, connection: sa.Connection, actor: Actor, fact: Fact) -> Fact:
    """The member as it is called now; raises NotFound without one, Forbidden for another unit's and
    for a masked traveller."""
    match fact.scheme:
        case MemberKind.TRAVELLER.value:
            lasting = travellers.lasting_id(connection, fact.value)
            own = travellers.get_traveller(connection, lasting)
            _require_traveller(connection, actor, own)
            masking.require_shown(centre, connection, actor, [lasting])
            return replace(fact, value=lasting)
        case MemberKind.WATCHLIST_ENTRY.value:
            actor.require(Permission.SEE_WATCHLISTS)
            lookout_sight.require_open(connection, actor, fact.value)
            watchlists.get_entry(connection, fact.value)
        case MemberKind.CASE.value:
            _case(connection, actor, fact)
    return fact


def members_shown(
    centre: Centre, connection: sa.Connection, actor: Actor, facts: Iterable[Fact]
) -> list[Member]:
    """The members among some facts, each by what it is called; masked travellers by nothing."""
    told = [own for own in facts if own.kind is FactKind.MEMBER]
    ids = [own.value for own in told if own.scheme == MemberKind.TRAVELLER.value]
    hide = masking.masked(centre, connection, actor, ids)
    return [_shown(centre, connection, actor, own, hide) for own in told]


def _shown(
    centre: Centre, connection: sa.Connection, actor: Actor, fact: Fact, hide: Collection[str]
) -> Member:
    if fact.value in hide:
        return Member(fact=fact, label="", path="")
    try:
        own = checked_member(centre, connection, actor, fact)
    except (Forbidden, NotFound):
        return Member(fact=fact, label="", path="")
    if fact.scheme == MemberKind.TRAVELLER.value:
        (found,) = travellers.travellers_by_id(connection, [own.value])
        voyage = travellers.voyages_by_id(connection, [found.voyage_id]).get(found.voyage_id)
        label = f"{found.name.full}, {voyage.name}" if voyage else found.name.full
        return Member(fact=fact, label=label, path=f"/travellers/{found.id}")
    if fact.scheme == MemberKind.WATCHLIST_ENTRY.value:
        entry = watchlists.get_entry(connection, own.value)
        known = [*entry.names, *(one.number for one in entry.documents)]
        label = f"{known[0] if known else entry.id}, {_list_of(connection, entry)}"
        return Member(fact=fact, label=label, path=f"/watchlist/entries/{entry.id}")
    case, _ = _case(connection, actor, own)
    return Member(fact=fact, label=f"{case.number}, {case.title}", path=f"/cases/{case.id}")


def _require_traveller(connection: sa.Connection, actor: Actor, own: Traveller) -> None:
    """Raises Forbidden for a traveller of another port of whom the actor's units have no alert."""
    actor.require(Permission.SEE_TRAVELLERS)
    crossing = travellers.crossings_of(connection, [own.id]).get(own.id)
    voyage = travellers.voyages_by_id(connection, [own.voyage_id]).get(own.voyage_id)
    port = crossing.port if crossing else voyage.port if voyage else ""
    if actor.everywhere or port in actor.ports:
        return
    told = alerts.alerts_on(connection, Ref(kind=Kind.TRAVELLER, id=own.id))
    if not any(one.unit_id in actor.units for one in told):
        raise Forbidden("the traveller is another port's")


def _case(
    connection: sa.Connection, actor: Actor, fact: Fact
) -> tuple[profile_events.CaseHead, str]:
    actor.require(Permission.SEE_CASES)
    found = profile_events.case_head(connection, fact.value)
    if found is None:
        raise NotFound("there is no such case")
    if found.only_for:
        seen = actor.name in found.only_for
    else:
        seen = actor.everywhere or found.unit_id in actor.units
    if not seen:
        raise Forbidden("the case is another unit's")
    return found, str(phrase(_FROM_CASE, number=found.number))
