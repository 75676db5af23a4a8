"""Past declarations with what was found, from a file, for centres that begin to learn.

The table is the one of declarations (see `parakh.ingest.declarations_table`) with one column more,
`found`: yes or no, 1 or 0; empty where nobody looked. Only tokens and numbers of it are kept.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import islice

from parakh.access import Actor, Permission, Purpose
from parakh.domain.consignment import Consignment
from parakh.domain.message import Severity
from parakh.errors import InvalidInput, Unreadable
from parakh.ingest import declarations_table
from parakh.ingest.goods_records import DeclaredConsignment
from parakh.ingest.tabular import MAX_BYTES
from parakh.normalise import goods
from parakh.normalise.goods_values import Home
from parakh.normalise.plates import plate_forms
from parakh.screen.cargo_lines import day_of, pack
from parakh.services.cargo_history import replace
from parakh.services.centre import Centre
from parakh.store import cargo_history as store
from parakh.store import rates
from parakh.store.cargo_history import Row

COLUMN = "found"
_YES, _NO = frozenset({"1", "yes", "true"}), frozenset({"0", "no", "false"})
_AT_ONCE = 2_000


def bring(centre: Centre, actor: Actor, data: bytes, name: str) -> int:
    """Counts the consignments of a file, those that are there already in the same place; gives how
    many they are.

    Raises Unreadable where a row cannot be used: what is learnt from must not be half a file.
    """
    actor.require(Permission.TRAIN_MODELS)
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES // 1024**2} MiB")
    rows = list(_rows(centre, data))
    for some in _batches(rows):
        with centre.db.write(actor, Purpose.GOODS) as tx:
            replace(tx, store.rows(tx.connection, [own.key for own in some]), some)
            tx.audit("cargo.file_read", "model", "", file=name, consignments=len(some))
    return len(rows)


def _rows(centre: Centre, data: bytes) -> Iterator[Row]:
    table, found = _parted(data)
    read = declarations_table.read(table)
    wrong = [own for own in read.problems if own.severity is Severity.ERROR]
    if wrong:
        raise Unreadable(f"line {wrong[0].line}: {wrong[0].cause}")
    at, tokeniser = centre.clock(), centre.cargo.tokeniser
    home = Home(
        country=centre.settings.country,
        currency=centre.settings.currency,
        zone=centre.settings.zone,
    )
    forms = plate_forms(centre.settings.plate_file)
    with centre.db.read() as connection:
        told: dict[tuple[str, date], Decimal | None] = {}

        def rate(currency: str, on: date) -> Decimal | None:
            if (currency, on) not in told:
                told[currency, on] = rates.rate(connection, currency, on)
            return told[currency, on]

        for own in read.goods:
            assert isinstance(own, DeclaredConsignment)  # noqa: S101  (the table holds no others)
            one = goods.read(own, home, at, rate, forms)
            yield Row(
                key=f"{store.FILE}{sha256(one.key.encode()).hexdigest()[:40]}",
                day=_day(one.consignment, own, at.date()),
                found=_found(found[own.line - 2], own.line),
                lines=pack(one.consignment, tokeniser, at),
            )


def _day(value: Consignment, own: DeclaredConsignment, today: date) -> date:
    if value.declaration is None:
        raise Unreadable(f"line {own.line}: only declarations with their day can be learnt from")
    return min(day_of(value, value.declaration.lodged_at), today)


def _parted(data: bytes) -> tuple[bytes, list[str]]:
    """The table of declarations, and the column of what was found, by row."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("the file is not UTF-8") from None
    head = text.partition("\n")[0]
    sign = ";" if head.count(";") > head.count(",") else ","
    rows = [own for own in csv.reader(io.StringIO(text), delimiter=sign) if own]
    names = [own.strip().lower() for own in rows[0]] if rows else []
    if COLUMN not in names:
        raise Unreadable(f"the first line lacks the column {COLUMN}")
    place = names.index(COLUMN)
    short = next((line for line, own in enumerate(rows, 1) if len(own) <= place), None)
    if short:
        raise Unreadable(f"line {short}: it has no {COLUMN}")
    out = io.StringIO(newline="")
    csv.writer(out).writerows(own[:place] + own[place + 1 :] for own in rows)
    return out.getvalue().encode(), [own[place].strip().lower() for own in rows[1:]]


def _found(text: str, line: int) -> bool | None:
    if text not in _YES | _NO | {""}:
        raise InvalidInput(f"line {line}: {COLUMN} is yes, no or empty")
    return None if not text else text in _YES


def _batches(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Each consignment once, as the file tells it last."""
    left = iter({own.key: own for own in rows}.values())
    while some := list(islice(left, _AT_ONCE)):
        yield some
