"""`parakh examinations`: the board, the draft of a roster, and the verification."""

from typing import Any


def test_an_empty_centre_has_nothing_to_verify(parakh: Any) -> None:
    told = parakh.json("examinations", "verify")
    assert told == {"reports": 0, "draws": 0, "faults": []}
    assert parakh.json("examinations", "list") == {"terminals": []}


def test_a_roster_needs_somebody(parakh: Any) -> None:
    told = parakh("examinations", "roster", "--since", "2026-11-30", code=2)
    assert "say first whom" in told.stderr
