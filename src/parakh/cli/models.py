"""`parakh face model check`: tests the models of a catalogue file before a centre uses them."""

import sys
from pathlib import Path

import click

from parakh.cli.centre import as_json, print_json, settings
from parakh.errors import Misconfigured
from parakh.faces.extract import FaceEngine


@click.group()
def model() -> None:
    """Face models of one's own."""


@model.command()
@click.argument(
    "catalogue", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@as_json
def check(catalogue: Path, as_json: bool) -> None:
    """Test the models of the catalogue FILE anew, and say what would run them.

    Exit code 1 when one is refused, with the figures declared and found.
    """
    own = settings()
    try:
        engine = FaceEngine.open(
            own.data_dir / "models", catalogue, backend=own.face_backend, again=True
        )
    except Misconfigured as error:
        if as_json:
            print_json({"accepted": False, "cause": str(error)})
        else:
            click.echo(f"refused: {error}")
        sys.exit(1)
    lines = [line for test in engine.tests for line in test.lines()]
    runs = {run.model: run.backend for run in engine.runs}
    if as_json:
        print_json({"accepted": True, "tests": lines, "runs": runs})
        return
    for line in lines or ["nothing to test: the models are built in"]:
        click.echo(line)
    for name, backend in runs.items():
        click.echo(f"{name}: {backend}")
    click.echo("accepted")
