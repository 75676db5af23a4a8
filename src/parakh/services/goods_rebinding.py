"""Declarations that name another bill than before."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from parakh.domain.ids import new_id
from parakh.normalise.goods import BILL, Told
from parakh.store import consignments, goods_records
from parakh.store.database import Tx
from parakh.store.goods_records import GoodsRecord, Said


def corrected(
    told: Iterable[Told], known: Iterable[GoodsRecord], said_at: datetime
) -> Iterator[Told]:
    """Declarations with a bill that were told before, and of which nothing newer is known.

    `known` is what is known of their keys, the earliest first; `said_at` when they are told.
    """
    newest = {own.key: own.said_at for own in known}
    for own in told:
        is_new = own.key in newest and newest[own.key] <= said_at
        if is_new and own.bill_key and own.key != own.bill_key and not own.cancels:
            yield own


def rebind(
    tx: Tx, own: Told, subjects: dict[str, str], declared: set[str]
) -> tuple[dict[str, str], set[str]]:
    """Joins a declaration with the bill that it names now, in place of that before.

    The consignment stays the declaration's, with its hits, lane and examinations: nobody gets out
    of an examination by naming another bill. The bill before is a consignment of its own from now
    on; that of the bill which is named now gives up its records, unless it is `declared`.

    `subjects` tells the consignment of each key, and is changed. Gives the new consignments of
    bills that were left, with their keys, and those of which nothing is said any more.
    """
    mine, other = subjects[own.key], subjects.get(own.bill_key, "")
    if mine == other:
        return {}, set()
    said = goods_records.of_subjects(tx.connection, Said.CONSIGNMENT, [mine])
    left = {new_id(): key for key in {one.key for one in said if one.key.startswith(BILL)}}
    for consignment_id, key in left.items():
        subjects[key] = consignment_id
        goods_records.assign(tx, Said.CONSIGNMENT, key, consignment_id)
    if other in declared:
        consignments.rekey(tx, mine, own.key)
        return left, set()
    if other:
        goods_records.assign(tx, Said.CONSIGNMENT, own.bill_key, mine)
        consignments.rekey(tx, other, f"gone:{other}")
    consignments.rekey(tx, mine, own.bill_key)
    subjects[own.bill_key] = mine
    return left, {other} - {""}
