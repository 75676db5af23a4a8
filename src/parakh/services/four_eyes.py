"""Whether two names are those of one person: nobody decides on what he proposed himself."""

import sqlalchemy as sa

from parakh.access import Actor
from parakh.store import connectors, people

_ON_THE_MACHINE = "system:cli:"
_LINK = "system:link:"
_KEY = "key:"


def same_person(connection: sa.Connection, name: str, actor: Actor) -> bool:
    """Whether an actor is the one who acted under a name: as himself, on the command line, by a
    key that he answers for, or by a linked system that he put in force."""
    return _person(connection, name) == _person(connection, actor.name)


def _person(connection: sa.Connection, name: str) -> str:
    if name.startswith(_KEY):
        name = people.owner_of_key(connection, name.removeprefix(_KEY)) or name
    if name.startswith(_LINK):
        name = connectors.decided_by(connection, name.removeprefix(_LINK)) or name
    return name.removeprefix(_ON_THE_MACHINE)
