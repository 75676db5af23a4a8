"""The reference pages say what the code does."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["configuration.md", "command-line.md", "permissions.md"])
def test_page_is_up_to_date(name: str) -> None:
    expected = generator().PAGES[name]()
    assert (DOCS / name).read_text(encoding="utf-8") == expected, "run `make docs`"
