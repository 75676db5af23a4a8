"""Entries in force, packed, and the indexes by which they are found."""

from array import array
from collections.abc import Iterable, Iterator, Sequence

from parakh.domain.dates import PartialDate
from parakh.domain.traveller import is_number
from parakh.domain.watchlist import EntryKind, Identifier, Watchlist, WatchlistEntry
from parakh.screen.frequency import Frequencies
from parakh.screen.lexicon import name_tokens
from parakh.screen.multimap import Multimap, hashed
from parakh.screen.names import ListedPerson
from parakh.screen.organisations import organisation_tokens
from parakh.screen.packing import pack, unpack
from parakh.screen.retrieval import NameIndex
from parakh.screen.weighing import BODIES, PERSONS

NAMED = (EntryKind.PERSON, EntryKind.ORGANISATION, EntryKind.VESSEL)
"""Kinds that are found by name; each has an index of its own, for a word that is common among
persons may be rare among companies. The holder of a lost document is nobody to look out for."""

_Row = tuple[int, Sequence[tuple[str, ...]], Sequence[PartialDate]]


class Listing:
    """Entries by row. One thread at a time changes it, while any number read."""

    def __init__(
        self,
        entries: Iterable[tuple[WatchlistEntry, Watchlist]] = (),
        like: "Listing | None" = None,
    ) -> None:
        """With `like`, words are as rare as in another listing."""
        self._packed: list[bytes | None] = []
        self._free: list[int] = []
        self._lists: dict[str, Watchlist] = {}
        self._rows, self._numbers, self._identifiers = Multimap(), Multimap(), Multimap()
        self.names: dict[EntryKind, NameIndex] = {
            kind: NameIndex(
                PERSONS if kind is EntryKind.PERSON else BODIES,
                like=None if like is None else like.names[kind],
            )
            for kind in NAMED
        }
        self._load(entries)

    def __len__(self) -> int:
        return len(self._packed) - len(self._free)

    def at(self, row: int) -> ListedPerson | None:
        """The entry of a row, if there is one now."""
        data = self._packed[row]
        return None if data is None else unpack(data, self._lists.__getitem__)

    def with_number(self, number: str) -> list[ListedPerson]:
        """Entries that have a document of this number, in order of identifiers."""
        found = map(self.at, self._numbers.one(number))
        return _ordered(
            own
            for own in found
            if own and any(document.number == number for document in own.entry.documents)
        )

    def rows_with_number(self, number: str) -> list[int]:
        """Rows of entries that may have a document of this number."""
        return self._numbers.one(number)

    def with_identifier(self, wanted: Identifier) -> list[ListedPerson]:
        """Entries that have this number, whoever issued it, in order of identifiers."""
        found = map(self.at, self._identifiers.one(_key(wanted)))
        return _ordered(
            own
            for own in found
            if own and any(_key(item) == _key(wanted) for item in own.entry.identifiers)
        )

    def see(self, frequencies: Frequencies) -> None:
        """Takes other counts of the population, by which words of persons' names are rare."""
        self.names[EntryKind.PERSON].see(frequencies)

    # --- changes ------------------------------------------------------------------------------

    def relist(self, watchlists: Iterable[Watchlist]) -> None:
        """Takes the new settings of those lists that have entries here."""
        self._lists |= {own.id: own for own in watchlists if own.id in self._lists}

    def put(self, entry: WatchlistEntry, watchlist: Watchlist) -> None:
        """Adds an entry, or takes its new state in place of the old one."""
        row = self._row_of(entry.id)
        before = None if row is None else self.at(row)
        if row is None:
            row = self._new_row()
            self._rows.add(entry.id, row)
        words = words_of(entry)
        self._lists[watchlist.id] = watchlist
        self._packed[row] = pack(entry, words)
        for number in _numbers(entry):
            if row not in self._numbers.one(number):
                self._numbers.add(number, row)
        for item in entry.identifiers:
            if row not in self._identifiers.one(_key(item)):
                self._identifiers.add(_key(item), row)
        if before and before.entry.kind is not entry.kind and before.entry.kind in NAMED:
            self.names[before.entry.kind].remove(row)
        if entry.kind in NAMED:
            self.names[entry.kind].put(row, words, entry.birth_dates)

    def remove(self, entry_id: str) -> None:
        """Takes an entry out, if it is there."""
        row = self._row_of(entry_id)
        if row is None:
            return
        for index in self.names.values():
            index.remove(row)
        self._packed[row] = None
        self._free.append(row)

    def _row_of(self, entry_id: str) -> int | None:
        for row in self._rows.one(entry_id):
            own = self.at(row)
            if own is not None and own.entry.id == entry_id:
                return row
        return None

    def _new_row(self) -> int:
        if self._free:
            return self._free.pop()
        self._packed.append(None)
        return len(self._packed) - 1

    def _load(self, entries: Iterable[tuple[WatchlistEntry, Watchlist]]) -> None:
        others: dict[EntryKind, list[_Row]] = {kind: [] for kind in NAMED}
        bulk = _Bulk()
        self.names[EntryKind.PERSON].load(self._packing(entries, others, bulk))
        for kind, rows in others.items():
            self.names[kind].load(rows)
        self._rows.load(*bulk.rows)
        self._numbers.load(*bulk.numbers)
        self._identifiers.load(*bulk.identifiers)

    def _packing(
        self,
        entries: Iterable[tuple[WatchlistEntry, Watchlist]],
        others: dict[EntryKind, list[_Row]],
        bulk: "_Bulk",
    ) -> Iterator[_Row]:
        """Packs entries; gives those of persons, and puts `others` aside."""
        for row, (entry, watchlist) in enumerate(entries):
            words = words_of(entry)
            self._lists[watchlist.id] = watchlist
            self._packed.append(pack(entry, words))
            _note(bulk.rows, entry.id, row)
            for number in _numbers(entry):
                _note(bulk.numbers, number, row)
            for item in entry.identifiers:
                _note(bulk.identifiers, _key(item), row)
            if entry.kind is EntryKind.PERSON:
                yield row, words, entry.birth_dates
            elif entry.kind in others:
                others[entry.kind].append((row, words, ()))


class _Bulk:
    """Hashes of texts, and the rows that they stand for, for three indexes."""

    def __init__(self) -> None:
        self.rows = array("I"), array("i")
        self.numbers = array("I"), array("i")
        self.identifiers = array("I"), array("i")


def words_of(entry: WatchlistEntry) -> tuple[tuple[str, ...], ...]:
    """The words of each name of an entry, the weak ones last."""
    names = (*entry.names, *entry.weak_names)
    if entry.kind in (EntryKind.ORGANISATION, EntryKind.VESSEL):
        return tuple(organisation_tokens(name.full) for name in names)
    return tuple(map(name_tokens, names))


def _note(where: "tuple[array[int], array[int]]", text: str, row: int) -> None:
    where[0].append(hashed(text))
    where[1].append(row)


def _numbers(entry: WatchlistEntry) -> set[str]:
    return {own.number for own in entry.documents if is_number(own.number)}


def _key(item: Identifier) -> str:
    return f"{item.kind}:{item.value}"


def _ordered(found: Iterable[ListedPerson]) -> list[ListedPerson]:
    return sorted(found, key=lambda own: own.entry.id)
