"""The command line before an empty centre in a folder of the test's own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result

from parakh.cli import main
from parakh.settings import Settings


class Line:
    """Types commands; a traceback is never an answer."""

    def __call__(
        self, *arguments: object, code: int | None = 0, typed: str | None = None
    ) -> Result:
        result = CliRunner().invoke(main, [str(own) for own in arguments], input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert code is None or result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    def json(self, *arguments: object, code: int | None = 0) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self(*arguments, "--json", code=code).stdout)


PASSWORD = "correct horse battery"


@pytest.fixture
def second(parakh: Line, cheap_passwords: None) -> tuple[str, str]:
    """A supervisor who may be the second person: option, and name."""
    both = f"{PASSWORD}\n{PASSWORD}\n"
    unit = parakh("unit", "add", "Head office").stdout.strip()
    parakh("user", "add", "sana", "--role", "supervisor", "--unit", unit, typed=both)
    return "--approved-by", "sana"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder for data; no other setting is made."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PARAKH_{name.upper()}", raising=False)
    monkeypatch.setenv("PARAKH_DATA_DIR", str(tmp_path / "data"))
    yield tmp_path / "data"
    structlog.reset_defaults()


@pytest.fixture
def bare(data_dir: Path) -> Line:
    """The command line where nothing was made yet."""
    return Line()


@pytest.fixture
def parakh(bare: Line) -> Line:
    """The command line with an empty centre."""
    bare("db", "upgrade")
    return bare
