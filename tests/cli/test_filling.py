from typing import Any


def test_filling_an_up_to_date_centre_changes_nothing(parakh: Any) -> None:
    assert parakh.json("db", "fill", "--json") == {"travellers": 0, "voyages": 0, "outcomes": 0}
    assert "0 voyages came onto the vetting list" in parakh("db", "fill").output
