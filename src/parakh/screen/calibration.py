"""Thresholds that hold a list's alerts to the share of travellers that its owner allowed.

The score of a resemblance means little to whoever sets a limit; a share of travellers does. The
thresholds are measured on the centre's own traffic, apart for common and for rare names, so that
people with common names do not pay for it (see `parakh.learn.calibration`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from parakh.screen.names import THRESHOLD


class Band(StrEnum):
    """How often a whole name is borne in the population seen."""

    COMMON = "common"
    MIDDLING = "middling"
    RARE = "rare"


_UP_TO = ((3.0, Band.COMMON), (5.0, Band.MIDDLING))
"""Rarity of a name, the sum of -log10 of the shares of people who bear its words, up to which it
belongs to a band: one in a thousand, one in a hundred thousand."""


def band_of(rarity: float) -> Band:
    """The band of a name by its rarity."""
    return next((band for limit, band in _UP_TO if rarity < limit), Band.RARE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Thresholds of the name screener by list (identifier) and band; what is not measured has the
    standard one."""

    thresholds: Mapping[str, Mapping[Band, float]] = field(default_factory=dict)

    def threshold(self, list_id: str, rarity: float) -> float:
        """The score from which a name of this rarity is a hit on a list."""
        return self.thresholds.get(list_id, {}).get(band_of(rarity), THRESHOLD)


STANDARD = Calibration()
"""Where nothing has been measured yet."""
