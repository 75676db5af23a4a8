"""`parakh face gallery` and `parakh keys`: galleries, and the keys behind them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import click

from parakh.cli.centre import (
    as_json,
    note,
    opened,
    operator,
    print_json,
    progress_bar,
    signed_in,
)
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.errors import InvalidInput
from parakh.services import galleries
from parakh.services import keys as services
from parakh.services.centre import Centre
from parakh.services.galleries import GalleryRow

_RETENTION = click.option(
    "--retention-days", type=click.IntRange(1, 3650), help="A face is held for so long at most."
)


@click.group()
def gallery() -> None:
    """Galleries of faces: what each is for, and its key."""


@gallery.command("list")
@as_json
def list_(as_json: bool) -> None:
    """All galleries, with what they hold and what somebody should see to."""
    with opened() as centre:
        rows = [_json(row) for row in galleries.overview(centre, operator())]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        kind = "travellers" if row["kind"] == GalleryKind.VOYAGES else row["kind"]
        persons = f"{row['searched']} {'person' if row['searched'] == 1 else 'persons'} searched"
        waiting = f", {row['waiting']} waiting" if row["waiting"] else ""
        lacking = f", {row['pictureless']} without a picture" if row["pictureless"] else ""
        click.echo(f"{row['name']}  ({kind}): {persons}{waiting}{lacking}")
        for warning in row["warnings"]:
            click.echo(f"  ! {warning}")


@gallery.command()
@click.argument("name")
@click.option("--kind", type=click.Choice([own.value for own in galleries.ADDED]), required=True)
@click.option("--purpose", required=True, help="What the faces are held for.")
@click.option("--legal-basis", required=True, help="Which law allows it.")
@_RETENTION
@click.option("--by-hand-only", is_flag=True, help="Faces at gates are not searched in it.")
@click.option("--unit", "units", multiple=True, help="Identifier of a unit that may search it.")
@as_json
def add(
    name: str,
    kind: str,
    purpose: str,
    legal_basis: str,
    retention_days: int | None,
    by_hand_only: bool,
    units: tuple[str, ...],
    as_json: bool,
) -> None:
    """Add a gallery NAME with a key of its own."""
    value = Gallery(
        id="",
        name=name,
        kind=GalleryKind(kind),
        purpose=purpose,
        legal_basis=legal_basis,
        retention=timedelta(days=retention_days) if retention_days else None,
        at_gates=not by_hand_only,
        units=frozenset(units),
    )
    with opened() as centre:
        made = galleries.add(centre, operator(), value)
        _print(centre, made.id, as_json=as_json)


@gallery.command()
@click.argument("name")
@click.option("--purpose", help="What the faces are held for.")
@click.option("--legal-basis", help="Which law allows it.")
@_RETENTION
@as_json
def edit(
    name: str,
    purpose: str | None,
    legal_basis: str | None,
    retention_days: int | None,
    as_json: bool,
) -> None:
    """Change what is said of the gallery NAME; what is not given stays."""
    with opened() as centre:
        old = gallery_named(centre, name)
        said: dict[str, Any] = {"purpose": purpose, "legal_basis": legal_basis}
        if retention_days:
            said["retention"] = timedelta(days=retention_days)
        value = replace(old, **{key: own for key, own in said.items() if own is not None})
        galleries.save(centre, operator(), value)
        _print(centre, old.id, as_json=as_json)


@gallery.command()
@click.argument("name")
def rotate(name: str) -> None:
    """Replace the key of the gallery NAME, and seal all its templates anew.

    Cut off, it goes on where it was when asked again.
    """
    with opened() as centre, progress_bar("sealing anew") as progress:
        own = gallery_named(centre, name)
        count = services.rotate(centre, operator(), own.id, progress)
    click.echo(f"{count} templates are sealed under the new key")


@gallery.command()
@click.argument("name")
@click.option("--reason", required=True, help="Why; stands in the audit trail.")
@click.option("--approved-by", required=True, help="The second person, who gives his password.")
@as_json
def erase(name: str, reason: str, approved_by: str, as_json: bool) -> None:
    """Destroy the key of the gallery NAME, and all faces that it holds, for good."""
    with opened() as centre:
        own = gallery_named(centre, name)
        second = signed_in(centre, approved_by)
        done = services.erase(centre, operator(), second, own.id, reason)
    if as_json:
        print_json({"faces": done.templates, "pictures": done.pictures, "files": done.files})
    else:
        click.echo(
            f"erased: {done.templates} templates, {done.pictures} pictures, {done.files} files"
        )


@click.group()
def keys() -> None:
    """The centre's own keys."""


@keys.command("rotate-master")
@as_json
def rotate_master(as_json: bool) -> None:
    """Replace the master key, and wrap every data key by the new one.

    Running servers and workers read the key file again by themselves. Cut off, it goes on where it
    was when asked again. The old file is kept beside the new one: it opens older backups.
    """
    with opened() as centre:
        count, kept = services.rotate_master(centre, operator())
    if as_json:
        print_json({"data_keys": count, "kept": str(kept)})
    else:
        click.echo(f"{count} data keys are wrapped by the new master key")
        note(f"the old key file is {kept}: move it to where the backups are")


def gallery_named(centre: Centre, name: str) -> Gallery:
    """The gallery of that name or identifier; raises InvalidInput when there is none."""
    for row in galleries.overview(centre, operator()):
        if name in (row.gallery.name, row.gallery.id):
            return row.gallery
    raise InvalidInput(f"there is no gallery {name}")


def _print(centre: Centre, gallery_id: str, *, as_json: bool) -> None:
    row = _json(galleries.view(centre, operator(), gallery_id).row)
    if as_json:
        print_json(row)
    else:
        click.echo(f"{row['id']}  {row['name']}")


def _json(row: GalleryRow) -> dict[str, Any]:
    own = row.gallery
    return {
        "id": own.id,
        "name": own.name,
        "kind": own.kind.value,
        "purpose": own.purpose,
        "legal_basis": own.legal_basis,
        "retention_hours": own.retention and own.retention // timedelta(hours=1),
        "at_gates": own.at_gates,
        "units": sorted(own.units),
        "persons": row.held.persons,
        "searched": row.held.searched,
        "waiting": row.held.waiting,
        "pictureless": row.pictureless,
        "templates": row.held.by_model,
        "open_twins": row.twins,
        "key_since": row.key_since and row.key_since.isoformat(),
        "erased_at": own.erased_at and own.erased_at.isoformat(),
        "warnings": [str(one) for one in row.warnings],
    }
