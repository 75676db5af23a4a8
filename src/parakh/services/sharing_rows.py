"""Shares and requests with the names of their two sides, as pages list them."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from parakh.access import Actor
from parakh.domain.agency import Agency
from parakh.domain.sharing import Share, ShareRequest
from parakh.domain.unit import Unit
from parakh.services import agencies
from parakh.services.centre import Centre
from parakh.store import people
from parakh.store import sharing as store


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareRow:
    """A share with the names of its two sides; `holds` is whether anybody sees it now."""

    share: Share
    giver: str
    receiver: str
    unit: str
    holds: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestRow:
    """A request with the names of its two sides; `mine` where the actor's agency asked."""

    request: ShareRequest
    asker: str
    asked: str
    mine: bool


class Names:
    """Agencies and units as a page names them."""

    def __init__(self, centre: Centre, connection: sa.Connection) -> None:
        self._agencies = agencies.known(centre, connection)
        self._units = people.units(connection)
        self._connection = connection
        self._at = centre.clock()

    def row(self, own: Share) -> ShareRow:
        """A share with its names."""
        holds = own.holds(self._at)
        if holds and own.parent_id:
            holds = store.get(self._connection, own.parent_id).holds(self._at)
        return ShareRow(
            share=own,
            giver=self._agencies[own.from_agency].name,
            receiver=self._agencies[own.agency].name,
            unit=self._units[own.unit_id].name if own.unit_id else "",
            holds=holds,
        )

    def request(self, own: ShareRequest, actor: Actor) -> RequestRow:
        """A request with its names, for somebody."""
        return RequestRow(
            request=own,
            asker=self._agencies[own.agency].name,
            asked=self._agencies[own.asked_agency].name,
            mine=own.agency == actor.agency,
        )

    def others(self, actor: Actor) -> tuple[Agency, ...]:
        """All agencies but the actor's own."""
        return tuple(own for own in self._agencies.values() if own.id != actor.agency)

    def units_of(self, ids: Iterable[str]) -> tuple[Unit, ...]:
        """The units here of some agencies."""
        wanted = set(ids)
        return tuple(own for own in self._units.values() if own.agency in wanted)
