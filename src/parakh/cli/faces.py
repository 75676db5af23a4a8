"""Verbs for faces: enrol, search, verify."""

import sys
from pathlib import Path

import click

from parakh.access import Purpose
from parakh.cli.centre import as_json, opened, operator, print_json, second_person
from parakh.services import portraits, watchlists

_PICTURE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def face() -> None:
    """Face recognition, from files."""


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
        picture_id = watchlists.add_portrait(centre, operator(), entry, picture.read_bytes())
        if second is not None:
            watchlists.decide_portrait(centre, second, entry, picture_id, approve=True)
    click.echo("enrolled" if second else "waits for approval")


@face.command()
@click.argument("picture", type=_PICTURE)
@click.option("--limit", default=10, show_default=True, help="How many candidates to show.")
@as_json
def search(picture: Path, limit: int, as_json: bool) -> None:
    """Search the face in PICTURE in the watchlist gallery (1:N). Exit code 1 when one matches."""
    with opened() as centre:
        sample = portraits.read(centre, picture.read_bytes()).sample
        centre.gallery.refresh()
        threshold = centre.gallery.threshold
        rows = [
            {
                "entry": found.reference_id,
                "name": str(next(iter(listed[0].names), "")),
                "score": round(found.score, 4),
                "match": found.score >= threshold,
            }
            for found in centre.gallery.search(sample.template, limit)
            if (listed := centre.gallery.listed(found.reference_id))
        ]
        centre.looked(operator(), Purpose.WATCHLIST, "face.searched", "gallery", "watchlist")
    if as_json:
        print_json({"threshold": threshold, "candidates": rows})
    else:
        for row in rows:
            click.echo(f"{row['score']:.3f}  {'match' if row['match'] else '     '}  {row['name']}")
        click.echo(f"threshold {threshold:.3f}")
    if any(row["match"] for row in rows):
        sys.exit(1)


@face.command()
@click.argument("one", type=_PICTURE)
@click.argument("other", type=_PICTURE)
@as_json
def verify(one: Path, other: Path, as_json: bool) -> None:
    """Compare the faces in two pictures (1:1). Exit code 1 when they do not match."""
    with opened() as centre:
        templates = [
            portraits.read(centre, path.read_bytes()).sample.template for path in (one, other)
        ]
        result = centre.faces.compare(*templates)
        centre.looked(operator(), Purpose.GATE, "faces.compared", "face", "")
    if as_json:
        print_json({"score": result.score, "threshold": result.threshold, "match": result.match})
    else:
        verdict = "match" if result.match else "no match"
        click.echo(f"{verdict}: similarity {result.score:.3f}, threshold {result.threshold:.3f}")
    if not result.match:
        sys.exit(1)
