"""Rows of a gallery sealed together."""

from collections.abc import Sequence
from dataclasses import dataclass
from mmap import PAGESIZE
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from parakh.errors import ParakhError
from parakh.faces.lookup import Identifiers
from parakh.faces.rows import ID_BYTES
from parakh.faces.vectors import STORED, Vector

CHUNK = 512
"""Rows sealed together: what is written anew when one of them goes."""

_IDENTIFIER = np.dtype(f"S{ID_BYTES}")
_SLOT = np.dtype([("chunk", "<u4"), ("version", "<u4"), ("bytes", "<u8")])
_COUNT = np.dtype("<u8")
_SEALING = 12 + 16


class Sealer(Protocol):
    """Seals bytes under the gallery's own key, with a context that is authenticated."""

    def seal(self, context: str, data: bytes) -> bytes:
        """Encrypts; 28 bytes longer (AES-256-GCM with its nonce and tag)."""
        ...

    def open(self, context: str, sealed: bytes) -> bytes:
        """Decrypts; raises a ParakhError for altered bytes or another key or context."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Chunk:
    """Rows that are sealed together: identifiers, identities, unit vectors."""

    templates: Identifiers
    identities: Identifiers
    vectors: Vector

    def __len__(self) -> int:
        return len(self.templates)

    def only(self, kept: NDArray[np.bool_] | slice) -> "Chunk":
        """Some of the rows."""
        return Chunk(
            templates=self.templates[kept],
            identities=self.identities[kept],
            vectors=self.vectors[kept],
        )

    @staticmethod
    def joined(parts: "Sequence[Chunk]") -> "Chunk":
        """All rows of several."""
        return Chunk(
            templates=np.concatenate([part.templates for part in parts]),
            identities=np.concatenate([part.identities for part in parts]),
            vectors=np.concatenate([part.vectors for part in parts]),
        )


class Codec:
    """Chunks as sealed bytes of one length, each with its number and version as context.

    Attributes:
        rows: the most rows of a chunk.
        slot_bytes: the length of a sealed chunk with its label, in whole pages.
    """

    def __init__(self, sealer: Sealer, context: str, dimension: int) -> None:
        self.rows = CHUNK
        self._sealer = sealer
        self._context = context
        self._dimension = dimension
        self._plain_bytes = _COUNT.itemsize + CHUNK * (2 * ID_BYTES + STORED.itemsize * dimension)
        needed = _SLOT.itemsize + self._plain_bytes + _SEALING
        self.slot_bytes = -(-needed // PAGESIZE) * PAGESIZE

    def sealed(self, number: int, version: int, chunk: Chunk) -> bytes:
        """A chunk with its label, shorter than a slot."""
        plain = bytearray(self._plain_bytes)
        np.frombuffer(plain, _COUNT, 1)[0] = len(chunk)
        templates, identities, vectors = self._views(plain)
        templates[: len(chunk)] = chunk.templates
        identities[: len(chunk)] = chunk.identities
        vectors[: len(chunk)] = chunk.vectors
        sealed = self._sealer.seal(self._name(number, version), bytes(plain))
        label = np.array([(number, version, len(sealed))], dtype=_SLOT).tobytes()
        return label + sealed

    def label(self, slot: memoryview) -> tuple[int, int]:
        """Number and version that a slot claims to have; version 0 where there is nothing."""
        if len(slot) < _SLOT.itemsize:
            return 0, 0
        number, version, _ = np.frombuffer(slot, _SLOT, 1)[0].tolist()
        return number, version

    def opened(self, slot: memoryview) -> tuple[int, int, Chunk] | None:
        """Number, version and rows of a slot; None when nothing in it can be relied on."""
        if len(slot) < _SLOT.itemsize:
            return None
        number, version, size = np.frombuffer(slot, _SLOT, 1)[0].tolist()
        if version == 0 or size != self._plain_bytes + _SEALING:
            return None
        sealed = bytes(slot[_SLOT.itemsize : _SLOT.itemsize + size])
        try:
            plain = self._sealer.open(self._name(number, version), sealed)
        except ParakhError:
            return None
        count = int(np.frombuffer(plain, _COUNT, 1)[0])
        templates, identities, vectors = self._views(plain)
        return (
            number,
            version,
            Chunk(
                templates=templates[:count],
                identities=identities[:count],
                vectors=vectors[:count].astype(np.float32, copy=False),
            ),
        )

    def _views(self, plain: bytes | bytearray) -> tuple[Identifiers, Identifiers, Vector]:
        first = _COUNT.itemsize
        second, third = first + CHUNK * ID_BYTES, first + 2 * CHUNK * ID_BYTES
        return (
            np.frombuffer(plain, _IDENTIFIER, CHUNK, first),
            np.frombuffer(plain, _IDENTIFIER, CHUNK, second),
            np.frombuffer(plain, STORED, CHUNK * self._dimension, third).reshape(CHUNK, -1),
        )

    def _name(self, number: int, version: int) -> str:
        return f"{self._context}/chunk {number}/{version}"
