"""Lookouts and cases of a regional centre, taken over at the centre as they stand there.

They keep their identifiers, so that each is here once however often it comes, and the times and
names of who did what there. What came from a region is changed by that region alone: what was made
here, or came from another, is left as it is.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from parakh.access import Actor, Purpose
from parakh.domain.case import Case, Party, PartyKind
from parakh.domain.lookout import LOOKOUTS, Lookout
from parakh.domain.outcome import OutcomeRecord
from parakh.domain.watchlist import EntryState
from parakh.errors import Conflict, Forbidden, NotFound
from parakh.services import agencies
from parakh.services.centre import Centre
from parakh.services.regional_counterparts import counterpart, officer_of
from parakh.services.regional_values import CASE, LOOKOUT, CaseTold, named_at
from parakh.services.watchlists import checked, move_within
from parakh.store import case_parts, cases, lookouts, outcomes, people, watchlists
from parakh.store.database import Tx
from parakh.store.regional import RegionEvent

_HERE = frozenset({PartyKind.TRAVELLER, PartyKind.PROFILE})
"""Parties that point to records of the region, which are not here: their names alone are."""


def take(centre: Centre, own: RegionEvent) -> str:
    """Takes over a lookout or a case; gives its identifier.

    Raises Forbidden for one of a unit that is not the region's, Conflict for what is not its own
    here, and NotYet while an alert of a case cannot be found yet.
    """
    step, officer = own.pending or {}, officer_of(centre, own, own.row.actor)
    with centre.db.done_at(own.row.at):
        if step["kind"] == "lookout":
            return _lookout(centre, officer, step["value"])
        return _case(centre, officer, own.region, CASE.load(step["value"]))


# --- lookouts -----------------------------------------------------------------------------------


def _lookout(centre: Centre, officer: Actor, value: Any) -> str:
    told = LOOKOUT.load(value)
    made = _named(told.lookout, officer.region)
    checked(made.entry)
    if made.unit_id not in officer.units:
        raise Forbidden("the lookout is of a unit that is not the region's")
    with centre.db.write(officer, Purpose.LOOKOUT) as tx:
        known = lookouts.by_entries(tx.connection, [made.id]).get(made.id)
        if known is None and watchlists.entries_by_id(tx.connection, [made.id]):
            raise Conflict("another entry of that identifier is here")
        if known is not None and not known.placed_by.endswith(f"@{officer.region}"):
            raise Conflict("the lookout was not placed in the region")
        if known is None or known.entry.state is EntryState.APPROVED:
            _store(tx, known, made, told.decision)
        tx.audit("lookout.taken", "lookout", made.id, unit=made.unit_id)
    return made.id


def _store(tx: Tx, known: Lookout | None, made: Lookout, decision: str) -> None:
    if known is None:
        lookouts.ensure_list(tx)
    if known is None or made.entry.state is EntryState.APPROVED:
        watchlists.save_entry(tx, made.entry, decision)
    else:
        move_within(tx, made.id, made.entry.state, decision or "ended in the region")
    lookouts.save(tx, made)


def _named(own: Lookout, region: str) -> Lookout:
    """With the names of the region's officers as they are told from those here."""
    extension = own.extension
    return replace(
        own,
        entry=replace(
            own.entry,
            watchlist_id=LOOKOUTS,
            proposed_by=named_at(own.entry.proposed_by or "", region),
            decided_by=own.entry.decided_by and named_at(own.entry.decided_by, region),
        ),
        placed_by=named_at(own.placed_by, region),
        confirmed_by=own.confirmed_by and named_at(own.confirmed_by, region),
        extension=extension and replace(extension, by=named_at(extension.by, region)),
    )


# --- cases --------------------------------------------------------------------------------------


def _case(centre: Centre, officer: Actor, region: str, told: CaseTold) -> str:
    with centre.db.read() as connection:
        found = []
        for own in told.alerts:
            try:
                found.append(counterpart(connection, region, own, officer).id)
            except NotFound:
                # It stays in the case there; here nothing raised it.
                continue
    with centre.db.write(officer, Purpose.CASE) as tx:
        made = _head(centre, tx, told.case)
        _parts(tx, told, region)
        for alert_id in found:
            cases.add_alert(tx, made.id, alert_id)
        _outcomes(tx, made.id, told.outcomes, region)
        # Last: what was added above is no change made here.
        cases.save(tx, made)
        tx.audit("case.taken", "case", made.id, alerts=len(found), of=len(told.alerts))
    return made.id


def _head(centre: Centre, tx: Tx, told: Case) -> Case:
    region, unit = tx.actor.region, people.units(tx.connection).get(told.unit_id)
    if unit is None or unit.id not in tx.actor.units:
        raise Forbidden("the case is of a unit that is not the region's")
    made = replace(
        told,
        agency=agencies.name_of(centre, tx.connection, unit.agency),
        owner=named_at(told.owner, region),
        opened_by=named_at(told.opened_by, region),
    )
    try:
        known = cases.get(tx.connection, told.id)
    except NotFound:
        made = replace(made, number=cases.new_number(tx, tx.at.year))
        cases.add(tx, made)
        return made
    if known.opened_by != made.opened_by:
        raise Conflict("the case was not opened in the region")
    return replace(made, number=known.number)


def _parts(tx: Tx, told: CaseTold, region: str) -> None:
    """Adds what is not here yet, and follows what was done to the rest."""
    case_id, connection = told.case.id, tx.connection
    notes = {own.id for own in case_parts.notes(connection, case_id)}
    for note in told.notes:
        if note.id not in notes:
            case_parts.add_note(tx, case_id, replace(note, by=named_at(note.by, region)))
    tasks = {own.id for own in case_parts.tasks(connection, case_id)}
    for task in told.tasks:
        named = replace(
            task, by=named_at(task.by, region), assignee=named_at(task.assignee, region)
        )
        if task.id not in tasks:
            case_parts.add_task(tx, case_id, named)
        if task.done_by is not None:
            case_parts.finish_task(tx, replace(named, done_by=named_at(task.done_by, region)))
    parties = {own.id for own in case_parts.parties(connection, case_id)}
    for party in told.parties:
        own = _party(party, region)
        if own.id not in parties:
            case_parts.add_party(tx, case_id, own)
        if own.removed_at is not None:
            case_parts.remove_party(tx, own)
    case_parts.add_events(
        tx,
        case_id,
        [replace(own, by=named_at(own.by, region)) for own in told.events],
        f"@{region}",
    )


def _party(own: Party, region: str) -> Party:
    kind = PartyKind.PERSON if own.kind in _HERE else own.kind
    removed_by = own.removed_by and named_at(own.removed_by, region)
    return replace(own, kind=kind, ref_id="", by=named_at(own.by, region), removed_by=removed_by)


def _outcomes(tx: Tx, case_id: str, told: Iterable[OutcomeRecord], region: str) -> None:
    known = {own.id for own in outcomes.of_case(tx.connection, case_id)}
    for own in told:
        if own.id not in known:
            outcomes.add(
                tx, replace(own, case_id=case_id, alert_id=None, by=named_at(own.by, region))
            )
