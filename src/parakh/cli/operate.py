"""Verbs for running a centre: demo, serve, worker, db, user, unit, key, audit, doctor."""

import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from parakh import logs, metrics, tracing
from parakh.access import FOR_HUMANS, Permission
from parakh.cli.centre import as_json, note, opened, operator, print_json, settings
from parakh.domain.ids import new_id
from parakh.domain.unit import Unit
from parakh.services import accounts, answers, api_keys, filling, trail
from parakh.services.centre import Centre, reached_schema
from parakh.services.doctor import Check, examine


@click.command()
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same people.")
@click.option("--live/--no-live", default=True, help="Let a flight arrive and people cross.")
def demo(seed: int, live: bool) -> None:
    """Make a demonstration centre, load believable traffic, and serve it."""
    from parakh.services.demonstration import Demonstration

    centre = Centre.create(settings())
    show = Demonstration.prepare(centre, seed, note)
    _serve(centre, show if live else None, lambda: note(show.welcome()))


@click.command()
def serve() -> None:
    """Serve the console and the API, with the background worker in the same process."""
    _serve(Centre.open(settings()), None, lambda: None)


def _serve(centre: Centre, show: Any, ready: Callable[[], None]) -> None:
    import uvicorn

    from parakh.web.app import create_app
    from parakh.worker import Worker

    _trace(centre)
    centre.warm()
    background = Worker(centre)
    background.start()
    if show is not None:
        show.start()
    try:
        app = create_app(centre)
        ready()
        uvicorn.run(
            app,
            host=centre.settings.host,
            port=centre.settings.port,
            log_config=logs.SERVER,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
    finally:
        if show is not None:
            show.halt()
        background.halt()
        centre.close()
        tracing.stop()


def _trace(centre: Centre) -> None:
    if centre.settings.traces_url:
        tracing.start(centre.settings.traces_url, "parakh")


@click.command()
def worker() -> None:
    """Only the background worker, beside servers that share one PostgreSQL database."""
    from prometheus_client import start_http_server

    from parakh.worker import Worker

    with opened() as centre:
        _trace(centre)
        if port := centre.settings.metrics_port:
            start_http_server(port, "127.0.0.1", registry=metrics.REGISTRY)
        background = Worker(centre)
        background.start()
        note("working; stop with Ctrl-C")
        try:
            while background.is_alive():
                time.sleep(0.5)
        except KeyboardInterrupt:
            note("stopping")
        finally:
            background.halt()
            tracing.stop()


@click.group()
def db() -> None:
    """The database."""


@db.command()
@click.option("--expand", is_flag=True, help="Only what programs that run now go on working with.")
def upgrade(expand: bool) -> None:
    """Make what is missing (folders, keys, tables) and bring the schema up to date."""
    centre = Centre.create(settings(), expand_only=expand)
    click.echo(f"up to date: {centre.db.engine.url.render_as_string(hide_password=True)}")
    centre.close()


@db.command()
@as_json
def check(as_json: bool) -> None:
    """Say whether this program works on the database as it is. Exit code 1 when not."""
    found = reached_schema(settings())
    if as_json:
        print_json(asdict(found))
    else:
        click.echo(found.advice)
    if not found.fit.works:
        sys.exit(1)


@db.command()
@as_json
def fill(as_json: bool) -> None:
    """Write what older versions did not keep: words of names, the vetting list, outcomes, and
    counts of what rules found.

    Run it once after an upgrade. The centre may work meanwhile; it may be stopped and run again.
    """
    with opened() as centre:
        done = filling.fill(centre, operator())
    if as_json:
        print_json(asdict(done))
    else:
        click.echo(f"{done.travellers} travellers are found by name now")
        click.echo(f"{done.voyages} voyages came onto the vetting list")
        click.echo(f"{done.outcomes} closed alerts have an outcome of their own now")
        click.echo(f"{done.rule_hits} hits of rules are counted now")


_FOR_KEYS = click.Choice(
    [own.value for own in Permission if own not in FOR_HUMANS], case_sensitive=False
)


@click.group()
def unit() -> None:
    """Operational units."""


@unit.command("add")
@click.argument("name")
@click.option("--port", "ports", multiple=True, help="Port code; may be repeated.")
@click.option("--central", is_flag=True, help="Sees every port; gets what no unit has.")
def add_unit(name: str, ports: tuple[str, ...], central: bool) -> None:
    """Add a unit NAME and print its identifier."""
    value = Unit(
        id=new_id(),
        name=name,
        ports=frozenset(port.strip().upper() for port in ports),
        central=central,
    )
    with opened() as centre:
        accounts.add_unit(centre, operator(), value)
    click.echo(value.id)


@unit.command("list")
@as_json
def list_units(as_json: bool) -> None:
    """List all units."""
    with opened() as centre:
        rows: list[dict[str, Any]] = [
            {"id": own.id, "name": own.name, "ports": sorted(own.ports), "central": own.central}
            for own in accounts.units(centre).values()
        ]
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            click.echo(f"{row['id']}  {row['name']}  {' '.join(row['ports'])}")


@click.group()
def key() -> None:
    """Keys by which other systems call the API."""


@key.command("add")
@click.argument("name")
@click.option("--permission", "permissions", multiple=True, type=_FOR_KEYS)
@click.option("--unit", "units", multiple=True, help="Identifier of a unit; may be repeated.")
@click.option(
    "--carrier",
    default="",
    help="IATA or ICAO designator: the key sends messages and sees this carrier's, no more.",
)
@click.option(
    "--owner",
    default="",
    help="Sign-in name of who answers for it, and so approves nothing it proposes; else you.",
)
def add_key(
    name: str, permissions: tuple[str, ...], units: tuple[str, ...], carrier: str, owner: str
) -> None:
    """Make a key NAME and print it; it cannot be shown again."""
    with opened() as centre:
        secret = api_keys.add(
            centre,
            operator(),
            name=name,
            permissions=frozenset(Permission(own) for own in permissions),
            units=frozenset(units),
            carrier=carrier,
            owner=owner,
        )
    click.echo(secret)


@key.command("list")
@as_json
def list_keys(as_json: bool) -> None:
    """List all keys, revoked ones too; the keys themselves are not stored."""
    with opened() as centre:
        rows: list[dict[str, Any]] = [
            {
                "name": own.name,
                "carrier": own.carrier,
                "permissions": sorted(own.permissions),
                "units": sorted(own.units),
                "created_at": own.created_at,
                "revoked_at": own.revoked_at,
            }
            for own in api_keys.all_keys(centre, operator())
        ]
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            state = "revoked" if row["revoked_at"] else ", ".join(row["permissions"])
            click.echo(f"{row['name']:20} {row['carrier'] or '-':4} {state}")


@key.command("revoke")
@click.argument("name")
def revoke_key(name: str) -> None:
    """End the life of the key NAME."""
    with opened() as centre:
        done = api_keys.revoke(centre, operator(), name)
    click.echo("revoked" if done else "there is no such living key")
    if not done:
        sys.exit(1)


@click.command()
@click.argument("message_id")
@as_json
def answer(message_id: str, as_json: bool) -> None:
    """Print what the sender of a message is told: CUSRES for passenger lists, ACKRES for bookings.

    Exit code 1 when a part was not accepted, or there is no answer (yet).
    """
    with opened() as centre:
        found = answers.of_message(centre, operator(), message_id)
    rows = [
        {
            "ordinal": own.ordinal,
            "accepted": own.accepted,
            "at": own.at,
            "delivered_at": own.delivered_at,
            "delivered_to": own.delivered_to,
            "text": own.text,
        }
        for own in found.answers or ()
    ]
    if as_json:
        print_json({"message": message_id, "state": found.message.state.value, "answers": rows})
    elif found.answers is None:
        note("the message has not been read yet")
    else:
        click.echo(found.text)
    if not rows or not all(row["accepted"] for row in rows):
        sys.exit(1)


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@as_json
def verify(as_json: bool) -> None:
    """Check the whole chain; names every row that was changed, removed or reordered."""
    with opened() as centre:
        verdict = trail.verify(centre, operator())
    if as_json:
        print_json(asdict(verdict))
    else:
        for finding in verdict.findings:
            click.echo(f"row {finding.seq}: {finding.cause}")
        state = "broken" if verdict.findings else "whole"
        click.echo(f"{verdict.rows:,} rows, head {verdict.head[:16]}…: the chain is {state}")
    if verdict.findings:
        sys.exit(1)


def _console() -> Check:
    from parakh.web.rendering import assets_built

    built = assets_built()
    return Check(
        name="console",
        ok=built,
        found="assets built" if built else "assets missing",
        remedy="Run `make assets` (uses Node 20 or newer, or brings its own).",
    )


@click.command()
@as_json
def doctor(as_json: bool) -> None:
    """Say what is installed, found or missing, and what to do. Exit code 1 when something is."""
    checks = [*examine(settings()), _console()]
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            click.echo(f"{'ok ' if check.ok else 'FIX'}  {check.name}: {check.found}")
            if not check.ok:
                click.echo(f"     {check.remedy}")
    if not all(check.ok for check in checks):
        sys.exit(1)
