"""`parakh face cohort`: learns from an agency's own pictures what its faces have in common."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from parakh.cli.centre import as_json, note, print_json, progress_bar, settings
from parakh.errors import InvalidInput
from parakh.faces.catalogue import EmbedderModel
from parakh.faces.catalogue_text import with_cohort
from parakh.faces.cohort import Cohort, count_persons, fit
from parakh.faces.embedded import Embedded, embed_folder
from parakh.faces.extract import FaceEngine
from parakh.faces.folders import Half, half_of, read_folder, read_people
from parakh.faces.heldout import FPIR, HeldOut, Trial, try_cohort
from parakh.faces.pad import NoPadCheck
from parakh.faces.weights import write_whole
from parakh.learn.resampling import Measured


@click.command()
@click.argument("images", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path))
@click.argument("out", metavar="OUT.toml", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--people",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV list file,person of the pictures.",
)
@click.option(
    "--half",
    type=click.Choice(["first", "second"]),
    help="Learn from one half of the persons only, so that `evaluate faces` can measure the other.",
)
@click.option("--all-the-same", is_flag=True, help="Write it even if it does not pay.")
@as_json
def cohort(
    images: Path,
    out: Path,
    people: Path | None,
    half: str | None,
    all_the_same: bool,
    as_json: bool,
) -> None:
    """Learn from FOLDER how faces of your own kind are told apart, and write OUT.toml.

    FOLDER has a folder a person (Name/picture.jpg), of 200 persons at least. What is learnt, and
    new thresholds, are measured on persons that it was not learnt from. OUT.toml is a catalogue
    for PARAKH_FACE_CATALOGUE; OUT.npz is kept beside it. Both are readable by their owner only.
    Exit code 1 when it does not pay: then nothing is written.
    """
    kept = _free(out)
    own = settings()
    done, model = _embedded(images, people, Half(half) if half else None)
    note("Measuring")
    trial = try_cohort(done)
    learnt = fit(done.vectors, done.people)
    written = trial.pays or all_the_same
    if written:
        _write(learnt, trial, model, own.face_catalogue, out=out, kept=kept)
    if as_json:
        print_json(_json(learnt, trial, done, out if written else None))
    else:
        click.echo("\n".join(_lines(learnt, trial, done)))
        if written:
            note(f"{out} and {kept}: set PARAKH_FACE_CATALOGUE={out.resolve()}")
    if not written:
        cause = "persons held out are recognised worse with it"
        if trial.deciding_rate is None:
            cause = "no person has two pictures, so that its worth cannot be shown"
        note(f"parakh: nothing is written: {cause}")
        raise SystemExit(1)


def _free(out: Path) -> Path:
    """Where the cohort itself goes.

    Nothing is overwritten: while everybody is enrolled again, the catalogue before is still needed.
    """
    if out.suffix != ".toml":
        raise InvalidInput(f"{out}: the name must end in .toml")
    kept = out.with_suffix(".npz")
    for path in (out, kept):
        if path.exists():
            raise InvalidInput(f"{path}: exists already; choose another name")
    if not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise InvalidInput(f"{out.parent}: is not a folder that can be written to")
    return kept


def _embedded(
    images: Path, people: Path | None, half: Half | None
) -> tuple[Embedded, EmbedderModel]:
    """The pictures that have a vector, and the model that made it, without any cohort."""
    sources = read_people(images, people) if people else read_folder(images)
    if half is not None:
        sources = [own for own in sources if half_of(own.person) is half]
    own = settings()
    opened = FaceEngine.open(
        own.data_dir / "models", own.face_catalogue, threads=os.cpu_count() or 1
    )
    engine = FaceEngine(opened.detector, opened.embedder.raw, NoPadCheck(), runs=opened.runs)
    with progress_bar("Embedding") as progress:
        done = embed_folder(sources, engine, progress)
    failed = int((~done.usable).sum())
    if failed:
        note(f"{failed:,} of {len(done):,} pictures show no face that can be used")
    return done.take(np.flatnonzero(done.usable)), engine.embedder.model


def _write(
    learnt: Cohort,
    trial: Trial,
    model: EmbedderModel,
    before: Path | None,
    *,
    out: Path,
    kept: Path,
) -> None:
    table = {
        "file": kept.name,
        "sha256": learnt.digest,
        "model": model.name,
        "persons": learnt.persons,
        "made_at": datetime.now(UTC).replace(microsecond=0),
        "thresholds": {f"{own.fmr:g}": round(own.threshold, 4) for own in trial.after.points},
    }
    text = with_cohort(before, table)
    try:
        for path, content in ((kept, learnt.content()), (out, text.encode("utf-8"))):
            write_whole(path, content)
            path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    except OSError as error:
        raise InvalidInput(f"{out}: cannot be written: {error.strerror}") from error


def _lines(learnt: Cohort, trial: Trial, done: Embedded) -> Iterator[str]:
    several = count_persons(done.people)[1]
    yield (
        f"{learnt.pictures:,} pictures of {learnt.persons:,} persons, {several:,} with several: "
        f"{_what(learnt)}"
    )
    yield "each half of the persons, normalised by what the other half gave:"
    yield f"  {'':24} {'without':>26} {'with':>26}"
    for name, pick in _figures(trial):
        yield f"  {name:24} {_cell(pick[0]):>26} {_cell(pick[1]):>26}"
    before = {own.fmr: own.threshold for own in trial.before.points}
    for own in trial.after.points:
        usual = f"{before[own.fmr]:.3f}" if own.fmr in before else "-"
        yield f"  {f'threshold, FMR {own.fmr * 100:g}%':24} {usual:>26} {own.threshold:>26.3f}"


def _figures(trial: Trial) -> Iterator[tuple[str, tuple[Measured | None, Measured | None]]]:
    one, two = trial.before, trial.after
    yield "accuracy", (one.accuracy, two.accuracy)
    for rate in two.tar:
        yield f"TAR at FAR {rate * 100:g}%", (one.tar.get(rate), two.tar[rate])
    yield f"TPIR at FPIR {FPIR * 100:g}%", (one.tpir, two.tpir)


def _what(learnt: Cohort) -> str:
    plain = np.array_equal(learnt.transform, np.eye(learnt.dimension, dtype=np.float32))
    return "mean alone, too few have several" if plain else "mean and transform"


def _cell(own: Measured | None) -> str:
    return "-" if own is None else f"{own.value:.4f} ({own.low:.4f}-{own.high:.4f})"


def _json(learnt: Cohort, trial: Trial, done: Embedded, out: Path | None) -> dict[str, Any]:
    return {
        "pictures": learnt.pictures,
        "persons": learnt.persons,
        "persons_with_several": count_persons(done.people)[1],
        "pays": trial.pays,
        "written": None if out is None else str(out),
        "sha256": learnt.digest,
        "before": _held_json(trial.before),
        "after": _held_json(trial.after),
    }


def _held_json(own: HeldOut) -> dict[str, Any]:
    def figure(value: Measured | None) -> dict[str, Any] | None:
        if value is None:
            return None
        return {
            "value": value.value,
            "interval": [value.low, value.high],
            "events": value.events,
            "trials": value.trials,
        }

    return {
        "accuracy": figure(own.accuracy),
        "tar_at_far": {f"{rate:g}": figure(value) for rate, value in own.tar.items()},
        "tpir_at_fpir": {f"{FPIR:g}": figure(own.tpir)},
        "thresholds": {f"{point.fmr:g}": point.threshold for point in own.points},
    }
