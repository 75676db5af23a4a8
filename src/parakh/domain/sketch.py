"""A small summary of many durations, from which quantiles are read; summaries can be added up.

Durations fall into bins whose bounds grow by a constant factor, as in DDSketch (Masson, Rim, Lee:
DDSketch, PVLDB 12(12), 2019, section 2): a quantile that is read from the counts is off by at most
`ACCURACY` of itself, whatever was added up in which order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, log

ACCURACY = 0.05
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sketch:
    """How many durations fell into each bin; bin n holds those over g^(n-1) up to g^n seconds."""

    bins: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, seconds: Iterable[float]) -> "Sketch":
        """The summary of some durations; those of a second or less count as a second."""
        bins: dict[int, int] = {}
        for own in seconds:
            place = ceil(log(own) / log(_GAMMA)) if own > 1 else 0
            bins[place] = bins.get(place, 0) + 1
        return cls(bins=bins)

    @classmethod
    def sum(cls, several: Iterable["Sketch"]) -> "Sketch":
        """The summary of all that was summarised."""
        bins: dict[int, int] = {}
        for own in several:
            for place, count in own.bins.items():
                bins[place] = bins.get(place, 0) + count
        return cls(bins=bins)

    @property
    def count(self) -> int:
        """How many durations were added."""
        return sum(self.bins.values())

    def quantile(self, share: float) -> float | None:
        """Seconds that this share (0 to 1) of the durations does not exceed; None without any."""
        rank = share * (self.count - 1)
        seen = 0
        for place in sorted(self.bins):
            seen += self.bins[place]
            if seen > rank:
                return 2 * _GAMMA**place / (_GAMMA + 1)
        return None


NOTHING = Sketch()
