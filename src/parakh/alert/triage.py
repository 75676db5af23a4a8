"""Turns hits into advice. Advice is for the officer; nothing here refuses or holds anybody."""

from collections.abc import Callable, Sequence

from parakh.domain.hit import Advice, Hit, HitState, Kind, ResultState, ScreenerResult
from parakh.domain.watchlist import Handling

IDENTIFYING = frozenset({"currency", "document", "identifier", "rules"})
"""Screeners whose hit needs no comparison: an equal number, a rule that fits, sums of money. A
resemblance, or a link to somebody, asks a human to compare first."""

ADVICE = {
    Handling.INFORM: Advice.COMPARE,
    Handling.INSPECT: Advice.INSPECT,
    Handling.REFER: Advice.REFER,
}

HandlingOf = Callable[[Hit], Handling]
"""How what stands behind a hit (a list, a rule) is to be handled."""


def advise(
    results: Sequence[ScreenerResult], hits: Sequence[Hit], handling_of: HandlingOf
) -> Advice:
    """The most urgent advice that the results and the hits that were not cleared give.

    A model's hit gives goods a lane (see `parakh.domain.selectivity`), and no advice of its own.
    """
    advice = [_of_hit(hit, handling_of) for hit in hits if alerts(hit)]
    if any(result.state is ResultState.FAILED for result in results):
        advice.append(Advice.INCOMPLETE)
    return max(advice, key=lambda value: value.rank, default=Advice.PROCEED)


def identifies(hit: Hit) -> bool:
    """Whether a hit needs no comparison, since its screener never raises a mere resemblance."""
    return hit.screener.partition("@")[0] in IDENTIFYING


def alerts(hit: Hit) -> bool:
    """Whether a hit concerns units: what was cleared does not, nor what a model says alone."""
    return hit.state is not HitState.CLEARED and hit.target.kind is not Kind.MODEL


def _of_hit(hit: Hit, handling_of: HandlingOf) -> Advice:
    if hit.state is HitState.CONFIRMED or identifies(hit):
        return ADVICE[handling_of(hit)]
    return Advice.COMPARE
