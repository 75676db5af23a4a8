"""What the worker does about profiles: proposes new ones with reasons, and ends old ones."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from parakh.access import Purpose, system_actor
from parakh.act.profiles import Incident, reasons_to_propose
from parakh.domain.alert import OutcomeKind
from parakh.domain.hit import HitState, Kind, Ref
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.profile import ProfileKind, ProfileState, StepKind
from parakh.services.centre import Centre
from parakh.services.profile_sources import declared
from parakh.services.profiles import NewProfile, note_step, propose, release
from parakh.store import assessments, persons, profile_events, profiles, travellers
from parakh.store.database import Tx

PROPOSER = system_actor("profiles")

LATELY = timedelta(days=7)
"""Who was dealt with so long ago is looked at again each time, should the worker have stood."""

_EXPIRED = N_("Its time was over")


def work(centre: Centre) -> int:
    """Ends what is over and proposes what is due; for the worker's housekeeping. Gives how many."""
    return end_expired(centre) + propose_due(centre)


def end_expired(centre: Centre) -> int:
    """Ends profiles in force whose time is over; their pictures are deleted."""
    with centre.db.read() as connection:
        over, _ = profiles.due(connection, centre.clock())
    if not over:
        return 0
    with centre.db.write(PROPOSER, Purpose.PROFILE) as tx:
        for own in over:
            old = profiles.get(tx.connection, own.id, lock=True)
            if old.state is not ProfileState.IN_FORCE or old.expires_at > tx.at:
                continue
            new = replace(old, state=ProfileState.EXPIRED)
            profiles.save(tx, new)
            release(tx, new)
            note_step(tx, new, StepKind.EXPIRED, str(phrase(_EXPIRED)))
            tx.audit("profile.expired", "profile", new.id)
        tx.audit("profiles.ended", "profile", "all", count=len(over))
    return len(over)


def propose_due(centre: Centre) -> int:
    """Proposes a profile of each person whom the rule of `parakh.act.profiles` names.

    Whoever has a profile that is proposed or in force gets none; after one that was rejected, or
    ended, only what happened since counts.
    """
    with centre.db.read() as connection:
        touched = profile_events.decided_since(connection, centre.clock() - LATELY)
        found = _due(centre, connection, touched)
    made = 0
    for members, reasons in found:
        with centre.db.write(PROPOSER, Purpose.PROFILE) as tx:
            # Two workers that found the same person propose one after the other.
            travellers.lock(tx.connection, members)
            # Somebody may have opened one meanwhile.
            if not profiles.profiles_of_travellers(tx.connection, members):
                _propose(tx, members, reasons)
                made += 1
            tx.audit("profiles.proposed", "profile", "all", members=len(members))
    return made


# --- within -------------------------------------------------------------------------------------


def _due(
    centre: Centre, connection: sa.Connection, touched: Iterable[str]
) -> list[tuple[list[str], tuple[Phrase, ...]]]:
    """Persons, as all their travellers, with the reasons for their profiles."""
    groups = _persons(connection, touched)
    known = profiles.profiles_of_travellers(connection, {own for some in groups for own in some})
    found = []
    for members in groups:
        if any(own in known for own in members):
            continue
        since = profiles.last_ended(connection, members)
        incidents = [
            own for own in _incidents(connection, members) if since is None or own.at > since
        ]
        reasons = reasons_to_propose(incidents, centre.clock())
        if reasons:
            found.append((members, reasons))
    return found


def _persons(connection: sa.Connection, ids: Iterable[str]) -> list[list[str]]:
    everybody = profiles.persons_members(connection, ids)
    person = persons.persons_of(connection, everybody)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for own in sorted(everybody):
        groups[person.get(own, own)].append(own)
    return list(groups.values())


_GRAVE = (OutcomeKind.SEIZURE, OutcomeKind.ARREST)


def _incidents(connection: sa.Connection, members: Sequence[str]) -> list[Incident]:
    refs = [Ref(kind=Kind.TRAVELLER, id=own) for own in members]
    hits = assessments.hits_of(connection, refs)
    alerts = profile_events.alerts_on(connection, members)
    cases = profile_events.cases_about(
        connection, cases=(), subjects=members, alerts=[own.id for own in alerts]
    )
    return [
        *(
            Incident(mark="hit_confirmed", at=hit.decided_at, journey=ref.id)
            for ref, some in hits.items()
            for hit in some
            if hit.state is HitState.CONFIRMED and hit.decided_at is not None
        ),
        *(
            Incident(mark=own.outcome.kind.value, at=own.outcome.at, journey=own.subject.id)
            for own in alerts
            if own.outcome is not None and own.outcome.kind in _GRAVE
        ),
        *(Incident(mark="case", at=own.opened_at, case_id=own.id) for own in cases),
    ]


def _propose(tx: Tx, members: Sequence[str], reasons: tuple[Phrase, ...]) -> None:
    """With what the newest journey declared; the others are told by the person whom they are."""
    newest = travellers.get_traveller(tx.connection, max(members))
    new = NewProfile(
        kind=ProfileKind.PERSON,
        title=newest.name.full,
        suspicion="\n".join(f"{own}." for own in reasons),
        legal_basis="",
        facts=tuple(declared(tx.connection, newest)),
    )
    propose(tx, new, reasons)
