"""A folder that another program fills: what it leaves is taken in, what is answered lies beside."""

import hashlib
import os
import time
from pathlib import Path

from parakh.connectors.failures import LinkFailed
from parakh.connectors.kit import Batch, Item
from parakh.domain.connector import ConnectorKind, Outcome
from parakh.services import files

SETTLED_SECONDS = 5.0
"""A file is taken in once nobody wrote to it for so long."""

AT_ONCE = 100
_UNFINISHED = (".part", ".tmp", ".filepart")


class WatchedFolder:
    """Pulls the files of a folder, oldest name first; they go to `done/` or `failed/` beside them,
    those with the cause in a file, and answers to `answers/`."""

    kind = ConnectorKind.FOLDER
    answering = True

    def __init__(self, name: str, folder: Path, most_bytes: int) -> None:
        self.name = name
        self._folder = folder
        self._most = most_bytes

    def test(self) -> None:
        """Lists the folder."""
        self._listed()

    def pull(self, cursor: str) -> Batch:
        """The files that are settled. The cursor stays as it is: what is done is elsewhere."""
        items = []
        waiting = [own for own in self._listed() if self._settled(own)]
        for path in waiting[:AT_ONCE]:
            try:
                data = files.read_plain(path, self._fits)
            except LinkFailed as error:
                self._move(path, str(error))
            except OSError:
                continue  # its owner took it away, or put something else in its place
            else:
                items.append(Item(name=_told(path), data=data))
        return Batch(items=tuple(items), cursor=cursor)

    def settle(self, item: Item, refused: str) -> None:
        """Moves a file away, if it is still what was read."""
        for path in self._listed():
            if _told(path) == item.name:
                self._move(path, refused, item.data)
                return

    def confirm(self, cursor: str) -> None:
        """A folder is told nothing."""

    def answer(self, name: str, data: bytes) -> None:
        """Writes a whole file at once, in place of one with its name."""
        try:
            files.write_whole(self._folder / "answers" / name, data)
        except OSError as error:
            raise LinkFailed(f"answers/ cannot be written to: {type(error).__name__}") from error

    # --- within -------------------------------------------------------------------------------

    def _listed(self) -> list[Path]:
        try:
            return sorted(own for own in self._folder.iterdir() if not own.name.startswith("."))
        except OSError as error:
            raise LinkFailed(f"the folder cannot be listed: {type(error).__name__}") from error

    def _settled(self, path: Path) -> bool:
        try:
            plain = files.is_plain(path)
            age = time.time() - path.lstat().st_mtime
        except OSError:
            return False
        return plain and path.suffix not in _UNFINISHED and age >= SETTLED_SECONDS

    def _fits(self, size: int) -> None:
        if size > self._most:
            raise LinkFailed(f"the file has {size:,} bytes", Outcome.REFUSED, again=False)

    def _move(self, path: Path, refused: str, data: bytes | None = None) -> None:
        try:
            if data is not None and _digest(path.read_bytes()) != _digest(data):
                return  # it was written to meanwhile: it is another file, and has its own turn
            kept = files.move_beside(path, "failed" if refused else "done")
            if refused:
                files.write_whole(kept.with_name(f"{kept.name}.cause.txt"), f"{refused}\n".encode())
        except FileNotFoundError:
            return
        except OSError as error:
            raise LinkFailed(f"a file cannot be moved: {type(error).__name__}") from error


def _told(path: Path) -> str:
    """The file's name as text, whatever bytes it is made of."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
