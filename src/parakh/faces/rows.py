"""Templates in memory: segments of rows that never move, changed while others read.

A row is written once, at a free place, before anybody is told of it; to remove it is to overwrite
it with zeros. Its stamp is odd while it is in force. A reader who saw the same odd stamp before and
after reading has read one whole template; whoever took it out meanwhile changed the stamp first.
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from parakh.errors import InvalidInput, Unreadable
from parakh.faces.lookup import Hashes, Identifiers, Lookup, Rows, hashed
from parakh.faces.vectors import Vector

ID_BYTES = 32
BITS = 18
"""Rows of a full segment, as a power of two; a row's number is its segment's, then its place."""

CLIP = 5.5
"""Components are coded to this many times 1/sqrt(dimension), which few exceed."""

ROUGH = 0.0150
"""A row whose coding error is longer is compared in full by every search."""

_LOGGED = 1 << 14
_PLACE = (1 << BITS) - 1
_AT_ONCE = 1 << 13
_TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Segment:
    """Rows side by side.

    Attributes:
        codes: int8, padded with zeros to whole words of the processor; about vector / scale.
        vectors: float32, as enrolled.
        templates, identities: identifiers, empty where there is none.
        stamps: odd while the row is in force.
    """

    codes: NDArray[np.int8]
    vectors: Vector
    templates: Identifiers
    identities: Identifiers
    stamps: NDArray[np.uint32]


def to_identifier(text: str) -> bytes:
    """Raises InvalidInput for an identifier that is empty, longer than 32 bytes, or holds NUL."""
    data = text.encode()
    if not 0 < len(data) <= ID_BYTES or b"\0" in data:
        raise InvalidInput("an identifier has 1 to 32 bytes, none of them zero")
    return data


def to_identifiers(texts: Sequence[str]) -> Identifiers:
    """Identifiers as an array."""
    return np.array([to_identifier(text) for text in texts], dtype=f"S{ID_BYTES}")


class RowStore:
    """All rows of a gallery. One writer at a time; readers take no lock.

    Attributes:
        segments: only ever longer.
        count, identities: templates in force, and identities that they stand for.
        rough: rows whose coding error exceeds ROUGH (some may be free again).
        written: how many times rows were written; `since` gives the rows.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.width = -(-dimension // 64) * 64
        self.scale = CLIP / (127 * dimension**0.5)
        self.segments: list[Segment] = []
        self.used: list[int] = []
        self.count = 0
        self.identities = 0
        self.rough: Rows = np.empty(0, dtype=np.int64)
        self.written = 0
        self._log: deque[tuple[int, Rows]] = deque(maxlen=_LOGGED)
        self._free: list[int] = []
        self._by_template = Lookup()
        self._by_identity = Lookup()
        self._lock = threading.RLock()

    def put(self, templates: Identifiers, identities: Identifiers, vectors: Vector) -> None:
        """Adds templates, or replaces those of the same identifier.

        A replaced one is in force until the new one is. Raises Unreadable, before anything is
        written, when a vector has not the length 1: the bound of the search rests on it.
        """
        lengths = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
        if not (np.abs(np.sqrt(lengths) - 1) < _TOLERANCE).all():
            raise Unreadable("The template is damaged: its vector has not the length 1")
        if len(templates) > 1:
            kept = _last_of_each(templates)
            if len(kept) < len(templates):
                templates, identities, vectors = templates[kept], identities[kept], vectors[kept]
        for start in range(0, len(templates), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            codes, rough = self._coded(vectors[part])
            with self._lock:
                self._put(templates[part], identities[part], vectors[part], codes, rough)

    def remove(self, templates: Sequence[bytes]) -> int:
        """Overwrites templates with zeros; gives how many there were."""
        with self._lock:
            rows = [row for own in dict.fromkeys(templates) for row in self._rows_of_template(own)]
            self._clear(rows)
            return len(rows)

    def remove_identity(self, identity: bytes) -> list[bytes]:
        """Overwrites all templates of an identity; gives their identifiers."""
        with self._lock:
            rows = self._rows_of_identity(identity)
            gone = [bytes(self._segment(row).templates[row & _PLACE]) for row in rows]
            self._clear(rows)
            return gone

    def of_identity(self, identity: bytes) -> list[bytes]:
        """Identifiers of an identity's templates."""
        with self._lock:
            rows = self._rows_of_identity(identity)
            return [bytes(self._segment(row).templates[row & _PLACE]) for row in rows]

    def holds(self, template: bytes) -> bool:
        """Whether a template of this identifier is in force."""
        with self._lock:
            return bool(self._rows_of_template(template))

    def since(self, written: int) -> Rows | None:
        """Rows written after that many writes; None when too many were to remember."""
        if self.written == written:
            return np.empty(0, dtype=np.int64)
        parts = []
        for number, rows in reversed(self._log.copy()):
            if number <= written:
                break
            parts.append(rows)
        else:
            if len(parts) == _LOGGED:
                return None
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def stamps(self, rows: Rows) -> NDArray[np.uint32]:
        """Stamps of rows."""
        result = np.zeros(len(rows), dtype=np.uint32)
        for segment, at, places in self._split(rows):
            result[at] = segment.stamps[places]
        return result

    def take(self, rows: Rows) -> tuple[Vector, Identifiers, NDArray[np.uint32]]:
        """Vectors of rows, their identities and stamps; a row that was not in force throughout has
        stamp 0."""
        vectors = np.empty((len(rows), self.dimension), dtype=np.float32)
        identities = np.empty(len(rows), dtype=f"S{ID_BYTES}")
        stamps = np.empty(len(rows), dtype=np.uint32)
        for segment, at, places in self._split(rows):
            before = segment.stamps[places]
            vectors[at] = segment.vectors[places]
            identities[at] = segment.identities[places]
            same = (segment.stamps[places] == before) & (before & 1 == 1)
            stamps[at] = np.where(same, before, 0)
        return vectors, identities, stamps

    def take_codes(self, rows: Rows) -> NDArray[np.int8]:
        """Codes of rows, whatever their state."""
        codes = np.empty((len(rows), self.width), dtype=np.int8)
        for segment, at, places in self._split(rows):
            codes[at] = segment.codes[places]
        return codes

    @property
    def memory_bytes(self) -> int:
        """Bytes of all rows that were ever used, and of what finds them."""
        each = self.width + 4 * self.dimension + 2 * ID_BYTES + 4
        return (
            sum(self.used) * each + self._by_template.memory_bytes + self._by_identity.memory_bytes
        )

    def _put(
        self,
        templates: Identifiers,
        identities: Identifiers,
        vectors: Vector,
        codes: NDArray[np.int8],
        rough: NDArray[np.bool_],
    ) -> None:
        by_template, by_identity = hashed(templates), hashed(identities)
        replaced = self._present(templates, by_template)
        fresh = self._new_identities(identities, by_identity)
        rows = self._places(len(templates))
        for segment, at, places in self._split(rows):
            segment.codes[places, : self.dimension] = codes[at]
            segment.vectors[places] = vectors[at]
            segment.templates[places] = templates[at]
            segment.identities[places] = identities[at]
        if rough.any():
            # Those that are free by now are left out, so that places used again do not pile up.
            kept = self.rough[self.stamps(self.rough) & 1 == 1]
            self.rough = np.unique(np.concatenate([kept, rows[rough]]))
        for segment, _, places in self._split(rows):
            segment.stamps[places] += 1
        self._log.append((self.written + 1, rows))
        self.written += 1
        self._by_template.add(by_template, rows)
        self._by_identity.add(by_identity, rows)
        self.count += len(rows)
        self.identities += fresh
        self._clear(replaced)
        if self._by_template.size > 2 * self.count + (1 << 16):
            self._forget_stale()

    def _coded(self, vectors: Vector) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
        """Codes, and whose error is longer than ROUGH."""
        # The product with a rounded inverse may round otherwise than a division: the error below
        # is measured against the code that was chosen, so the bound holds whichever it is.
        coded = vectors * np.float32(1 / self.scale)
        np.rint(coded, out=coded)
        np.clip(coded, -127, 127, out=coded)
        codes = coded.astype(np.int8)
        left = coded * np.float32(self.scale)
        np.subtract(vectors, left, out=left)
        squares = np.einsum("ij,ij->i", left, left)
        # float32 arithmetic errs here by less than 3e-7 in length; a thousandth of ROUGH is more.
        return codes, ~(squares < np.float32((ROUGH * (1 - 1e-3)) ** 2))

    def _clear(self, rows: Sequence[int]) -> None:
        if not rows:
            return
        leaving: dict[bytes, set[int]] = {}
        for row in rows:
            identity = bytes(self._segment(row).identities[row & _PLACE])
            leaving.setdefault(identity, set()).add(row)
        for identity, own in leaving.items():
            if own.issuperset(self._rows_of_identity(identity)):
                self.identities -= 1
        for segment, _, places in self._split(np.array(rows, dtype=np.int64)):
            segment.stamps[places] += 1
            segment.codes[places] = 0
            segment.vectors[places] = 0
            segment.templates[places] = b""
            segment.identities[places] = b""
        self._free.extend(rows)
        self.count -= len(rows)

    def _places(self, count: int) -> Rows:
        """Free places, in new segments where needed."""
        again = [self._free.pop() for _ in range(min(count, len(self._free)))]
        rows = [np.array(again, dtype=np.int64)]
        count -= len(again)
        while count:
            if not self.segments or self.used[-1] == len(self.segments[-1].stamps):
                self._grow()
            number, first = len(self.segments) - 1, self.used[-1]
            last = min(first + count, len(self.segments[-1].stamps))
            rows.append((number << BITS) + np.arange(first, last, dtype=np.int64))
            self.used[-1] = last
            count -= last - first
        return np.concatenate(rows)

    def _grow(self) -> None:
        # A small gallery (one voyage) must not take the room of a large one.
        rows = 1 << min(BITS, 10 + 4 * len(self.segments))
        self.used.append(0)
        self.segments.append(
            Segment(
                codes=np.zeros((rows, self.width), dtype=np.int8),
                vectors=np.zeros((rows, self.dimension), dtype=np.float32),
                templates=np.zeros(rows, dtype=f"S{ID_BYTES}"),
                identities=np.zeros(rows, dtype=f"S{ID_BYTES}"),
                stamps=np.zeros(rows, dtype=np.uint32),
            )
        )

    def _present(self, templates: Identifiers, hashes: Hashes) -> list[int]:
        """Rows that hold these templates now."""
        maybe = np.flatnonzero(self._by_template.known(hashes))
        return [row for place in maybe for row in self._rows_of_template(bytes(templates[place]))]

    def _new_identities(self, identities: Identifiers, hashes: Hashes) -> int:
        """How many of these identities have no row yet."""
        if len(identities) > 1:
            identities, first = np.unique(identities, return_index=True)
            hashes = hashes[first]
        maybe = np.flatnonzero(self._by_identity.known(hashes))
        known = sum(bool(self._rows_of_identity(bytes(identities[place]))) for place in maybe)
        return len(identities) - known

    def _rows_of_template(self, template: bytes) -> list[int]:
        return [
            row
            for row in self._by_template.find(_hash(template))
            if self._segment(row).templates[row & _PLACE] == template
        ]

    def _rows_of_identity(self, identity: bytes) -> list[int]:
        return [
            row
            for row in self._by_identity.find(_hash(identity))
            if self._segment(row).identities[row & _PLACE] == identity
        ]

    def _forget_stale(self) -> None:
        self._by_template, self._by_identity = Lookup(), Lookup()
        for number, segment in enumerate(self.segments):
            places = np.flatnonzero(segment.stamps & 1)
            rows = (number << BITS) + places
            self._by_template.add(hashed(segment.templates[places]), rows)
            self._by_identity.add(hashed(segment.identities[places]), rows)

    def _segment(self, row: int) -> Segment:
        return self.segments[row >> BITS]

    def _split(self, rows: Rows) -> list[tuple[Segment, slice | Rows, Rows]]:
        """Rows by segment: where they stand among `rows`, and their places in it."""
        if not len(rows):
            return []
        numbers = rows >> BITS
        first = int(numbers[0])
        if (numbers == first).all():
            return [(self.segments[first], slice(None), rows & _PLACE)]
        order = numbers.argsort(kind="stable")
        places = rows[order] & _PLACE
        # Much faster for a few rows than np.split.
        bounds = numbers[order].searchsorted(np.arange(len(self.segments) + 1)).tolist()
        return [
            (segment, order[start:stop], places[start:stop])
            for segment, (start, stop) in zip(self.segments, pairwise(bounds), strict=False)
            if start < stop
        ]


def _last_of_each(templates: Identifiers) -> Rows:
    """Where each identifier stands for the last time."""
    # Sorting hashes takes a fifth of the time, and most often there are no doubles.
    if len(np.unique(hashed(templates))) == len(templates):
        return np.arange(len(templates))
    _, last = np.unique(templates[::-1], return_index=True)
    return np.sort(len(templates) - 1 - last)


def _hash(identifier: bytes) -> int:
    return int(hashed(np.array([identifier], dtype=f"S{ID_BYTES}"))[0])
