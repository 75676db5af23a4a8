"""Parts of a name index: a large number of names in arrays, with postings to find some quickly."""

from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parakh.screen.multimap import once

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]

COMMON = 256
"""A group of words that more names of a segment have is common: its names are found only by what
they have besides, another common word or a birth date. Of a million names these are words of which
one alone makes no hit, whatever else agrees but the birth date."""

MOST_WALKED = 8192
"""At most so many names of a segment are looked at by single words."""

MOST_COMBINED = 2048
"""As many by two things. What more names share, such as Muhammad with Khan, makes no hit without a
third thing, by which they are found as well."""

_YEAR, _DAY = 1 << 62, (1 << 62) | (1 << 61)
"""What tells a key of word and year, or of word and day, from one of two words."""


class Names(NamedTuple):
    """Names in the order of their coming, each of one owner at one time.

    Attributes:
        serials: of each name, the number of the owner's state that it belongs to, ascending.
        owners: of each name.
        starts: where the words of each name begin, and where the last one's end.
        words: identifiers of words.
        date_starts, dates: birth dates of the owner, YYYYMMDD, with 00 for what is not known.
    """

    serials: Longs
    owners: Ints
    starts: Ints
    words: Ints
    date_starts: Ints
    dates: Ints

    def __len__(self) -> int:
        return len(self.owners)

    def words_of(self, places: Ints) -> tuple[Ints, Ints]:
        """The words of names one after the other, and where those of each begin."""
        return _spans(self.starts, self.words, places)

    def dates_of(self, places: Ints) -> tuple[Ints, Ints]:
        """The birth dates of names one after the other, and where those of each begin."""
        return _spans(self.date_starts, self.dates, places)


class Gathered:
    """Names being gathered. Readers may take a copy while one writer adds."""

    def __init__(self) -> None:
        self._serials = array("q")
        self._owners = array("i")
        self._starts = array("i", [0])
        self._words = array("i")
        self._date_starts = array("i", [0])
        self._dates = array("i")

    def __len__(self) -> int:
        return len(self._owners)

    def add(self, serial: int, owner: int, words: Sequence[int], dates: Sequence[int]) -> None:
        """Adds a name."""
        self._words.extend(words)
        self._starts.append(len(self._words))
        self._dates.extend(dates)
        self._date_starts.append(len(self._dates))
        self._serials.append(serial)
        # Last: as many names are there as there are owners.
        self._owners.append(owner)

    def names(self) -> Names:
        """The names so far."""
        owners = np.frombuffer(self._owners.tobytes(), dtype=np.int32)
        size = len(owners)
        return Names(
            serials=np.frombuffer(self._serials.tobytes(), dtype=np.int64)[:size],
            owners=owners,
            starts=np.frombuffer(self._starts.tobytes(), dtype=np.int32)[: size + 1],
            words=np.frombuffer(self._words.tobytes(), dtype=np.int32),
            date_starts=np.frombuffer(self._date_starts.tobytes(), dtype=np.int32)[: size + 1],
            dates=np.frombuffer(self._dates.tobytes(), dtype=np.int32),
        )


class Query(NamedTuple):
    """What a segment is asked for.

    Attributes:
        groups: of words like each word of a name, the most alike first.
        date: of birth, YYYYMMDD; 0 if it is not known.
    """

    groups: Sequence[Ints]
    date: int


class _Postings(NamedTuple):
    """Places of names by key; `starts` has one more."""

    keys: Longs
    starts: Ints
    places: Ints

    def lengths(self, wanted: Longs) -> tuple[Ints, Ints]:
        """For the keys that are there: their places among the keys, and how many names each has."""
        if not len(self.keys):
            return _NONE, _NONE
        found = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        found = found[self.keys[found] == wanted].astype(np.int32)
        return found, self.starts[found + 1] - self.starts[found]

    def walked(self, found: Ints, lengths: Ints, most: int) -> list[Ints]:
        """The names of keys (by place), at most so many in all, those of the first ones."""
        within = np.cumsum(lengths) <= most
        starts = self.starts[found[within]]
        return [
            self.places[start:end]
            for start, end in zip(starts.tolist(), (starts + lengths[within]).tolist(), strict=True)
        ]


class Segment:
    """Names that do not change any more, except that they may go."""

    def __init__(self, names: Names, group: Ints, common: int = COMMON) -> None:
        """`group` gives the group of each word; a group of more than `common` names is common."""
        self.names = names
        self.alive = np.ones(len(names), dtype=bool)
        self._common = common
        places, groups = _pairs_of(names, group)
        self._groups = _postings(groups, places)
        self.bearers = np.diff(self._groups.starts)
        often = self._groups.keys[self.bearers > common]
        self._combined = _combined(names, places, groups, often)

    @property
    def groups(self) -> Longs:
        """The groups of its words, ascending; `bearers` has the number of names of each."""
        return self._groups.keys

    def find(self, query: Query) -> Ints:
        """Places of names, each once, that may be the one asked for."""
        found, lengths = self._groups.lengths(_in_turn(query.groups))
        rare = lengths <= self._common
        walked = self._groups.walked(found[rare], lengths[rare], MOST_WALKED)
        if not rare.all():
            often = self._groups.keys[found[~rare]]
            keys = _keys_of(query, often)
            pairs, sizes = self._combined.lengths(keys)
            fewest = np.argsort(sizes, kind="stable")
            walked += self._combined.walked(pairs[fewest], sizes[fewest], MOST_COMBINED)
        if not walked:
            return _NONE
        places = once(np.concatenate(walked))
        return places[self.alive[places]]

    def kill(self, serial: int) -> list[Ints]:
        """Takes the names of one state of an owner out; gives the words of each."""
        names = self.names
        start, end = np.searchsorted(names.serials, (serial, serial + 1)).tolist()
        gone = [own for own in range(start, end) if self.alive[own]]
        self.alive[start:end] = False
        return [names.words[names.starts[own] : names.starts[own + 1]] for own in gone]


