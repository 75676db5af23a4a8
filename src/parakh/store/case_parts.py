"""What stands in a case: parties, tasks, notes, files, hand-overs, and its timeline."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from parakh.domain.case import (
    Attachment,
    Event,
    Handover,
    Note,
    Party,
    PartyKind,
    PartyRole,
    Section,
    Task,
)
from parakh.domain.ids import new_id
from parakh.domain.masking import MASKED_NAME
from parakh.domain.phrase import Phrase
from parakh.errors import NotFound
from parakh.store.codec import PHRASE
from parakh.store.database import Tx
from parakh.store.tables import (
    case_attachment,
    case_event,
    case_file,
    case_handover,
    case_note,
    case_party,
    case_task,
)
from parakh.store.vault import Vault

_PURPOSE = "case"
"""The vault's, for attachments."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What a list shows of a case besides its name."""

    parties: tuple[str, ...] = ()
    open_tasks: int = 0
    overdue: int = 0


def figures(
    connection: sa.Connection,
    ids: Iterable[str],
    today: date,
    masked: Callable[[set[str]], set[str]],
) -> defaultdict[str, Figures]:
    """The same for many cases at once; `masked` says which of some travellers are not named."""
    wanted = list(ids)
    names: defaultdict[str, list[str]] = defaultdict(list)
    query = (
        sa.select(case_party.c.case_id, case_party.c.label, case_party.c.ref_id)
        .where(case_party.c.case_id.in_(wanted), case_party.c.removed_at.is_(None))
        .order_by(case_party.c.id)
    )
    parties = connection.execute(query).all()
    hide = masked({row.ref_id for row in parties} - {""})
    for case_id, label, ref_id in parties:
        names[case_id].append(str(MASKED_NAME) if ref_id in hide else label)
    late = sa.func.sum(sa.case((case_task.c.due_on < today, 1), else_=0))
    tasks = (
        sa.select(case_task.c.case_id, sa.func.count(), late)
        .where(case_task.c.case_id.in_(wanted), case_task.c.done_at.is_(None))
        .group_by(case_task.c.case_id)
    )
    counts = {row[0]: (int(row[1]), int(row[2])) for row in connection.execute(tasks)}
    found: defaultdict[str, Figures] = defaultdict(Figures)
    for case_id in wanted:
        open_tasks, overdue = counts.get(case_id, (0, 0))
        found[case_id] = Figures(
            parties=tuple(dict.fromkeys(names[case_id])), open_tasks=open_tasks, overdue=overdue
        )
    return found


# --- timeline -----------------------------------------------------------------------------------


def tell(tx: Tx, case_id: str, kind: str, sentence: Phrase) -> None:
    """Writes one line of a case's timeline, by whoever acts, and notes that the case changed."""
    known = sa.select(sa.func.count()).where(case_event.c.case_id == case_id)
    tx.connection.execute(
        case_event.insert().values(
            id=new_id(),
            case_id=case_id,
            ordinal=tx.connection.execute(known).scalar_one(),
            at=tx.at,
            by=tx.actor.name,
            kind=kind,
            sentence=PHRASE.dump(sentence),
        )
    )
    tx.connection.execute(
        case_file.update().where(case_file.c.id == case_id).values(changed_at=tx.at)
    )


def add_events(tx: Tx, case_id: str, values: Sequence[Event], mark: str) -> None:
    """Adds lines of a timeline that was kept elsewhere, but for those that came from there before:
    by whoever has a name that ends with `mark`."""
    mine = case_event.c.case_id == case_id
    count = sa.select(sa.func.count()).where(mine)
    known = tx.connection.execute(count.where(case_event.c.by.endswith(mark, autoescape=True)))
    ordinal = tx.connection.execute(count).scalar_one()
    rows = [
        {
            "id": new_id(),
            "case_id": case_id,
            "ordinal": ordinal + place,
            "at": own.at,
            "by": own.by,
            "kind": own.kind,
            "sentence": PHRASE.dump(own.sentence),
        }
        for place, own in enumerate(values[known.scalar_one() :])
    ]
    if rows:
        tx.connection.execute(case_event.insert(), rows)


def events(connection: sa.Connection, case_id: str) -> list[Event]:
    """What was done in a case, oldest first."""
    query = sa.select(case_event).where(case_event.c.case_id == case_id)
    return [
        Event(at=row.at, by=row.by, kind=row.kind, sentence=PHRASE.load(row.sentence))
        for row in connection.execute(query.order_by(case_event.c.ordinal))
    ]


# --- parties ------------------------------------------------------------------------------------


def add_party(tx: Tx, case_id: str, value: Party) -> None:
    """Adds somebody or something to a case."""
    tx.connection.execute(
        case_party.insert().values(
            id=value.id,
            case_id=case_id,
            kind=value.kind.value,
            ref_id=value.ref_id,
            label=value.label,
            role=value.role.value,
            source=PHRASE.dump(value.source),
            by=value.by,
            at=value.at,
            removal="",
        )
    )


def remove_party(tx: Tx, value: Party) -> None:
    """Stores that a party was taken out of its case."""
    tx.connection.execute(
        case_party.update()
        .where(case_party.c.id == value.id)
        .values(removed_by=value.removed_by, removed_at=value.removed_at, removal=value.removal)
    )


