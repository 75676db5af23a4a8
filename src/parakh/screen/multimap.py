"""A compact, growing index from texts to numbers: eight bytes a pair.

Only a hash of each text is kept, so that a look-up may give more numbers than were put in under
the text; whoever asks compares with what a number stands for. Nothing is taken out for the same
reason. One thread may add while others look up.
"""

from array import array
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_HASH = 0xFFFFFFFF
_RECENT = 32_768
"""So many pairs are kept in a dictionary before they are sorted into an array."""

_LARGEST = 1 << 20
"""Arrays are not merged beyond so many pairs, so that adding never waits for long."""

T = TypeVar("T", bound=np.generic)
Numbers = NDArray[np.int32]
_Sorted = tuple[NDArray[np.uint32], Numbers]


class Multimap:
    """Numbers (of 31 bits) by text."""

    def __init__(self) -> None:
        # Replaced as a whole, so that a reader never sees a pair in neither part.
        self._state: tuple[tuple[_Sorted, ...], dict[int, list[int]]] = ((), {})
        self._recent = 0

    def load(self, texts: "array[int]", numbers: "array[int]") -> None:
        """Adds many pairs at once: hashes of texts (see `hashed`, type code `I`) and numbers."""
        if not texts:
            return
        keys = np.frombuffer(texts, dtype=np.uint32)
        order = np.argsort(keys, kind="stable")
        values = np.frombuffer(numbers, dtype=np.int32)[order]
        frozen, recent = self._state
        self._state = ((*frozen, (keys[order], values)), recent)

    def add(self, text: str, number: int) -> None:
        """Adds one pair."""
        frozen, recent = self._state
        recent.setdefault(hashed(text), []).append(number)
        self._recent += 1
        if self._recent >= _RECENT:
            self._state = (_merged((*frozen, _sorted(recent))), {})
            self._recent = 0

    def get(self, texts: Sequence[str]) -> list[Numbers]:
        """For each text, the numbers that may have been put in under it."""
        frozen, recent = self._state
        hashes = [hashed(text) for text in texts]
        wanted = np.array(hashes, dtype=np.uint32)
        found = [np.array(recent.get(own, ()), dtype=np.int32) for own in hashes]
        for keys, values in frozen:
            starts = keys.searchsorted(wanted).tolist()
            ends = keys.searchsorted(wanted, side="right").tolist()
            for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
                if end > start:
                    more = values[start:end]
                    known = found[place]
                    found[place] = np.concatenate((more, known)) if len(known) else more
        return found

    def one(self, text: str) -> list[int]:
        """The numbers of a single text, ascending."""
        frozen, recent = self._state
        own = hashed(text)
        wanted = np.uint32(own)
        numbers = set(recent.get(own, ()))
        for keys, values in frozen:
            place = int(keys.searchsorted(wanted))
            while place < len(keys) and keys[place] == wanted:
                numbers.add(int(values[place]))
                place += 1
        return sorted(numbers)


def once(values: NDArray[T]) -> NDArray[T]:
    """Each value once, ascending; for some thousands, quicker than NumPy's own."""
    ordered = np.sort(values)
    if len(ordered) < 2:
        return ordered
    fresh = np.empty(len(ordered), dtype=bool)
    fresh[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    return ordered[fresh]


def hashed(text: str) -> int:
    """The 32 bits by which a text is kept; they differ from process to process."""
    return hash(text) & _HASH


def _sorted(recent: dict[int, list[int]]) -> _Sorted:
    # A writer alone gets here, so the dictionary stands still.
    keys = np.array([own for own, numbers in recent.items() for _ in numbers], dtype=np.uint32)
    values = np.array([n for numbers in recent.values() for n in numbers], dtype=np.int32)
    order = np.argsort(keys, kind="stable")
    return keys[order], values[order]


def _merged(parts: tuple[_Sorted, ...]) -> tuple[_Sorted, ...]:
    """The parts with the last ones merged while they are of like size."""
    while len(parts) > 1 and len(parts[-2][0]) <= 2 * len(parts[-1][0]) <= _LARGEST:
        keys = np.concatenate((parts[-2][0], parts[-1][0]))
        values = np.concatenate((parts[-2][1], parts[-1][1]))
        order = np.argsort(keys, kind="stable")
        parts = (*parts[:-2], (keys[order], values[order]))
    return parts
