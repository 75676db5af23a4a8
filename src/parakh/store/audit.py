"""The audit trail: append-only rows, each hashed together with the one before it.

The newest row's number and hash are kept in `audit_head` under an Ed25519 signature, so that rows
cut off at the end are noticed too. Taking the head first also puts writers in one line.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from parakh.errors import Misconfigured
from parakh.store.batches import batches
from parakh.store.tables import audit, audit_head, share

ORIGIN = "0" * 64
FORGED = "f" * 64
"""Stands for the hash of a head that this centre did not sign."""

SUBJECT_LENGTH = 80
_FIELDS = ("seq", "at", "actor", "action", "subject_kind", "subject_id", "purpose", "detail")


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRecord:
    """Who did or looked at what, why, and when.

    Attributes:
        action: a verb in the past, such as `alert.acknowledged`, `traveller.viewed`.
        subject_kind, subject_id: what it was done to.
        detail: more facts as a JSON object, never secrets.
    """

    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    purpose: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRow(AuditRecord):
    """A record in its place in the chain."""

    seq: int
    previous: str
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFinding:
    """A place where the chain does not hold, named by the row's number."""

    seq: int
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditVerdict:
    """Result of a verification: rows read, the head's hash, and every place that is wrong."""

    rows: int
    head: str
    findings: tuple[AuditFinding, ...]


def append(
    connection: sa.Connection, key: Ed25519PrivateKey, records: Sequence[AuditRecord]
) -> None:
    """Adds records to the chain, inside the caller's transaction."""
    seq, previous = _take_head(connection, key)
    rows = []
    for record in records:
        seq += 1
        row = {"seq": seq} | {name: getattr(record, name) for name in _FIELDS[1:]}
        row["previous"], previous = previous, _hash(previous, row)
        row["hash"] = previous
        rows.append(row)
    connection.execute(audit.insert(), rows)
    connection.execute(
        audit_head.update().values(seq=seq, hash=previous, signature=_sign(key, seq, previous))
    )


def start(connection: sa.Connection, key: Ed25519PrivateKey) -> None:
    """Makes the signed head of an empty chain; does nothing when there is one."""
    if connection.execute(sa.select(audit_head.c.id)).first() is None:
        connection.execute(
            audit_head.insert().values(id=1, seq=0, hash=ORIGIN, signature=_sign(key, 0, ORIGIN))
        )


def verify(connection: sa.Connection, key: Ed25519PrivateKey) -> AuditVerdict:
    """Reads the whole chain and names every changed, removed, inserted or reordered row."""
    state = _Walk()
    query = sa.select(audit).order_by(audit.c.seq).execution_options(yield_per=1000)
    for row in _rows(connection.execute(query)):
        state.step(row)
    head = connection.execute(sa.select(audit_head)).one_or_none()
    state.finish(head, key)
    return AuditVerdict(rows=state.count, head=state.hash, findings=tuple(state.findings))


def search(
    connection: sa.Connection,
    *,
    actor: str,
    action: str,
    subject: str,
    between: tuple[datetime | None, datetime | None],
    offset: int,
    limit: int,
) -> tuple[list[AuditRow], int]:
    """Rows that fit, newest first, and how many fit in all; empty conditions let all through."""
    since, until = between
    where = []
    if actor:
        where.append(audit.c.actor == actor)
    if action:
        where.append(audit.c.action.startswith(action, autoescape=True))
    if subject:
        where.append((audit.c.subject_id == subject) | _of_share(subject))
    if since:
        where.append(audit.c.at >= since)
    if until:
        where.append(audit.c.at < until)
    counted = sa.select(sa.func.count()).select_from(audit).where(*where)
    query = sa.select(audit).where(*where).order_by(audit.c.seq.desc())
    rows = connection.execute(query.offset(offset).limit(limit))
    return list(_rows(rows)), int(connection.execute(counted).scalar_one())


def _of_share(share_id: str) -> sa.ColumnElement[bool]:
    """What became of a share: its steps stand with the record that is shared, and name it."""
    record = sa.select(share.c.ref_id).where(share.c.id == share_id).scalar_subquery()
    return sa.and_(
        audit.c.subject_id == record,
        audit.c.action.startswith("share.", autoescape=True),
        audit.c.detail.contains(f'"{share_id}"', autoescape=True),
    )


def last_of(
    connection: sa.Connection, actions: Collection[str], subject_ids: Collection[str]
) -> dict[str, datetime]:
    """When one of some actions was done last to each of some subjects; those never done to lack."""
    own = audit.c
    query = (
        sa.select(own.subject_id, sa.func.max(own.seq))
        .where(own.subject_id.in_(set(subject_ids)), own.action.in_(set(actions)))
        .group_by(own.subject_id)
    )
    newest = {seq: subject_id for subject_id, seq in connection.execute(query)}
    rows = connection.execute(sa.select(own.seq, own.at).where(own.seq.in_(set(newest))))
    return {newest[seq]: at for seq, at in rows}


