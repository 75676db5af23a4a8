"""Verbs for posts: import, and how they perform now."""

from pathlib import Path

import click

from parakh.cli.centre import as_json, opened, operator, print_json
from parakh.services import performance
from parakh.services import posts as services


@click.group(name="posts")
def posts() -> None:
    """Entry and exit points, and how they perform."""


@posts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Add and change the posts of a FILE, all of them or none.

    TOML with tables [[post]], [limits] and [post.limits]; or CSV with the columns code, name, kind
    (airport, seaport, land, dry_port, rail), latitude, longitude, region. See docs/control-room.md.
    """
    with opened() as centre:
        found = services.import_file(centre, operator(), file.read_bytes(), file.name)
    click.echo(f"posts: {len(found)} saved")


@posts.command("list")
@as_json
def list_(as_json: bool) -> None:
    """How every post performs now, the worst first."""
    with opened() as centre:
        board = performance.board(centre, operator())
    rows = [
        {
            "code": own.post.code,
            "name": own.post.name,
            "level": own.level.value,
            "hourly": round(own.hourly),
            "waiting": own.standing.waiting if own.standing and own.standing.announced else None,
            "trouble": str(own.worst.sentence) if own.worst else "",
        }
        for own in board.tiles
    ]
    if as_json:
        print_json({"stale": board.stale, "posts": rows})
        return
    if board.stale:
        click.echo("nobody measures: is a worker running?")
    for row in rows:
        click.echo(f"{row['level']:8} {row['code']:6} {row['name']}  {row['trouble']}".rstrip())
