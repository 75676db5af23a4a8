"""What speaks for a closer look at consignments: their hits, their scores, who is behind them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from parakh.alert.triage import identifies
from parakh.domain.cargo import CargoScore
from parakh.domain.consignment import Consignment, PartyRole
from parakh.domain.hit import Hit, HitState, Kind
from parakh.domain.selectivity import Basis, Lane, TrustedTrader
from parakh.domain.watchlist import Handling
from parakh.screen.selectivity import Claim
from parakh.services.targets import Targets
from parakh.store import trusted_traders

UNTRIED = 0.5
"""What a hit of a rule is worth before anything is known of it: Laplace's rule of succession,
(found + 1) / (examined + 2), of none."""

MATERIAL = 0.05
"""A score that moved by less is the same: a re-run must not shake lanes."""

_TRUSTED_ROLES = frozenset({PartyRole.IMPORTER, PartyRole.EXPORTER, PartyRole.CONSIGNEE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known of some consignments, by identifier."""

    hits: Mapping[str, Sequence[Hit]]
    scores: Mapping[str, CargoScore]
    targets: Targets
    trusted: Mapping[str, TrustedTrader]

    @classmethod
    def of(
        cls,
        connection: sa.Connection,
        consignments: Sequence[Consignment],
        hits: Mapping[str, Sequence[Hit]],
        scores: Mapping[str, CargoScore],
        at: datetime,
    ) -> "Known":
        """That of some consignments at a moment; hits of the model are told by its score."""
        counting = {
            own.id: [hit for hit in hits.get(own.id, ()) if _counts(hit)] for own in consignments
        }
        return cls(
            hits=counting,
            scores=scores,
            targets=Targets.of(connection, (hit for mine in counting.values() for hit in mine)),
            trusted=trusted_behind(connection, consignments, at),
        )

    def claims(self, consignment_id: str, worth: Mapping[str, float]) -> tuple[Claim, ...]:
        """What hits say of one; `worth` is what a hit of each rule is worth, by identifier."""
        return tuple(self._claim(hit, worth) for hit in self.hits[consignment_id])

    def digest(self, consignment: Consignment) -> str:
        """SHA-256 over all that its lane rests on, but for the score."""
        trader = self.trusted.get(consignment.id)
        reference = consignment.declaration.reference if consignment.declaration else ""
        told = sorted(
            "\t".join((hit.target.id, hit.state.value, self.targets.handling(hit).value))
            for hit in self.hits[consignment.id]
        )
        text = "\n".join([consignment.port, reference, trader.id if trader else "", *told])
        return hashlib.sha256(text.encode()).hexdigest()

    def score(self, consignment_id: str) -> float | None:
        """The model's; None where none was in force."""
        found = self.scores.get(consignment_id)
        return None if found is None else found.score

    def _claim(self, hit: Hit, worth: Mapping[str, float]) -> Claim:
        """A hit as a reason: of a list red where it is to be inspected or referred and is sure, of
        a rule as it says; what only informs, or resembles, has documents checked."""
        handling = self.targets.handling(hit)
        rule = hit.target.kind is Kind.RULE
        listed = hit.target.kind is Kind.WATCHLIST_ENTRY
        confirmed = hit.state is HitState.CONFIRMED
        refer = listed and handling is Handling.REFER
        sure = rule or confirmed or refer or identifies(hit)
        red = sure and handling is not Handling.INFORM
        return Claim(
            lane=Lane.RED if red else Lane.YELLOW,
            basis=Basis.RULE if rule else Basis.HIT,
            basis_id=hit.target.id if rule else hit.id,
            merit=worth.get(hit.target.id, UNTRIED) if rule else hit.score,
            sentence=hit.sentence,
            must=red and (confirmed or refer),
        )


def trusted_behind(
    connection: sa.Connection, consignments: Iterable[Consignment], at: datetime
) -> dict[str, TrustedTrader]:
    """The trusted trader in force behind each consignment that has one."""
    known = list(consignments)
    numbers = {party.identifier for own in known for party in own.parties if party.identifier}
    traders = trusted_traders.by_identifier(connection, numbers)
    found = {}
    for own in known:
        mine = [
            trader
            for party in own.parties
            for trader in traders.get(party.identifier, ())
            if party.role in (trader.roles or _TRUSTED_ROLES) and trader.in_force(at)
        ]
        if mine:
            found[own.id] = mine[0]
    return found


def _counts(hit: Hit) -> bool:
    return hit.state is not HitState.CLEARED and hit.target.kind is not Kind.MODEL
