"""The verb `bench`, and what it asks of every benchmark."""

import json
import runpy
import sys
from pathlib import Path

import pytest

from parakh.cli.measure import BENCHMARKS

FIGURES = {
    "accuracy": lambda _: {"journeys": 1200, "precision": 0.99, "recall": 0.96},
    "speed": lambda: {"stored": 100_000, "median ms": 120.5},
}


@pytest.mark.parametrize("path", sorted(BENCHMARKS.glob("[a-z]*.py")), ids=lambda own: own.stem)
def test_every_benchmark_has_the_flag(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(path), "--json", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(path))["main"]()
    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_linking_prints_one_document_or_a_table(
    flags: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["persons.py", *flags])
    main = runpy.run_path(str(BENCHMARKS / "persons.py"))["main"]
    for name, made in FIGURES.items():
        monkeypatch.setitem(main.__globals__, name, made)
    assert main() == 0
    shown = capsys.readouterr()
    if flags:
        assert json.loads(shown.out)["seed 1"]["recall"] == 0.96
        assert "0.9600" in shown.err
    else:
        assert "0.9600" in shown.out
        assert shown.err == ""
