"""Verbs that measure: evaluate and bench."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from parakh.cli.centre import as_json, print_json, progress_bar, settings
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
    with progress_bar("Embedding") as progress:
        result = run(images, pairs, engine, progress)
    if as_json:
        print_json(result)
        return
    for part, figures in result.items():
        click.echo(f"{part}: {figures}")


@evaluate.command()
@click.option(
    "--pairs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with the columns schema, name1, name2, is_match.",
)
@click.option(
    "--list",
    "lists",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the lists ofac/sdn.csv, un/*.xml and eu/*.csv, or any of them.",
)
@click.option(
    "--variants",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON with groups of spellings under `test`, for transliterated cases.",
)
@click.option("--each", default=300, show_default=True, help="Cases of each kind of change.")
@click.option("--travellers", default=10_000, show_default=True, help="People who are not listed.")
@click.option("--seed", default=7, show_default=True)
@as_json
def names(
    pairs: Path | None,
    lists: Path | None,
    variants: Path | None,
    each: int,
    travellers: int,
    seed: int,
    as_json: bool,
) -> None:
    """Names: labelled PAIRS at fixed thresholds, or recall on a LIST at fixed alert rates.

    With --list, listed people are looked for under seven kinds of changed names, with and without
    their birth date, beside rapidfuzz and (where it is installed) nomenklatura.
    """
    from parakh.cli import names_data

    if (pairs is None) == (lists is None):
        raise InvalidInput("give either --pairs or --list")
    if pairs is not None:
        result: dict[str, Any] = names_data.pairs(pairs)
    else:
        assert lists is not None  # noqa: S101  (said above)
        result = names_data.lists(lists, variants, each=each, travellers=travellers, seed=seed)
    if as_json:
        print_json(result)
    else:
        click.echo(names_data.table(result))


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