def parties(connection: sa.Connection, case_id: str) -> list[Party]:
    """All that ever stood in a case, oldest first."""
    query = sa.select(case_party).where(case_party.c.case_id == case_id).order_by(case_party.c.id)
    return [
        Party(
            id=row.id,
            kind=PartyKind(row.kind),
            ref_id=row.ref_id,
            label=row.label,
            role=PartyRole(row.role),
            source=PHRASE.load(row.source),
            by=row.by,
            at=row.at,
            removed_by=row.removed_by,
            removed_at=row.removed_at,
            removal=row.removal,
        )
        for row in connection.execute(query)
    ]


# --- tasks --------------------------------------------------------------------------------------


def add_task(tx: Tx, case_id: str, value: Task) -> None:
    """Adds a task."""
    tx.connection.execute(
        case_task.insert().values(
            id=value.id,
            case_id=case_id,
            title=value.title,
            assignee=value.assignee,
            due_on=value.due_on,
            by=value.by,
            at=value.at,
        )
    )


def finish_task(tx: Tx, value: Task) -> None:
    """Stores that a task was done."""
    tx.connection.execute(
        case_task.update()
        .where(case_task.c.id == value.id)
        .values(done_by=value.done_by, done_at=value.done_at)
    )


def tasks(connection: sa.Connection, case_id: str) -> list[Task]:
    """Tasks of a case: open ones first, by the day they are due."""
    query = (
        sa.select(case_task)
        .where(case_task.c.case_id == case_id)
        .order_by(case_task.c.done_at.is_not(None), case_task.c.due_on.is_(None))
        .order_by(case_task.c.due_on, case_task.c.id)
    )
    return [
        Task(
            id=row.id,
            title=row.title,
            assignee=row.assignee,
            due_on=row.due_on,
            by=row.by,
            at=row.at,
            done_by=row.done_by,
            done_at=row.done_at,
        )
        for row in connection.execute(query)
    ]


# --- notes --------------------------------------------------------------------------------------


def add_note(tx: Tx, case_id: str, value: Note) -> None:
    """Adds a note."""
    tx.connection.execute(
        case_note.insert().values(
            id=value.id,
            case_id=case_id,
            text=value.text,
            by=value.by,
            at=value.at,
            corrects=value.corrects,
        )
    )


def notes(connection: sa.Connection, case_id: str) -> list[Note]:
    """Notes of a case, oldest first."""
    query = sa.select(case_note).where(case_note.c.case_id == case_id).order_by(case_note.c.id)
    return [
        Note(id=row.id, text=row.text, by=row.by, at=row.at, corrects=row.corrects)
        for row in connection.execute(query)
    ]


# --- files --------------------------------------------------------------------------------------


def add_attachment(tx: Tx, vault: Vault, case_id: str, value: Attachment, data: bytes) -> None:
    """Seals and keeps a file."""
    tx.connection.execute(
        case_attachment.insert().values(
            id=value.id,
            case_id=case_id,
            name=value.name,
            media_type=value.media_type,
            size=value.size,
            digest=value.digest,
            note=value.note,
            sealed=vault.seal(tx.connection, _PURPOSE, value.id, data),
            by=value.by,
            at=value.at,
        )
    )


def attachments(connection: sa.Connection, case_id: str) -> list[Attachment]:
    """Files of a case, oldest first, without their bytes."""
    columns = [own for own in case_attachment.c if own.name != "sealed"]
    query = sa.select(*columns).where(case_attachment.c.case_id == case_id)
    return [
        Attachment(
            id=row.id,
            name=row.name,
            media_type=row.media_type,
            size=row.size,
            digest=row.digest,
            note=row.note,
            by=row.by,
            at=row.at,
        )
        for row in connection.execute(query.order_by(case_attachment.c.id))
    ]


def attachment_bytes(connection: sa.Connection, vault: Vault, case_id: str, own_id: str) -> bytes:
    """A file's bytes as they came; raises NotFound."""
    query = sa.select(case_attachment.c.sealed).where(
        case_attachment.c.id == own_id, case_attachment.c.case_id == case_id
    )
    sealed = connection.execute(query).scalar()
    if sealed is None:
        raise NotFound("there is no such file in this case")
    return vault.open(connection, _PURPOSE, own_id, sealed)


# --- hand-overs ---------------------------------------------------------------------------------


def add_handover(tx: Tx, value: Handover) -> None:
    """Adds a hand-over."""
    tx.connection.execute(
        case_handover.insert().values(
            id=value.id,
            case_id=value.case_id,
            agency=value.agency,
            unit_id=value.unit_id,
            sections=sorted(own.value for own in value.sections),
            legal_basis=value.legal_basis,
            conditions=value.conditions,
            expires_at=value.expires_at,
            by=value.by,
            at=value.at,
            reference="",
            taking_back="",
        )
    )


def save_handover(tx: Tx, value: Handover) -> None:
    """Stores that a hand-over was acknowledged or taken back."""
    tx.connection.execute(
        case_handover.update()
        .where(case_handover.c.id == value.id)
        .values(
            acknowledged_by=value.acknowledged_by,
            acknowledged_at=value.acknowledged_at,
            reference=value.reference,
            taken_back_by=value.taken_back_by,
            taken_back_at=value.taken_back_at,
            taking_back=value.taking_back,
        )
    )


def handovers(connection: sa.Connection, case_id: str) -> list[Handover]:
    """Hand-overs of a case, oldest first."""
    query = sa.select(case_handover).where(case_handover.c.case_id == case_id)
    return [
        Handover(**{**row._mapping, "sections": frozenset(map(Section, row.sections))})
        for row in connection.execute(query.order_by(case_handover.c.id))
    ]