def newest(connection: sa.Connection, action: str, subject_id: str) -> AuditRow | None:
    """The last row of an action on a subject."""
    own = audit.c
    query = (
        sa.select(audit)
        .where(own.subject_id == subject_id, own.action == action)
        .order_by(own.seq.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else row_of(row)


def details(connection: sa.Connection, action: str, subject_ids: Collection[str]) -> list[str]:
    """What rows of an action say of some subjects, oldest first."""
    own = audit.c
    query = (
        sa.select(own.detail)
        .where(own.subject_id.in_(set(subject_ids)), own.action == action)
        .order_by(own.seq)
    )
    return list(connection.execute(query).scalars())


def head(connection: sa.Connection) -> tuple[int, str, str]:
    """Number, hash and signature of the newest row."""
    row = connection.execute(sa.select(audit_head)).one()
    return int(row.seq), str(row.hash), str(row.signature)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """A head as it was written down outside the database."""

    seq: int
    hash: str
    signature: str


def strays(
    connection: sa.Connection, key: Ed25519PrivateKey, checkpoints: Sequence[Checkpoint]
) -> Iterator[AuditFinding]:
    """Checkpoints that are not this centre's, or whose row is gone or another one."""
    for some in batches(checkpoints):
        query = sa.select(audit.c.seq, audit.c.hash).where(audit.c.seq.in_(c.seq for c in some))
        hashes = {0: ORIGIN} | {row.seq: row.hash for row in connection.execute(query)}
        for own in some:
            cause = _stray(own, hashes.get(own.seq), key)
            if cause:
                yield AuditFinding(seq=own.seq, cause=cause)


def _stray(own: Checkpoint, found: str | None, key: Ed25519PrivateKey) -> str:
    if not _signed(key, own.seq, own.hash, own.signature):
        return "a checkpoint of this row bears a signature that is not this centre's"
    if found is None:
        return "a checkpoint was made of this row, and it is gone"
    return "" if found == own.hash else "is not what it was when a checkpoint was made of it"


class _Walk:
    """The state of a walk along the chain."""

    def __init__(self) -> None:
        self.count, self.seq, self.hash = 0, 0, ORIGIN
        self.findings: list[AuditFinding] = []

    def step(self, row: AuditRow) -> None:
        missing = range(self.seq + 1, row.seq)
        if missing:
            self._find(missing[0], f"rows {missing[0]} to {missing[-1]} were removed")
        elif row.previous != self.hash:
            self._find(row.seq, "does not follow the row before it: reordered or replaced")
        if not intact(row):
            self._find(row.seq, "was changed")
        # Going on from the stored hash names each bad row once, not every row behind it.
        self.count, self.seq, self.hash = self.count + 1, row.seq, row.hash

    def finish(self, head: sa.Row[tuple[object, ...]] | None, key: Ed25519PrivateKey) -> None:
        if head is None:
            self._find(self.seq, "the signed head is missing")
            return
        signed_seq, signed_hash = int(str(head.seq)), str(head.hash)
        if not _signed(key, signed_seq, signed_hash, str(head.signature)):
            self._find(signed_seq, "the head's signature is not this centre's")
        if self.seq < signed_seq:
            self._find(self.seq + 1, f"rows {self.seq + 1} to {signed_seq} were removed")
        elif (self.seq, self.hash) != (signed_seq, signed_hash):
            self._find(self.seq, "the last row is not the one that was signed")

    def _find(self, seq: int, cause: str) -> None:
        self.findings.append(AuditFinding(seq=seq, cause=cause))


def _take_head(connection: sa.Connection, key: Ed25519PrivateKey) -> tuple[int, str]:
    """Number and hash to go on from; locked until the transaction ends (SQLite has one writer)."""
    row = connection.execute(sa.select(audit_head).with_for_update()).one_or_none()
    if row is None:
        raise Misconfigured("the audit trail lost its signed head: restore the database's backup")
    seq, digest = int(row.seq), str(row.hash)
    # A new signature would make a forged head good. Going on from a hash that no row has breaks the
    # chain there instead, so that every later verification names the place.
    return seq, digest if _signed(key, seq, digest, str(row.signature)) else FORGED


def _rows(result: Iterable[sa.Row[tuple[object, ...]]]) -> Iterator[AuditRow]:
    for row in result:
        yield row_of(row)


def intact(row: AuditRow) -> bool:
    """Whether a row's hash is that of what it says; whether it follows another one is not asked."""
    return _hash(row.previous, {name: getattr(row, name) for name in _FIELDS}) == row.hash


def after(connection: sa.Connection, seq: int, limit: int) -> list[AuditRow]:
    """The rows behind one of a number, oldest first."""
    query = sa.select(audit).where(audit.c.seq > seq).order_by(audit.c.seq).limit(limit)
    return list(_rows(connection.execute(query)))


def row_of(row: sa.Row[tuple[object, ...]]) -> AuditRow:
    """A table row as a value."""
    return AuditRow(**row._mapping)


def _hash(previous: str, row: dict[str, object]) -> str:
    values = [_canonical(row[name]) for name in _FIELDS]
    content = json.dumps([previous, *values], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def _sign(key: Ed25519PrivateKey, seq: int, digest: str) -> str:
    return key.sign(f"{seq}:{digest}".encode()).hex()


def _signed(key: Ed25519PrivateKey, seq: int, digest: str, signature: str) -> bool:
    try:
        key.public_key().verify(bytes.fromhex(signature), f"{seq}:{digest}".encode())
    except (InvalidSignature, ValueError):
        return False
    return True
