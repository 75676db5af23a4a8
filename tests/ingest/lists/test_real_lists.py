"""The published lists themselves, where a copy of them lies beside the repository."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parakh.domain.message import Problem, Severity
from parakh.domain.watchlist import WatchlistEntry
from parakh.ingest.lists.declared import DeclaredEntry
from parakh.ingest.lists.formats import FORMS
from parakh.normalise.entries import listed_entry

LISTS = Path(__file__).parents[4] / "shared" / "data" / "lists"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
pytestmark = pytest.mark.skipif(
    not LISTS.is_dir(), reason="no published lists in ../shared/data/lists"
)


@pytest.mark.parametrize(
    ("form", "pattern", "least", "born", "nothing_lost"),
    [
        ("ofac-csv", "ofac/sdn.csv", {"person": 4620, "vessel": 406, "aircraft": 277}, 0.95, 8976),
        ("un-xml", "un/*.xml", {"person": 730, "organisation": 273}, 0.9, 1003),
        ("eu-csv", "eu/*.csv", {"person": 4500, "vessel": 708}, 0.8, 8017),
    ],
)
def test_nothing_of_a_published_list_is_lost(
    form: str, pattern: str, least: dict[str, int], born: float, nothing_lost: int
) -> None:
    told = Counter[str]()
    entries: list[WatchlistEntry] = []
    problems: list[Problem] = []
    for path in sorted(LISTS.glob(pattern)):
        for found in FORMS[form].read(path):
            if isinstance(found, DeclaredEntry):
                entry, own = listed_entry(found, "list", "test", NOW)
                problems += own
                assert entry is not None, path.name
                entries.append(entry)
                if found.birth_dates:
                    told["dates"] += 1
                    told["read"] += bool(entry.birth_dates)
            elif isinstance(found, Problem):
                problems.append(found)
    kinds = Counter(own.kind.value for own in entries)
    assert len(entries) == nothing_lost
    assert all(kinds[kind] == count for kind, count in least.items())
    assert told["read"] / told["dates"] > 0.995, "of those who have a date of birth"
    assert told["read"] / kinds["person"] > born
    assert [own for own in problems if own.severity is Severity.ERROR] == []
    assert len(problems) < len(entries) / 100
