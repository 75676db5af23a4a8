"""Verbs for carriers: timetable, carriers."""

import sys
from pathlib import Path

import click

from parakh.cli.centre import as_json, opened, operator, print_json
from parakh.domain.delivery import Awaited
from parakh.errors import InvalidInput, Unreadable
from parakh.services import carriers as figures
from parakh.services import missing, timetable
from parakh.services.carriers import STRETCHES, CarrierRow
from parakh.services.missing import Missing

_WORDS = {Awaited.LIST: "passenger list", Awaited.BOOKINGS: "bookings"}


@click.group(name="timetable")
def timetables() -> None:
    """Timetables: which flights are to come."""


@timetables.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def import_(file: Path, as_json: bool) -> None:
    """Import a timetable FILE (CSV); the same file twice changes nothing.

    Columns: carrier, number, origin, destination, first_date, last_date, days (1234567, Monday is
    1), departure, arrival (local times), arrival_day, cancelled (yes or no). Exit code 1 when a row
    could not be used (the others are), 2 when the file is no timetable at all.
    """
    with opened() as centre:
        try:
            done = timetable.import_csv(centre, operator(), file.read_bytes(), file.name)
        except Unreadable as error:
            raise InvalidInput(str(error)) from error
    found = done.scheduled
    if as_json:
        print_json(
            {
                "new": found.new,
                "changed": found.changed,
                "same": found.same,
                "past": done.past,
                "problems": [
                    {"line": own.line, "column": own.column, "cause": own.cause}
                    for own in done.problems
                ],
            }
        )
    else:
        click.echo(
            f"flights: {found.new} new, {found.changed} changed, {found.same} as they were, "
            f"{done.past} past"
        )
        for problem in done.problems:
            click.echo(f"  {problem.at(file.name)}")
    if done.problems:
        sys.exit(1)


@click.command()
@click.option(
    "--days",
    type=click.Choice([str(own) for own in STRETCHES]),
    default="30",
    show_default=True,
    help="Over how many days the figures are.",
)
@as_json
def carriers(days: str, as_json: bool) -> None:
    """What scheduled voyages lack now, and how each carrier delivers, the worst first.

    Exit code 1 when something is missing.
    """
    with opened() as centre:
        lacking = missing.monitor(centre, operator()).rows
        rows = figures.overview(centre, operator(), int(days)).rows
    if as_json:
        print_json(
            {
                "missing": [_missing_json(own) for own in lacking],
                "carriers": [_row_json(own) for own in rows],
            }
        )
    else:
        _print(lacking, rows)
    if lacking:
        sys.exit(1)


def _print(lacking: tuple[Missing, ...], rows: tuple[CarrierRow, ...]) -> None:
    for own in lacking:
        what = " and ".join(_WORDS[what] for what in own.awaited)
        voyage, when = own.voyage, "left" if own.departed else "leaves"
        click.echo(
            f"missing: {what} of {voyage.name} {voyage.origin}-{voyage.destination}, "
            f"{when} {voyage.departure:%Y-%m-%d %H:%M} local time"
        )
    click.echo("carrier  voyages  on time  no list  complete  messages  wrong")
    for row in rows:
        click.echo(
            f"{row.carrier or '-':7}  {row.voyages:7}  {_percent(row.punctuality):>7}  "
            f"{row.missing:7}  {_percent(row.completeness):>8}  {row.messages:8}  "
            f"{_percent(row.faults):>5}"
        )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _missing_json(own: Missing) -> dict[str, object]:
    voyage = own.voyage
    return {
        "voyage": voyage.name,
        "origin": voyage.origin,
        "destination": voyage.destination,
        "leaves_at": voyage.leaves_at,
        "awaited": [what.value for what in own.awaited],
        "due_at": own.due_at,
        "departed": own.departed,
        "arrived": own.arrived,
    }


def _row_json(row: CarrierRow) -> dict[str, object]:
    return {
        "carrier": row.carrier,
        "voyages": row.voyages,
        "lists": row.lists,
        "on_time": row.on_time,
        "missing": row.missing,
        "lead_minutes": None if row.lead is None else round(row.lead.total_seconds() / 60),
        "travellers": row.travellers,
        "complete": row.complete,
        "messages": row.messages,
        "quarantined": row.quarantined,
        "wrong": row.wrong,
        "errors": row.errors,
    }
