"""A gallery's sealed file: nothing is lost unannounced, and nothing removed comes back."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parakh.errors import InvalidInput, Misconfigured, Unreadable
from parakh.faces import chunks, sealed_rows
from parakh.faces.gallery import Gallery
from parakh.faces.sealed_rows import SealedRows

MODEL, DIMENSION = "m@1", 16


class Key:
    """Seals as the vault does."""

    def __init__(self, key: bytes = b"k" * 32) -> None:
        self._cipher = AESGCM(key)

    def seal(self, context: str, data: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, data, context.encode())

    def open(self, context: str, sealed: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise Misconfigured("altered") from error


KEY = Key()
Held = dict[str, tuple[str, bytes]]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "galleries" / "watchlist.rows"


def vectors(count: int, seed: int = 3) -> np.ndarray:
    raw = np.random.default_rng(seed).standard_normal((count, DIMENSION))
    return (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32)


def opened(path: Path, key: Key = KEY) -> tuple[SealedRows, Gallery]:
    return SealedRows.open(path, key, MODEL, DIMENSION)


def contents(gallery: Gallery) -> Held:
    """Identity and vector by template."""
    return {
        segment.templates[row].decode(): (
            segment.identities[row].decode(),
            segment.vectors[row].tobytes(),
        )
        for segment in gallery._store.segments
        for row in np.flatnonzero(segment.stamps & 1)
    }


def filled(path: Path, count: int = 30, seq: int = 7) -> Held:
    """A file with some templates, closed."""
    rows, _ = opened(path)
    names, own = [f"t{n}" for n in range(count)], vectors(count)
    people = [f"p{n % 9}" for n in range(count)]
    rows.append(names, people, own)
    rows.checkpoint(seq)
    rows.close()
    return {n: (p, v.tobytes()) for n, p, v in zip(names, people, own, strict=True)}


def test_what_was_written_is_read(path: Path) -> None:
    held = filled(path, 30)
    rows, gallery = opened(path)
    assert (rows.whole, rows.seq, len(rows), gallery.identities) == (True, 7, 30, 9)
    assert contents(gallery) == held


def test_a_new_file_is_not_whole(path: Path) -> None:
    rows, gallery = opened(path)
    assert (rows.whole, len(rows), len(gallery)) == (False, 0, 0)
    rows.append(["a"], ["p"], vectors(1))
    rows.close()
    # Nobody said up to which change it is true.
    rows, gallery = opened(path)
    assert (rows.whole, len(rows), len(gallery)) == (False, 0, 0)
    assert not any(path.read_bytes())


def test_replaced_and_removed_templates_are_gone(path: Path) -> None:
    held = filled(path, 30)
    rows, _ = opened(path)
    assert rows.remove(["t3", "t4", "t29", "nobody"]) == 3
    rows.append(["t5", "t5", "new"], ["first", "second", "p"], vectors(3, 5))
    rows.checkpoint(8)
    rows.close()
    for name in ("t3", "t4", "t29"):
        del held[name]
    held["t5"] = ("second", vectors(3, 5)[1].tobytes())
    held["new"] = ("p", vectors(3, 5)[2].tobytes())
    rows, gallery = opened(path)
    assert (rows.seq, len(rows)) == (8, 28)
    assert contents(gallery) == held


def blocks(path: Path) -> set[bytes]:
    """All pieces of 64 bytes of the sealed chunks in a file."""
    data = path.read_bytes()
    return {data[place : place + 64] for place in range(0, len(data), 64)} - {bytes(64)}


def test_after_a_removal_the_sealed_bytes_of_before_are_not_in_the_file(path: Path) -> None:
    filled(path, 8)
    before = blocks(path)
    rows, _ = opened(path)
    rows.remove(["t3"])
    assert not before & blocks(path)
    assert len(rows) == 7


def test_the_file_does_not_grow_by_changes(path: Path) -> None:
    filled(path, 64)
    rows, _ = opened(path)
    size = path.stat().st_size
    for turn in range(50):
        rows.append([f"t{turn % 64}"], ["p"], vectors(1, turn))
        rows.remove([f"t{turn % 64}"])
    assert path.stat().st_size <= 2 * size
    assert len(rows) == 64 - 50


def test_no_template_can_be_read_in_the_file(path: Path) -> None:
    filled(path, 10)
    data = path.read_bytes() + path.with_name(path.name + ".head").read_bytes()
    assert b"t3" + bytes(20) not in data
    assert all(own.tobytes()[:8] not in data for own in vectors(10))


def test_files_are_readable_by_their_owner_only(path: Path) -> None:
    filled(path)
    assert path.stat().st_mode & 0o077 == 0
    assert path.with_name(path.name + ".head").stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_destroyed_file_is_overwritten_and_gone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(path)
    rows, _ = opened(path)
    seen: list[bool] = []
    truncate = os.ftruncate

    def look(file: int, size: int) -> None:
        seen.append(any(path.read_bytes()))
        truncate(file, size)

    monkeypatch.setattr(os, "ftruncate", look)
    rows.destroy()
    assert seen == [False]
    assert list(path.parent.iterdir()) == []


def test_a_file_that_is_not_open_is_overwritten_and_gone(path: Path) -> None:
    filled(path)
    file = os.open(path, os.O_RDONLY)
    for own in (path, path.with_name(path.name + ".head"), path.with_name("missing")):
        sealed_rows.destroy(own)
    assert list(path.parent.iterdir()) == []
    assert os.fstat(file).st_size == 0
    os.close(file)


def test_a_file_that_cannot_be_overwritten_goes_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(path)
    rows, _ = opened(path)

    def broken(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pwrite", broken)
    with pytest.raises(OSError, match="Input/output"):
        rows.destroy()
    assert list(path.parent.iterdir()) == []


def test_the_mark_and_the_key_are_known_again(path: Path) -> None:
    rows, _ = opened(path)
    rows.append(["a"], ["p"], vectors(1))
    rows.checkpoint(3, b"this database")
    rows.close()
    rows, _ = opened(path)
    assert (rows.seq, rows.mark) == (3, b"this database")
    assert rows.sealed_by(Key())
    assert not rows.sealed_by(Key(b"x" * 32))
    rows.reset()
    assert (rows.whole, rows.mark) == (False, b"")


def _other_key(path: Path) -> tuple[SealedRows, Gallery]:
    return opened(path, Key(b"x" * 32))


def _other_model(path: Path) -> tuple[SealedRows, Gallery]:
    return SealedRows.open(path, KEY, "m@2", DIMENSION)


def _other_dimension(path: Path) -> tuple[SealedRows, Gallery]:
    return SealedRows.open(path, KEY, MODEL, 32)


def _altered(path: Path) -> tuple[SealedRows, Gallery]:
    data = bytearray(path.read_bytes())
    data[300] ^= 1
    path.write_bytes(data)
    return opened(path)


def _truncated(path: Path) -> tuple[SealedRows, Gallery]:
    os.truncate(path, path.stat().st_size // 2)
    return opened(path)


def _no_head(path: Path) -> tuple[SealedRows, Gallery]:
    path.with_name(path.name + ".head").unlink()
    return opened(path)


def _altered_head(path: Path) -> tuple[SealedRows, Gallery]:
    path.with_name(path.name + ".head").write_bytes(b"x" * 100)
    return opened(path)


@pytest.mark.parametrize(
    "open_",
    [
        _other_key,
        _other_model,
        _other_dimension,
        _altered,
        _truncated,
        _no_head,
        _altered_head,
    ],
)
def test_a_file_that_cannot_be_relied_on_holds_nothing(
    path: Path, open_: Callable[[Path], tuple[SealedRows, Gallery]]
) -> None:
    filled(path)
    rows, gallery = open_(path)
    assert (rows.whole, len(rows), len(gallery)) == (False, 0, 0)
    rows.append(["a"], ["p"], np.eye(1, gallery.dimension, dtype=np.float32))
    rows.checkpoint(9)
    assert rows.whole


def test_an_old_chunk_that_is_put_back_is_noticed(path: Path) -> None:
    filled(path)
    before = path.read_bytes()
    rows, _ = opened(path)
    rows.remove(["t3"])
    rows.checkpoint(8)
    rows.close()
    path.write_bytes(before)
    rows, gallery = opened(path)
    assert (rows.whole, len(gallery)) == (False, 0)


def test_a_chunk_that_was_altered_while_the_file_is_open_is_refused(path: Path) -> None:
    filled(path)
    rows, _ = opened(path)
    data = bytearray(path.read_bytes())
    for place in range(200, len(data), 400):
        data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(Unreadable):
        rows.remove(["t3"])


def test_a_file_with_a_vector_that_is_none_is_not_used(path: Path) -> None:
    filled(path)
    rows, _ = opened(path)
    rows.append(["a"], ["p"], 2 * vectors(1))
    rows.checkpoint(8)
    rows.close()
    rows, gallery = opened(path)
    assert (rows.whole, len(gallery)) == (False, 0)


def test_vectors_of_another_length_are_refused(path: Path) -> None:
    rows, _ = opened(path)
    with pytest.raises(InvalidInput):
        rows.append(["a"], ["p"], np.eye(1, 32, dtype=np.float32))


class Crash(Exception):
    """The machine lost its power."""


class Disk:
    """Stands between the file and its bytes: what was not brought to disk may be there in part."""

    def __init__(self, path: Path, power: int, seed: int) -> None:
        self._path = path
        self._power = power
        self._rng = np.random.default_rng(seed)
        self._writes: list[tuple[int, bytes]] = []
        self._safe = path.read_bytes()

    def pwrite(self, file: int, data: bytes, start: int) -> int:
        if os.fstat(file).st_ino != self._path.stat().st_ino:
            return _PWRITE(file, data, start)
        done = data[: max(0, self._power)]
        self._power -= len(data)
        self._writes.append((start, done))
        _PWRITE(file, done, start)
        if self._power <= 0:
            self._lose()
            raise Crash
        return len(data)

    def fsync(self, file: int) -> None:
        self._power -= 1
        if self._power <= 0:
            self._lose()
            raise Crash
        if os.fstat(file).st_ino == self._path.stat().st_ino:
            self._writes, self._safe = [], self._path.read_bytes()

    def _lose(self) -> None:
        """Of all that was written since the last sync, some sectors came to disk, some did not."""
        data = bytearray(self._path.read_bytes())
        for start, written in self._writes:
            for place in range(start, start + len(written), 512):
                if self._rng.random() < 0.5:
                    stop = min(place + 512, start + len(written))
                    data[place:stop] = self._safe[place:stop].ljust(stop - place, b"\0")
        self._path.write_bytes(data)


_PWRITE, _FSYNC = os.pwrite, os.fsync
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 40), st.integers(1, 12)),
        st.tuples(st.just("remove"), st.integers(0, 40), st.integers(1, 12)),
        st.tuples(st.just("checkpoint"), st.just(0), st.just(0)),
    ),
    min_size=1,
    max_size=12,
)


@given(actions=ACTIONS, power=st.integers(0, 60_000), seed=st.integers(0, 999))
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_after_a_crash_at_any_byte_all_is_there_or_said_to_be_missing(
    actions: list[tuple[str, int, int]], power: int, seed: int, tmp_path_factory: object
) -> None:
    """The database holds the truth; its owner applies again what changed after `seq`."""
    folder = tmp_path_factory.mktemp("crash")  # type: ignore[attr-defined]
    path = folder / "rows"
    truth = filled(path, 20, seq=0)
    log: list[set[str]] = [set()]
    rows, _ = opened(path)
    disk = Disk(path, power, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pwrite", disk.pwrite)
        patch.setattr(os, "fsync", disk.fsync)
        try:
            for number, (action, first, count) in enumerate(actions):
                names = [f"t{n}" for n in range(first, first + count)]
                if action == "checkpoint":
                    rows.checkpoint(len(log) - 1)
                    continue
                log.append(set(names))
                if action == "put":
                    own = vectors(count, number)
                    truth |= {
                        name: ("p", vector.tobytes())
                        for name, vector in zip(names, own, strict=True)
                    }
                    rows.append(names, ["p"] * count, own)
                else:
                    for name in names:
                        truth.pop(name, None)
                    rows.remove(names)
        except Crash:
            pass
    rows.close()
    rows, gallery = opened(path)
    held = contents(gallery)
    assert rows.whole
    changed = set().union(*log[rows.seq + 1 :])
    assert {k: v for k, v in held.items() if k not in changed} == {
        k: v for k, v in truth.items() if k not in changed
    }
    rows.remove(changed)
    again = sorted(changed & truth.keys())
    if again:
        own = np.stack([np.frombuffer(truth[name][1], np.float32) for name in again])
        rows.append(again, [truth[name][0] for name in again], own)
    rows.checkpoint(len(log) - 1)
    rows.close()
    rows, gallery = opened(path)
    assert contents(gallery) == truth
