"""Takes in what messages tell of goods, movements, currency and enforcement."""

from datetime import datetime

from parakh.domain.message import Message, Problem
from parakh.ingest.goods_records import (
    DeclaredConsignment,
    DeclaredCurrency,
    DeclaredEnforcement,
    DeclaredMovement,
)
from parakh.ingest.submission import Submission
from parakh.services import currency, enforcement, goods_consignments, movements
from parakh.services.centre import Centre
from parakh.store import goods_records
from parakh.store.database import Tx
from parakh.store.goods_records import GoodsRecord, Said


def forget(tx: Tx, message: Message) -> list[GoodsRecord]:
    """Removes what an earlier reading of a message said, before its parts are stored anew."""
    return goods_records.forget(tx, message.id)


def save(
    tx: Tx,
    centre: Centre,
    message: Message,
    part_id: str,
    submission: Submission,
    said_at: datetime,
) -> list[Problem]:
    """Stores what a part tells of; gives what could not be used of it, with line and column.

    Each kind of record is stored by its own service, which also adds what was said to
    `parakh.store.goods_records`. A record said again corrects the earlier one if it was said later.
    What is new or changed waits to be screened for this message.
    """
    told = submission.goods
    problems = goods_consignments.save(
        tx, centre, message, part_id,
        [own for own in told if isinstance(own, DeclaredConsignment)], said_at,
    )  # fmt: skip
    problems += movements.save(
        tx, centre, message, part_id,
        [own for own in told if isinstance(own, DeclaredMovement)], said_at,
    )  # fmt: skip
    problems += currency.save(
        tx, centre, message, part_id,
        [own for own in told if isinstance(own, DeclaredCurrency)], said_at,
    )  # fmt: skip
    problems += enforcement.save(
        tx, centre, message, part_id,
        [own for own in told if isinstance(own, DeclaredEnforcement)], said_at,
    )  # fmt: skip
    return problems


def settle(tx: Tx, centre: Centre, message: Message, forgotten: list[GoodsRecord]) -> None:
    """Takes back what only an earlier reading of the message had said."""
    told = goods_records.subjects_of_message(tx.connection, message.id)
    forgotten = [own for own in forgotten if own.subject_id not in told]
    for kind, service in (
        (Said.CONSIGNMENT, goods_consignments),
        (Said.MOVEMENT, movements),
        (Said.CURRENCY, currency),
        (Said.ENFORCEMENT, enforcement),
    ):
        service.take_back(
            tx, centre, message, [own.subject_id for own in forgotten if own.kind is kind]
        )
