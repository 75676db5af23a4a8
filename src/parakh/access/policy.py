"""Who acts, and the one place where it is decided what he may do."""

from collections.abc import Mapping
from dataclasses import dataclass

from parakh.access.agencies import AGENCY_GRANTS, OF_NO_AGENCY, Actions
from parakh.access.permissions import Permission, Purpose
from parakh.access.roles import FOR_HUMANS
from parakh.domain.agency import AgencyKind
from parakh.errors import Forbidden, NotFound

PROGRAM = "system:"
"""What identifiers of the program's own parts begin with."""


class Lacking(Forbidden):
    """The actor does not hold a permission, or his agency may not use it."""

    def __init__(self, name: str, permission: Permission) -> None:
        self.permission = permission
        super().__init__(f"{name} may not {permission.value.replace('_', ' ')}")


class OutOfPurpose(Forbidden):
    """The actor's agency does not work for a purpose."""

    def __init__(self, name: str, purpose: Purpose) -> None:
        self.purpose = purpose
        super().__init__(f"{name} does not work for this purpose: {purpose.value}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Somebody or something that acts: a user, or the program itself.

    Attributes:
        name: the sign-in name, or `system:worker` and the like.
        permissions: what his roles or his key grant; what he may is told by `may` alone.
        units: identifiers of the units he works for; for a regional centre its region's too, for a
            guest agency's head office all of that agency.
        ports: the ports of those units.
        central: whether one of his units is a central one.
        human: False for programs, which may never decide on a hit.
        carrier: whose system it is (IATA or ICAO designator); it sees its own messages only. ""
            for everybody else.
        station: the identifier of the capture station that it is; "" for everybody else.
        agency: whose officer he is; "" stands for the agency whose centre this is.
        kind: of that agency; None for an officer of no unit, who works for none.
        region: the region for which a regional centre's system acts; "" for everybody else.
    """

    id: str
    name: str
    permissions: frozenset[Permission]
    units: frozenset[str] = frozenset()
    ports: frozenset[str] = frozenset()
    central: bool = False
    human: bool = True
    carrier: str = ""
    station: str = ""
    agency: str = ""
    kind: AgencyKind | None = AgencyKind.CENTRE
    region: str = ""

    def may(self, permission: Permission, purpose: Purpose | None = None) -> bool:
        """Whether he may do something, for a purpose or for any; see `allowed`."""
        return allowed(self, permission, purpose)

    def require(self, permission: Permission, purpose: Purpose | None = None) -> None:
        """Raises Forbidden unless he may do something; see `allowed`."""
        if not allowed(self, permission, purpose):
            raise Lacking(self.name, permission)

    @property
    def everywhere(self) -> bool:
        """Whether every unit's and port's records are in view; never a guest's of the centre."""
        return not self.agency and (self.central or self.may(Permission.EVERY_UNIT))

    def require_carrier(self, carrier: str) -> None:
        """Raises NotFound if the actor is a carrier, and what it asks for is not that carrier's."""
        if self.carrier and self.carrier != carrier:
            raise NotFound("there is no such message")

    def require_port(self, port: str) -> None:
        """Raises Forbidden unless the port belongs to one of the actor's units."""
        if not self.everywhere and port not in self.ports:
            raise Forbidden(f"{self.name} does not work at {port}")


def allowed(actor: Actor, permission: Permission, purpose: Purpose | None = None) -> bool:
    """Whether somebody may do something for a purpose; for any purpose where None is named.

    Everything must hold (attribute-based access, NIST SP 800-162, section 2): his role or key
    grants it; his agency's kind may do it for the purpose (`AGENCY_GRANTS`); and it is no decision
    that only humans take, or he is one. Which records it covers is told by his units, ports and
    agency besides. An officer of no unit works for no agency, and is refused everything.
    """
    if permission not in actor.permissions:
        return False
    if permission in FOR_HUMANS and not (actor.human or actor.id.startswith(PROGRAM)):
        return False
    grants = _grants(actor)
    if purpose is None:
        return any(permission in actions for actions in grants.values())
    return permission in grants.get(purpose, frozenset())


def require_purpose(actor: Actor, purpose: Purpose) -> None:
    """Raises OutOfPurpose where the actor's agency may do nothing for a purpose.

    Every audited look and change passes here (`parakh.store.database`), so that a service which
    asks for too little is stopped by the purpose that it states.
    """
    if purpose not in _grants(actor):
        raise OutOfPurpose(actor.name, purpose)


def _grants(actor: Actor) -> Mapping[Purpose, Actions]:
    return AGENCY_GRANTS[actor.kind] if actor.kind else OF_NO_AGENCY


def system_actor(part: str) -> Actor:
    """The program itself, acting in one of its parts (`worker`, `cli`, `demo`)."""
    return Actor(
        id=f"{PROGRAM}{part}",
        name=f"{PROGRAM}{part}",
        permissions=frozenset(Permission),
        central=True,
        human=False,
    )
