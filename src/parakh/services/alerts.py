"""Alerts of the actor's units: the list, the wall, one alert, and the steps an officer takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import decisions
from parakh.act.outcomes import checked
from parakh.domain.alert import Alert, AlertState, OutcomeKind, Step
from parakh.domain.hit import Assessment, Hit, HitState, Kind
from parakh.domain.lookout import Lookout
from parakh.domain.outcome import NO_DETAILS, Details
from parakh.domain.rule import RuleVersion
from parakh.domain.traveller import Traveller
from parakh.domain.unit import Unit
from parakh.domain.voyage import Crossing, Voyage
from parakh.domain.watchlist import Watchlist, WatchlistEntry
from parakh.errors import Conflict, Forbidden
from parakh.services import alerted, clearing, expected, masking, selectivity
from parakh.services.alert_path import path
from parakh.services.alerted import Examined, Thing, things
from parakh.services.assessing import handling_of
from parakh.services.centre import Centre
from parakh.services.clearing import Earlier
from parakh.services.targets import Targets
from parakh.store import alerts as store
from parakh.store import assessments, captures, outcomes, people, pictures, rule_hits, travellers
from parakh.store.alerts import WallEvent
from parakh.store.database import Tx

OPEN = (AlertState.NEW, AlertState.ACKNOWLEDGED)
PAGE = 100
"""Alerts that are listed at a time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertRow:
    """An alert as a wall shows it: whom it is about, why, and whether he was at a gate.

    `lane` is that of the gate, for a person whom no list announced too; `thing` what an alert on
    goods or a transport unit is about.
    """

    alert: Alert
    unit: Unit
    traveller: Traveller | None
    voyage: Voyage | None
    hits: tuple[Hit, ...]
    crossing: Crossing | None = None
    lane: str = ""
    thing: Thing | None = None

    @property
    def who(self) -> str:
        """The name of the traveller, or the number of the goods or the unit; "" for a stranger."""
        return alerted.who(self.traveller, self.thing)


@dataclass(frozen=True, kw_only=True, slots=True)
class HitView:
    """A hit with both sides: the entry it met, and pictures of either, by identifier.

    `earlier` are decisions on somebody like the subject that do not hold for him, and why not.
    `rule` is the version of the rule that raised it, `lookout` the lookout that the entry is.
    """

    hit: Hit
    entry: WatchlistEntry | None
    watchlist: Watchlist | None
    pictures: tuple[str, ...]
    earlier: tuple[Earlier, ...] = ()
    rule: RuleVersion | None = None
    lookout: Lookout | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertView:
    """All that an officer needs to handle an alert; `pictures` show the subject.

    `later` is the newest alert on the same subject for the actor's units, if it came after this
    one. `path` is all that happened to it, oldest first. `may_take_over`: whether it was handed
    over, and the actor may take it into his hands. `examined` are the examinations of the goods
    that it is about.
    """

    row: AlertRow
    assessment: Assessment
    hits: tuple[HitView, ...]
    pictures: tuple[str, ...]
    later: Alert | None
    path: tuple[Step, ...]
    may_take_over: bool
    examined: tuple[Examined, ...]


def list_alerts(
    centre: Centre, actor: Actor, states: Iterable[AlertState] = OPEN, *, offset: int = 0
) -> list[AlertRow]:
    """Alerts of the actor's units, a hundred at a time; a look that is audited.

    Closed ones are the newest first; open ones the most urgent first, then new ones, then newest.
    """
    actor.require(Permission.SEE_ALERTS)
    wanted = set(states)
    urgent_first = AlertState.CLOSED not in wanted
    with centre.db.read() as connection:
        found = store.alerts(
            connection,
            units=units_of(actor),
            states=wanted,
            urgent_first=urgent_first,
            offset=offset,
            limit=PAGE,
        )
        rows = rows_of(centre, connection, actor, found)
    if rows:
        with centre.db.write(actor, Purpose.ALERT) as tx:
            for unit_id in sorted({own.alert.unit_id for own in rows}):
                shown = [own.alert.id for own in rows if own.alert.unit_id == unit_id]
                tx.audit("alerts.viewed", "unit", unit_id, alerts=shown)
            _shown(tx, [own.alert for own in rows])
    return rows


