"""The steps that officers take in a case: what is written, done, added, closed and opened again."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from parakh.access import Actor, Permission, Purpose
from parakh.act import attachments as files
from parakh.act import cases as act
from parakh.act.cases import LONGEST_TITLE, text_of
from parakh.act.decisions import reason_of
from parakh.act.outcomes import checked
from parakh.domain.alert import AlertState, OutcomeKind
from parakh.domain.case import (
    Attachment,
    Case,
    CaseState,
    Note,
    Party,
    PartyKind,
    PartyRole,
    Priority,
    Section,
    Task,
)
from parakh.domain.ids import new_id
from parakh.domain.outcome import NO_DETAILS, Details, OutcomeRecord
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.errors import Conflict, Forbidden, InvalidInput, NotFound
from parakh.services import cases_parties, outcomes
from parakh.services.cases import known_person, put_alert, working
from parakh.services.cases_view import case_alerts
from parakh.services.centre import Centre
from parakh.store import case_parts as parts
from parakh.store import cases as store
from parakh.store import outcomes as told
from parakh.store.alerts import alerts_by_id
from parakh.store.database import Tx

MOST_TASKS = 200

_PRIORITIES = {
    Priority.URGENT: N_("The case is urgent now"),
    Priority.HIGH: N_("The case has a high priority now"),
    Priority.NORMAL: N_("The case has a normal priority now"),
    Priority.LOW: N_("The case has a low priority now"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a case is to be from now on."""

    title: str
    summary: str
    priority: Priority
    owner: str


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """An attachment with its bytes."""

    attachment: Attachment
    data: bytes


# --- the case -----------------------------------------------------------------------------------


def change(centre: Centre, actor: Actor, case_id: str, wanted: Change) -> Case:
    """Changes what a case is called, says, how soon it is wanted, and who answers for it."""
    with working(centre, actor, case_id) as (tx, old):
        new = replace(
            old,
            title=text_of(wanted.title, "the title", most=LONGEST_TITLE, least=3),
            summary=text_of(wanted.summary, "the summary", least=0),
            priority=wanted.priority,
            owner=known_person(tx.connection, actor, wanted.owner),
            changed_at=tx.at,
        )
        store.save(tx, new)
        for kind, sentence in _changes(old, new):
            parts.tell(tx, case_id, kind, sentence)
        tx.audit("case.changed", "case", case_id)
    return new


def move(centre: Centre, actor: Actor, case_id: str, state: CaseState, reason: str = "") -> Case:
    """Begins work on a case, or lets it wait for something; raises Conflict for other steps."""
    with working(centre, actor, case_id) as (tx, old):
        new = act.move(old, state, reason, tx.at)
        store.save(tx, new)
        sentence = (
            phrase(N_("The case waits for: {what}"), what=new.waiting_for)
            if new.waiting_for
            else phrase(N_("Work on the case began"))
        )
        parts.tell(tx, case_id, f"moved_{state.value}", sentence)
        tx.audit("case.moved", "case", case_id, state=state.value)
    return new


def close(
    centre: Centre,
    actor: Actor,
    case_id: str,
    kind: OutcomeKind,
    note: str,
    details: Details = NO_DETAILS,
    *,
    leave_alerts: bool = False,
) -> Case:
    """Closes a case with its outcome, which counts for all hits of its alerts.

    Raises Conflict while a task is open, or while an alert is, unless with `leave_alerts`;
    InvalidInput where the details do not fit the outcome.
    """
    with working(centre, actor, case_id) as (tx, old):
        waiting = [own for own in parts.tasks(tx.connection, case_id) if own.done_at is None]
        held = store.alerts_of(tx.connection, case_id)
        found = alerts_by_id(tx.connection, held)
        unseen = sum(own.state is not AlertState.CLOSED for own in found)
        new = act.close(old, len(waiting), tx.at, 0 if leave_alerts else unseen)
        states = outcomes.hit_states(tx.connection, held)
        record = OutcomeRecord(
            id=new_id(), kind=kind, note=text_of(note, "the note", least=0),
            details=checked(kind, states, details), by=actor.name, at=tx.at, case_id=case_id,
        )  # fmt: skip
        _end_standing(tx, record)
        store.save(tx, new)
        parts.tell(tx, case_id, "closed", _closed(unseen))
        tx.audit("case.closed", "case", case_id, outcome=kind.value, open_alerts=unseen)
    return new


def reopen(centre: Centre, actor: Actor, case_id: str, reason: str) -> Case:
    """Opens a closed case again; its outcome stands until it is closed with another one."""
    with working(centre, actor, case_id, live=False) as (tx, old):
        new, why = act.reopen(old, reason, tx.at)
        store.save(tx, new)
        sentence = phrase(N_("The case was opened again: {reason}"), reason=why)
        parts.tell(tx, case_id, "reopened", sentence)
        tx.audit("case.reopened", "case", case_id, reason=why)
    return new


