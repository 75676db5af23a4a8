"""From an identifier to the rows that hold it, in 12 bytes a row."""

import numpy as np
from numpy.typing import NDArray

Identifiers = NDArray[np.bytes_]
Hashes = NDArray[np.uint64]
Rows = NDArray[np.int64]

_DELTA = 8192
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)


def hashed(identifiers: Identifiers) -> Hashes:
    """A 64-bit hash of each 32-byte identifier."""
    words = np.ascontiguousarray(identifiers).view(np.uint64).reshape(-1, 4)
    result = np.zeros(len(words), dtype=np.uint64)
    for column, factor in enumerate(_MIX):
        result = (result ^ words[:, column]) * np.uint64(factor)
        result ^= result >> np.uint64(29)
    return result


class Lookup:
    """Hashes of identifiers and the rows where they were put: sorted runs, merged as they grow.

    A Python dict of ten million identifiers would take two gigabytes. Nothing is ever taken out:
    `find` gives every row that was added under the hash, and the caller looks whether the row still
    holds the identifier. When more than half is stale, the owner starts a new one.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[Hashes, NDArray[np.uint32]]] = []
        self._delta: dict[int, tuple[int, ...]] = {}
        self.size = 0

    def add(self, hashes: Hashes, rows: Rows) -> None:
        """Notes that `rows` hold identifiers with these hashes."""
        self.size += len(rows)
        if len(rows) > _DELTA // 8:
            self._put_run(hashes, rows.astype(np.uint32))
            return
        for key, row in zip(hashes.tolist(), rows.tolist(), strict=True):
            self._delta[key] = (*self._delta.get(key, ()), row)
        if len(self._delta) > _DELTA:
            kept, self._delta = self._delta, {}
            pairs = [(key, row) for key, own in kept.items() for row in own]
            self._put_run(
                np.array([key for key, _ in pairs], dtype=np.uint64),
                np.array([row for _, row in pairs], dtype=np.uint32),
            )

    def find(self, key: int) -> list[int]:
        """Rows that were added under one hash, each once."""
        rows = list(self._delta.get(key, ()))
        wanted = np.uint64(key)
        for hashes, own in self._runs:
            first = int(hashes.searchsorted(wanted))
            if first < len(hashes) and hashes[first] == wanted:
                last = int(hashes.searchsorted(wanted, side="right"))
                rows.extend(own[first:last].tolist())
        return list(dict.fromkeys(rows))

    def known(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Which of many hashes may have rows."""
        # In order, neighbours fall into the same lines of the cache: half the time.
        order = hashes.argsort()
        wanted = hashes[order]
        found = np.zeros(len(hashes), dtype=np.bool_)
        for own, _ in self._runs:
            places = np.minimum(own.searchsorted(wanted), len(own) - 1)
            found |= own[places] == wanted
        if self._delta:
            found |= np.fromiter((key in self._delta for key in wanted.tolist()), bool, len(wanted))
        result = np.empty_like(found)
        result[order] = found
        return result

    @property
    def memory_bytes(self) -> int:
        """Bytes held, but for the few that came last."""
        return sum(hashes.nbytes + rows.nbytes for hashes, rows in self._runs)

    def _put_run(self, hashes: Hashes, rows: NDArray[np.uint32]) -> None:
        """Adds a run; runs double in size, so that each row is merged a few times only."""
        while True:
            # Stable sorting of two sorted runs takes the time of reading them.
            order = hashes.argsort(kind="stable")
            hashes, rows = hashes[order], rows[order]
            if not self._runs or len(self._runs[-1][0]) > 2 * len(hashes):
                break
            before, places = self._runs.pop()
            hashes = np.concatenate([before, hashes])
            rows = np.concatenate([places, rows])
        self._runs.append((hashes, rows))
