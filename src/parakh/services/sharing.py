"""Alerts, profiles and cases shared between agencies: given, looked at, passed on, taken back.

What is shared is seen on its own page alone, under its conditions, while the share is in force;
each look is asked of the database anew, so that an end, an expiry or a taking back counts at once.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act import sharing as act
from parakh.act.sharing import Terms
from parakh.domain.agency import Agency
from parakh.domain.hit import Kind
from parakh.domain.phrase import N_, phrase
from parakh.domain.sharing import (
    PARTS,
    Part,
    RecordKind,
    RequestState,
    Share,
    ShareState,
)
from parakh.domain.unit import Unit
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import agencies, masking, sharing_requests, sharing_view
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person
from parakh.services.sharing_rows import Names, RequestRow, ShareRow
from parakh.services.sharing_view import SharedRecord
from parakh.store import alerts, case_parts, cases, people, profiles
from parakh.store import sharing as store
from parakh.store.database import Tx

MOST = 200
"""Shares and requests that a page lists."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedPage:
    """What was shared with somebody, what his agency shared, and requests either way.

    `waiting` are shares on which his agency's second person decides; `agencies` those that may be
    asked for something.
    """

    received: tuple[ShareRow, ...]
    waiting: tuple[ShareRow, ...]
    given: tuple[ShareRow, ...]
    requests: tuple[RequestRow, ...]
    agencies: tuple[Agency, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedView:
    """One share as its receiver sees it.

    Attributes:
        record: None until the conditions were accepted.
        may_pass_on: whether the actor may share it further.
        agencies, units: with whom.
    """

    row: ShareRow
    record: SharedRecord | None
    may_pass_on: bool
    agencies: tuple[Agency, ...] = ()
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordShares:
    """A record's shares as its own officers see them, and with whom it can be shared.

    `passed_on` are shares by which others gave it further; `requests` those that wait for such a
    record.
    """

    kind: RecordKind
    ref_id: str
    title: str
    rows: tuple[ShareRow, ...]
    parts: tuple[Part, ...]
    agencies: tuple[Agency, ...]
    units: tuple[Unit, ...]
    requests: tuple[RequestRow, ...]


# --- looks --------------------------------------------------------------------------------------


def overview(centre: Centre, actor: Actor) -> SharedPage:
    """What concerns the actor; the records themselves are not looked at."""
    actor.require(Permission.SEE_SHARED, Purpose.SHARING)
    with centre.db.read() as connection:
        named = Names(centre, connection)
        received = store.received(connection, actor, centre.clock())
        gives = actor.may(Permission.SHARE_RECORDS, Purpose.SHARING)
        asks = gives or actor.may(Permission.ASK_FOR_SHARES, Purpose.SHARING)
        passes = actor.may(Permission.LIAISE, Purpose.SHARING)
        given = store.given(connection, actor.agency, limit=MOST) if gives or passes else []
        if not gives:
            given = [own for own in given if own.parent_id is not None]
        asked = store.requests(connection, actor.agency, limit=MOST) if asks else []
        decides = actor.may(Permission.DECIDE_SHARES, Purpose.SHARING)
        waiting = store.waiting(connection, actor.agency) if decides else []
        return SharedPage(
            received=tuple(map(named.row, received)),
            waiting=tuple(map(named.row, waiting)),
            given=tuple(map(named.row, given)),
            requests=tuple(named.request(own, actor) for own in asked),
            agencies=named.others(actor),
        )


def view(centre: Centre, actor: Actor, share_id: str) -> SharedView:
    """One share, with the record once the conditions were accepted; a look that is audited.

    Raises NotFound for a share that is not in force for the actor now.
    """
    actor.require(Permission.SEE_SHARED, Purpose.SHARING)
    with centre.db.write(actor, Purpose.SHARING) as tx:
        own = store.received_one(tx.connection, actor, share_id, tx.at)
        named = Names(centre, tx.connection)
        open_now = bool(own.acknowledged_by)
        record = sharing_view.record(centre, tx.connection, actor, own) if open_now else None
        liaises = actor.may(Permission.LIAISE, Purpose.SHARING)
        others = [one for one in named.others(actor) if one.id != own.from_agency]
        shown = SharedView(
            row=named.row(own),
            record=record,
            may_pass_on=liaises and own.may_pass_on and record is not None,
            agencies=tuple(others),
            units=named.units_of(one.id for one in others),
        )
        tx.audit("share.viewed", own.kind.value, own.ref_id, share=own.id, shown=record is not None)
    return shown


def of_record(centre: Centre, actor: Actor, kind: RecordKind, ref_id: str) -> RecordShares:
    """The shares of a record of the actor's; a look that is audited. Raises as the record does."""
    actor.require(Permission.SHARE_RECORDS, Purpose.SHARING)
    with centre.db.write(actor, Purpose.SHARING) as tx:
        title = _require_own(centre, tx.connection, actor, kind, ref_id)
        named = Names(centre, tx.connection)
        found = store.of_record(tx.connection, kind, ref_id)
        others = named.others(actor)
        requests = [
            own
            for own in store.requests(tx.connection, actor.agency, limit=MOST)
            if own.asked_agency == actor.agency
            and own.kind is kind
            and own.state is RequestState.OPEN
        ]
        shown = RecordShares(
            kind=kind,
            ref_id=ref_id,
            title=title,
            rows=tuple(map(named.row, found)),
            parts=PARTS[kind],
            agencies=others,
            units=named.units_of(one.id for one in others),
            requests=tuple(named.request(own, actor) for own in requests),
        )
        tx.audit("share.of_record", kind.value, ref_id)
    return shown


# --- steps of whoever shares --------------------------------------------------------------------


def give(
    centre: Centre,
    actor: Actor,
    kind: RecordKind,
    ref_id: str,
    terms: Terms,
    *,
    request_id: str = "",
) -> Share:
    """Shares a record of the actor's with another agency, on a request or without one.

    Raises Conflict where it is shared so already, InvalidInput for terms that say too little, and
    as the record does where it is not the actor's to see.
    """
    actor.require(Permission.SHARE_RECORDS, Purpose.SHARING)
    with centre.db.write(actor, Purpose.SHARING) as tx:
        _require_own(centre, tx.connection, actor, kind, ref_id)
        _require_receiver(centre, tx.connection, terms)
        made = act.give(kind, ref_id, terms, actor, tx.at)
        _require_new(tx, made)
        _add(centre, tx, made)
        if request_id:
            sharing_requests.grant(tx, actor, request_id, made)
    return made


def decide(centre: Centre, actor: Actor, share_id: str, *, approve: bool, reason: str) -> Share:
    """A second person's word on a share that leaves the centre.

    Raises Forbidden for whoever proposed it, and for another agency's officer.
    """
    actor.require(Permission.DECIDE_SHARES, Purpose.SHARING)
    with centre.db.write(actor, Purpose.SHARING) as tx:
        old = store.get(tx.connection, share_id, lock=True)
        if _root(tx.connection, old).from_agency != actor.agency:
            raise NotFound("there is no such share")
        if same_person(tx.connection, old.by, actor):
            raise Forbidden("somebody else decides on what one proposed")
        new = act.decide(old, approve=approve, reason=reason, actor=actor, at=tx.at)
        store.save(tx, new)
        tx.audit(f"share.{new.state.value}", new.kind.value, new.ref_id, share=new.id,
                 reason=new.decision)  # fmt: skip
    return new


def end(centre: Centre, actor: Actor, share_id: str, reason: str) -> Share:
    """Takes a share back: nobody sees it from now on, nor what was passed on of it.

    Whoever may share may, of the agency that shared it and of the one from whose share it was
    passed on; a liaison officer takes back only what his agency passed on.
    """
    actor.require(Permission.SEE_SHARED, Purpose.SHARING)
    with centre.db.write(actor, Purpose.SHARING) as tx:
        old = store.get(tx.connection, share_id, lock=True)
        passed_on = old.parent_id is not None and old.from_agency == actor.agency
        if not (passed_on and actor.may(Permission.LIAISE)):
            actor.require(Permission.SHARE_RECORDS, Purpose.SHARING)
        if actor.agency not in {old.from_agency, _root(tx.connection, old).from_agency}:
            raise NotFound("there is no such share")
        new = act.end(old, reason, actor, tx.at)
        store.save(tx, new)
        _tell_case(
            centre, tx, new, N_("No longer shared with {agency}: {reason}"), reason=new.ending
        )
        tx.audit("share.ended", new.kind.value, new.ref_id, share=new.id, reason=new.ending)
    return new


# --- steps of whoever receives ------------------------------------------------------------------


def acknowledge(centre: Centre, actor: Actor, share_id: str, reference: str = "") -> Share:
    """Accepts the conditions of a share; from now on its record is shown."""
    actor.require(Permission.SEE_SHARED, Purpose.SHARING)
    with centre.db.write(actor, Purpose.SHARING) as tx:
        store.get(tx.connection, share_id, lock=True)
        old = store.received_one(tx.connection, actor, share_id, tx.at)
        new = act.acknowledge(old, reference, actor, tx.at)
        store.save(tx, new)
        _tell_case(centre, tx, new, N_("{agency} accepted the conditions"))
        tx.audit("share.acknowledged", new.kind.value, new.ref_id, share=new.id)
    return new


def pass_on(centre: Centre, actor: Actor, share_id: str, terms: Terms) -> Share:
    """Shares what was shared with one's agency with one more, in the name of that agency.

    Raises Forbidden unless the conditions allow it, InvalidInput for more or longer than one has.
    """
    actor.require(Permission.LIAISE, Purpose.SHARING)
    with centre.db.write(actor, Purpose.SHARING) as tx:
        parent = store.received_one(tx.connection, actor, share_id, tx.at)
        _require_receiver(centre, tx.connection, terms)
        made = act.pass_on(parent, terms, actor, tx.at)
        _require_new(tx, made)
        _add(centre, tx, made)
    return made


# --- within -------------------------------------------------------------------------------------


def _require_own(
    centre: Centre, connection: sa.Connection, actor: Actor, kind: RecordKind, ref_id: str
) -> str:
    """What a record is called; raises NotFound, and Forbidden where it is not the actor's."""
    if kind is RecordKind.PROFILE:
        actor.require(Permission.SEE_PROFILES)
        profile = profiles.get(connection, ref_id)
        if profile.agency != actor.agency:
            raise Forbidden("the profile was opened by another agency: ask it to share it")
        return profile.title
    if kind is RecordKind.CASE:
        actor.require(Permission.SEE_CASES)
        reach = cases.reach(connection, actor, ref_id, centre.clock())
        if not reach.works:
            raise Forbidden("what was handed over to your unit is not yours to share")
        return f"{reach.case.number} {reach.case.title}"
    actor.require(Permission.SEE_ALERTS)
    found = alerts.get_alert(connection, ref_id)
    if not actor.everywhere and found.unit_id not in actor.units:
        raise Forbidden("the alert belongs to another unit")
    if found.subject.kind is Kind.TRAVELLER:
        masking.require_shown(centre, connection, actor, [found.subject.id])
    return sharing_view.alert_title(centre, connection, actor, ref_id)


def _require_receiver(centre: Centre, connection: sa.Connection, terms: Terms) -> None:
    agencies.name_of(centre, connection, terms.agency)
    if terms.unit_id:
        unit = people.units(connection).get(terms.unit_id)
        if unit is None or unit.agency != terms.agency:
            raise InvalidInput("the agency has no such unit here")


def _require_new(tx: Tx, made: Share) -> None:
    for own in store.of_record(tx.connection, made.kind, made.ref_id):
        same = (own.from_agency, own.agency, own.unit_id) == (
            made.from_agency, made.agency, made.unit_id,
        )  # fmt: skip
        if same and (own.state is ShareState.WAITING or own.holds(tx.at)):
            raise Conflict("it is shared so already: take that back first")


def _add(centre: Centre, tx: Tx, made: Share) -> None:
    store.add(tx, made)
    template = (
        N_("Shared with {agency} until {day} ({basis})")
        if made.state is ShareState.IN_FORCE
        else N_("To be shared with {agency} until {day} ({basis}), once a second person agrees")
    )
    _tell_case(
        centre, tx, made, template, day=f"{made.expires_at:%Y-%m-%d}", basis=made.legal_basis
    )
    tx.audit(
        "share.given" if made.parent_id is None else "share.passed_on",
        made.kind.value,
        made.ref_id,
        share=made.id,
        agency=made.agency,
        unit=made.unit_id or "",
        sections=sorted(own.value for own in made.sections),
        legal_basis=made.legal_basis,
        until=made.expires_at.isoformat(),
        parent=made.parent_id or "",
    )


def _tell_case(centre: Centre, tx: Tx, own: Share, template: str, **values: str) -> None:
    """Writes what happened to a share of a case into the case's timeline."""
    if own.kind is RecordKind.CASE:
        name = agencies.name_of(centre, tx.connection, own.agency)
        case_parts.tell(tx, own.ref_id, "shared", phrase(template, agency=name, **values))


def _root(connection: sa.Connection, own: Share) -> Share:
    return store.get(connection, own.parent_id) if own.parent_id else own
