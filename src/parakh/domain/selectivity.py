"""Selectivity: which lane a consignment is given, by what, and within which capacity."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from parakh.domain.phrase import Phrase


class Lane(StrEnum):
    """Lanes of customs selectivity, from least to most thorough before release; blue comes after.

    Green is released, yellow checked by its documents, red examined; blue is released and checked
    afterwards.
    """

    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"

    @property
    def rank(self) -> int:
        """0 for the least thorough."""
        return list(Lane).index(self)


class Basis(StrEnum):
    """By what a lane was given. Hit rates are told for each, so that targeting can be compared
    with chance."""

    HIT = "hit"
    RULE = "rule"
    MODEL = "model"
    RANDOM = "random"
    TRUSTED = "trusted"
    ORDINARY = "ordinary"
    OFFICER = "officer"


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneDecision:
    """One lane that a consignment was given; the newest one stands, earlier ones remain.

    It is advice to the declaration system and the officers, who release or hold.

    Attributes:
        ordinal: from 1 for the consignment's first.
        basis: what decided; `basis_id` the rule, hit or model behind it, "" for none.
        sentence: why, in one sentence.
        score: the model's, 0 to 1; None where no model was in force.
        policy: identifier of the policy by which it was given.
        draw: number in [0, 1) that was drawn for it, and `draw_key` from what (see
            `parakh.screen.selectivity`); None for an officer's.
        squeezed: the lane that it would have had, where the day's capacity was used up.
        by: the officer who re-routed it; "" for the program.
    """

    id: str
    consignment_id: str
    ordinal: int
    lane: Lane
    basis: Basis
    sentence: Phrase
    at: datetime
    port: str
    day: date
    basis_id: str = ""
    score: float | None = None
    policy: str = ""
    draw: float | None = None
    draw_key: str = ""
    squeezed: Lane | None = None
    by: str = ""
    reason: str = ""


class PolicyState(StrEnum):
    """One person proposes a policy, another lets it come into force."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REJECTED = "rejected"
    REPLACED = "replaced"


LEAST_RANDOM = 0.01
"""No policy draws fewer than one in a hundred, so that targeting can be held against chance."""


BUILT_IN = "0" * 32
"""The policy that holds until the first one for all ports was approved: hits alone give lanes, and
the least share is drawn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How lanes are given at one port ("" for all ports without one of their own).

    Attributes:
        red_a_day, yellow_a_day: what the port can see to; None for no bound.
        random_share: share of all that is drawn for examination by chance, at least LEAST_RANDOM.
        red_from, yellow_from, blue_from: scores from which the model gives the lane; None where it
            does not.
        trusted_random_share: the same share for trusted traders, who are drawn like all others.
        seed: commits to the draws: SHA-256 of the secret from which they are made, in hexadecimal.
        revealed: that secret in hexadecimal, once the policy ended; "" before.
    """

    id: str
    port: str
    state: PolicyState = PolicyState.PROPOSED
    red_a_day: int | None = None
    yellow_a_day: int | None = None
    random_share: float = 0.05
    trusted_random_share: float = LEAST_RANDOM
    red_from: float | None = None
    yellow_from: float | None = None
    blue_from: float | None = None
    seed: str = ""
    revealed: str = ""
    reason: str = ""
    proposed_by: str = ""
    proposed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""
    ended_at: datetime | None = None

    @property
    def built_in(self) -> bool:
        """Whether nobody approved it: it came with the program."""
        return self.id == BUILT_IN


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """One consignment's lot: drawn once for each declaration, and kept for good.

    Attributes:
        policy_id: from whose secret it was made.
        reference: of the declaration; "" for what was not declared yet.
        key: the text from which it was made (see `parakh.screen.selectivity`).
        number: in [0, 1); it is drawn where this is under `share`.
        trusted: whether it had a trusted trader, for whom the policy has a share of its own.
    """

    consignment_id: str
    policy_id: str
    reference: str
    key: str
    number: float
    share: float
    drawn: bool
    trusted: bool
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedTrader:
    """An authorised economic operator (WCO SAFE Framework, pillar 2), by its number.

    Two persons stand behind one, as behind an entry of a watchlist; two persons suspend it.

    Attributes:
        identifier: tax or registration number, as consignments write it.
        roles: parties that it may be (`parakh.domain.consignment.PartyRole`); empty for importer,
            exporter and consignee.
        authorisation: number of the authorisation.
        asked_by: who wants it suspended, "" for nobody; `asked_after` the consignment in which
            something was found, where that is why.
        kept_at: when somebody else declined that, the last time.
    """

    id: str
    identifier: str
    name: str
    roles: frozenset[str] = field(default_factory=frozenset)
    authorisation: str = ""
    reason: str = ""
    proposed_by: str = ""
    proposed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    refused: bool = False
    decision: str = ""
    expires_at: datetime | None = None
    asked_by: str = ""
    asked_at: datetime | None = None
    asked_reason: str = ""
    asked_after: str | None = None
    kept_at: datetime | None = None
    suspended_by: str = ""
    suspended_at: datetime | None = None
    suspension: str = ""

    def in_force(self, at: datetime) -> bool:
        """Whether it is trusted at a moment."""
        return (
            self.decided_at is not None
            and not self.refused
            and self.decided_at <= at
            and (self.suspended_at is None or at < self.suspended_at)
            and (self.expires_at is None or at < self.expires_at)
        )

    @property
    def waits(self) -> bool:
        """Whether a second person has to decide on it, or on its suspension."""
        return self.decided_at is None or (self.asked_at is not None and self.suspended_at is None)
