"""Lines of goods as the cargo model sees them: what is told by numbers, and rows of before."""

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest
from tests.learn.cargo_kit import START, TOKENISER, consignment

from parakh.screen.cargo_lines import FIELDS, NUMBERS, joined, pack, rest_of, transit


@pytest.mark.parametrize(
    ("code", "nines"),
    [
        ("690721", 0),
        ("610990", 2),  # other garments, knitted
        ("61099010", 1),  # of cotton, under the rest
        ("8708999090", 5),
        ("990100", 0),  # the chapter is no level under the heading
        ("6109", nan),
        ("", nan),
    ],
)
def test_codes_for_the_rest(code: str, nines: float) -> None:
    assert rest_of(code) == pytest.approx(nines, nan_ok=True)


@pytest.mark.parametrize(
    ("origin", "departure", "told"),
    [("CHN", "ARE", 1), ("CHN", "CHN", 0), ("", "CHN", nan), ("CHN", "", nan)],
)
def test_goods_sent_from_elsewhere(origin: str, departure: str, told: float) -> None:
    assert transit(origin, departure) == pytest.approx(told, nan_ok=True)


def test_both_are_told_of_consignments() -> None:
    own = consignment(1, origin="CHN", export_country="ARE")
    numbers = joined([pack(own, TOKENISER, START)]).numbers
    assert (numbers["transit"][0], numbers["rest"][0]) == (1, 0)


def test_rows_of_before_lack_what_was_added_since() -> None:
    item = consignment(1).items[0]
    own = consignment(1, items=(item, replace(item, ordinal=2, net_kg=5.0)))
    now = np.frombuffer(pack(own, TOKENISER, START), dtype="<u8")
    width = len(FIELDS) + len(NUMBERS)
    table = now[3 : 3 + 2 * width].reshape(2, width)
    before = np.concatenate([now[:3], table[:, :-2].ravel(), now[3 + 2 * width :]])
    new, old = joined([now.tobytes()]), joined([before.tobytes()])
    assert all((old.tokens[name] == new.tokens[name]).all() for name in FIELDS)
    assert old.numbers["kg"].tolist() == [1000, 5]
    assert all(isnan(own) for own in old.numbers["rest"])
    assert (old.words == new.words).all()