_NONE = np.empty(0, dtype=np.int32)


def joined(parts: Sequence[tuple[Names, Bools]]) -> Names:
    """The names of several parts that are still wanted, in order."""
    kept = [_taken(names, np.flatnonzero(wanted).astype(np.int32)) for names, wanted in parts]
    return Names(
        serials=np.concatenate([own.serials for own in kept]),
        owners=np.concatenate([own.owners for own in kept]),
        starts=_ends([own.starts for own in kept]),
        words=np.concatenate([own.words for own in kept]),
        date_starts=_ends([own.date_starts for own in kept]),
        dates=np.concatenate([own.dates for own in kept]),
    )


def _taken(names: Names, places: Ints) -> Names:
    words, starts = names.words_of(places)
    dates, date_starts = names.dates_of(places)
    return Names(
        serials=names.serials[places],
        owners=names.owners[places],
        starts=np.append(starts, np.int32(len(words))),
        words=words,
        date_starts=np.append(date_starts, np.int32(len(dates))),
        dates=dates,
    )


def _ends(starts: Sequence[Ints]) -> Ints:
    """Starts of spans that follow one another, from those of each part."""
    lengths = np.concatenate([np.diff(own) for own in starts])
    ends = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=ends[1:])
    return ends


def _spans(starts: Ints, values: Ints, places: Ints) -> tuple[Ints, Ints]:
    """The values of some spans one after the other, and where those of each begin."""
    lengths = starts[places + 1] - starts[places]
    ends = np.cumsum(lengths, dtype=np.int32)
    begins = ends - lengths
    total = int(ends[-1]) if len(ends) else 0
    at = np.arange(total, dtype=np.int32) + np.repeat(starts[places] - begins, lengths)
    return values[at], begins


def _pairs_of(names: Names, group: Ints) -> tuple[Ints, Longs]:
    """Each name with each group of its words once, in order of names and groups."""
    lengths = np.diff(names.starts)
    places = np.repeat(np.arange(len(names), dtype=np.int64), lengths)
    size = int(names.starts[-1]) if len(names) else 0
    both = once((places << 32) | group[names.words[:size]])
    return (both >> 32).astype(np.int32), both & 0xFFFFFFFF


def _postings(keys: Longs, places: Ints) -> _Postings:
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = sorted_keys[1:] != sorted_keys[:-1]
    starts = np.append(np.flatnonzero(first), len(keys)).astype(np.int32)
    return _Postings(sorted_keys[first], starts, places[order])


def _combined(names: Names, places: Ints, groups: Longs, often: Longs) -> _Postings:
    """Names by two common words, by one and a year of birth, and by one and a day of birth."""
    kept = np.isin(groups, often)
    places, groups = places[kept], groups[kept]
    keys, of = [], []
    step = 1
    while True:
        same = np.flatnonzero(places[step:] == places[:-step])
        if not len(same):
            break
        keys.append((groups[same] << 31) | groups[same + step])
        of.append(places[same])
        step += 1
    dates, begins = names.dates_of(places)
    counts = np.diff(np.append(begins, len(dates)))
    owners, bearing = np.repeat(places, counts), np.repeat(groups, counts)
    keys.append(_with_year(bearing, dates))
    of.append(owners)
    told = dates % 100 > 0
    keys.append(_with_day(bearing[told], dates[told]))
    of.append(owners[told])
    return _postings(np.concatenate(keys), np.concatenate(of))


def _with_year(groups: Longs, dates: Ints | np.int64) -> Longs:
    return _YEAR | (groups << 16) | (dates // 10_000)


def _with_day(groups: Longs, dates: Ints | np.int64) -> Longs:
    return _DAY | (groups << 16) | (dates % 10_000)


def _in_turn(groups: Sequence[Ints]) -> Longs:
    """The groups of all words, each once: of each word the most alike, then the next ones."""
    longest = max(map(len, groups), default=0)
    grid = np.full((len(groups), longest), -1, dtype=np.int64)
    for row, own in zip(grid, groups, strict=True):
        row[: len(own)] = own
    flat = grid.T.ravel()
    found: Longs = np.array(list(dict.fromkeys(flat[flat >= 0].tolist())), dtype=np.int64)
    return found


def _keys_of(query: Query, often: Longs) -> Longs:
    """Under which names are found that share common words with a query."""
    common = set(often.tolist())
    own = [common.intersection(groups.tolist()) for groups in query.groups]
    keys = {
        (min(one, other) << 31) | max(one, other)
        for place, ours in enumerate(own)
        for theirs in own[place + 1 :]
        for one in ours
        for other in theirs
        if one != other
    }
    if query.date:
        date = np.int64(query.date)
        keys.update(_with_year(often, date).tolist())
        if query.date % 100:
            keys.update(_with_day(often, date).tolist())
    return np.array(sorted(keys), dtype=np.int64)
