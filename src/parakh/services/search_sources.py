"""What the search box looks for: one function a kind of answer, in a written-out table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from math import log10

from parakh.access import Permission
from parakh.domain.consignment import Consignment, PartyRole
from parakh.domain.hit import Kind as SubjectKind
from parakh.domain.hit import Ref
from parakh.domain.link import End, LinkKind
from parakh.domain.lookout import LOOKOUTS
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.selectivity import LaneDecision
from parakh.domain.traveller import PersonName, Standing, Traveller, TravellerRole
from parakh.domain.voyage import Voyage
from parakh.domain.watchlist import EntryKind, Identifier, IdentifierKind
from parakh.normalise.contacts import read_phone
from parakh.normalise.names import read_name
from parakh.normalise.recognise import Sought
from parakh.normalise.searching import wanted_words
from parakh.screen.comparison import compare_names
from parakh.screen.lexicon import COMMON, name_tokens, standard
from parakh.screen.names import ListedPerson
from parakh.screen.screener import TravellerSubject
from parakh.services import masking
from parakh.services.search_answers import Answer, Asked, Kind, Source
from parakh.store import (
    alerts,
    assessments,
    cases,
    conveyances,
    goods_search,
    links,
    lookout_sight,
    persons,
    profiles,
    selectivity,
    travellers,
)
from parakh.store import search as store

CANDIDATES = 300
"""So many bearers of a name's words are compared with it."""

LEAST_ALIKE = 0.15
"""Likeness of names from which somebody is shown."""

LEAST_LISTED = 0.35
"""Score by the name alone from which an entry of a watchlist is shown."""

MOST_BEARERS = 200
"""Travellers with one number, locator, telephone or address of e-mail who are looked at."""

RARE_SHARE = 1e-4
"""Assumed share of people who bear a word of which the lexicon knows none."""

_NEVER = timedelta.max

_SHORTEST_NUMBER = 3
"""Letters and figures; fewer stand in every plate."""

_BY_DOCUMENT = N_("Document {number}")
_BY_LOCATOR = N_("Booking {locator}")
_BY_CONTACT = N_("Reached by {contact}")


# --- travellers -----------------------------------------------------------------------------------


def _travellers(asked: Asked) -> list[Answer]:
    """Those with the number, booking or contact first, then by likeness of the name; of the
    journeys of one person that which answers best."""
    numbered = _numbered(asked)
    ids = [*_in_view(asked, numbered), *(own for own, _ in _named(asked))]
    shown = _one_a_person(asked, list(dict.fromkeys(ids)))[: asked.limit]
    found = {own.id: own for own in travellers.travellers_by_id(asked.connection, shown)}
    voyages = travellers.voyages_by_id(asked.connection, {own.voyage_id for own in found.values()})
    advice = assessments.advice_of(asked.connection, found)
    alerted = _alerted(asked, found)
    return [
        replace(
            _traveller(found[own], voyages.get(found[own].voyage_id), numbered.get(own)),
            advice=advice.get(own),
            alert_id=alerted.get(own, ""),
        )
        for own in shown
        if own in found
    ]


def _alerted(asked: Asked, ids: Iterable[str]) -> dict[str, str]:
    """The newest open alert of the actor's units on each of some travellers."""
    if not asked.actor.may(Permission.SEE_ALERTS):
        return {}
    units = None if asked.actor.everywhere else asked.actor.units
    return alerts.open_on(asked.connection, ids, units)


def _numbered(asked: Asked) -> dict[str, Phrase]:
    """Who has a number, a booking or a contact that was typed, and which."""
    connection = asked.connection
    found: dict[str, Phrase] = {}
    for number in asked.values(Sought.NUMBER):
        for own in store.with_document(connection, number, MOST_BEARERS):
            found.setdefault(own, phrase(_BY_DOCUMENT, number=number))
    for locator in asked.values(Sought.LOCATOR):
        for own in store.with_locator(connection, locator, MOST_BEARERS):
            found.setdefault(own, phrase(_BY_LOCATOR, locator=locator))
    for end in _contacts(asked):
        token = asked.centre.link_tokens.of(end).hex()
        for own in links.bearers_of(connection, token, MOST_BEARERS):
            found.setdefault(own, phrase(_BY_CONTACT, contact=end.told))
    return found


def _contacts(asked: Asked) -> Iterable[End]:
    home = asked.centre.settings.country
    for own in asked.values(Sought.EMAIL):
        yield End(kind=LinkKind.EMAIL, value=own, told=own, line=0)
    for own in asked.values(Sought.PHONE):
        if phone := read_phone(own, home):
            yield End(kind=LinkKind.PHONE, value=phone, told=phone, line=0)