def counts(centre: Centre, actor: Actor) -> dict[AlertState, int]:
    """How many alerts of the actor's units are in each state."""
    actor.require(Permission.SEE_ALERTS)
    with centre.db.read() as connection:
        return store.alert_counts(connection, units_of(actor))


def row(centre: Centre, actor: Actor, alert_id: str) -> AlertRow:
    """One line of the wall; a look that is audited."""
    actor.require(Permission.SEE_ALERTS)
    with centre.db.read() as connection:
        found = _own(connection, actor, alert_id)
        line = rows_of(centre, connection, actor, [found])[0]
    _looked(centre, actor, found, "alert.listed")
    return line


def view(centre: Centre, actor: Actor, alert_id: str) -> AlertView:
    """One alert with both sides of every hit; a look that is audited."""
    actor.require(Permission.SEE_ALERTS)
    with centre.db.read() as connection:
        found = _own(connection, actor, alert_id)
        hide = _masked(centre, connection, actor, found)
        found = masking.hidden_alert(found) if hide else found
        assessment = _assessment(centre, connection, actor, found, hide=hide)
        shown = AlertView(
            row=rows_of(centre, connection, actor, [found])[0],
            assessment=assessment,
            hits=_hit_views(connection, assessment, hide),
            pictures=() if hide else _subject_pictures(connection, assessment),
            later=_later(connection, actor, found),
            path=path(connection, found, assessment),
            may_take_over=found.state is AlertState.ACKNOWLEDGED
            and found.held_by is None
            and actor.human
            and actor.may(Permission.HANDLE_ALERTS),
            examined=alerted.examined(connection, actor, found.subject),
        )
    _looked(centre, actor, found, "alert.viewed")
    expected.looked(centre.db, found.subject.id, actor.name)
    return shown


def path_of(centre: Centre, actor: Actor, alert_id: str) -> tuple[Step, ...]:
    """All that happened to an alert, oldest first; a look that is audited."""
    actor.require(Permission.SEE_ALERTS)
    with centre.db.read() as connection:
        found = _own(connection, actor, alert_id)
        hide = _masked(centre, connection, actor, found)
        found = masking.hidden_alert(found) if hide else found
        assessment = _assessment(centre, connection, actor, found, hide=hide)
        steps = path(connection, found, assessment)
    _looked(centre, actor, found, "alert.path_viewed")
    return steps


def wall(centre: Centre, actor: Actor, after: int) -> list[WallEvent]:
    """What happened on the actor's wall after event number `after`, oldest first."""
    actor.require(Permission.SEE_ALERTS)
    with centre.db.read() as connection:
        return store.wall_after(connection, after, units_of(actor))


def last_event(centre: Centre) -> int:
    """The number of the newest event on any wall; it tells nothing of what happened."""
    with centre.db.read() as connection:
        return store.last_wall_event(connection)


def wall_position(centre: Centre, actor: Actor) -> int:
    """The number of the newest event; a wall drawn now goes on from here."""
    actor.require(Permission.SEE_ALERTS)
    return last_event(centre)


# --- steps ------------------------------------------------------------------------------------


def acknowledge(centre: Centre, actor: Actor, alert_id: str) -> Alert:
    """Takes an alert on; raises Conflict when somebody has it already."""
    actor.require(Permission.HANDLE_ALERTS)
    with centre.db.write(actor, Purpose.ALERT) as tx:
        old = _own(tx.connection, actor, alert_id)
        new = decisions.acknowledge(old, actor, tx.at)
        if not store.move_alert(tx, new, old.state):
            raise Conflict("somebody else acknowledged it just now")
        tx.audit("alert.acknowledged", "alert", alert_id)
    centre.wall.notify()
    return new


