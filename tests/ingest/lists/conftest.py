from collections.abc import Callable
from pathlib import Path

import pytest

from parakh.domain.message import Problem
from parakh.ingest.lists.declared import DeclaredEntry, Published
from parakh.ingest.lists.formats import FORMS

Read = Callable[..., tuple[list[DeclaredEntry], list[Problem], str]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes files into one folder and reads the first: entries, problems, date published."""

    def of(form: str, **files: str | bytes) -> tuple[list[DeclaredEntry], list[Problem], str]:
        paths = []
        for name, data in files.items():
            path = tmp_path / name.replace("__", ".")
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
            paths.append(path)
        found = list(FORMS[form].read(paths[0]))
        return (
            [own for own in found if isinstance(own, DeclaredEntry)],
            [own for own in found if isinstance(own, Problem)],
            next((own.text for own in found if isinstance(own, Published)), ""),
        )

    return of
