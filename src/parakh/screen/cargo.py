"""Raises what the cargo model says of goods as hits, with its reasons as evidence."""

from collections.abc import Mapping, Sequence

from parakh.domain.cargo import CargoScore, Contribution, ModelCard
from parakh.domain.hit import Agreement, Evidence, Hit, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.screener import ConsignmentSubject, Subject

_SHOWN = 3
"""So many reasons stand in the sentence; evidence has them all."""

_SENTENCE = N_("The cargo model gives a risk of {score}: {reasons}")
_BARE = N_("The cargo model gives a risk of {score}")


class CargoScreener:
    """Goods whose score reaches the model's threshold.

    A hit gives them a lane (see `parakh.services.selectivity`); by itself it alerts no unit.
    """

    def __init__(self, card: ModelCard, scores: Mapping[str, CargoScore]) -> None:
        self._card = card
        self._scores = scores

    @property
    def name(self) -> str:
        """The model's version, `cargo@N`."""
        return self._card.version

    def applies(self, subject: Subject) -> bool:
        """Whether the model scored it."""
        return isinstance(subject, ConsignmentSubject) and subject.ref.id in self._scores

    def screen(self, subjects: Sequence[Subject]) -> list[list[Hit]]:
        """One hit for each whose score reaches the threshold."""
        return [self._hits(own.ref) for own in subjects]

    def _hits(self, ref: Ref) -> list[Hit]:
        told = self._scores[ref.id]
        if told.score < self._card.threshold:
            return []
        return [
            Hit(
                id=new_id(),
                subject=ref,
                target=Ref(kind=Kind.MODEL, id=self._card.id),
                screener=self.name,
                score=told.score,
                threshold=self._card.threshold,
                sentence=_sentence(told),
                evidence=tuple(map(_evidence, told.contributions)),
            )
        ]


def _sentence(told: CargoScore) -> Phrase:
    against = [str(own.sentence) for own in told.contributions if own.weight > 0]
    score = f"{told.score:.2f}"
    if not against:
        return phrase(_BARE, score=score)
    return phrase(_SENTENCE, score=score, reasons="; ".join(against[:_SHOWN]))


def _evidence(own: Contribution) -> Evidence:
    return Evidence(
        attribute=own.feature,
        ours="",
        theirs="",
        agreement=Agreement.AGREES if own.weight > 0 else Agreement.DIFFERS,
        weight=own.weight,
        note=own.sentence,
    )