def decide(
    centre: Centre,
    actor: Actor,
    alert_id: str,
    hit_id: str,
    *,
    confirmed: bool,
    reason: str,
    keep_picture: bool = False,
) -> Hit:
    """Confirms or clears one hit of an acknowledged alert, with a reason.

    Who is cleared is not raised again by the same entry (see `parakh.services.clearing`); with
    `keep_picture` the picture taken at the gate stays with that record. Raises InvalidInput if
    there is none.
    """
    actor.require(Permission.HANDLE_ALERTS)
    with centre.db.write(actor, Purpose.ALERT) as tx:
        alert = _own(tx.connection, actor, alert_id)
        if alert.state is not AlertState.ACKNOWLEDGED:
            raise Conflict(f"the alert is {alert.state.value}: acknowledge it first")
        assessment = assessments.get_assessment(tx.connection, alert.assessment_id)
        if hit_id not in {hit.id for hit in assessment.hits}:
            raise Forbidden("the hit does not belong to this alert")
        old = assessments.get_hit(tx.connection, hit_id)
        new = decisions.decide(old, confirmed=confirmed, reason=reason, actor=actor, at=tx.at)
        if not assessments.decide_hit(tx.connection, new):
            raise Conflict("somebody else decided on it just now")
        rule_hits.follow(tx, [new])
        if not confirmed:
            taken = _capture_id(assessment) if keep_picture else None
            clearing.record(tx, centre.db.vault, new, picture_of=taken)
        others = [hit for hit in assessment.hits if hit.id != hit_id]
        if all(hit.state is HitState.CLEARED for hit in (new, *others)):
            # The right of the person who was not the one: his picture does not wait out its time.
            pictures.release(tx, assessment.cause)
        if new.subject.kind is Kind.TRAVELLER:
            expected.follow(tx, [new.subject.id], handling_of)
        if new.subject.kind is Kind.CONSIGNMENT:
            selectivity.give_again(tx, centre, [new.subject.id])
        tx.audit(f"hit.{new.state.value}", "hit", hit_id, alert=alert_id, reason=new.reason)
    centre.wall.notify()
    return new


def close(
    centre: Centre,
    actor: Actor,
    alert_id: str,
    kind: OutcomeKind,
    note: str,
    details: Details = NO_DETAILS,
) -> Alert:
    """Records the outcome and closes the alert, once every hit is decided.

    Raises InvalidInput where the details do not fit the outcome: a seizure names what was seized.
    """
    actor.require(Permission.HANDLE_ALERTS)
    with centre.db.write(actor, Purpose.ALERT) as tx:
        old = _own(tx.connection, actor, alert_id)
        hits = assessments.get_assessment(tx.connection, old.assessment_id).hits
        new = decisions.close(old, hits, kind, note, actor, tx.at)
        told = checked(kind, (hit.state for hit in hits), details)
        if not store.move_alert(tx, new, old.state):
            raise Conflict("somebody else closed it just now")
        outcomes.of_closed(tx, new, told)
        tx.audit("alert.closed", "alert", alert_id, outcome=kind.value)
    centre.wall.notify()
    return new


def hit_views(connection: sa.Connection, hits: Iterable[Hit]) -> tuple[HitView, ...]:
    """Hits with what they met (entries, rules, lookouts), and pictures of it."""
    known = list(hits)
    targets = Targets.of(connection, known)
    shown = pictures.pictures_of(connection, targets.entries)
    before = clearing.earlier(connection, known, targets.entries)
    return tuple(
        HitView(
            hit=hit,
            entry=targets.entry(hit),
            watchlist=targets.watchlist(hit),
            pictures=tuple(shown.get(hit.target.id, ())),
            earlier=before.get(hit.id, ()),
            rule=targets.rule(hit),
            lookout=targets.lookouts.get(hit.target.id),
        )
        for hit in known
    )


