"""Uploaded files of watchlists, in a folder of their own while they are read."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fastapi import UploadFile

from parakh.errors import InvalidInput
from parakh.ingest.lists.formats import FORMS
from parakh.web.uploads import file_name

MOST_FILES = 8
"""OFAC's CSV list has four."""


@contextmanager
def stored(form: str, files: Sequence[UploadFile] | None) -> Iterator[tuple[Path, str]]:
    """The file that is read, and its name; those that belong to it lie beside it.

    Raises InvalidInput for a format that does not exist, or without a file.
    """
    chosen = [file for file in files or () if file.filename]
    if not chosen:
        raise InvalidInput("Choose a file: a watchlist.")
    if form not in FORMS:
        raise InvalidInput("Choose the format of the file.")
    if len(chosen) > MOST_FILES:
        raise InvalidInput(f"A list has {MOST_FILES} files at most.")
    with tempfile.TemporaryDirectory(prefix="parakh-list-") as folder:
        paths = [_saved(file, Path(folder)) for file in chosen]
        main = max(paths, key=lambda path: len(FORMS[form].files(path)))
        yield main, main.name


def _saved(file: UploadFile, folder: Path) -> Path:
    # Names that start with a dot, or are one (`..`), would leave the folder or hide in it.
    path = folder / (file_name(file).lstrip(".") or "list")
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target)
    return path
