"""Reports of examinations: kept as they were digested, under the centre's signature.

The content is JSON with sorted keys and no blanks (after RFC 8785, without its rules for floating
point numbers, of which it has none that vary); its SHA-256 is signed by the key of the audit trail
(Ed25519, RFC 8032) after the centre checked the examiner's password.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from parakh.domain.examination import Report
from parakh.store.codec import Codec
from parakh.store.database import Tx
from parakh.store.tables import exam_report

_REPORT: Codec[Report] = Codec(Report)
_PREFIX = b"parakh examination report:"


def add(tx: Tx, key: Ed25519PrivateKey, value: Report) -> Report:
    """Signs a report and adds it; gives it with its digest and signature."""
    content = _content(value)
    digest = hashlib.sha256(content.encode()).hexdigest()
    signature = key.sign(_PREFIX + digest.encode()).hex()
    tx.connection.execute(
        exam_report.insert().values(
            id=value.id,
            order_id=value.order_id,
            client_id=value.client_id,
            by=value.by,
            received_at=value.received_at,
            content=content,
            digest=digest,
            signature=signature,
            follows=value.follows,
        )
    )
    return replace(value, digest=digest, signature=signature)


def by_client(connection: sa.Connection, client_id: str) -> Report | None:
    """The report that a tablet sent under an identifier, if it came before."""
    query = sa.select(exam_report).where(exam_report.c.client_id == client_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _report(row)


def of_order(connection: sa.Connection, order_id: str) -> list[Report]:
    """The reports of an order, oldest first."""
    query = sa.select(exam_report).where(exam_report.c.order_id == order_id)
    rows = connection.execute(query.order_by(exam_report.c.received_at, exam_report.c.id))
    return [_report(row) for row in rows]


def faults(connection: sa.Connection, key: Ed25519PrivateKey) -> Iterator[tuple[str, str]]:
    """Reports that are not as they were signed: their identifiers, and what is wrong."""
    query = sa.select(exam_report).order_by(exam_report.c.id)
    for row in connection.execute(query.execution_options(yield_per=500)):
        cause = _fault(row, key)
        if cause:
            yield row.id, cause


def count(connection: sa.Connection) -> int:
    """How many there are."""
    return int(connection.execute(sa.select(sa.func.count(exam_report.c.id))).scalar_one())


def signed(key: Ed25519PrivateKey, own: Report) -> bool:
    """Whether the signature is the centre's."""
    try:
        key.public_key().verify(bytes.fromhex(own.signature), _PREFIX + own.digest.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _fault(row: sa.Row[tuple[object, ...]], key: Ed25519PrivateKey) -> str:
    own = _report(row)
    columns = row._mapping
    if hashlib.sha256(columns["content"].encode()).hexdigest() != own.digest:
        return "its content is not what was signed"
    if not signed(key, own):
        return "its signature is not this centre's"
    kept = (columns["id"], columns["order_id"], columns["by"], columns["follows"])
    if kept != (own.id, own.order_id, own.by, own.follows):
        return "it stands under another order, name or number than was signed"
    return ""


def _content(value: Report) -> str:
    told = _REPORT.dump(replace(value, digest="", signature=""))
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _report(row: sa.Row[tuple[object, ...]]) -> Report:
    columns = row._mapping
    told = _REPORT.load(json.loads(columns["content"]))
    return replace(told, digest=columns["digest"], signature=columns["signature"])
