"""Verbs for agencies, and for regional centres."""

import click

from parakh.cli.centre import as_json, note, opened, operator, print_json
from parakh.domain.agency import OTHERS, Agency, AgencyKind
from parakh.services import agencies, regional

_KINDS = click.Choice([own.value for own in OTHERS])


@click.group()
def agency() -> None:
    """Agencies that work on this centre, and whose each unit is."""


@agency.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--kind", type=_KINDS, required=True, help="Bounds what its officers may do.")
def add_agency(code: str, name: str, kind: str) -> None:
    """Add an agency NAME under a short CODE, or change the one of that code."""
    with opened() as centre:
        agencies.save(centre, operator(), Agency(id=code, name=name, kind=AgencyKind(kind)))


@agency.command("list")
@as_json
def list_agencies(as_json: bool) -> None:
    """List all agencies with their units."""
    with opened() as centre:
        found = agencies.overview(centre, operator())
    if as_json:
        print_json(
            [
                {
                    "code": own.agency.id,
                    "name": own.agency.name,
                    "kind": own.agency.kind,
                    "units": [unit.id for unit in own.units],
                    "officers": own.officers,
                }
                for own in found
            ]
        )
        return
    for own in found:
        click.echo(f"{own.agency.id or '-':<12} {own.agency.kind.value:<16} {own.agency.name}")
        for unit in own.units:
            centre_of = f"{unit.region}, its centre" if unit.regional else unit.region
            click.echo(f"    {unit.id}  {unit.name}{f' ({centre_of})' if unit.region else ''}")


@agency.command("place")
@click.argument("unit")
@click.option("--agency", "code", default="", help="Its agency; the centre's own if not given.")
@click.option("--region", default="", help="The region in which it works.")
@click.option("--regional", is_flag=True, help="It is the region's centre: it sees all its ports.")
def place(unit: str, code: str, region: str, regional: bool) -> None:
    """Say whose UNIT (an identifier) is, and in which region it works."""
    with opened() as centre:
        agencies.place_unit(centre, operator(), unit, agency=code, region=region, regional=regional)


@click.group()
def region() -> None:
    """Regional centres below this one."""


@region.command("join")
@click.argument("unit")
def join(unit: str) -> None:
    """Make the key of the regional centre that UNIT is, and print what is set there.

    A key that it had before is revoked.
    """
    with opened() as centre:
        made = regional.join(centre, operator(), unit)
    note(f"Keep the key in a file that only its owner reads: it is not shown again ({made.region})")
    click.echo(made.key)
    click.echo(f"PARAKH_CENTRE_PUBLIC_KEY={made.public_key}")


@region.command("list")
@as_json
def list_regions(as_json: bool) -> None:
    """List the regional centres and whether the link to each stands."""
    with opened() as centre:
        found = regional.overview(centre, operator())
    if as_json:
        print_json(
            [
                {
                    "name": own.region.name,
                    "seen_at": own.region.seen_at,
                    "down_since": own.down_since,
                    "rows": own.region.seq,
                    "waiting": own.waiting,
                    "left": own.left,
                    "refused": own.refused,
                }
                for own in found
            ]
        )
        return
    for own in found:
        if own.down_since:
            state = f"link down since {own.down_since:%Y-%m-%d %H:%M} UTC, acting alone"
        else:
            state = "link up" if own.region.seen_at else "never heard of"
        click.echo(f"{own.region.name:<20} {state}")