# --- what stands in it --------------------------------------------------------------------------


def add_alert(centre: Centre, actor: Actor, case_id: str, alert_id: str) -> None:
    """Puts an alert of the actor's units into a case; raises Conflict for one that is in it."""
    with working(centre, actor, case_id) as (tx, _):
        (own,) = case_alerts(centre, tx.connection, actor, [alert_id])
        if not own.mine:
            raise Forbidden("the alert belongs to another unit")
        if not put_alert(centre, tx, case_id, own):
            raise Conflict("the alert stands in this case already")


def add_traveller(
    centre: Centre, actor: Actor, case_id: str, traveller_id: str, role: PartyRole, source: str
) -> Party:
    """Adds a traveller whom the actor may see; raises Conflict for one who is in it."""
    with working(centre, actor, case_id) as (tx, _):
        said = cases_parties.said(reason_of(source))
        return _added(cases_parties.add_traveller(centre, tx, case_id, traveller_id, role, said))


def add_profile(
    centre: Centre, actor: Actor, case_id: str, profile_id: str, role: PartyRole, source: str
) -> Party:
    """Adds a profile; raises Conflict for one that stands in the case."""
    with working(centre, actor, case_id) as (tx, _):
        said = cases_parties.said(reason_of(source))
        return _added(cases_parties.add_profile(tx, case_id, actor, profile_id, role, said))


def add_party(
    centre: Centre,
    actor: Actor,
    case_id: str,
    kind: PartyKind,
    label: str,
    role: PartyRole,
    source: str,
) -> Party:
    """Adds somebody or something by name or number; `source` says how it came into the case."""
    with working(centre, actor, case_id) as (tx, _):
        said = cases_parties.said(reason_of(source))
        return _added(cases_parties.add_named(tx, case_id, kind, label, role, said))


def remove_party(centre: Centre, actor: Actor, case_id: str, party_id: str, reason: str) -> None:
    """Takes somebody or something out of a case; the timeline keeps that it was in it."""
    with working(centre, actor, case_id) as (tx, _):
        found = {own.id: own for own in parts.parties(tx.connection, case_id)}
        if party_id not in found:
            raise NotFound("there is no such party in this case")
        new = act.remove(found[party_id], actor, reason, tx.at)
        parts.remove_party(tx, new)
        sentence = phrase(N_("{name} was taken out: {reason}"), name=new.label, reason=new.removal)
        parts.tell(tx, case_id, "party_removed", sentence)
        tx.audit("case.party_removed", "case", case_id, party=party_id, reason=new.removal)


def note(
    centre: Centre, actor: Actor, case_id: str, text: str, corrects: str | None = None
) -> Note:
    """Writes a note; one that corrects another leaves it as it was and names it."""
    with working(centre, actor, case_id) as (tx, _):
        value = Note(
            id=new_id(), text=text_of(text, "the note"), by=actor.name, at=tx.at,
            corrects=corrects or None,
        )  # fmt: skip
        act.correction(value, tuple(parts.notes(tx.connection, case_id)))
        parts.add_note(tx, case_id, value)
        sentence = (
            phrase(N_("A note was corrected")) if value.corrects else phrase(N_("A note was added"))
        )
        parts.tell(tx, case_id, "note_added", sentence)
        tx.audit("case.note_added", "case", case_id, note=value.id, corrects=value.corrects)
    return value


def add_task(
    centre: Centre, actor: Actor, case_id: str, title: str, assignee: str, due_on: date | None
) -> Task:
    """Gives somebody something to do, by a day."""
    with working(centre, actor, case_id) as (tx, _):
        if len(parts.tasks(tx.connection, case_id)) >= MOST_TASKS:
            raise InvalidInput(f"a case has at most {MOST_TASKS} tasks")
        value = Task(
            id=new_id(),
            title=text_of(title, "the task", most=LONGEST_TITLE, least=3),
            assignee=known_person(tx.connection, actor, assignee or actor.name),
            due_on=due_on,
            by=actor.name,
            at=tx.at,
        )
        parts.add_task(tx, case_id, value)
        sentence = phrase(
            N_("A task was given to {name}: {task}"), name=value.assignee, task=value.title
        )
        parts.tell(tx, case_id, "task_added", sentence)
        tx.audit("case.task_added", "case", case_id, task=value.id, assignee=value.assignee)
    return value


def finish_task(centre: Centre, actor: Actor, case_id: str, task_id: str) -> Task:
    """Notes that a task was done; raises Conflict the second time."""
    with working(centre, actor, case_id) as (tx, _):
        found = {own.id: own for own in parts.tasks(tx.connection, case_id)}
        if task_id not in found:
            raise NotFound("there is no such task in this case")
        new = act.finish(found[task_id], actor, tx.at)
        parts.finish_task(tx, new)
        parts.tell(tx, case_id, "task_done", phrase(N_("Done: {task}"), task=new.title))
        tx.audit("case.task_done", "case", case_id, task=task_id)
    return new


