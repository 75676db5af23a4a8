"""Whether two names are those of one person: nobody decides on what he proposed himself."""

import sqlalchemy as sa

from parakh.access import Actor
from parakh.store import people

_ON_THE_MACHINE = "system:cli:"
_KEY = "key:"


def same_person(connection: sa.Connection, name: str, actor: Actor) -> bool:
    """Whether an actor is the one who acted under a name: as himself, on the command line, or by a
    key that he answers for."""
    return _person(connection, name) == _person(connection, actor.name)


def _person(connection: sa.Connection, name: str) -> str:
    if name.startswith(_KEY):
        name = people.owner_of_key(connection, name.removeprefix(_KEY)) or name
    return name.removeprefix(_ON_THE_MACHINE)
