"""What the tests of signing in share."""

from typing import Any

import pyotp
import sqlalchemy as sa

from parakh.access import Actor, Role, system_actor
from parakh.domain.unit import Unit
from parakh.services import accounts, sessions, totp
from parakh.services.centre import Centre
from parakh.services.sessions import Came
from parakh.store.tables import audit

MAKER = system_actor("test")
PASSWORD = "correct horse battery"
HERE = Came(browser="Firefox · Linux", address="203.0.*.*")


def joined(centre: Centre, name: str = "sana", *roles: Role) -> Actor:
    """A new user, as the services know him."""
    units = accounts.units(centre)
    if not units:
        accounts.add_unit(centre, MAKER, Unit(id="ntc", name="Centre", central=True))
    made = accounts.add_user(
        centre, MAKER, name=name, display_name=name.capitalize(), units=frozenset({"ntc"}),
        roles=frozenset(roles or {Role.TARGETING}), password=PASSWORD,
    )  # fmt: skip
    return sessions.actor_of_user(centre, made)


def enrolled(centre: Centre, actor: Actor) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """His authenticator app, in force, and his recovery codes."""
    app = pyotp.TOTP(totp.begin(centre, actor).key.replace(" ", ""))
    return app, totp.confirm(centre, actor, app.at(centre.clock()))


def with_settings(centre: Centre, **values: Any) -> Centre:
    """The centre with other settings."""
    centre.settings = centre.settings.model_copy(update=values)
    return centre


def trail(centre: Centre) -> str:
    """All that stands in the audit trail."""
    with centre.db.read() as connection:
        return str(connection.execute(sa.select(audit.c.action, audit.c.detail)).all())