def _named(asked: Asked) -> list[tuple[str, float]]:
    """Whose name is like the one that was typed, the most alike first, then the newest."""
    found: dict[str, float] = {}
    for text in asked.values(Sought.NAME):
        name = read_name("", text)
        ours = name_tokens(name)
        ids = store.named(asked.connection, name, asked.ports, limit=CANDIDATES)
        for own, theirs in store.names(asked.connection, ids).items():
            alike = compare_names(ours, name_tokens(theirs), _rarity).alike
            found[own] = max(alike, found.get(own, 0.0))
    near = [own for own in found.items() if own[1] >= LEAST_ALIKE]
    hidden = masking.masked(asked.centre, asked.connection, asked.actor, (own for own, _ in near))
    near = [own for own in near if own[0] not in hidden]
    return sorted(near, key=lambda own: (round(own[1], 2), own[0]), reverse=True)


def _rarity(word: str) -> float:
    return -log10(COMMON.get(standard(word), RARE_SHARE))


def _in_view(asked: Asked, ids: Iterable[str]) -> list[str]:
    mine = store.within(asked.connection, ids, asked.ports)
    hidden = masking.masked(asked.centre, asked.connection, asked.actor, mine)
    return [own for own in mine if own not in hidden]


def _one_a_person(asked: Asked, ids: Sequence[str]) -> list[str]:
    person = persons.persons_of(asked.connection, ids)
    return list({person.get(own, own): own for own in reversed(ids)}.values())[::-1]


def _traveller(own: Traveller, voyage: Voyage | None, why: Phrase | None) -> Answer:
    told = [
        str(own.birth_date or ""),
        own.documents[0].number if own.documents else "",
        f"{voyage.name} {voyage.origin} → {voyage.destination}" if voyage else "",
    ]
    return Answer(
        kind=Kind.TRAVELLER,
        id=own.id,
        title=str(own.name),
        told=tuple(filter(None, told)),
        nation=own.nationality or "",
        at=voyage.due_at if voyage else None,
        tags=() if own.standing is Standing.EXPECTED else (own.standing,),
        why=why,
    )


# --- voyages --------------------------------------------------------------------------------------


def _voyages(asked: Asked) -> list[Answer]:
    """Voyages of that carrier and number, those due nearest to now first."""
    found: list[Voyage] = []
    for text in asked.values(Sought.FLIGHT):
        name, _, day = text.partition("/")
        ids = store.voyages_named(asked.connection, name, asked.ports, CANDIDATES)
        named = travellers.voyages_by_id(asked.connection, ids).values()
        found += (own for own in named if not day or day in _days(own))
    now = asked.centre.clock()
    ordered = sorted(found, key=lambda own: abs(own.due_at - now) if own.due_at else _NEVER)
    return [
        Answer(
            kind=Kind.VOYAGE,
            id=own.id,
            title=own.name,
            told=(f"{own.origin} → {own.destination}",),
            at=own.due_at,
            tags=(own.direction,),
        )
        for own in ordered[: asked.limit]
    ]


def _days(own: Voyage) -> set[str]:
    return {at.date().isoformat() for at in (own.departure, own.arrival) if at is not None}


# --- watchlists -----------------------------------------------------------------------------------


def _entries(asked: Asked) -> list[Answer]:
    """Entries in force: by a number, then by likeness of the name. Lookouts of the actor's
    units are among them."""
    names = asked.centre.names
    names.refresh()
    index, now = names.index, asked.centre.clock()
    found: dict[str, tuple[float, ListedPerson]] = {}
    for own in _with_numbers(asked):
        found[own.entry.id] = (1.0, own)
    for text in asked.values(Sought.NAME):
        subject = _somebody(read_name("", text))
        compared = index.compared(subject, now, LEAST_LISTED)
        scored = [(match.score, listed) for listed, match in compared]
        for kind in (EntryKind.ORGANISATION, EntryKind.VESSEL):
            bodies = index.bodies(kind, text, None, now, LEAST_LISTED)
            scored += [(match.score, listed) for listed, match in bodies]
        for score, listed in scored:
            known = found.get(listed.entry.id, (0.0, listed))[0]
            if score >= LEAST_LISTED and score > known:
                found[listed.entry.id] = (score, listed)
    placed = [key for key, own in found.items() if own[1].entry.watchlist_id == LOOKOUTS]
    for key in lookout_sight.closed_among(asked.connection, asked.actor, placed):
        del found[key]
    best = sorted(found.values(), key=lambda own: (-own[0], own[1].entry.id))
    return [_entry(own) for _, own in best[: asked.limit]]


