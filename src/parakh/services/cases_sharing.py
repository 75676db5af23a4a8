"""Who else sees a case: shares, restriction to named persons, and hand-over to other agencies."""

from dataclasses import dataclass, replace
from datetime import datetime

from parakh.access import Actor, Permission, Purpose
from parakh.act import cases as act
from parakh.act.cases import LONGEST_TITLE, text_of
from parakh.act.decisions import reason_of, require_human
from parakh.domain.case import Case, Handover, Section, Share
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, phrase
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import agencies as known_agencies
from parakh.services.cases import known_person, working
from parakh.services.centre import Centre
from parakh.store import case_parts as parts
from parakh.store import cases as store
from parakh.store import people
from parakh.store.database import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Giving:
    """What is given to whom, why it may be, and until when.

    `unit_id` names the agency's unit of this centre; "" for an agency outside of it.
    """

    agency: str
    unit_id: str = ""
    sections: frozenset[Section]
    legal_basis: str
    conditions: str = ""
    expires_at: datetime | None = None


# --- shares -------------------------------------------------------------------------------------


def share(
    centre: Centre, actor: Actor, case_id: str, *, unit_id: str, person: str, reason: str
) -> None:
    """Lets one more unit, or one more person, work on a case.

    Raises InvalidInput unless it is one of the two, and for a unit while the case is restricted;
    Conflict for who may already.
    """
    with working(centre, actor, case_id, live=False) as (tx, case):
        if bool(unit_id) == bool(person):
            raise InvalidInput("name a unit, or a person")
        if unit_id and case.restricted:
            raise InvalidInput("the case is restricted: name persons")
        units = people.units(tx.connection)
        if unit_id and unit_id not in units:
            raise InvalidInput("there is no such unit")
        if unit_id and units[unit_id].agency != actor.agency:
            raise InvalidInput("that unit is another agency's: share it with that agency")
        name = known_person(tx.connection, actor, person) if person else units[unit_id].name
        value = Share(
            id=new_id(), unit_id=unit_id or None, person=name if person else None,
            reason=reason_of(reason), by=actor.name, at=tx.at,
        )  # fmt: skip
        if unit_id == case.unit_id or not store.add_share(tx, case_id, value):
            raise Conflict("the case is shared so already")
        sentence = phrase(N_("Shared with {name}: {reason}"), name=name, reason=value.reason)
        parts.tell(tx, case_id, "shared", sentence)
        tx.audit("case.shared", "case", case_id, unit=unit_id, person=person, reason=value.reason)


def end_share(centre: Centre, actor: Actor, case_id: str, share_id: str, reason: str) -> None:
    """Takes a share back."""
    with working(centre, actor, case_id, live=False) as (tx, _):
        own = store.end_share(tx, case_id, share_id)
        why = reason_of(reason)
        units = people.units(tx.connection)
        name = own.person or units[own.unit_id or ""].name
        sentence = phrase(N_("No longer shared with {name}: {reason}"), name=name, reason=why)
        parts.tell(tx, case_id, "share_ended", sentence)
        tx.audit("case.share_ended", "case", case_id, share=share_id, reason=why)


def restrict(centre: Centre, actor: Actor, case_id: str, reason: str, *, restricted: bool) -> Case:
    """Restricts a case to its owner, whoever does this, and those named in it; or opens it to its
    unit again. Raises Conflict for what is so already."""
    with working(centre, actor, case_id, live=False) as (tx, old):
        if old.restricted is restricted:
            raise Conflict("that is so already")
        why = reason_of(reason)
        new = replace(old, restricted=restricted, changed_at=tx.at)
        store.save(tx, new)
        if restricted:
            store.name_person(tx, case_id, actor.name, why)
        template = (
            N_("Restricted to named persons: {reason}")
            if restricted
            else N_("Open to its unit again: {reason}")
        )
        parts.tell(tx, case_id, "restricted", phrase(template, reason=why))
        tx.audit("case.restricted", "case", case_id, restricted=restricted, reason=why)
    return new


def admit(centre: Centre, actor: Actor, number: str, person: str, reason: str) -> Case:
    """Names a person in a case from the command line, where nobody who is named can do it.

    Only the program's operator may: a restricted case whose people left would be lost.
    """
    if actor.human:
        raise Forbidden("only the operator of the centre does this, on its command line")
    with centre.db.write(actor, Purpose.CASE) as tx:
        case = store.by_number(tx.connection, number)
        name = known_person(tx.connection, actor, person)
        why = reason_of(reason)
        if not store.name_person(tx, case.id, name, why):
            raise Conflict("he is named in this case already")
        sentence = phrase(N_("{name} was named by the operator: {reason}"), name=name, reason=why)
        parts.tell(tx, case.id, "shared", sentence)
        tx.audit("case.admitted", "case", case.id, person=name, reason=why)
    return case


