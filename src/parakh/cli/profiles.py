"""Verbs for profiles: which there are, and what the program proposes now."""

import click

from parakh.cli.centre import as_json, opened, operator, print_json
from parakh.domain.profile import ProfileState
from parakh.services import notices, profile_proposals, profile_views
from parakh.services.profile_views import ProfileRow


@click.group()
def profiles() -> None:
    """Profiles of suspected persons, organisations and transport units."""


@profiles.command("list")
@click.option("--text", default="", help="Words of names, and numbers, that a profile must have.")
@click.option(
    "--state",
    "states",
    type=click.Choice([own.value for own in ProfileState]),
    multiple=True,
    help="Of profiles in this state; may be repeated. All if left out.",
)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="From 1.")
@as_json
def list_(text: str, states: tuple[str, ...], page: int, as_json: bool) -> None:
    """List profiles, the last changed first, fifty at a time; a look that is audited."""
    wanted = [ProfileState(own) for own in states]
    with opened() as centre:
        found = profile_views.listed(centre, operator(), text=text, states=wanted, page=page)
    if as_json:
        rows = [_json(own) for own in found.rows]
        print_json({"total": found.total, "page": found.page, "profiles": rows})
        return
    for own in found.rows:
        head = own.profile
        click.echo(f"{head.id}  {head.state.value:9}  {head.kind.value:12}  {head.title}")
    click.echo(f"{found.total} in all")


@profiles.command()
@as_json
def propose(as_json: bool) -> None:
    """End what is over, propose what is due, and tell followers, as the worker does by itself."""
    with opened() as centre:
        operator()
        ended = profile_proposals.end_expired(centre)
        proposed = profile_proposals.propose_due(centre)
        told = notices.tell(centre, seconds=60.0).count
    if as_json:
        print_json({"ended": ended, "proposed": proposed, "told": told})
    else:
        click.echo(f"profiles: {ended} ended, {proposed} proposed, {told} notices")


def _json(row: ProfileRow) -> dict[str, object]:
    own = row.profile
    return {
        "id": own.id,
        "kind": own.kind.value,
        "state": own.state.value,
        "title": own.title,
        "names": list(row.names),
        "identifiers": [f"{one.scheme} {one.value}" for one in row.identifiers],
        "opened_by": own.opened_by,
        "expires_at": own.expires_at,
    }