def rows_of(
    centre: Centre, connection: sa.Connection, actor: Actor, found: Sequence[Alert]
) -> list[AlertRow]:
    """Alerts as a wall shows them, in the same order, as far as the actor may read them."""
    units = people.units(connection)
    ids = [alert.subject.id for alert in found if alert.subject.kind is Kind.TRAVELLER]
    declared = travellers.travellers_by_id(connection, ids)
    known = {own.id: own for own in masking.shown(centre, connection, actor, declared)}
    hide = masking.masked(centre, connection, actor, known)
    voyages = travellers.voyages_by_id(connection, {own.voyage_id for own in known.values()})
    hits = assessments.hits_by_assessment(connection, [alert.assessment_id for alert in found])
    crossings = travellers.crossings_of(connection, list(known))
    strangers = [alert.subject.id for alert in found if alert.subject.kind is Kind.CAPTURE]
    lanes = captures.lanes(connection, strangers)
    about = things(connection, [alert.subject for alert in found])
    return [
        AlertRow(
            alert=masking.hidden_alert(alert) if alert.subject.id in hide else alert,
            unit=units[alert.unit_id],
            traveller=(own := known.get(alert.subject.id)),
            voyage=voyages.get(own.voyage_id) if own else None,
            hits=tuple(
                masking.hidden_hit(hit) if alert.subject.id in hide else hit
                for hit in masking.shown_hits(
                    centre, connection, actor, hits.get(alert.assessment_id, ())
                )
            ),
            crossing=(crossing := crossings.get(alert.subject.id)),
            lane=crossing.lane if crossing else lanes.get(alert.subject.id, ""),
            thing=about.get(alert.subject.id),
        )
        for alert in found
    ]


def units_of(actor: Actor) -> frozenset[str] | None:
    """The units whose alerts somebody sees; None for all."""
    return None if actor.everywhere else actor.units


# --- within -----------------------------------------------------------------------------------


def _shown(tx: Tx, shown: Iterable[Alert]) -> None:
    """Notes that a person saw alerts; what a program reads was shown to nobody."""
    unseen = [own.id for own in shown if own.shown_at is None]
    if unseen and tx.actor.human:
        store.note_shown(tx, unseen)


def _looked(centre: Centre, actor: Actor, found: Alert, action: str) -> None:
    with centre.db.write(actor, Purpose.ALERT) as tx:
        tx.audit(action, "alert", found.id)
        _shown(tx, [found])


def _own(connection: sa.Connection, actor: Actor, alert_id: str) -> Alert:
    found = store.get_alert(connection, alert_id)
    if not actor.everywhere and found.unit_id not in actor.units:
        raise Forbidden("the alert belongs to another unit")
    return found


def _masked(centre: Centre, connection: sa.Connection, actor: Actor, found: Alert) -> bool:
    own = found.subject
    return own.kind is Kind.TRAVELLER and bool(masking.masked(centre, connection, actor, [own.id]))


def _assessment(
    centre: Centre, connection: sa.Connection, actor: Actor, found: Alert, *, hide: bool
) -> Assessment:
    own = assessments.get_assessment(connection, found.assessment_id)
    told = masking.shown_hits(centre, connection, actor, own.hits)
    hits = tuple(masking.hidden_hit(hit) if hide else hit for hit in told)
    return replace(own, hits=hits)


def _hit_views(
    connection: sa.Connection, assessment: Assessment, hide: bool
) -> tuple[HitView, ...]:
    """Of a masked subject without decisions on somebody like him."""
    found = hit_views(connection, assessment.hits)
    return tuple(replace(own, earlier=(), pictures=()) for own in found) if hide else found


def _later(connection: sa.Connection, actor: Actor, found: Alert) -> Alert | None:
    units = units_of(actor)
    known = store.alerts_on(connection, found.subject)
    mine = (own for own in known if units is None or own.unit_id in units)
    newest = next(mine, found)
    return newest if newest.id > found.id else None


def _subject_pictures(connection: sa.Connection, assessment: Assessment) -> tuple[str, ...]:
    """Pictures of the capture that led to the assessment, if one did."""
    capture_id = _capture_id(assessment)
    return tuple(pictures.pictures_of(connection, [capture_id]).get(capture_id, ()))


def _capture_id(assessment: Assessment) -> str:
    return assessment.cause.partition("#")[0]
