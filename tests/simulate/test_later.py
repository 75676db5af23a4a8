"""On a later day others fly, but for those whom the list means."""

import json
from datetime import date
from pathlib import Path

import pytest

from parakh.simulate import traffic
from parakh.simulate.traffic import Manifest

FIRST, NEXT = date(2026, 3, 1), date(2026, 3, 4)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Manifest, Manifest]:
    """The first day of a simulation, and a later one."""
    one = traffic.write(tmp_path_factory.mktemp("first"), 7, FIRST)
    return one, traffic.write(tmp_path_factory.mktemp("next"), 7, NEXT, FIRST)


def crossed(own: Manifest) -> set[str]:
    return {row["document_number"] for row in json.loads(own.crossings.read_text())}


def planted(own: Manifest) -> set[str]:
    told = json.loads(own.truth.read_text())
    return {row["document_number"] for row in told["planted"] + told["namesakes"]}


def test_a_first_day_is_what_it_was(days: tuple[Manifest, Manifest], tmp_path: Path) -> None:
    alone = traffic.write(tmp_path, 7, FIRST, FIRST)
    assert alone.messages[0].read_bytes() == days[0].messages[0].read_bytes()


def test_others_come_but_for_those_whom_the_list_means(days: tuple[Manifest, Manifest]) -> None:
    first, later = days
    told = json.loads(first.truth.read_text())["stories"]
    courier = {row["document_number"] for row in told if row["rule"] == "Short turn-arounds"}
    assert crossed(first) & crossed(later) <= planted(first) | courier
    assert planted(first) == planted(later)
    assert first.watchlist.read_bytes() == later.watchlist.read_bytes()
    assert first.travellers == later.travellers
    assert b"PK214" in later.messages[0].read_bytes()
    assert later.messages[0].name == "PK214_20260304.edi"


def test_whoever_enters_again_had_left(days: tuple[Manifest, Manifest]) -> None:
    rows = json.loads(days[1].past.read_text())["crossings"]
    left = {own["documents"][0]["number"]: own for own in rows}
    assert crossed(days[0]) & crossed(days[1]) <= left.keys()
    assert {(own["direction"], own["port"]) for own in rows} == {("exit", "KHI")}
    assert all(own["at"].startswith("2026-03-0") for own in rows)


def test_the_same_day_is_written_alike_each_time(
    days: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    again = traffic.write(tmp_path, 7, NEXT, FIRST)
    for one, other in zip(again.messages, days[1].messages, strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert again.past.read_bytes() == days[1].past.read_bytes()
