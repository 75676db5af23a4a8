"""Measures of how well names are found; the data is invented."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from parakh.cli import names_data
from parakh.domain.dates import PartialDate
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind, WatchlistEntry
from parakh.errors import InvalidInput
from parakh.learn.name_cases import KINDS, cases, variants_of
from parakh.learn.names import (
    LabelledPair,
    ListEvaluation,
    at_threshold,
    evaluate_list,
    evaluate_pairs,
    persons_of,
    threshold_at,
)

NAMES = (
    ("MANGALKHEL", "ZARGHUN WALI"),
    ("HEKMATYAR", "GULBAZ KHAN"),
    ("WAZIRZADA", "MUHAMMAD ABDUL QADEER"),
    ("TURGUTOGLU", "BEKTASH CELAL"),
    ("PAPANDRONIKOLAOPOULOS", "STEFANOS ALEXANDROS GEORGIOS"),
    ("AL-HARBINI", "SAOUD BIN FAYEZ"),
)


def entry(place: int, family: str, given: str) -> WatchlistEntry:
    return WatchlistEntry(
        id=str(place),
        watchlist_id="l",
        kind=EntryKind.PERSON,
        names=(PersonName(family=family, given=given),),
        birth_dates=(PartialDate(year=1960 + place, month=5, day=7),),
        proposed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


LISTED = [entry(place, *name) for place, name in enumerate(NAMES)]
VARIANTS = variants_of([["zarghun", "zargoon", "sargun"], ["fayez", "faiz", "john"]])


def other(place: int) -> Traveller:
    return Traveller(
        id=str(place),
        voyage_id="",
        role=TravellerRole.PASSENGER,
        name=PersonName(family=f"SMITHSON{'ABCDEFGHIJ'[place % 10]}", given="JOHN"),
        birth_date=PartialDate(year=1980, month=3, day=1 + place % 28),
    )


def test_variants_are_spellings_only() -> None:
    assert set(VARIANTS["ZARGHUN"]) == {"ZARGOON", "SARGUN"}
    assert set(VARIANTS["FAYEZ"]) == {"FAIZ"}
    assert "JOHN" not in VARIANTS


def test_cases_change_the_name_and_are_the_same_again() -> None:
    made = cases(LISTED, VARIANTS, 4, seed=3)
    assert made == cases(LISTED, VARIANTS, 4, seed=3)
    assert {own.kind for own in made} == set(KINDS)
    assert all(own.name != LISTED[own.entry].names[0] for own in made)
    cut = next(own for own in made if own.kind == "truncation")
    assert len(cut.name.family) + 2 + len(cut.name.given) <= 39


def test_a_list_is_measured_beside_peers() -> None:
    asked = ListEvaluation(
        listed=LISTED, others=[other(place) for place in range(200)], variants=VARIANTS, each=4
    )
    steps = []
    result = evaluate_list(asked, lambda done, total: steps.append((done, total)))
    assert steps[-1][0] == steps[-1][1]
    for born in ("with birth date", "without birth date"):
        assert {"parakh"} < set(result[born])
        ours = result[born]["parakh"]["1.0%"]
        assert ours["raised"] <= 0.01
        assert set(ours["recall"]) == set(KINDS)
    assert result["with birth date"]["parakh"]["1.0%"]["mean"] > 0.9


def test_threshold_keeps_the_rate() -> None:
    scores = np.linspace(0, 1, 1001)
    least = threshold_at(scores, 0.01)
    assert (scores >= least).mean() <= 0.01
    assert least == pytest.approx(0.99, abs=0.002)


def test_precision_and_recall() -> None:
    found = at_threshold([(0.9, True), (0.9, False), (0.5, True), (0.1, False)], 0.8)
    assert (found["precision"], found["recall"], found["f1"]) == (0.5, 0.5, 0.5)
    assert at_threshold([(0.1, True)], 0.8)["f1"] == 0


def test_pairs() -> None:
    pairs = [
        LabelledPair(person=True, one="Zarghun Wali", other="Wali Zargun", same=True),
        LabelledPair(person=True, one="Zarghun Wali", other="Bektash Celal", same=False),
        LabelledPair(person=False, one="Zarghun Ltd", other="Zarghun Limited", same=True),
    ]
    found = evaluate_pairs(pairs)
    assert found["person"]["f1"] == found["organisation"]["f1"] == 1
    with pytest.raises(InvalidInput):
        evaluate_pairs(pairs[:2])


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InvalidInput, match="columns"):
        names_data.pairs(path)
    with pytest.raises(InvalidInput, match="no list"):
        names_data.lists(tmp_path, None, each=1, travellers=1, seed=1)


def test_persons_of_two_words_are_measured() -> None:
    assert persons_of([*LISTED, entry(9, "MONONYM", "")]) == LISTED


PAIRS = Path(__file__).parents[2] / "../shared/data/names/name_pairs.csv"


@pytest.mark.skipif(not PAIRS.exists(), reason="needs the labelled pairs of ../shared/data")
def test_the_benchmark_of_pairs() -> None:
    found = names_data.pairs(PAIRS)
    assert found["person"]["f1"] >= 0.80
    assert found["organisation"]["f1"] >= 0.87
