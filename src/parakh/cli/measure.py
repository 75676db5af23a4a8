"""Verbs that measure: evaluate and bench."""

import os
import subprocess
import sys
from pathlib import Path

import click

from parakh.cli.centre import as_json, print_json, settings
from parakh.errors import InvalidInput

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@click.group()
def evaluate() -> None:
    """How well the centre identifies, on data with known answers."""


@evaluate.command()
@click.option("--images", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--pairs", required=True, type=click.Path(exists=True, path_type=Path))
@as_json
def faces(images: Path, pairs: Path, as_json: bool) -> None:
    """Verification and open-set identification (ISO/IEC 19795-1) on a folder of pictures.

    IMAGES has a folder a person; PAIRS lists `name i j` (same) and `name i name j` (different).
    """
    from parakh.faces.evaluation import evaluate as run
    from parakh.faces.extract import FaceEngine

    own = settings()
    engine = FaceEngine.open(
        own.data_dir / "models", own.face_catalogue, threads=os.cpu_count() or 1
    )
    with click.progressbar(length=1000, label="Embedding", file=sys.stderr) as bar:
        done = 0

        def progress(now: int, of: int) -> None:
            nonlocal done
            step = now * 1000 // max(1, of) - done
            done += step
            bar.update(step)

        result = run(images, pairs, engine, progress)
    if as_json:
        print_json(result)
        return
    for part, figures in result.items():
        click.echo(f"{part}: {figures}")


@click.command()
@click.argument("name")
@click.argument("arguments", nargs=-1)
@as_json
def bench(name: str, arguments: tuple[str, ...], as_json: bool) -> None:
    """Run the benchmark NAME of the source tree's benchmarks/ folder."""
    known = sorted(path.stem for path in BENCHMARKS.glob("[a-z]*.py"))
    if name not in known:
        raise InvalidInput(
            f"there is no benchmark {name}; known: {', '.join(known) or 'none here'}"
        )
    script = [sys.executable, str(BENCHMARKS / f"{name}.py"), *arguments]
    sys.exit(subprocess.run([*script, *(["--json"] if as_json else [])], check=False).returncode)  # noqa: S603
