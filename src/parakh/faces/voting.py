"""Two models' scores made one.

Each score becomes a z-score of its model's impostors: how many standard deviations it lies above
what two strangers get. The weighted sum of both is a z-score again, and is mapped back to the first
model's scale, so that its thresholds keep their meaning (Jain, Nandakumar, Ross: Score
normalization in multimodal biometric systems, Pattern Recognition 38, 2005).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from parakh.domain.face import Candidate, Template
from parakh.faces.catalogue import EmbedderModel, OperatingPoint, VoterModel
from parakh.faces.vectors import to_vector


@dataclass(frozen=True, kw_only=True, slots=True)
class Impostors:
    """The normal law of strangers' scores that a model's operating points lie on."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, points: Sequence[OperatingPoint]) -> "Impostors":
        """The line of threshold over the normal quantile of 1 - FMR, by least squares."""
        normal = NormalDist()
        quantiles = np.array([-normal.inv_cdf(point.fmr) for point in points])
        thresholds = np.array([point.threshold for point in points])
        deviation, mean = np.polyfit(quantiles, thresholds, 1)
        return cls(mean=float(mean), deviation=float(deviation))

    def z(self, score: float) -> float:
        """How far a score lies above the strangers', in their deviations."""
        return (score - self.mean) / self.deviation

    def score(self, z: float) -> float:
        """The score that lies so far above."""
        return self.mean + z * self.deviation


class Vote:
    """Joins the scores of a model and its voter."""

    def __init__(self, first: EmbedderModel, voter: VoterModel) -> None:
        self.voter = voter.embedder
        self._first = Impostors.of(first.points)
        self._second = Impostors.of(voter.embedder.points)
        own, other = 1 - voter.weight, voter.weight
        spread = math.sqrt(own**2 + other**2 + 2 * voter.correlation * own * other)
        self._own, self._other = own / spread, other / spread

    def join(self, first: float, second: float) -> float:
        """One score on the first model's scale."""
        z = self._own * self._first.z(first) + self._other * self._second.z(second)
        return min(1.0, max(-1.0, self._first.score(z)))

    def least_first(self, threshold: float) -> float:
        """The first model's score below which no vote, not even a perfect one, gets to `threshold`.

        A shortlist searched with it leaves nobody out.
        """
        rest = self._first.z(threshold) - self._other * self._second.z(1.0)
        return max(-1.0, min(threshold, self._first.score(rest / self._own)))

    def rescore(
        self, probe: Template, found: Sequence[Candidate], seconds: Mapping[str, Template]
    ) -> list[Candidate]:
        """The candidates with joined scores, best first; without a second template as they were."""
        vector = to_vector(probe, self.voter.name, self.voter.dimension)
        joined = []
        for candidate in found:
            template = seconds.get(candidate.reference_id)
            if template is None:
                joined.append(candidate)
                continue
            other = to_vector(template, self.voter.name, self.voter.dimension)
            score = self.join(candidate.score, float(np.clip(vector @ other, -1, 1)))
            joined.append(replace(candidate, score=score))
        return sorted(joined, key=lambda candidate: (-candidate.score, candidate.reference_id))
