"""Thresholds that hold a list's alerts to the share of travellers that its owner allowed.

The score of a resemblance means little to whoever sets a limit; a share of travellers does. The
thresholds are measured on the centre's own traffic, apart for common and for rare names, so that
people with common names do not pay for it (see `parakh.learn.calibration`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from parakh.domain.hit import Agreement
from parakh.screen.names import THRESHOLD, WEIGHTS, Match, alike_points, rarity_points


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


STEP = 0.005
"""Thresholds lie on multiples of it."""


def lowest() -> float:
    """The lowest threshold that may be set, in any band.

    From it on, a common name that is equal does not raise a hit by itself, nor with nationality and
    sex. A lower threshold would raise whole families, whatever rate a list is allowed.
    """
    common = _UP_TO[0][0]
    least = WEIGHTS["nationality.equal"] + WEIGHTS["sex.equal"]
    return round(math.ceil((alike_points(1.0) + rarity_points(common) + least) / STEP) * STEP, 3)


def highest(band: Band) -> float:
    """The highest threshold that may be set in a band.

    Just under what an equal name with an equal birth date scores for the commonest name of the
    band. What else differs may hold such a one under it: see `Calibration.threshold`.
    """
    rarity = {own: limit for (limit, _), own in zip(_UP_TO, list(Band)[1:], strict=True)}
    score = alike_points(1.0) + rarity_points(rarity.get(band, 0.0)) + WEIGHTS["birth_date.equal"]
    return round((math.ceil(min(1.0, score) / STEP - 1e-6) - 1) * STEP, 3)


def same_by_name(compared: Match) -> bool:
    """Whether name and whole birth date are equal, whatever else differs."""
    equal = {item.attribute for item in compared.evidence if item.agreement is Agreement.AGREES}
    return {"name", "birth_date"} <= equal


def counted(compared: Match) -> float:
    """The score by which a rate counts what was compared: the full one where any rate raises it."""
    raised = same_by_name(compared) and compared.score >= THRESHOLD
    return 1.0 if raised else compared.score


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Thresholds of the name screener by list (identifier) and band; what is not measured has the
    standard one."""

    thresholds: Mapping[str, Mapping[Band, float]] = field(default_factory=dict)

    def threshold(self, list_id: str, compared: Match) -> float:
        """The score from which what was compared is a hit on a list.

        It never lies over the standard one for an equal name with an equal birth date, so that
        whoever is listed is not hidden by a strict rate when he travels on another nationality.
        """
        own = self.thresholds.get(list_id, {}).get(band_of(compared.rarity), THRESHOLD)
        return min(own, THRESHOLD) if same_by_name(compared) else own


STANDARD = Calibration()
"""Where nothing has been measured yet."""
