"""Whether targeting beats chance: hit rates by reason, held against those drawn at random."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp, lgamma

from parakh.learn.faces import Rate, wilson

LEVEL = 0.025
"""A difference counts where chance alone would make one as large, in that direction, less often."""

LEAST = 10
"""Fewer findings known of either tell nothing."""


class Verdict(StrEnum):
    """How a reason does against chance."""

    BEATS = "beats"
    OPEN = "open"
    WORSE = "worse"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """Consignments that had something in common, and what became of them.

    Attributes:
        given: how many there were.
        examined: of them, those of which it is known whether something was found.
    """

    given: int = 0
    examined: int = 0
    found: int = 0

    @property
    def rate(self) -> Rate | None:
        """Found of examined, with its interval of 95% (Wilson, 1927); None of none."""
        return wilson(self.found, self.examined) if self.examined else None

    @property
    def worth(self) -> float:
        """How likely the next one is to have a finding: Laplace's rule of succession."""
        return (self.found + 1) / (self.examined + 2)


def tally(ids: Collection[str], found: Mapping[str, bool]) -> Tally:
    """Counts consignments; `found` tells of those of which something is known."""
    known = [found[own] for own in ids if own in found]
    return Tally(given=len(ids), examined=len(known), found=sum(known))


def verdict(own: Tally, chance: Tally) -> Verdict:
    """Whether a reason has surely a higher hit rate than chance, surely a lower one, or neither.

    Fisher's exact test (Fisher, Statistical Methods for Research Workers, section 21.02), each
    direction at 2.5%. The two must have no consignment in common.
    """
    if min(own.examined, chance.examined) < LEAST:
        return Verdict.OPEN
    if at_least(own, chance) < LEVEL:
        return Verdict.BEATS
    if at_least(chance, own) < LEVEL:
        return Verdict.WORSE
    return Verdict.OPEN


def at_least(own: Tally, other: Tally) -> float:
    """How likely `own` has as many findings as it has, or more, where both have one hit rate and
    all findings are given: the upper tail of the hypergeometric distribution."""
    findings = own.found + other.found
    most = min(own.examined, findings)
    return min(1.0, sum(_share(own, other, count) for count in range(own.found, most + 1)))


def _share(own: Tally, other: Tally, count: int) -> float:
    findings, total = own.found + other.found, own.examined + other.examined
    rest = findings - count
    if rest > other.examined:
        return 0.0
    return exp(
        _choose(own.examined, count) + _choose(other.examined, rest) - _choose(total, findings)
    )


def _choose(total: int, count: int) -> float:
    """The logarithm of the number of ways to choose."""
    return lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1)
