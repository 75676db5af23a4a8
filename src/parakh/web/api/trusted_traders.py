"""Trusted traders (authorised economic operators); two persons behind each step."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from parakh.domain.consignment import PartyRole
from parakh.domain.selectivity import TrustedTrader
from parakh.services import trusted_traders
from parakh.services.trusted_traders import TraderRow, TraderState, state_of
from parakh.web.api.auth import Caller, Calling
from parakh.web.api.wire import Wire
from parakh.web.queries import Moment

router = APIRouter(prefix="/trusted-traders", tags=["selectivity"])

TraderId = Annotated[str, Path(description="identifier of the trusted trader")]


class TraderIn(Wire):
    """A trader that is proposed."""

    identifier: str = Field(max_length=100, description="tax or registration number")
    name: str = Field(max_length=200)
    roles: set[PartyRole] = Field(set(), description="empty: importer, exporter and consignee")
    authorisation: str = Field(max_length=200, description="number of the authorisation")
    expires_at: Moment
    reason: str = Field(max_length=4000)

    def trader(self) -> TrustedTrader:
        """The same as a domain value."""
        told = self.model_dump(exclude={"roles"})
        return TrustedTrader(id="", roles=frozenset(own.value for own in self.roles), **told)


class TraderOut(Wire):
    """A trusted trader, and how it stands."""

    id: str
    identifier: str
    name: str
    roles: list[PartyRole]
    authorisation: str
    state: TraderState
    reason: str
    proposed_by: str
    proposed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    decision: str
    expires_at: datetime | None
    asked_by: str = Field(description="who wants it suspended; empty for nobody")
    asked_at: datetime | None
    asked_reason: str
    asked_after: str | None = Field(description="consignment in which something was found")
    suspended_by: str
    suspended_at: datetime | None
    suspension: str

    @classmethod
    def of(cls, value: TrustedTrader, state: TraderState) -> "TraderOut":
        """From the domain value."""
        mine = cls.model_fields.keys() - {"roles", "state"}
        told = {name: getattr(value, name) for name in mine}
        return cls(**told, roles=sorted(map(PartyRole, value.roles)), state=state)

    @classmethod
    def shown(cls, row: TraderRow) -> "TraderOut":
        """From the service's value."""
        return cls.of(row.trader, row.state)


class TraderDecisionIn(Wire):
    """Whether a proposed trader is trusted, and why."""

    approve: bool
    reason: str = Field(max_length=4000)


class SuspensionIn(Wire):
    """Why a trader should be suspended."""

    reason: str = Field(max_length=4000)


class SuspensionDecisionIn(Wire):
    """Whether a trader is suspended, and why."""

    suspend: bool
    reason: str = Field(max_length=4000)


@router.get("")
def list_trusted_traders(
    calling: Calling,
    q: Annotated[str, Query(max_length=200, description="part of a name or number")] = "",
) -> list[TraderOut]:
    """Those that wait for a decision first, then the newest."""
    rows = trusted_traders.traders(calling.centre, calling.actor, q)
    return [TraderOut.shown(row) for row in rows]


@router.post("", status_code=201)
def propose_trusted_trader(calling: Calling, body: TraderIn) -> TraderOut:
    """Proposes a trader; another person decides. Humans only."""
    made = trusted_traders.propose(calling.centre, calling.actor, body.trader())
    return _told(calling, made)


@router.post("/{trader_id}/decision")
def decide_trusted_trader(
    calling: Calling, trader_id: TraderId, body: TraderDecisionIn
) -> TraderOut:
    """Decides on a proposed trader; 403 for whoever proposed it."""
    made = trusted_traders.decide(
        calling.centre, calling.actor, trader_id, approve=body.approve, reason=body.reason
    )
    return _told(calling, made)


@router.post("/{trader_id}/suspension")
def ask_to_suspend_trader(calling: Calling, trader_id: TraderId, body: SuspensionIn) -> TraderOut:
    """Asks that a trader be suspended; another person decides."""
    made = trusted_traders.ask_to_suspend(calling.centre, calling.actor, trader_id, body.reason)
    return _told(calling, made)


@router.post("/{trader_id}/suspension/decision")
def decide_trader_suspension(
    calling: Calling, trader_id: TraderId, body: SuspensionDecisionIn
) -> TraderOut:
    """Suspends a trader at once, or leaves it trusted; 403 for whoever asked."""
    made = trusted_traders.decide_suspension(
        calling.centre, calling.actor, trader_id, suspend=body.suspend, reason=body.reason
    )
    return _told(calling, made)


def _told(calling: Caller, made: TrustedTrader) -> TraderOut:
    return TraderOut.of(made, state_of(made, calling.centre.clock()))
