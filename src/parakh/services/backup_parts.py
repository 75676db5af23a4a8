"""Named parts in one stream, each with its digest; inside the seal, compressed.

A part is a line of JSON, `{"name": …}`, then blocks, each after its length (4 bytes, big-endian),
and a length of 0. The last part is the manifest, which lists all others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, TypeAlias

import orjson

from parakh.errors import Unreadable

MANIFEST = "manifest.json"
_LINE = 4096
_MOST = 64 * 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class PartDigest:
    """A part's name, its bytes, and their SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


Blocks: TypeAlias = Iterator[bytes]


class PartWriter:
    """Writes parts one after the other, and knows those it wrote."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.written: list[PartDigest] = []

    def add(self, name: str, blocks: Iterable[bytes]) -> None:
        """Writes one part."""
        self._file.write(orjson.dumps({"name": name}) + b"\n")
        told, size = sha256(), 0
        for block in blocks:
            if block:
                self._file.write(len(block).to_bytes(4, "big") + block)
                told.update(block)
                size += len(block)
        self._file.write(bytes(4))
        self.written.append(PartDigest(name=name, size=size, sha256=told.hexdigest()))


class PartReader:
    """Reads parts in their order; what is not read of one is passed over, and counted in."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read: list[PartDigest] = []

    def parts(self) -> Iterator[tuple[str, Blocks]]:
        """Each part's name and blocks; raises Unreadable where the stream is torn."""
        while line := self._file.readline(_LINE):
            try:
                name = str(orjson.loads(line)["name"])
            except (orjson.JSONDecodeError, KeyError, TypeError) as error:
                raise Unreadable("a part of the backup has no name") from error
            blocks = self._blocks(name)
            yield name, blocks
            for _ in blocks:
                pass

    def _blocks(self, name: str) -> Blocks:
        told, size = sha256(), 0
        while length := int.from_bytes(self._exactly(4), "big"):
            if length > _MOST:
                raise Unreadable(f"the part {name} is torn")
            block = self._exactly(length)
            told.update(block)
            size += length
            yield block
        self.read.append(PartDigest(name=name, size=size, sha256=told.hexdigest()))

    def _exactly(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) != count:
            raise Unreadable("the backup ends in the middle of a part")
        return data
