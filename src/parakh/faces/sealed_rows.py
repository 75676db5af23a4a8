"""The templates of a gallery in a sealed file, so that ten million are searchable in seconds.

The database's sealed records stay the truth; reading them one by one takes minutes. The file holds
the same templates in chunks of 512 rows, each sealed with its number and version as context, and
says up to which change of the database it is true. Whatever is wrong with it, it is not used.
"""

import mmap
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from parakh.errors import InvalidInput, ParakhError, Unreadable
from parakh.faces.chunks import Chunk, Codec, Sealer
from parakh.faces.gallery import Gallery
from parakh.faces.lookup import Identifiers, Lookup, hashed
from parakh.faces.rows import ID_BYTES, to_identifiers
from parakh.faces.scan import cores
from parakh.faces.vectors import Vector

_HEAD = np.dtype([("seq", "<i8"), ("chunks", "<u8")])
_AT_ONCE = 64
_AHEAD = 16

Item = TypeVar("Item")
Result = TypeVar("Result")


class SealedRows:
    """A gallery's file of sealed chunks and, beside it, its head.

    A chunk is never overwritten while it counts. Its new version is written to a free slot and
    brought to disk first; then the slot of the version before is overwritten with zeros, and that,
    too, is brought to disk before the call returns. So at any moment of a crash every chunk has a
    whole version on disk, the newest whole one counts, and a row that was removed is either still
    announced by the database's change log (`seq` is older) or nowhere in the file.

    The head holds `seq`, the owner's `mark` and the version of every chunk, sealed. A chunk of
    which only an older version is found, or none, was damaged or put back: then the file is not
    `whole`, holds nothing, and the owner fills it again from the records.

    One process at a time may have it open. After an error (OSError of the disk, ParakhError of an
    altered chunk) what it holds is not known: the owner destroys it.
    """

    def __init__(self, path: Path, sealer: Sealer, model: str, dimension: int) -> None:
        """Use `open`."""
        self._path = path
        self._head_path = path.with_name(path.name + ".head")
        self._sealer = sealer
        self._context = f"{model}/{dimension}"
        self._dimension = dimension
        self._codec = Codec(sealer, self._context, dimension)
        self._lock = threading.RLock()
        self._clear()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def _clear(self) -> None:
        self.seq = -1
        self.mark = b""
        self._slots = 0
        self._next_chunk = 0
        self._roomy: set[int] = set()
        self._places: dict[int, int] = {}
        self._versions: dict[int, int] = {}
        self._counts: dict[int, int] = {}
        self._free: list[int] = []
        self._by_template = Lookup()

    @classmethod
    def open(
        cls, path: Path, sealer: Sealer, model: str, dimension: int
    ) -> "tuple[SealedRows, Gallery]":
        """Opens the file, or makes an empty one, and gives a gallery of what it holds.

        `whole` is False, and both hold nothing, when the file is new or cannot be relied on: by
        torn or altered chunks, another key, model or dimension.
        """
        own = cls(path, sealer, model, dimension)
        gallery = Gallery(model, dimension)
        try:
            if own._read(gallery):
                return own, gallery
            own.reset()
        except OSError:
            own.close()
            raise
        return own, Gallery(model, dimension)

    @property
    def whole(self) -> bool:
        """Whether the file holds all templates up to `seq`, and none that was removed by then."""
        return self.seq >= 0

    def __len__(self) -> int:
        """Templates held."""
        return sum(self._counts.values())

    def append(self, templates: Sequence[str], identities: Sequence[str], vectors: Vector) -> None:
        """Adds templates, or replaces those of the same identifiers; on disk when it returns."""
        self.append_rows(to_identifiers(templates), to_identifiers(identities), vectors)

    def append_rows(self, templates: Identifiers, identities: Identifiers, vectors: Vector) -> None:
        """As `append`, of arrays."""
        if vectors.shape != (len(templates), self._dimension):
            raise InvalidInput(f"vectors of {self._dimension} numbers are wanted, one a template")
        # The last of several with one identifier counts.
        _, last = np.unique(templates[::-1], return_index=True)
        kept = np.sort(len(templates) - 1 - last)
        added = Chunk(templates=templates[kept], identities=identities[kept], vectors=vectors[kept])
        with self._lock:
            self._remove(added.templates)
            while len(added):
                added = added.only(slice(self._append(added), None))

    def remove(self, templates: Iterable[str]) -> int:
        """Takes templates out; when it returns, their bytes are overwritten on disk. Gives how
        many there were."""
        with self._lock:
            return self._remove(to_identifiers(list(templates)))

    def checkpoint(self, seq: int, mark: bytes = b"") -> None:
        """Notes that all changes of the database up to `seq` are in the file.

        By `mark` the owner tells, when he opens the file again, whether it is the same database.
        """
        with self._lock:
            self._write_head(seq, mark)
            self.seq, self.mark = seq, mark

    def sealed_by(self, sealer: Sealer) -> bool:
        """Whether this is the key under which the file is sealed."""
        try:
            self._sealer.open(self._context, sealer.seal(self._context, b""))
        except ParakhError:
            return False
        return True

    def reset(self) -> None:
        """Overwrites everything, to be filled again."""
        with self._lock:
            self._drop_head()
            _overwrite(self._file)
            self._clear()

    def destroy(self) -> None:
        """Overwrites everything and deletes the file."""
        with self._lock:
            try:
                self.reset()
            finally:
                self.close()
                self._path.unlink(missing_ok=True)
                _sync_folder(self._path.parent)

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    # --- chunks ---------------------------------------------------------------------------------

    def _append(self, added: Chunk) -> int:
        """Fills chunks that are less than half full and the last one, then new ones; gives how
        many of the rows it took."""
        changed: dict[int, Chunk] = {}
        numbers, start = np.empty(len(added), dtype=np.int64), 0
        for number in (*self._roomy, *range(self._next_chunk, self._next_chunk + _AT_ONCE)):
            if start >= len(added) or len(changed) == _AT_ONCE:
                break
            held = self._counts.get(number, 0)
            part = added.only(slice(start, start + self._codec.rows - held))
            numbers[start : start + len(part)] = number
            start += len(part)
            changed[number] = Chunk.joined([self._chunk(number), part]) if held else part
        self._replace(changed)
        self._by_template.add(hashed(added.templates[:start]), numbers[:start])
        return start

    def _remove(self, templates: Identifiers) -> int:
        by_chunk: dict[int, set[bytes]] = {}
        known = np.flatnonzero(self._by_template.known(hashed(templates)))
        for place, key in zip(known.tolist(), hashed(templates[known]).tolist(), strict=True):
            for number in self._by_template.find(key):
                by_chunk.setdefault(number, set()).add(bytes(templates[place]))
        gone = 0
        changed: dict[int, Chunk] = {}
        for number, leaving in by_chunk.items():
            if number not in self._counts:
                continue
            chunk = self._chunk(number)
            kept = ~np.isin(chunk.templates, np.array(list(leaving), dtype=f"S{ID_BYTES}"))
            if not kept.all():
                gone += len(chunk) - int(kept.sum())
                changed[number] = chunk.only(kept)
            if len(changed) == _AT_ONCE:
                self._replace(changed)
                changed = {}
        self._replace(changed)
        return gone

    def _replace(self, changed: dict[int, Chunk]) -> None:
        """Writes new versions of chunks, then overwrites the ones before."""
        if not changed:
            return
        old, news = [], []
        for number, chunk in changed.items():
            version = self._versions.get(number, 0) + 1
            slot = self._free.pop() if self._free else self._slots
            self._slots = max(self._slots, slot + 1)
            sealed = self._codec.sealed(number, version, chunk)
            _write_all(self._file, sealed, slot * self._codec.slot_bytes)
            news.append((number, slot, version, len(chunk)))
            if number in self._places:
                old.append(self._places[number])
        os.fsync(self._file)
        for number, slot, version, count in news:
            self._note(number, slot, version, count)
        for slot in old:
            self._wipe(slot)
        os.fsync(self._file)
        self._free += old

    def _note(self, number: int, slot: int, version: int, count: int) -> None:
        self._places[number], self._versions[number] = slot, version
        self._counts[number] = count
        self._next_chunk = max(self._next_chunk, number + 1)
        self._roomy.discard(number)
        if count < self._codec.rows // 2 or (
            number == self._next_chunk - 1 and count < self._codec.rows
        ):
            self._roomy.add(number)

    def _wipe(self, slot: int) -> None:
        _write_all(self._file, bytes(self._codec.slot_bytes), slot * self._codec.slot_bytes)

    def _chunk(self, number: int) -> Chunk:
        """A chunk that counts; raises a ParakhError when it was altered meanwhile."""
        start = self._places[number] * self._codec.slot_bytes
        data = os.pread(self._file, self._codec.slot_bytes, start)
        found = self._codec.opened(memoryview(data))
        if found is None or found[:2] != (number, self._versions[number]):
            raise Unreadable(f"{self._path.name}: a chunk was altered; fill the file again")
        return found[2]

    # --- reading all ----------------------------------------------------------------------------

    def _read(self, gallery: Gallery) -> bool:
        """Enrols the newest whole version of every chunk, and overwrites all other slots; False
        when one that the head names is missing."""
        head = self._read_head()
        if head is None:
            return False
        seq, versions, mark = head
        size = os.fstat(self._file).st_size
        self._slots = -(-size // self._codec.slot_bytes)
        if size:
            with (
                mmap.mmap(self._file, size, access=mmap.ACCESS_READ) as mapped,
                memoryview(mapped) as whole,
            ):
                try:
                    self._enrol_newest(whole, gallery)
                except Unreadable:
                    return False
        if any(self._versions.get(number, 0) < version for number, version in enumerate(versions)):
            return False
        self._free = sorted(set(range(self._slots)) - set(self._places.values()))
        for slot in self._free:
            self._wipe(slot)
        os.fsync(self._file)
        self.seq, self.mark = seq, mark
        return True

    def _enrol_newest(self, whole: memoryview, gallery: Gallery) -> None:
        slots: dict[int, list[int]] = {}
        labels = {slot: self._codec.label(self._slot(whole, slot)) for slot in range(self._slots)}
        for slot, (number, version) in labels.items():
            if version:
                slots.setdefault(number, []).append(slot)
        for own in slots.values():
            own.sort(key=lambda slot: -labels[slot][1])

        def newest(own: list[int]) -> tuple[int, int, int, Chunk] | None:
            for slot in own:
                found = self._codec.opened(self._slot(whole, slot))
                if found is not None:
                    return slot, *found
            return None

        chunks = _ahead(newest, sorted(slots.values()))
        while several := list(islice(chunks, _AT_ONCE)):
            found = [one for one in several if one is not None]
            if not found:
                continue
            for slot, number, version, chunk in found:
                self._note(number, slot, version, len(chunk))
            numbers = [np.full(len(chunk), number) for _, number, _, chunk in found]
            rows = Chunk.joined([chunk for _, _, _, chunk in found])
            self._by_template.add(hashed(rows.templates), np.concatenate(numbers))
            gallery.enrol_rows(rows.templates, rows.identities, rows.vectors)

    def _slot(self, whole: memoryview, slot: int) -> memoryview:
        start = slot * self._codec.slot_bytes
        return whole[start : start + self._codec.slot_bytes]

    # --- head -----------------------------------------------------------------------------------

    def _read_head(self) -> tuple[int, list[int], bytes] | None:
        try:
            sealed = self._head_path.read_bytes()
            plain = self._sealer.open(f"{self._context}/head", sealed)
        except (FileNotFoundError, ParakhError):
            return None
        seq, chunks = np.frombuffer(plain, _HEAD, 1)[0].tolist()
        versions = np.frombuffer(plain, "<u4", chunks, _HEAD.itemsize)
        return seq, versions.tolist(), plain[_HEAD.itemsize + versions.nbytes :]

    def _write_head(self, seq: int, mark: bytes) -> None:
        versions = np.zeros(self._next_chunk, dtype="<u4")
        for number, version in self._versions.items():
            versions[number] = version
        head = np.array([(seq, len(versions))], dtype=_HEAD)
        sealed = self._sealer.seal(
            f"{self._context}/head", head.tobytes() + versions.tobytes() + mark
        )
        fresh = self._head_path.with_name(self._head_path.name + ".new")
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            _write_all(file, sealed, 0)
            os.fsync(file)
        finally:
            os.close(file)
        fresh.replace(self._head_path)
        _sync_folder(self._head_path.parent)

    def _drop_head(self) -> None:
        """First of all when the file is emptied: without it nothing in the file counts."""
        self._head_path.unlink(missing_ok=True)
        self._head_path.with_name(self._head_path.name + ".new").unlink(missing_ok=True)
        _sync_folder(self._head_path.parent)


def destroy(path: Path) -> None:
    """Overwrites and deletes a file, or a head, that is not open here; it may be gone already."""
    try:
        file = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        _overwrite(file)
    finally:
        os.close(file)
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)


def _overwrite(file: int) -> None:
    """Zeros on disk, then nothing."""
    size = os.fstat(file).st_size
    zeros = bytes(1 << 20)
    for start in range(0, size, len(zeros)):
        _write_all(file, zeros[: size - start], start)
    os.fsync(file)
    os.ftruncate(file, 0)
    os.fsync(file)


def _ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Results in order, made by other threads a few ahead."""
    waiting = iter(items)
    with ThreadPoolExecutor(cores()) as pool:
        ahead = deque(pool.submit(work, item) for item in islice(waiting, _AHEAD))
        while ahead:
            yield ahead.popleft().result()
            ahead.extend(pool.submit(work, item) for item in islice(waiting, 1))


def _write_all(file: int, data: bytes, start: int) -> None:
    while data:
        written = os.pwrite(file, data, start)
        data, start = data[written:], start + written


def _sync_folder(folder: Path) -> None:
    """Brings the names in a folder to disk."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
