"""Verbs for links: rebuild."""

import click

from parakh.cli.centre import as_json, note, opened, print_json
from parakh.services import links as services


@click.group()
def links() -> None:
    """What travellers share, as the graph of links and its screener read it."""


@links.command()
@as_json
def rebuild(as_json: bool) -> None:
    """Write the links of everybody on file anew.

    Needed once, for travellers who were on file before links were kept. It may be run at any time,
    beside a running centre, and again: what is right stays as it is.
    """
    with opened() as centre:
        done, changed = services.rebuild(centre, lambda now: note(f"{now} travellers"))
    if as_json:
        print_json({"travellers": done, "changed": changed})
    else:
        click.echo(f"{done} travellers, {changed} ends of links changed")
