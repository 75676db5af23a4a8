"""Verbs for linked systems: connector."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from parakh.cli.centre import as_json, note, opened, operator, print_json
from parakh.services import connectors
from parakh.services.connectors import ConnectorRow


@click.group()
def connector() -> None:
    """Linked systems: what is fetched from others, and what they are told."""


@connector.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List all linked systems, and how each is doing.

    Exit code 1 when one is down, 2 when the file that names them is wrong.
    """
    with opened() as centre:
        centre.linked.declare()
        found = connectors.overview(centre, operator())
    if as_json:
        print_json([_json(own) for own in found.rows])
    for own in () if as_json else found.rows:
        click.echo(_told(own))
    if found.troubled:
        sys.exit(1)


@connector.command()
@click.argument("name")
def test(name: str) -> None:
    """Ask whether the system NAME is there and lets us in; nothing is changed, there or here.

    Exit code 1 when it does not.
    """
    with opened() as centre:
        centre.linked.declare()
        done = connectors.test(centre, operator(), name)
    click.echo(f"{done.cause or 'it answers as it should'} ({done.milliseconds} ms)")
    if not done.good:
        sys.exit(1)


@connector.command()
@click.argument("name")
@as_json
def run(name: str, as_json: bool) -> None:
    """Give the system NAME its turn now: fetch what it has, tell it what waits.

    Exit code 1 when that fails.
    """
    with opened() as centre:
        centre.linked.declare()
        done = connectors.run_now(centre, operator(), name)
    if as_json:
        print_json(asdict(done))
    elif done.error:
        note(done.error)
    else:
        click.echo(
            f"{done.taken} taken in, {done.refused} refused, {done.told} told, {done.left} left out"
        )
    if done.error:
        sys.exit(1)


@connector.command()
@click.argument("name")
def on(name: str) -> None:
    """Put the system NAME in force, by its settings as the file has them now."""
    with opened() as centre:
        centre.linked.declare()
        connectors.switch(centre, operator(), name, on=True)
    note(f"{name} is in force")


@connector.command()
@click.argument("name")
def off(name: str) -> None:
    """Switch the system NAME off; it goes on where it stood once it is put in force again."""
    with opened() as centre:
        centre.linked.declare()
        connectors.switch(centre, operator(), name, on=False)
    note(f"{name} is off")


@connector.command()
@click.argument("name")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that holds the key; without it you are asked.",
)
def secret(name: str, file: Path | None) -> None:
    """Seal the key with which the system NAME lets us in."""
    key = file.read_text("utf-8") if file else click.prompt("Key", hide_input=True, err=True)
    with opened() as centre:
        centre.linked.declare()
        connectors.set_secret(centre, operator(), name, key)
    note(f"the key of {name} is sealed")


def _told(row: ConnectorRow) -> str:
    own = row.health
    lag = "" if own.lag_seconds is None else f", level {own.lag_seconds:.0f} s ago"
    waits = f", {own.waiting} wait" if own.waiting else ""
    asks = ", not in force" if row.standing and row.standing.asks else ""
    error = f": {row.standing.error}" if row.standing and row.standing.error else ""
    share = f", {own.error_share:.0%} failed" if own.error_share else ""
    return f"{own.name:20} {own.kind.value:12} {own.state.value}{lag}{waits}{share}{asks}{error}"


def _json(row: ConnectorRow) -> dict[str, object]:
    own = row.health
    return asdict(own) | {
        "where": row.where,
        "in_force": bool(row.standing and row.standing.in_force),
        "error": row.standing.error if row.standing else "",
    }
