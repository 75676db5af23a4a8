"""Alerts, hits and cases that concern the members of a profile."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.domain.alert import Alert, Outcome, OutcomeKind
from parakh.domain.case import PartyKind
from parakh.domain.hit import Hit, HitState, Kind
from parakh.store import alerts as alert_store
from parakh.store import assessments
from parakh.store.batches import batches
from parakh.store.tables import alert, case_alert, case_file, case_party, case_share, hit, outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseHead:
    """What a profile tells of a case.

    Attributes:
        only_for: sign-in names of those who alone may see a restricted case; none for others.
        alert_ids: the alerts it came from.
        outcomes: those of the case itself that stand, by their identifiers.
        traveller_ids: the travellers whom it is about.
    """

    id: str
    number: str
    title: str
    unit_id: str
    opened_by: str
    opened_at: datetime
    only_for: frozenset[str]
    alert_ids: frozenset[str]
    outcomes: tuple[tuple[str, Outcome], ...]
    traveller_ids: tuple[str, ...]


def alerts_on(connection: sa.Connection, traveller_ids: Iterable[str]) -> list[Alert]:
    """All alerts on some travellers, oldest first."""
    found: list[Alert] = []
    for some in batches(traveller_ids):
        query = sa.select(alert.c.id).where(
            alert.c.subject_id.in_(some), alert.c.subject_kind == Kind.TRAVELLER.value
        )
        found += alert_store.alerts_by_id(connection, list(connection.execute(query).scalars()))
    return sorted(found, key=lambda own: own.id)


def hits_on_targets(connection: sa.Connection, target_ids: Collection[str]) -> list[Hit]:
    """Hits on some targets, such as a profile or the entries that belong to it."""
    query = sa.select(hit.c.id).where(hit.c.target_id.in_(list(target_ids)))
    return assessments.hits_by_id(connection, connection.execute(query).scalars())


def decided_since(connection: sa.Connection, since: datetime) -> set[str]:
    """Travellers on whom a hit was confirmed, or an alert closed with a seizure or an arrest, or
    who became a party of a case, since a moment."""
    grave = (OutcomeKind.SEIZURE.value, OutcomeKind.ARREST.value)
    queries = (
        sa.select(hit.c.subject_id).where(
            hit.c.state == HitState.CONFIRMED.value,
            hit.c.decided_at >= since,
            hit.c.subject_kind == Kind.TRAVELLER.value,
        ),
        sa.select(alert.c.subject_id).where(
            alert.c.outcome.in_(grave),
            alert.c.closed_at >= since,
            alert.c.subject_kind == Kind.TRAVELLER.value,
        ),
        sa.select(case_party.c.ref_id).where(
            case_party.c.kind == Kind.TRAVELLER.value,
            case_party.c.at >= since,
            case_party.c.removed_at.is_(None),
        ),
    )
    return {own for query in queries for own in connection.execute(query).scalars() if own}


def cases_about(
    connection: sa.Connection,
    *,
    cases: Collection[str],
    subjects: Iterable[str],
    alerts: Iterable[str],
) -> list[CaseHead]:
    """Cases by their own identifiers, those in which a subject is a party, and those of alerts;
    the oldest first."""
    wanted = set(cases)
    for some in batches(subjects):
        parties = sa.select(case_party.c.case_id).where(
            case_party.c.ref_id.in_(some), case_party.c.removed_at.is_(None)
        )
        wanted |= set(connection.execute(parties).scalars())
    for some in batches(alerts):
        from_alerts = sa.select(case_alert.c.case_id).where(case_alert.c.alert_id.in_(some))
        wanted |= set(connection.execute(from_alerts).scalars())
    return _heads(connection, wanted)


def case_head(connection: sa.Connection, case_id: str) -> CaseHead | None:
    """One case, if it is there."""
    return next(iter(_heads(connection, [case_id])), None)


def _heads(connection: sa.Connection, ids: Iterable[str]) -> list[CaseHead]:
    wanted = list(ids)
    alerts = _by_case(connection, case_alert.c.case_id, case_alert.c.alert_id, wanted)
    shared = _by_case(connection, case_share.c.case_id, case_share.c.person, wanted)
    outcomes = _outcomes(connection, wanted)
    travellers = _by_case(connection, case_party.c.case_id, case_party.c.ref_id, wanted, _HERE)
    query = sa.select(case_file).where(case_file.c.id.in_(wanted)).order_by(case_file.c.id)
    return [
        CaseHead(
            id=row.id,
            number=row.number,
            title=row.title,
            unit_id=row.unit_id,
            opened_by=row.opened_by,
            opened_at=row.opened_at,
            only_for=frozenset({row.owner, *filter(None, shared[row.id])})
            if row.restricted
            else frozenset(),
            alert_ids=frozenset(alerts[row.id]),
            outcomes=tuple(outcomes[row.id]),
            traveller_ids=tuple(travellers[row.id]),
        )
        for row in connection.execute(query)
    ]


_HERE = (case_party.c.kind == PartyKind.TRAVELLER.value) & case_party.c.removed_at.is_(None)


def _by_case(
    connection: sa.Connection,
    case: sa.Column[str],
    other: sa.Column[str],
    wanted: list[str],
    which: sa.ColumnElement[bool] | None = None,
) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    query = sa.select(case, other).where(case.in_(wanted))
    for case_id, value in connection.execute(query if which is None else query.where(which)):
        found[case_id].append(value)
    return found


def _outcomes(
    connection: sa.Connection, wanted: list[str]
) -> defaultdict[str, list[tuple[str, Outcome]]]:
    later = outcome.alias()
    replaced = sa.select(later.c.id).where(later.c.corrects == outcome.c.id).exists()
    query = (
        sa.select(outcome).where(outcome.c.case_id.in_(wanted), ~replaced).order_by(outcome.c.id)
    )
    found: defaultdict[str, list[tuple[str, Outcome]]] = defaultdict(list)
    for row in connection.execute(query):
        own = Outcome(kind=OutcomeKind(row.kind), note=row.note, by=row.by, at=row.at)
        found[row.case_id].append((row.id, own))
    return found
