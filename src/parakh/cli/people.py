"""Verbs for people who sign in: accounts, sessions, second factors."""

from typing import Any

import click

from parakh.access import Role
from parakh.cli.centre import as_json, opened, operator, print_json, signed_in
from parakh.services import accounts, factor_resets, sessions


@click.group()
def user() -> None:
    """People who sign in."""


_ROLE = click.Choice([own.value for own in Role], case_sensitive=False)


@user.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, type=_ROLE)
@click.option(
    "--unit",
    "units",
    multiple=True,
    help="Identifier of a unit; may be repeated. Whoever has none may do nothing.",
)
@click.option("--display-name", default="", help="The name that colleagues see.")
@click.password_option(help="Asked for when not given; at least 12 characters.")
def add_user(
    name: str, roles: tuple[str, ...], units: tuple[str, ...], display_name: str, password: str
) -> None:
    """Add a user NAME."""
    with opened() as centre:
        made = accounts.add_user(
            centre,
            operator(),
            name=name,
            display_name=display_name,
            roles=frozenset(Role(role) for role in roles),
            units=frozenset(units),
            password=password,
        )
    click.echo(f"added {made.name}")


@user.command("set")
@click.argument("name")
@click.option("--role", "roles", multiple=True, type=_ROLE, help="In place of the present ones.")
@click.option("--unit", "units", multiple=True, help="In place of the present ones.")
@click.option("--active/--closed", default=None, help="Open or close the account.")
def set_user(
    name: str, roles: tuple[str, ...], units: tuple[str, ...], active: bool | None
) -> None:
    """Change roles or units of the user NAME, or close the account; his sessions end."""
    with opened() as centre:
        changed = accounts.change_user(
            centre,
            operator(),
            name,
            roles=frozenset(Role(role) for role in roles) or None,
            units=frozenset(units) or None,
            active=active,
        )
    state = "open" if changed.active else "closed"
    click.echo(f"{changed.name}: {', '.join(sorted(changed.roles))}; {state}")


@user.command("password")
@click.argument("name")
@click.password_option(help="Asked for when not given; at least 12 characters.")
def set_password(name: str, password: str) -> None:
    """Set a new password for the user NAME, end his sessions, and unlock the account."""
    with opened() as centre:
        accounts.reset_password(centre, operator(), name, password)
    click.echo("changed")


@user.command("list")
@as_json
def list_users(as_json: bool) -> None:
    """List all users."""
    with opened() as centre:
        rows: list[dict[str, Any]] = [
            {
                "name": own.name,
                "display_name": own.display_name,
                "roles": sorted(own.roles),
                "units": sorted(own.units),
                "active": own.active,
            }
            for own in accounts.users(centre, operator())
        ]
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            closed = "" if row["active"] else "; closed"
            click.echo(f"{row['name']:20} {', '.join(row['roles'])}{closed}")


@user.command("sessions")
@click.argument("name")
@click.option("--end", "reason", help="End them all, for this reason.")
@as_json
def list_sessions(name: str, reason: str | None, as_json: bool) -> None:
    """Show where the user NAME is signed in, or end his sessions."""
    with opened() as centre:
        if reason is not None:
            ended = sessions.end_all_of(centre, operator(), name, reason)
            click.echo(f"ended {ended} sessions")
            return
        rows: list[dict[str, Any]] = [
            {
                "browser": own.browser,
                "address": own.address,
                "method": own.method.value,
                "since": own.created_at.isoformat(timespec="seconds"),
                "seen": own.seen_at.isoformat(timespec="seconds"),
            }
            for own in sessions.of_user(centre, operator(), name)
        ]
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            told = (row["since"], row["seen"], row["method"], row["browser"], row["address"])
            click.echo("  ".join(told))


@user.group("totp")
def user_totp() -> None:
    """Second factors of people."""


@user_totp.command("reset")
@click.argument("name")
@click.option("--second", required=True, help="Who agrees to it; asked for the password.")
@click.option("--reason", required=True, help="Why; stands in the audit trail.")
def reset_totp(name: str, second: str, reason: str) -> None:
    """Take the app, recovery codes and passkeys of the user NAME away, and end his sessions."""
    with opened() as centre:
        factor_resets.reset_by_two(centre, operator(), signed_in(centre, second), name, reason)
    click.echo("taken away")
