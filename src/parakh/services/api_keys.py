"""Keys by which other systems call the API."""

import re
import secrets

from parakh.access import FOR_HUMANS, Actor, Permission, Purpose
from parakh.domain.agency import AgencyKind
from parakh.domain.ids import new_id
from parakh.errors import Conflict, InvalidInput
from parakh.services.accounts import known_units
from parakh.services.centre import Centre
from parakh.store import agencies, people
from parakh.store.people import ApiKey, token_hash

FOR_CARRIERS = frozenset({Permission.SEND_MESSAGES, Permission.SEE_MESSAGES})
"""All that a carrier's key may do, and only with that carrier's own messages."""

_DESIGNATOR = re.compile(r"(?=\d?[A-Z]|[A-Z]\d)[A-Z0-9]{2}|[A-Z]{3}")
"""Designators of airlines: IATA Resolution 762, two of which one is a letter; ICAO Doc 8585."""


def add(
    centre: Centre,
    actor: Actor,
    *,
    name: str,
    permissions: frozenset[Permission] = frozenset(),
    units: frozenset[str] = frozenset(),
    carrier: str = "",
    owner: str = "",
) -> str:
    """Makes a key for another system; the key itself is given once, and never stored.

    With a `carrier` (IATA or ICAO designator) it is that carrier's: it may send messages, and see
    what became of the carrier's own. Its `owner` (the actor, if not given) answers for it, and
    decides on nothing that it proposes.
    """
    actor.require(Permission.MANAGE_USERS)
    if carrier:
        carrier = designator(carrier)
        permissions = _of_carrier(permissions, units)
    if not permissions:
        raise InvalidInput("a key needs at least one permission")
    human = sorted(permissions & FOR_HUMANS)
    if human:
        raise InvalidInput(f"only a person may {' or '.join(human)}: a key cannot")
    if not 0 < len(name) <= 80:
        raise InvalidInput("the name of a key has 1 to 80 characters")
    secret = f"parakh_{secrets.token_urlsafe(32)}"
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        value = ApiKey(
            id=new_id(),
            name=name,
            permissions=permissions,
            units=units,
            created_at=tx.at,
            carrier=carrier,
            owner=owner.strip() or actor.name,
        )
        known_units(tx.connection, units)
        if people.has_living_key(tx.connection, name):
            raise Conflict(f"there is a key named {name} already")
        people.add_api_key(tx.connection, value, token_hash(secret))
        tx.audit(
            "api_key.added",
            "api_key",
            value.id,
            name=name,
            permissions=sorted(permissions),
            carrier=carrier,
            owner=value.owner,
        )
    return secret


def all_keys(centre: Centre, actor: Actor) -> list[ApiKey]:
    """All keys, revoked ones too; never the secrets, which are not stored."""
    actor.require(Permission.MANAGE_USERS)
    with centre.db.read() as connection:
        return people.api_keys(connection)


def revoke(centre: Centre, actor: Actor, name: str) -> bool:
    """Ends a key's life; False when there is no such living key."""
    actor.require(Permission.MANAGE_USERS)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        done = people.revoke_api_key(tx.connection, name, tx.at)
        tx.audit("api_key.revoked", "api_key", name, done=done)
    return done


def bearer(centre: Centre, secret: str) -> Actor | None:
    """The system that a key stands for; None when the key is unknown or revoked."""
    with centre.db.read() as connection:
        key = people.api_key_by_hash(connection, token_hash(secret))
        if key is None or key.revoked_at is not None:
            return None
        seat = agencies.seat(connection, key.units, key.permissions)
    permissions = key.permissions & FOR_CARRIERS if key.carrier else key.permissions - FOR_HUMANS
    return Actor(
        id=key.id,
        name=f"key:{key.name}",
        permissions=permissions,
        units=seat.units,
        ports=seat.ports,
        central=seat.central,
        human=False,
        carrier=key.carrier,
        agency=seat.agency,
        # A key without a unit is one that the centre itself gave, to a carrier say.
        kind=seat.kind or AgencyKind.CENTRE,
        region=seat.region,
    )


def designator(text: str) -> str:
    """A carrier's designator in capitals; raises InvalidInput for what is none."""
    found = text.strip().upper()
    if not _DESIGNATOR.fullmatch(found):
        raise InvalidInput(f"{text} is no designator of an airline, such as PK or PIA")
    return found


def _of_carrier(permissions: frozenset[Permission], units: frozenset[str]) -> frozenset[Permission]:
    """The permissions of a carrier's key; raises InvalidInput where they would go too far."""
    if permissions - FOR_CARRIERS or units:
        raise InvalidInput(
            "a carrier's key may send messages and see its own: it takes no other permission "
            "and no unit"
        )
    return permissions or FOR_CARRIERS
