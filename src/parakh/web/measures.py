"""What a check for presentation attacks measured, in the terms in which it is documented.

A check's score runs from 0 to 1 whatever it looks at; an officer who asks how it came about is
told in eye distances and correlations, as docs/faces.md has them.
"""

from parakh.domain.face import PadResult
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.faces.liveness import BLINK_SEEN, CORRELATED, SWAY, TURN_SEEN, Method
from parakh.web.formats import against, points

TURNED = N_("The nose moved {seen} eye distances to that side; {needed} is needed")
BLINKED = N_("The eyes changed {seen} times as much as the nose; {needed} times is needed")
FOLLOWED = N_(
    "Correlation of nose and dot {correlation} or more, spread {spread} eye distances or more;"
    " {needed} and {spread_needed} are needed"
)
NOT_FOLLOWED = N_(
    "Correlation of nose and dot {correlation} or less, or spread {spread} eye distances or less;"
    " {needed} and {spread_needed} are needed"
)
SCORED = N_("{seen}, {needed} is needed")


def measured(pad: PadResult) -> Phrase | None:
    """The figure behind a result beside the one that is needed; None where there is none."""
    if pad.score is None or pad.threshold is None:
        return None
    score, threshold = pad.score, pad.threshold
    match pad.method:
        case Method.TURN:
            return _of(TURNED, score * TURN_SEEN, threshold * TURN_SEEN)
        case Method.BLINK:
            return _of(BLINKED, _times(score), _times(threshold))
        case Method.FOLLOW:
            correlation, needed = against(_correlation(score), _correlation(threshold))
            spread, spread_needed = against(score * SWAY, threshold * SWAY)
            return phrase(
                FOLLOWED if score >= threshold else NOT_FOLLOWED,
                correlation=correlation,
                needed=needed,
                spread=spread,
                spread_needed=spread_needed,
            )
    return phrase(SCORED, seen=points(score, 2), needed=points(threshold, 2))


def _of(template: str, seen: float, needed: float) -> Phrase:
    shown, limit = against(seen, needed)
    return phrase(template, seen=shown, needed=limit)


def _times(score: float) -> float:
    return 1 + score * (BLINK_SEEN - 1)


def _correlation(score: float) -> float:
    return CORRELATED + score * (1 - CORRELATED)
