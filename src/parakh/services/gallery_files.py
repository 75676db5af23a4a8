"""The sealed files of large galleries, so that a start need not open every record by itself."""

import fcntl
import hashlib
import os
from pathlib import Path

import sqlalchemy as sa

from parakh.faces.gallery import Gallery
from parakh.faces.sealed_rows import SealedRows
from parakh.store.pictures import gallery_purpose
from parakh.store.vault import Vault

FROM = 20_000
"""Templates from which on a file pays: fewer are read from their records in a fraction of a
second."""


class GalleryFiles:
    """The files of one centre, used by one process at a time; the others read the records."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault
        self._lock: int | None = None

    def open(
        self, connection: sa.Connection, gallery_id: str, model: str, dimension: int
    ) -> tuple[SealedRows, Gallery] | None:
        """A gallery's file and what it holds, see `SealedRows.open`; None while another process
        uses the files."""
        if not self._locked():
            return None
        sealer = self._vault.sealer(connection, gallery_purpose(gallery_id))
        return SealedRows.open(self._path(gallery_id, model), sealer, model, dimension)

    def close(self) -> None:
        """Lets another process use the files."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _path(self, gallery_id: str, model: str) -> Path:
        return self._folder / f"{gallery_id}.{hashlib.sha256(model.encode()).hexdigest()[:16]}"

    def _locked(self) -> bool:
        if self._lock is not None:
            return True
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._lock = handle
        return True