# --- hand-over ----------------------------------------------------------------------------------


def agencies(centre: Centre) -> tuple[str, ...]:
    """Names of the agencies to which a case may be handed over."""
    return known_agencies.outside(centre)


def hand_over(centre: Centre, actor: Actor, case_id: str, giving: Giving) -> Handover:
    """Gives parts of a case to another agency; it acknowledges that it has them.

    Raises InvalidInput without a legal basis or anything given, or for an end that is over.
    """
    with working(centre, actor, case_id, permission=Permission.HAND_OVER_CASES, live=False) as (
        tx,
        old,
    ):
        value = _handover(centre, tx, old, giving)
        parts.add_handover(tx, value)
        store.save(tx, act.hand_over(old, tx.at))
        sentence = phrase(
            N_("Handed over to {agency} ({basis})"), agency=value.agency, basis=value.legal_basis
        )
        parts.tell(tx, case_id, "handed_over", sentence)
        tx.audit(
            "case.handed_over",
            "case",
            case_id,
            handover=value.id,
            agency=value.agency,
            unit=value.unit_id,
            sections=sorted(own.value for own in value.sections),
            legal_basis=value.legal_basis,
        )
    return value


def acknowledge(
    centre: Centre, actor: Actor, case_id: str, handover_id: str, reference: str
) -> Handover:
    """Notes that the other agency has what was given, and how it calls it.

    An agency with a unit here acknowledges itself. For one outside, somebody who may hand over
    writes down its letter. Raises Forbidden for others.
    """
    actor.require(Permission.SEE_CASES)
    require_human(actor)
    with centre.db.write(actor, Purpose.CASE) as tx:
        reach = store.reach(tx.connection, actor, case_id, tx.at, lock=True)
        old = _get(tx, case_id, handover_id)
        if old.unit_id is None:
            if not reach.works:
                raise Forbidden("this was given to another agency")
            actor.require(Permission.HAND_OVER_CASES)
        elif old.unit_id not in actor.units:
            raise Forbidden("the unit that receives it acknowledges it")
        new = act.acknowledge(old, actor, reference, tx.at)
        parts.save_handover(tx, new)
        sentence = phrase(
            N_("{agency} has it, as {reference}"), agency=new.agency, reference=new.reference or "-"
        )
        parts.tell(tx, case_id, "acknowledged", sentence)
        tx.audit("case.handover_acknowledged", "case", case_id, handover=handover_id)
    return new


def take_back(
    centre: Centre, actor: Actor, case_id: str, handover_id: str, reason: str
) -> Handover:
    """Ends a hand-over: the unit sees nothing of the case from now on, and it is worked on here."""
    with working(centre, actor, case_id, permission=Permission.HAND_OVER_CASES, live=False) as (
        tx,
        case,
    ):
        new = act.take_back(_get(tx, case_id, handover_id), actor, reason, tx.at)
        parts.save_handover(tx, new)
        others = [own for own in parts.handovers(tx.connection, case_id) if own.holds(tx.at)]
        store.save(tx, act.taken_back(case, others, tx.at))
        sentence = phrase(
            N_("Taken back from {agency}: {reason}"), agency=new.agency, reason=new.taking_back
        )
        parts.tell(tx, case_id, "taken_back", sentence)
        tx.audit("case.taken_back", "case", case_id, handover=handover_id, reason=new.taking_back)
    return new


# --- within -------------------------------------------------------------------------------------


def _handover(centre: Centre, tx: Tx, case: Case, giving: Giving) -> Handover:
    if not giving.sections:
        raise InvalidInput("say what is given")
    if giving.expires_at is not None and giving.expires_at <= tx.at:
        raise InvalidInput("the hand-over would be over already")
    units = people.units(tx.connection)
    if giving.unit_id and giving.unit_id not in units:
        raise InvalidInput("there is no such unit")
    if giving.unit_id == case.unit_id:
        raise InvalidInput("that is the case's own unit")
    # A guest's unit receives in the name of its agency, whatever was typed.
    guest = units[giving.unit_id].agency if giving.unit_id else ""
    name = known_agencies.name_of(centre, tx.connection, guest) if guest else giving.agency
    return Handover(
        id=new_id(),
        case_id=case.id,
        agency=text_of(name, "the agency", most=LONGEST_TITLE, least=2),
        unit_id=giving.unit_id or None,
        sections=giving.sections,
        legal_basis=text_of(giving.legal_basis, "the legal basis", most=2000, least=5),
        conditions=text_of(giving.conditions, "the conditions", most=2000, least=0),
        expires_at=giving.expires_at,
        by=tx.actor.name,
        at=tx.at,
    )


def _get(tx: Tx, case_id: str, handover_id: str) -> Handover:
    for own in parts.handovers(tx.connection, case_id):
        if own.id == handover_id:
            return own
    raise NotFound("there is no such hand-over")
