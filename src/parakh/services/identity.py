"""An identity verified with a national register: one person, one question, one answer.

Only somebody who crosses the border is asked about, by name and birth date as they are declared;
nobody can ask about whom he likes. There is a bound for each officer and for all together, and
nothing of the register is stored but whether it agrees.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import reason_of
from parakh.connectors.failures import LinkFailed
from parakh.connectors.kit import Asker
from parakh.domain.connector import (
    ConnectorKind,
    IdentityVerdict,
    Question,
    Reply,
    Verification,
)
from parakh.domain.ids import new_id
from parakh.domain.traveller import DocumentType, Traveller
from parakh.errors import Conflict, Forbidden, InvalidInput, Misconfigured
from parakh.faces.picture import decode_picture
from parakh.services import connector_runs, dossier, portraits
from parakh.services.centre import Centre
from parakh.services.connector_file import Identity
from parakh.store import connectors, verifications

HOUR = timedelta(hours=1)
PURPOSES = (Purpose.GATE, Purpose.VETTING, Purpose.ALERT, Purpose.CASE)
"""For what a register may be asked."""

_NUMBER = re.compile(r"[A-Z0-9]{4,30}")
_APART = re.compile(r"[\s./-]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What an officer asks.

    Attributes:
        number: of the register, as the person gave it.
        portrait: a picture of the person, where faces are to be compared.
    """

    number: str
    reason: str
    purpose: Purpose = Purpose.VETTING
    portrait: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityView:
    """What registers said of a traveller, and whether the actor may ask.

    Attributes:
        registers: names of those in force; empty where the actor may ask none.
        number: that stands to reason: of an identity card that was declared.
        left: how often the actor may still ask the first of them within this hour.
    """

    traveller_id: str
    verifications: tuple[Verification, ...]
    registers: tuple[str, ...]
    number: str
    left: int

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        """For what a register may be asked."""
        return PURPOSES


def of_traveller(centre: Centre, actor: Actor, traveller_id: str) -> IdentityView:
    """What registers said of a traveller; a look that is audited. Raises as `dossier.traveller`,
    and Forbidden for one who is masked."""
    actor.require(Permission.VERIFY_IDENTITY)
    return shown(centre, actor, _person(centre, actor, traveller_id, Purpose.VETTING))


def shown(centre: Centre, actor: Actor, person: Traveller) -> IdentityView:
    """The same for somebody whom the actor has before him already; nothing without permission."""
    known = _registers(centre)
    with centre.db.read() as connection:
        names = [
            own.name for own in connectors.all_of(connection) if own.in_force and own.name in known
        ]
        found = verifications.of_traveller(connection, person.id, centre.clock())
    may = actor.may(Permission.VERIFY_IDENTITY) and actor.human
    cards = (own for own in person.documents if own.type is DocumentType.IDENTITY_CARD)
    card = next(cards, None)
    return IdentityView(
        traveller_id=person.id,
        verifications=tuple(found),
        registers=tuple(names) if may else (),
        number=card.number if card else "",
        left=_left(centre, actor, names[0], known[names[0]]) if names else 0,
    )


def verify(
    centre: Centre, actor: Actor, traveller_id: str, wanted: Wanted, register: str = ""
) -> Verification:
    """Asks a register (the only one, if none is named) about a traveller; by humans alone.

    The question is counted and audited before it is asked, so that nobody asks more by asking
    fast. Raises InvalidInput for a number that is none or without a reason, Conflict where no such
    register is in force, Forbidden at a bound or for one who is masked. A register that does not
    answer leads to a verification that says so.
    """
    actor.require(Permission.VERIFY_IDENTITY)
    if not actor.human:
        raise Forbidden("only a person may ask a register about somebody")
    if wanted.purpose not in PURPOSES:
        raise InvalidInput("purpose: a register is not asked for that")
    number = _APART.sub("", wanted.number).upper()
    if not _NUMBER.fullmatch(number):
        raise InvalidInput("number: write the number of the register")
    reason = reason_of(wanted.reason)
    picture = portraits.kept(decode_picture(wanted.portrait)) if wanted.portrait else None
    name, options = _register(centre, register)
    person = _person(centre, actor, traveller_id, wanted.purpose)
    question = Question(
        number=number,
        family_name=person.name.family,
        given_names=person.name.given,
        birth_date=str(person.birth_date or ""),
        portrait=picture,
    )
    asked = _count(
        centre,
        actor,
        options,
        Verification(
            id=new_id(),
            traveller_id=person.id,
            connector=name,
            by=actor.name,
            at=centre.clock(),
            purpose=wanted.purpose.value,
            reason=reason,
            tail=number[-4:],
            portrait=picture is not None,
            expires_at=centre.clock() + timedelta(days=options.keep_days),
        ),
    )
    reply = _asked(centre, name, question)
    done = replace(
        asked,
        agreement=reply.agreement,
        fields=reply.fields,
        reference=reply.reference,
        answered_at=centre.clock(),
    )
    with centre.db.write(actor, wanted.purpose) as tx:
        verifications.settle(tx, done)
        detail = {"traveller": person.id, "result": done.agreement.value, "register": name}
        tx.audit("identity.verified", "verification", done.id, **detail)
    return done


