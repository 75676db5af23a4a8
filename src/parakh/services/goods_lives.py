"""Numbers that come again: of which consignment a number speaks at a time.

An air waybill's number may stand on other goods once a year is over (IATA Resolution 600a; 19 CFR
122, T.D. 02-51), and many customs systems count declarations from 1 each year. So a number that is
told anew long after it was told before is another consignment, with a key of its own: the number's,
then the same with `#2`, `#3`. What corrects or takes back speaks of the nearest in time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from parakh.normalise.goods import BILL, Told
from parakh.store import consignments, goods_records
from parakh.store.consignments import Dates
from parakh.store.goods_records import GoodsRecord, Said

_ADD = "add"


@dataclass(kw_only=True, slots=True)
class _Life:
    """One consignment of a number: its key, and when it was told of.

    `silent`: no record of it is there (its message is being read again, or their time is over).
    """

    key: str
    moments: list[datetime]
    silent: bool = False


class Lives:
    """The consignments of some numbers, read as they are asked for."""

    def __init__(self, connection: sa.Connection, length: timedelta, received_at: datetime) -> None:
        """`length` is how long a number means the same; `received_at` when the message came."""
        self._connection = connection
        self._length = length
        self._received_at = received_at
        self._known: dict[str, list[_Life]] = {}

    def told(self, told: Sequence[Told], said_at: datetime) -> list[Told]:
        """What a message tells, under the keys of the consignments that it speaks of."""
        self._load(key for own in told for key in (own.key, own.bill_key))
        return [self._alive(own, said_at) for own in told]

    def again(self, records: Sequence[tuple[GoodsRecord, Told]]) -> list[Told]:
        """The same of what stands in records, of which each has its key already."""
        others = [(own, told) for own, told in records if told.key != told.bill_key]
        self._load(told.bill_key for _, told in others)
        return [
            replace(
                told,
                key=own.key,
                bill_key=own.key
                if told.key == told.bill_key
                else self._key(told.bill_key, _moment(told, own.said_at), new=False),
            )
            for own, told in records
        ]

    # --- within -----------------------------------------------------------------------------------

    def _alive(self, own: Told, said_at: datetime) -> Told:
        at, new = _moment(own, said_at), own.declared.action == _ADD
        bill_key = self._key(own.bill_key, at, new=new)
        key = bill_key if own.key == own.bill_key else self._key(own.key, at, new=new)
        return replace(own, key=key, bill_key=bill_key)

    def _key(self, number: str, at: datetime, *, new: bool) -> str:
        if not number:
            return ""
        lives = self._known[number]
        nearest = min(lives, key=lambda own: self._distance(own, at), default=None)
        if nearest is not None and not (new and self._distance(nearest, at) > self._length):
            nearest.moments += [at] if new else []
            return nearest.key
        own = _Life(key=_key_of(number, len(lives) + 1), moments=[at])
        lives.append(own)
        return own.key

    def _distance(self, own: _Life, at: datetime) -> timedelta:
        ours = (at, self._received_at) if own.silent else (at,)
        return min(abs(one - moment) for one in ours for moment in own.moments)

    def _load(self, numbers: Iterable[str]) -> None:
        wanted = sorted(set(numbers) - self._known.keys() - {""})
        self._known |= {own: [] for own in wanted}
        count = 1
        while wanted:
            keys = {number: _key_of(number, count) for number in wanted}
            found = self._lives(list(keys.values()))
            wanted = [number for number, key in keys.items() if key in found]
            for number in wanted:
                self._known[number].append(found[keys[number]])
            count += 1

    def _lives(self, keys: Sequence[str]) -> dict[str, _Life]:
        records: dict[str, list[GoodsRecord]] = {}
        for own in goods_records.of_keys(self._connection, Said.CONSIGNMENT, keys):
            records.setdefault(own.key, []).append(own)
        subjects = consignments.ids_of_keys(self._connection, keys)
        subjects |= {key: some[-1].subject_id for key, some in records.items()}
        known = consignments.dates_of(self._connection, subjects.values())
        return {
            key: _life(key, records.get(key, ()), known[subject])
            for key, subject in subjects.items()
            if subject in known
        }


def _life(key: str, records: Sequence[GoodsRecord], known: Dates) -> _Life:
    """A declaration is of the day of its lodging, however often it is told; a bill of the days on
    which it was told anew."""
    if known.lodged_at is not None and not key.startswith(BILL):
        return _Life(key=key, moments=[known.lodged_at])
    said = [own.said_at for own in records if own.data.get("action", _ADD) == _ADD]
    said = said or [own.said_at for own in records]
    return _Life(key=key, moments=said or [known.known_at], silent=not said)


def _moment(own: Told, said_at: datetime) -> datetime:
    lodged = own.consignment.declaration
    return lodged.lodged_at if lodged else said_at


def _key_of(number: str, count: int) -> str:
    return number if count == 1 else f"{number}#{count}"
