"""The figures behind an active check, as its documentation has them."""

import pytest

from parakh.domain.face import NO_PAD_CHECK, PadResult
from parakh.faces.liveness import THRESHOLD, Method
from parakh.web.measures import measured


def said(method: str, score: float) -> str:
    return str(measured(PadResult(method=method, score=score, threshold=THRESHOLD)))


@pytest.mark.parametrize(
    ("method", "score", "text"),
    [
        (Method.TURN, 0.2, "moved 0.06 eye distances to that side; 0.15 is needed"),
        (Method.BLINK, 0.1, "changed 1.20 times as much as the nose; 2.00 times is needed"),
        (Method.FOLLOW, 0.0, "0.70 or less, or spread 0.00 eye distances or less; 0.85 and 0.05"),
        (Method.FOLLOW, 0.9, "0.97 or more, spread 0.09 eye distances or more; 0.85 and 0.05"),
        ("pad@1", 0.25, "0.25, 0.50 is needed"),
    ],
)
def test_figures_are_those_of_the_documentation(method: str, score: float, text: str) -> None:
    assert text in said(method, score)


def test_what_was_not_measured_has_no_figure() -> None:
    assert measured(NO_PAD_CHECK) is None
