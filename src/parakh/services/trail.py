"""The audit trail for auditors: search, verification, and checkpoints kept outside the database."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose, system_actor
from parakh.services.centre import WORKER, Centre
from parakh.store import audit, people, pictures
from parakh.store.audit import AuditFinding, AuditRow, AuditVerdict

PAGE = 100
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
    centre.looked(actor, Purpose.AUDIT, "audit.viewed", "audit", wanted.subject or "all")
    return TrailPage(rows=tuple(rows), total=total, page=page, pages=max(1, -(-total // PAGE)))


def verify(centre: Centre, actor: Actor) -> AuditVerdict:
    """Checks the whole chain, and that the checkpoints outside the database still stand in it."""
    actor.require(Permission.SEE_AUDIT)
    verdict = centre.db.verify_audit()
    with centre.db.read() as connection:
        strays = tuple(_strays(connection, _checkpoints(_path(centre))))
    centre.looked(actor, Purpose.AUDIT, "audit.verified", "audit", verdict.head)
    return AuditVerdict(rows=verdict.rows, head=verdict.head, findings=verdict.findings + strays)


def refused(centre: Centre, actor: Actor | None, what: str) -> None:
    """Notes that somebody was refused; `actor` is None for a caller whose key is not known."""
    with centre.db.write(actor or _STRANGER, Purpose.ADMINISTRATION) as tx:
        tx.audit("request.refused", "request", what[:80])


def checkpoint(centre: Centre) -> bool:
    """Writes the head to a file beside the database, if it moved; False when it did not.

    A database that is put back to an older state as a whole is sound in itself; this file is what
    gives it away. Copy it elsewhere to be sure.
    """
    path = _path(centre)
    with centre.db.read() as connection:
        seq, digest, signature = audit.head(connection)
    known = _checkpoints(path)
    if known and known[-1] == (seq, digest):
        return False
    line = {"seq": seq, "hash": digest, "signature": signature, "at": centre.clock().isoformat()}
    torn = path.exists() and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" * torn + json.dumps(line) + "\n")
    return True


def housekeep(centre: Centre) -> int:
    """Deletes ended sessions, and pictures whose time is over; gives how many pictures.

    Pictures and templates of entries that expired, or were rejected or retired, are over too.
    """
    now, settings = centre.clock(), centre.settings
    created = now - timedelta(hours=settings.session_hours)
    seen = now - timedelta(minutes=settings.session_idle_minutes)
    with centre.db.maintain() as connection:
        people.expire_sessions(connection, created, seen)
        due = pictures.due(connection, now)
        over = pictures.entries_to_forget(connection, now)
    if not due and not over:
        return 0
    with centre.db.write(WORKER, Purpose.ADMINISTRATION) as tx:
        gone = pictures.expire_pictures(tx) + sum(pictures.forget(tx, own) for own in over)
        tx.audit("pictures.expired", "picture", "", count=gone)
    return gone


def _strays(
    connection: sa.Connection, checkpoints: Sequence[tuple[int, str] | None]
) -> Iterator[AuditFinding]:
    """Checkpoints of which the row is gone or another one, and lines that are no checkpoint."""
    for line, known in enumerate(checkpoints, 1):
        if known is None:
            yield AuditFinding(seq=0, cause=f"line {line} of the checkpoint file cannot be read")
            continue
        seq, digest = known
        found = audit.hash_at(connection, seq)
        if found is None:
            yield AuditFinding(seq=seq, cause="a checkpoint was made of this row, and it is gone")
        elif found != digest:
            cause = "is not what it was when a checkpoint was made of it"
            yield AuditFinding(seq=seq, cause=cause)


def _path(centre: Centre) -> Path:
    return centre.settings.data_dir / "audit-checkpoints.jsonl"


def _checkpoints(path: Path) -> list[tuple[int, str] | None]:
    """Row and hash of each line; None for one that is none (a torn write, somebody's hand)."""
    if not path.exists():
        return []
    return [_checkpoint(line) for line in path.read_text("utf-8", "replace").splitlines()]


def _checkpoint(line: str) -> tuple[int, str] | None:
    try:
        own = json.loads(line)
        return int(own["seq"]), str(own["hash"])
    except (ValueError, KeyError, TypeError):
        return None
