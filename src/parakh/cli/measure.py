"""Verbs that measure: evaluate and bench."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from parakh.cli import cargo
from parakh.cli.centre import as_json, print_json
from parakh.errors import InvalidInput

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def evaluate() -> None:
    """How well the centre identifies, on data with known answers."""


@evaluate.command()
@click.option(
    "--images",
    required=True,
    type=_FOLDER,
    help="Folder of pictures: a folder a person, or any with a list.",
)
@click.option("--people", type=_FILE, help="CSV list file,person[,template] of the pictures.")
@click.option("--pairs", type=_FILE, help="Pairs to compare: `name i j` or `name i name j`.")
@click.option(
    "--attributes", type=_FILE, help="CSV list person,… or file,… for error rates by group."
)
@click.option(
    "--half",
    type=click.Choice(["first", "second"]),
    help="Measure one half of the persons only: choose settings on one, report on the other.",
)
@click.option("--refuse-poor", is_flag=True, help="Count pictures that the gate refuses as failed.")
@click.option("--compare", is_flag=True, help="Measure other ways to make and join templates too.")
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for report.html and its charts as SVG and PNG.",
)
@click.option("--with-pictures", is_flag=True, help="Show the worst comparisons in the report.")
@as_json
def faces(**given: Any) -> None:
    """Faces: verification and open-set search (ISO/IEC 19795-1) on pictures of known persons.

    IMAGES has a folder a person (Name/picture.jpg). Pictures that cannot be read or show no face
    are counted and listed. Exit code 1 when nothing could be compared.
    """
    from parakh.cli import faces_data

    sys.exit(faces_data.run(faces_data.Asked(**given)))


@evaluate.command()
@click.option(
    "--pairs",
    type=_FILE,
    help="CSV with the columns schema, name1, name2, is_match.",
)
@click.option(
    "--list",
    "lists",
    type=_FOLDER,
    help="Folder with the lists ofac/sdn.csv, un/*.xml and eu/*.csv, or any of them.",
)
@click.option(
    "--variants",
    type=_FILE,
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


evaluate.add_command(cargo.evaluate_cargo)


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