def relate(centre: Centre, actor: Actor, case_id: str, number: str, reason: str) -> None:
    """Says that another case, which the actor may see, belongs to this one."""
    with working(centre, actor, case_id, live=False) as (tx, own):
        other = store.by_number(tx.connection, number)
        store.reach(tx.connection, actor, other.id, tx.at, lock=True)
        if other.id == case_id:
            raise InvalidInput("that is this case")
        why = reason_of(reason)
        if not store.relate(tx, case_id, other.id, why):
            raise Conflict("the two cases are related already")
        for one, two in ((own, other), (other, own)):
            sentence = phrase(N_("Related to {number}: {reason}"), number=two.number, reason=why)
            parts.tell(tx, one.id, "related", sentence)
        tx.audit("case.related", "case", case_id, other=other.id, reason=why)


# --- files --------------------------------------------------------------------------------------


def attach(
    centre: Centre, actor: Actor, case_id: str, name: str, data: bytes, about: str = ""
) -> Attachment:
    """Keeps a file, sealed; its kind is told by its bytes (see `parakh.act.attachments`).

    Raises Unreadable for what is not taken, InvalidInput for what is too much, Conflict for bytes
    that stand in the case already.
    """
    media_type = files.kind_of(data)
    with working(centre, actor, case_id) as (tx, _):
        held = parts.attachments(tx.connection, case_id)
        value = Attachment(
            id=new_id(),
            name=files.named(name, media_type),
            media_type=media_type,
            size=len(data),
            digest=hashlib.sha256(data).hexdigest(),
            note=text_of(about, "what it shows", most=LONGEST_TITLE, least=0),
            by=actor.name,
            at=tx.at,
        )
        _require_room(held, value)
        parts.add_attachment(tx, centre.db.vault, case_id, value, data)
        parts.tell(tx, case_id, "attached", phrase(N_("Attached: {file}"), file=value.name))
        tx.audit("case.attached", "case", case_id, file=value.id, sha256=value.digest)
    return value


def attachment(centre: Centre, actor: Actor, case_id: str, attachment_id: str) -> File:
    """A file with its bytes; a look that is audited. Raises NotFound."""
    actor.require(Permission.SEE_CASES)
    with centre.db.read() as connection:
        reach = store.reach(connection, actor, case_id, centre.clock())
        if Section.ATTACHMENTS not in reach.sections:
            raise Forbidden("the files of this case were not given to your unit")
        found = {own.id: own for own in parts.attachments(connection, case_id)}
        data = parts.attachment_bytes(connection, centre.db.vault, case_id, attachment_id)
    with centre.db.write(actor, Purpose.CASE) as tx:
        tx.audit("case.file_read", "case", case_id, file=attachment_id)
    return File(attachment=found[attachment_id], data=data)


# --- within -------------------------------------------------------------------------------------


def _closed(open_alerts: int) -> Phrase:
    if not open_alerts:
        return phrase(N_("The case was closed with its outcome"))
    text = N_("The case was closed with its outcome; alerts of it still open: {count}")
    return phrase(text, count=open_alerts)


def _changes(old: Case, new: Case) -> list[tuple[str, Phrase]]:
    found = []
    if new.title != old.title:
        found.append(("renamed", phrase(N_("The title was: {title}"), title=old.title)))
    if new.summary != old.summary:
        found.append(("summary_changed", phrase(N_("The summary was changed"))))
    if new.priority is not old.priority:
        found.append(("priority_changed", phrase(_PRIORITIES[new.priority])))
    if new.owner != old.owner:
        found.append(("owner_changed", phrase(N_("{name} answers for it now"), name=new.owner)))
    return found


def _end_standing(tx: Tx, record: OutcomeRecord) -> None:
    """Adds the outcome; one from before the case was opened again is corrected by it."""
    standing = [
        own for own in told.of_case(tx.connection, record.case_id or "") if not own.corrected_by
    ]
    if standing:
        why = "the case was opened again and closed anew"
        record = replace(record, corrects=standing[-1].id, reason=why)
    told.add(tx, record)


def _require_room(held: list[Attachment], value: Attachment) -> None:
    if value.digest in {own.digest for own in held}:
        raise Conflict("this file stands in the case already")
    if len(held) >= files.MOST_FILES:
        raise InvalidInput(f"a case holds at most {files.MOST_FILES} files")
    if sum(own.size for own in held) + value.size > files.MOST_IN_ALL:
        raise InvalidInput(f"a case holds at most {files.MOST_IN_ALL // 2**20} MiB of files")


def _added(party: Party | None) -> Party:
    if party is None:
        raise Conflict("it stands in this case already")
    return party
