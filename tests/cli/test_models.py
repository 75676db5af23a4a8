"""`parakh face model check` says what a catalogue's models are worth before they are used."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from parakh.cli import main


@pytest.fixture
def run(tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    (tmp_path / "models").symlink_to(model_cache)
    monkeypatch.setenv("PARAKH_DATA_DIR", str(tmp_path))
    return CliRunner()


def test_a_model_whose_file_is_missing_is_refused_with_the_cause(
    run: CliRunner, tmp_path: Path
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        '[pad]\nid = "own"\nversion = "1"\nfile = "none.onnx"\n'
        f'sha256 = "{"0" * 64}"\nlicence = "MIT"\ninput = "input"\noutput = "output"\n'
        'size = 80\nchannels = "BGR"\nmean = [0, 0, 0]\nscale = 1.0\ncrop = 2.7\nclasses = 3\n'
        "bona_fide = 1\nsoftmax = true\nthreshold = 0.5\n"
    )
    told = run.invoke(main, ["face", "model", "check", str(path)])
    assert told.exit_code == 1
    assert "none.onnx" in told.output
    found = json.loads(run.invoke(main, ["face", "model", "check", str(path), "--json"]).stdout)
    assert found["accepted"] is False
    assert "none.onnx" in found["cause"]


def test_a_file_that_is_no_catalogue_is_refused(run: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("")
    told = run.invoke(main, ["face", "model", "check", str(path)])
    assert told.exit_code == 1
    assert "expected" in told.output
