"""Verbs for lookouts: placed, listed, cancelled."""

from datetime import timedelta
from typing import Any

import click

from parakh.cli.centre import as_json, opened, operator, print_json
from parakh.domain.lookout import LOOKOUTS
from parakh.domain.message import Problem
from parakh.domain.watchlist import EntryKind, Handling, IdentifierKind
from parakh.errors import InvalidInput, NotFound
from parakh.ingest.lists.declared import DeclaredEntry
from parakh.normalise.entries import watchlist_entry
from parakh.services import accounts
from parakh.services import lookouts as service
from parakh.services.centre import Centre
from parakh.services.lookouts import LookoutRow, Which

_NUMBERS = {
    "plate": (EntryKind.VEHICLE, IdentifierKind.PLATE),
    "chassis": (EntryKind.VEHICLE, IdentifierKind.CHASSIS),
    "container": (EntryKind.CONTAINER, IdentifierKind.CONTAINER),
}


@click.group()
def lookout() -> None:
    """Manual lookouts: in force at once for a day, for longer by a second person."""


@lookout.command("add")
@click.option("--name", default="", help="A person: `FAMILY, GIVEN NAMES`.")
@click.option("--born", default="", help="YYYY, YYYY-MM or YYYY-MM-DD.")
@click.option("--nationality", default="", help="ISO 3166-1 code.")
@click.option("--document", default="", help="Number of a travel document, of a person or alone.")
@click.option("--issuer", default="", help="Who issued the document; an ISO 3166-1 code.")
@click.option("--company", default="", help="Name of a company.")
@click.option("--plate", default="", help="Number plate of a vehicle.")
@click.option("--chassis", default="", help="Chassis number of a vehicle.")
@click.option("--container", default="", help="Number of a container (ISO 6346).")
@click.option("--country", default="", help="Country of a company or vehicle.")
@click.option("--reason", required=True, help="Why it is looked out for.")
@click.option("--instruction", default="", help="What the officer who meets it should do.")
@click.option(
    "--handling",
    type=click.Choice([own.value for own in Handling]),
    default=Handling.INSPECT.value,
    show_default=True,
    help="What is advised.",
)
@click.option(
    "--days", type=click.IntRange(1, 90), default=30, show_default=True, help="It lasts so long."
)
@click.option("--unit", "unit_name", default="", help="Name of the unit that is alerted.")
@as_json
def add(days: int, unit_name: str, as_json: bool, **options: str) -> None:
    """Place a lookout on a person, a document, a company, a vehicle or a container.

    It is in force at once. Without a second person, who confirms it on the console, it ends after
    a day.
    """
    declared = _declared(options)
    with opened() as centre:
        actor, now = operator(), centre.local_now()
        entry = watchlist_entry(declared, LOOKOUTS, actor.name, now)
        if isinstance(entry, Problem):
            raise InvalidInput(entry.cause)
        made = service.place(
            centre,
            actor,
            entry,
            instruction=options["instruction"],
            handling=Handling(options["handling"]),
            ends_at=now + timedelta(days=days),
            unit_id=_unit(centre, unit_name),
        )
        row = service.view(centre, actor, made.id).row
    if as_json:
        print_json(_json(row))
    else:
        click.echo(
            f"{made.id}  {row.state.value}, until {made.entry.expires_at:%Y-%m-%d %H:%M} UTC"
        )


@lookout.command("list")
@click.option("--waiting", is_flag=True, help="Only those that wait for a second person.")
@click.option("--ended", is_flag=True, help="Those that ended too.")
@as_json
def list_(waiting: bool, ended: bool, as_json: bool) -> None:
    """Show the newest fifty lookouts."""
    which = Which.WAITING if waiting else Which.ALL
    with opened() as centre:
        rows = service.lookouts(centre, operator(), which, ended=ended)
    if as_json:
        print_json({"lookouts": [_json(row) for row in rows]})
        return
    for row in rows:
        own = row.lookout
        until = f"{own.entry.expires_at:%Y-%m-%d %H:%M}"
        click.echo(f"{own.id}  {row.state.value:<11}  {until}  hits {row.hits}  {_told(row)}")
    if not rows:
        click.echo("no lookouts")


@lookout.command("cancel")
@click.argument("lookout_id", metavar="LOOKOUT")
@click.option("--reason", required=True, help="Why it is not needed any more.")
def cancel(lookout_id: str, reason: str) -> None:
    """End a lookout at once."""
    with opened() as centre:
        service.cancel(centre, operator(), lookout_id, reason)
    click.echo("cancelled")


def _declared(options: dict[str, str]) -> DeclaredEntry:
    given = [kind for name, (kind, _) in _NUMBERS.items() if options[name]]
    kinds = {EntryKind.ORGANISATION} if options["company"] else set()
    kinds |= {EntryKind.PERSON} if options["name"] else set()
    kinds |= set(given)
    if not kinds and options["document"]:
        kinds = {EntryKind.DOCUMENT}
    if len(kinds) != 1:
        raise click.UsageError(
            "name one: a person, a document, a company, a vehicle or a container"
        )
    (kind,) = kinds
    family, _, names = options["name"].partition(",")
    country = options["country"]
    return DeclaredEntry(
        line=1,
        list=LOOKOUTS,
        kind=kind.value,
        family_name=options["company"] or family.strip(),
        given_names=names.strip(),
        birth_dates=(options["born"],) if options["born"] else (),
        nationalities=tuple(filter(None, (options["nationality"] or country,))),
        document_type="P" if options["document"] else "",
        document_number=options["document"],
        document_issuer=options["issuer"],
        identifiers=tuple(
            (own.value, options[name], country if name == "plate" else "")
            for name, (_, own) in _NUMBERS.items()
            if options[name]
        ),
        reason=options["reason"],
    )


def _unit(centre: Centre, name: str) -> str:
    if not name:
        return ""
    for own in accounts.units(centre).values():
        if name in (own.id, own.name):
            return own.id
    raise NotFound(f"there is no unit {name}")


def _told(row: LookoutRow) -> str:
    entry = row.lookout.entry
    numbers = [own.number for own in entry.documents] + [own.value for own in entry.identifiers]
    return ", ".join([*map(str, entry.names), *numbers])


def _json(row: LookoutRow) -> dict[str, Any]:
    own = row.lookout
    return {
        "id": own.id,
        "kind": own.entry.kind.value,
        "what": _told(row),
        "state": row.state.value,
        "reason": own.entry.reason,
        "unit": row.unit.name,
        "placed_by": own.placed_by,
        "in_force_until": own.entry.expires_at and own.entry.expires_at.isoformat(),
        "ends_at": own.ends_at.isoformat(),
        "hits": row.hits,
    }