def _with_numbers(asked: Asked) -> Iterable[ListedPerson]:
    index, now = asked.centre.names.index, asked.centre.clock()
    for number in asked.values(Sought.NUMBER):
        yield from index.with_number(number, now)
        for kind in IdentifierKind:
            yield from index.with_identifier(Identifier(kind=kind, value=number), now)
    for sought, kind in (
        (Sought.IMO, IdentifierKind.IMO),
        (Sought.CONTAINER, IdentifierKind.CONTAINER),
    ):
        for value in asked.values(sought):
            yield from index.with_identifier(Identifier(kind=kind, value=value), now)


def _somebody(name: PersonName) -> TravellerSubject:
    person = Traveller(id="", voyage_id="", role=TravellerRole.PASSENGER, name=name)
    return TravellerSubject(
        ref=Ref(kind=SubjectKind.TRAVELLER, id=""), traveller=person, voyage=None
    )


def _entry(own: ListedPerson) -> Answer:
    entry = own.entry
    names = [str(one) for one in entry.names]
    numbers = [
        *(one.number for one in entry.documents),
        *(one.value for one in entry.identifiers),
    ]
    title, *rest = [*names[:1], *numbers[:2]] or [entry.source_id or entry.id]
    return Answer(
        kind=Kind.ENTRY,
        id=entry.id,
        title=title,
        told=(own.watchlist.name, *(str(date) for date in entry.birth_dates[:1]), *rest),
        tags=(own.watchlist.handling,),
    )


# --- cases and profiles ---------------------------------------------------------------------------


def _cases(asked: Asked) -> list[Answer]:
    """Cases that the actor may see, by number, title, or the name or number of a party."""
    text = next(iter(asked.values(Sought.CASE)), asked.text)
    found, _ = cases.search(
        asked.connection,
        asked.actor,
        cases.Wanted(text=text),
        at=asked.centre.clock(),
        limit=asked.limit,
    )
    return [
        Answer(
            kind=Kind.CASE,
            id=own.id,
            title=own.title,
            told=(own.number,),
            at=own.changed_at,
            tags=(own.state,),
        )
        for own in found
    ]


def _profiles(asked: Asked) -> list[Answer]:
    """Profiles by their titles, names and numbers."""
    found, _ = profiles.search(asked.connection, text=asked.text, limit=asked.limit)
    return [
        Answer(
            kind=Kind.PROFILE,
            id=own.id,
            title=own.title,
            tags=(own.kind, own.state),
        )
        for own in found
    ]


# --- goods and transport units --------------------------------------------------------------------


def _consignments(asked: Asked) -> list[Answer]:
    """Those with the number first, then those of companies of that name."""
    numbered = goods_search.by_number(asked.connection, asked.text, asked.ports, asked.limit)
    named = goods_search.by_company(asked.connection, asked.text, asked.ports, asked.limit)
    found = {own.id: own for own in (*numbered, *named)}
    lanes = selectivity.lanes_of(asked.connection, found)
    return [_goods(own, lanes.get(own.id)) for own in found.values()]


def _goods(own: Consignment, given: LaneDecision | None) -> Answer:
    party = own.party(PartyRole.IMPORTER, PartyRole.CONSIGNEE, PartyRole.EXPORTER)
    first = own.items[0].description if own.items else ""
    told = (party.name if party else "", (own.description or first)[:80], own.port)
    return Answer(
        kind=Kind.CONSIGNMENT,
        id=own.id,
        title=own.name,
        told=tuple(filter(None, told)),
        at=own.due_at,
        tags=(given.lane,) if given else (),
    )


def _conveyances(asked: Asked) -> list[Answer]:
    """Units whose number or name holds what was typed, those that moved last first."""
    words = wanted_words(asked.text)
    if sum(map(len, words)) < _SHORTEST_NUMBER:
        return []
    return [
        Answer(
            kind=Kind.CONVEYANCE,
            id=own.id,
            title=own.identifier,
            told=tuple(filter(None, (own.name,))),
            nation=own.country or "",
            tags=(own.kind,),
        )
        for own in conveyances.search(asked.connection, words, None, asked.limit)
    ]


SOURCES: Mapping[Kind, tuple[Permission, Source]] = {
    Kind.TRAVELLER: (Permission.SEE_TRAVELLERS, _travellers),
    Kind.VOYAGE: (Permission.SEE_VOYAGES, _voyages),
    Kind.ENTRY: (Permission.SEE_WATCHLISTS, _entries),
    Kind.CASE: (Permission.SEE_CASES, _cases),
    Kind.PROFILE: (Permission.SEE_PROFILES, _profiles),
    Kind.CONSIGNMENT: (Permission.SEE_GOODS, _consignments),
    Kind.CONVEYANCE: (Permission.SEE_GOODS, _conveyances),
}
"""What is looked for, the permission to see it, and how it is found."""