def forget(centre: Centre) -> int:
    """Deletes verifications that expired; for the worker's housekeeping."""
    with centre.db.maintain() as connection:
        return verifications.forget(connection, centre.clock())


# --- within -------------------------------------------------------------------------------------


def _person(centre: Centre, actor: Actor, traveller_id: str, purpose: Purpose) -> Traveller:
    found = dossier.traveller(centre, actor, traveller_id, purpose)
    if found.masked:
        raise Forbidden("who this was is masked")
    return found.traveller


def _registers(centre: Centre) -> dict[str, Identity]:
    """The registers that the file names, none while the file is wrong."""
    try:
        setups = centre.linked.setups()
    except Misconfigured:
        return {}
    return {name: own.options for name, own in setups.items() if isinstance(own.options, Identity)}


def _register(centre: Centre, name: str) -> tuple[str, Identity]:
    known = _registers(centre)
    setups = centre.linked.setups()
    with centre.db.read() as connection:
        found = [
            own.name
            for own in connectors.all_of(connection)
            if own.kind is ConnectorKind.IDENTITY
            and own.in_force
            and own.name in known
            and setups[own.name].digest == own.agreed
            and name in ("", own.name)
        ]
    if len(found) != 1:
        raise Conflict("no such register is in force" if not found else "name the register")
    return found[0], known[found[0]]


def _count(centre: Centre, actor: Actor, options: Identity, value: Verification) -> Verification:
    """Notes the question, unless a bound is met. Whoever counts holds the register's row, so that
    no two who ask at once both have the last one."""
    with centre.db.write(actor, Purpose(value.purpose)) as tx:
        connectors.hold(tx, value.connector)
        since = tx.at - HOUR
        mine = verifications.asked(tx.connection, value.connector, since, actor.name)
        every = verifications.asked(tx.connection, value.connector, since)
        if mine >= options.officer_an_hour:
            raise Forbidden(f"you asked {mine} times within an hour; nobody may ask more often")
        if every >= options.all_an_hour:
            raise Forbidden("the register was asked as often within an hour as it may be")
        verifications.add(tx, value)
        tx.audit(
            "identity.asked",
            "verification",
            value.id,
            traveller=value.traveller_id,
            register=value.connector,
            reason=value.reason,
            portrait=value.portrait,
        )
    return value


def _asked(centre: Centre, name: str, question: Question) -> Reply:
    """What the register says; that it gave no answer is noted of the person and of the register."""
    try:
        own = centre.linked.get(name)
        if not isinstance(own, Asker):
            raise Misconfigured("it is no register")
        reply = own.ask(question)
    except (LinkFailed, Misconfigured) as error:
        connector_runs.visited(centre, name, str(error))
        return Reply(agreement=IdentityVerdict.UNANSWERED)
    connector_runs.visited(centre, name, "")
    return reply


def _left(centre: Centre, actor: Actor, name: str, options: Identity) -> int:
    since: datetime = centre.clock() - HOUR
    with centre.db.read() as connection:
        mine = verifications.asked(connection, name, since, actor.name)
        every = verifications.asked(connection, name, since)
    return max(0, min(options.officer_an_hour - mine, options.all_an_hour - every))
