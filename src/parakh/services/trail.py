"""The audit trail for auditors: search, verification, and checkpoints kept outside the database."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from parakh.access import Actor, Permission, Purpose, system_actor
from parakh.services.centre import WORKER, Centre
from parakh.store import audit, galleries, people, pictures, vetting, voyage_templates
from parakh.store.audit import AuditFinding, AuditRow, AuditVerdict, Checkpoint

PAGE = 100
_LONGEST_LINE = 1024
_STRANGER = system_actor("unknown-caller")


@dataclass(frozen=True, kw_only=True, slots=True)
class TrailFilter:
    """Which rows are wanted; empty fields want all. `action` may be the beginning of one."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TrailPage:
    """A page of the trail, newest first."""

    rows: tuple[AuditRow, ...]
    total: int
    page: int
    pages: int


def search(
    centre: Centre, actor: Actor, wanted: TrailFilter = TrailFilter(), page: int = 1
) -> TrailPage:
    """Rows of the trail; a look that is itself audited."""
    actor.require(Permission.SEE_AUDIT)
    page = max(1, page)
    with centre.db.read() as connection:
        rows, total = audit.search(
            connection,
            actor=wanted.actor,
            action=wanted.action,
            subject=wanted.subject,
            between=(wanted.since, wanted.until),
            offset=(page - 1) * PAGE,
            limit=PAGE,
        )
    conditions = {name: str(value) for name, value in asdict(wanted).items() if value}
    with centre.db.write(actor, Purpose.AUDIT) as tx:
        tx.audit("audit.viewed", "audit", wanted.subject or "all", wanted=conditions)
    return TrailPage(rows=tuple(rows), total=total, page=page, pages=max(1, -(-total // PAGE)))


def verify(centre: Centre, actor: Actor) -> AuditVerdict:
    """Checks the whole chain, and that the checkpoints outside the database still stand in it."""
    actor.require(Permission.SEE_AUDIT)
    verdict = centre.db.verify_audit()
    with centre.db.read() as connection:
        checkpoints, unreadable = _checkpoints(_path(centre))
        strays = tuple(audit.strays(connection, centre.db.keys.audit, checkpoints))
    centre.looked(actor, Purpose.AUDIT, "audit.verified", "audit", verdict.head)
    return AuditVerdict(
        rows=verdict.rows, head=verdict.head, findings=(*verdict.findings, *unreadable, *strays)
    )


def refused(centre: Centre, actor: Actor, what: str) -> None:
    """Notes that somebody was refused."""
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        tx.audit("request.refused", "request", what[:80])


def refused_stranger(centre: Centre, what: str, address: str, count: int) -> None:
    """Notes a call with an unknown key: the one of this number from this address, this hour."""
    with centre.db.write(_STRANGER, Purpose.ADMINISTRATION) as tx:
        tx.audit("request.refused", "request", what[:80], address=address, count=count)


def checkpoint(centre: Centre) -> bool:
    """Writes the head to a file beside the database, if it moved; False when it did not.

    A database that is put back to an older state as a whole is sound in itself; this file is what
    gives it away. Copy it elsewhere to be sure.
    """
    path = _path(centre)
    with centre.db.read() as connection:
        seq, digest, signature = audit.head(connection)
    last = _checkpoint(_last_line(path))
    if last is not None and (last.seq, last.hash) == (seq, digest):
        return False
    line = {"seq": seq, "hash": digest, "signature": signature, "at": centre.clock().isoformat()}
    torn = path.exists() and not _last_line(path)
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" * torn + json.dumps(line) + "\n")
    return True


def housekeep(centre: Centre) -> int:
    """Deletes what has had its time: ended sessions, pictures, and faces with their keys.

    Gives how many pictures and templates of travellers. Pictures and templates of entries that
    expired, or were rejected or retired, are over too, and so are those enrolled longer ago than
    their gallery allows: their entries end where faces are all they are found by.
    """
    now, settings = centre.clock(), centre.settings
    created = now - timedelta(hours=settings.session_hours)
    seen = now - timedelta(minutes=settings.session_idle_minutes)
    with centre.db.maintain() as connection:
        people.expire_sessions(connection, created, seen)
        vetting.forget(connection, now)
        held_too_long = galleries.over_retention(connection, now)
        due = pictures.due(connection, now)
        travelled = voyage_templates.due(connection, now)
        held = voyage_templates.retention(connection)
        moved = voyage_templates.unsettled(connection, held)
        over = pictures.entries_to_forget(connection, now)
    if not (due or over or travelled or moved or held_too_long):
        return 0
    with centre.db.write(WORKER, Purpose.ADMINISTRATION) as tx:
        galleries.end(tx, held_too_long.entries)
        for traveller_id, ends in moved.items():
            voyage_templates.set_expiry(tx, traveller_id, ends)
        faces = voyage_templates.expire(tx)
        over = list({*over, *held_too_long.entries})
        gone = pictures.expire_pictures(tx) + sum(pictures.forget(tx, own) for own in over)
        for entry_id in held_too_long.entries:
            tx.audit("entry.held_too_long", "watchlist_entry", entry_id)
        for entry_id, picture_id in held_too_long.pictures:
            gone += pictures.forget(tx, entry_id, picture_id)
            tx.audit("entry.face_held_too_long", "watchlist_entry", entry_id, picture=picture_id)
        tx.audit("pictures.expired", "picture", "", count=gone, travellers=faces)
    centre.db.scrub()
    return gone + faces


def _path(centre: Centre) -> Path:
    return centre.settings.data_dir / "audit-checkpoints.jsonl"


def _last_line(path: Path) -> str:
    """The end of a file, for it may be long; "" when there is none or its last line is torn."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LONGEST_LINE))
        end = file.read().decode("utf-8", "replace")
    return end.splitlines()[-1] if end.endswith("\n") else ""


def _checkpoint(line: str) -> Checkpoint | None:
    """What a line says; None for one that is none (a torn write, somebody's hand)."""
    try:
        own = json.loads(line)
        return Checkpoint(
            seq=int(own["seq"]), hash=str(own["hash"]), signature=str(own["signature"])
        )
    except (ValueError, KeyError, TypeError):
        return None


def _checkpoints(path: Path) -> tuple[list[Checkpoint], list[AuditFinding]]:
    """The checkpoints of the file, and a finding for each line that is none."""
    lines = path.read_text("utf-8", "replace").splitlines() if path.exists() else []
    read = [_checkpoint(line) for line in lines]
    unreadable = [
        AuditFinding(seq=0, cause=f"line {number} of the checkpoint file cannot be read")
        for number, own in enumerate(read, 1)
        if own is None
    ]
    return [own for own in read if own is not None], unreadable
