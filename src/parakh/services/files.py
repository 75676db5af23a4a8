"""Files in folders into which others write: no link is followed, neither to read nor to write.

Whoever may only drop files could otherwise have the program read, or write over, what is its own.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def is_plain(path: Path) -> bool:
    """Whether it is a regular file itself, and no link to one; raises OSError if it is away."""
    return stat.S_ISREG(path.lstat().st_mode)


def read_plain(path: Path, check_size: Callable[[int], None]) -> bytes:
    """A regular file's bytes, once `check_size` let it pass; raises OSError for anything else.

    What is looked at is what was opened, whatever was put in its place since.
    """
    # Without O_NONBLOCK, a named pipe would keep the caller until somebody writes into it.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no regular file")
        check_size(found.st_size)
        return file.read()


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file so that whoever looks finds it whole or not at all, a power cut included.

    Makes its folder; raises OSError if a link stands in the folder's place.
    """
    unfinished = f".{path.name}.tmp"
    with _opened(path.parent) as folder:
        with suppress(FileNotFoundError):
            os.unlink(unfinished, dir_fd=folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(unfinished, flags, 0o666, dir_fd=folder), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)


def move_beside(path: Path, name: str) -> Path:
    """Moves a file to a folder beside it, under a free name; raises OSError, as `write_whole`."""
    target = path.parent / name / path.name
    number = 1
    with _opened(target.parent) as folder:
        while _exists(target.name, folder):
            number += 1
            target = target.with_name(f"{path.stem}-{number}{path.suffix}")
        os.rename(path, target.name, dst_dir_fd=folder)
    return target


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    path.mkdir(exist_ok=True)
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield folder
    finally:
        os.close(folder)


def _exists(name: str, folder: int) -> bool:
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True
