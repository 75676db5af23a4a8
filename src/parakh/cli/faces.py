"""Verbs for faces: enrol, search, verify, stage, and the galleries."""

import sys
from pathlib import Path
from typing import Any

import click

from parakh.access import Purpose
from parakh.cli.centre import as_json, opened, operator, print_json, progress_bar, second_person
from parakh.cli.cohort import cohort
from parakh.cli.galleries import gallery, gallery_named
from parakh.cli.models import model
from parakh.domain.gallery import StagedFrom
from parakh.services import face_search, listed_pictures, reenrolment, staging, twins
from parakh.services.face_search import FaceQuestion, Found
from parakh.services.hand import PURPOSES

_PICTURE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PURPOSE = click.option(
    "--purpose",
    type=click.Choice([own.value for own in PURPOSES]),
    default=Purpose.VETTING.value,
    show_default=True,
    help="Stands in the audit trail.",
)
_REASON = click.option(
    "--reason", default="asked on the command line", show_default=True, help="Why you ask."
)


@click.group()
def face() -> None:
    """Face recognition, from files."""


face.add_command(gallery)
face.add_command(cohort)
face.add_command(model)


@face.command()
@click.argument("entry")
@click.argument("picture", type=_PICTURE)
@click.option("--approved-by", help="A second person, who gives his password: searched at once.")
def enrol(entry: str, picture: Path, approved_by: str | None) -> None:
    """Enrol PICTURE for the watchlist ENTRY (its identifier).

    It waits for another person's approval unless a second person gives it here.
    """
    with opened() as centre:
        second = second_person(centre, approved_by)
        picture_id = listed_pictures.add_portrait(centre, operator(), entry, picture.read_bytes())
        if second is not None:
            listed_pictures.decide_portrait(centre, second, entry, picture_id, approve=True)
    click.echo("enrolled" if second else "waits for approval")


@face.command()
@click.argument("picture", type=_PICTURE)
@click.option(
    "--gallery", "names", multiple=True, help="Name of a gallery, more than once for several."
)
@_PURPOSE
@_REASON
@as_json
def search(picture: Path, names: tuple[str, ...], purpose: str, reason: str, as_json: bool) -> None:
    """Search the face in PICTURE in the galleries (1:N). Exit code 1 when somebody matches."""
    with opened() as centre:
        chosen = frozenset(gallery_named(centre, name).id for name in names)
        question = FaceQuestion(galleries=chosen, purpose=Purpose(purpose), reason=reason)
        answer = face_search.search(centre, operator(), picture.read_bytes(), question)
    rows = [_row(own) for own in (*answer.found, *answer.near)]
    if as_json:
        print_json(
            {
                "galleries": [own.name for own in answer.galleries],
                "persons": answer.persons,
                "waiting": answer.waiting,
                "threshold": answer.threshold,
                "candidates": rows,
            }
        )
    else:
        for row in rows:
            match = "match" if row["match"] else "     "
            waits = ", waits for approval" if row["waits"] else ""
            click.echo(f"{row['score']:.3f}  {match}  {row['name']}  ({row['gallery']}{waits})")
        click.echo(
            f"threshold {answer.threshold:.3f}; compared with {answer.persons},"
            f" of whom {answer.waiting} wait for approval"
        )
    if answer.found:
        sys.exit(1)


@face.command()
@click.argument("one", type=_PICTURE)
@click.argument("other", type=_PICTURE)
@_PURPOSE
@_REASON
@as_json
def verify(one: Path, other: Path, purpose: str, reason: str, as_json: bool) -> None:
    """Compare the faces in two pictures (1:1). Exit code 1 when they do not match."""
    with opened() as centre:
        result = face_search.verify(
            centre, operator(), one.read_bytes(), other.read_bytes(), Purpose(purpose), reason
        )
    if as_json:
        print_json({"score": result.score, "threshold": result.threshold, "match": result.match})
    else:
        verdict = "match" if result.match else "no match"
        click.echo(f"{verdict}: similarity {result.score:.3f}, threshold {result.threshold:.3f}")
    if not result.match:
        sys.exit(1)


@face.command()
@click.argument("voyage")
@click.argument("document")
@click.argument("picture", type=_PICTURE)
@click.option(
    "--from",
    "source",
    type=click.Choice([own.value for own in staging.SOURCES]),
    default=StagedFrom.DOCUMENT.value,
    show_default=True,
    help="Where the picture comes from.",
)
def stage(voyage: str, document: str, picture: Path, source: str) -> None:
    """Stage the face in PICTURE for the bearer of DOCUMENT (its number) on VOYAGE (its identifier).

    Only the template is kept, until some hours after the crossing.
    """
    with opened() as centre:
        shots = [(document, picture.read_bytes())]
        (done,) = staging.stage_many(centre, operator(), voyage, shots, StagedFrom(source))
    if done.cause:
        click.echo(f"not staged: {done.cause}", err=True)
        sys.exit(1)
    click.echo("staged")


@face.command("twins")
@click.argument("name")
@as_json
def twins_(name: str, as_json: bool) -> None:
    """Compare everybody in the gallery NAME with each other. Exit code 1 when pairs wait.

    Detainees and missing persons are compared across all galleries of both kinds. Pairs that reach
    the threshold wait for a supervisor, who decides whether they are one person.
    """
    with opened() as centre:
        own = gallery_named(centre, name)
        with progress_bar("comparing") as progress:
            done = twins.sweep(centre, operator(), own.id, progress)
        waiting = twins.of_gallery(centre, operator(), own.id)
    rows: list[dict[str, Any]] = [
        {
            "id": pair.twin.id,
            "score": round(pair.twin.score, 4),
            "threshold": round(pair.twin.threshold, 4),
            "entries": [pair.twin.entry_id, pair.twin.other_id],
            "names": [str(next(iter(row.entry.names), "")) for row in (pair.entry, pair.other)],
        }
        for pair in waiting
    ]
    if as_json:
        print_json({"templates": done.templates, "new": done.new, "open": rows})
    else:
        for row in rows:
            click.echo(f"{row['score']:.3f}  {'  =?  '.join(row['names'])}")
        click.echo(f"{done.templates} templates compared, {done.new} new pairs, {len(rows)} open")
    if rows:
        sys.exit(1)


@face.command()
@as_json
def reenrol(as_json: bool) -> None:
    """Enrol everybody again after the face model was changed.

    Reads the kept pictures once more; cut off, it goes on where it was. Exit code 1 when some
    picture cannot be used by the present model: its entry needs another.
    """
    with opened() as centre, progress_bar("enrolling again") as progress:
        done = reenrolment.reenrol(centre, operator(), progress)
    if as_json:
        print_json({"enrolled": done.done, "unfit": done.unfit, "dropped": done.dropped})
    else:
        click.echo(
            f"{done.done} enrolled again, {done.unfit} not fit, {done.dropped} old templates gone"
        )
    if done.unfit:
        sys.exit(1)


def _row(own: Found) -> dict[str, Any]:
    it = own.match
    return {
        "entry": it.entry.id,
        "name": str(next(iter(it.entry.names), "")),
        "watchlist": it.watchlist.name,
        "gallery": it.gallery.name,
        "waits": own.waits,
        "score": round(it.score, 4),
        "match": it.match,
    }
