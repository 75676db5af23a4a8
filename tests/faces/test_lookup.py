"""Identifiers lead to the rows where they were put, however they came."""

import numpy as np
import pytest

from parakh.faces.lookup import Lookup, hashed


@pytest.mark.parametrize("at_once", [1, 7, 1024, 3000, 50_000])
def test_every_row_is_found_by_its_hash(at_once: int) -> None:
    lookup, rows = Lookup(), np.arange(30_000)
    keys = hashed(np.array([f"{row % 20_000}" for row in rows], dtype="S32"))
    for start in range(0, len(rows), at_once):
        lookup.add(keys[start : start + at_once], rows[start : start + at_once])
    assert lookup.size == len(rows)
    for row in (0, 1, 9_999, 10_000, 19_999):
        wanted = [row] + ([row + 20_000] if row < 10_000 else [])
        assert sorted(lookup.find(int(keys[row]))) == wanted
    assert lookup.known(keys).all()
    others = hashed(np.array(["other", "x"], dtype="S32"))
    assert not lookup.known(others).any()
    assert lookup.find(int(others[0])) == []


def test_hashes_of_similar_identifiers_differ() -> None:
    names = np.array([f"{number:032x}" for number in range(100_000)], dtype="S32")
    assert len(np.unique(hashed(names))) == len(names)
