"""Verbs for rates of exchange: import."""

from dataclasses import asdict
from pathlib import Path

import click

from parakh.access import system_actor
from parakh.cli.centre import as_json, note, opened, print_json
from parakh.services import rates as services
from parakh.services import revaluing
from parakh.services.revaluing import Waiting


@click.group()
def rates() -> None:
    """Rates of exchange, by which amounts are told in the centre's currency."""


@rates.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def import_rates(file: Path, as_json: bool) -> None:
    """Take in a table `currency,on,rate`: units of the centre's currency for one of another.

    A rate holds from its day on, for 31 days at most, unless a newer one comes. Goods and currency
    declarations of these days are valued again by the worker, and screened where that changes
    them.
    """
    with opened() as centre:
        done = services.import_rates(centre, system_actor("cli"), file.read_bytes())
    for own in done.problems:
        note(own.at(file.name))
    if as_json:
        told = {"rates": done.rates, **asdict(done.waiting), "problems": len(done.problems)}
        print_json(told)
    else:
        click.echo(f"{done.rates} rates; {_told(done.waiting)}")
    if done.problems:
        raise SystemExit(1)


@rates.command()
@as_json
def waiting(as_json: bool) -> None:
    """Tell how much waits to be valued again since rates changed."""
    with opened() as centre:
        found = revaluing.waiting(centre)
    if as_json:
        print_json(asdict(found))
    else:
        click.echo(_told(found))


def _told(own: Waiting) -> str:
    return (
        f"{own.consignments} consignments and {own.declarations} currency declarations wait to be "
        "valued again"
    )
