"""That identities were verified with a register: who asked, why, and what it said."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from parakh.domain.connector import Compared, IdentityVerdict, Verification
from parakh.store.database import Tx
from parakh.store.tables import traveller, verification


def add(tx: Tx, value: Verification) -> None:
    """Notes that somebody asks."""
    row = asdict(value) | {"agreement": value.agreement.value, "fields": {}}
    tx.connection.execute(verification.insert().values(row))


def settle(tx: Tx, value: Verification) -> None:
    """Notes what the register said."""
    tx.connection.execute(
        verification.update()
        .where(verification.c.id == value.id)
        .values(
            agreement=value.agreement.value,
            fields={own.value: agrees for own, agrees in value.fields.items()},
            reference=value.reference,
            answered_at=value.answered_at,
        )
    )


def asked(connection: sa.Connection, connector: str, since: datetime, by: str = "") -> int:
    """How often a register was asked since a moment, by one person or (by default) by all."""
    own = verification.c
    query = sa.select(sa.func.count()).select_from(verification)
    query = query.where(own.connector == connector, own.at > since)
    if by:
        query = query.where(own.by == by)
    return int(connection.execute(query).scalar_one())


def of_traveller(connection: sa.Connection, traveller_id: str, now: datetime) -> list[Verification]:
    """What is known of a traveller, and of those who turned out to be him, and has not expired;
    the newest first."""
    own = verification.c
    joined = sa.select(traveller.c.id).where(traveller.c.joined_to == traveller_id)
    query = (
        sa.select(verification)
        .where(
            (own.traveller_id == traveller_id) | own.traveller_id.in_(joined),
            own.expires_at > now,
        )
        .order_by(own.at.desc(), own.id.desc())
    )
    return [_verification(row) for row in connection.execute(query)]


def forget(connection: sa.Connection, now: datetime) -> int:
    """Deletes what expired; gives how many."""
    return connection.execute(
        verification.delete().where(verification.c.expires_at <= now)
    ).rowcount


def _verification(row: sa.Row[Any]) -> Verification:
    values = {name: row._mapping[name] for name in Verification.__dataclass_fields__}
    told: dict[str, bool] = values["fields"]
    fields = {Compared(name): agrees for name, agrees in told.items()}
    return Verification(
        **values | {"agreement": IdentityVerdict(values["agreement"]), "fields": fields}
    )
