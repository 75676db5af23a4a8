from typing import Any


def test_filling_an_up_to_date_centre_changes_nothing(parakh: Any) -> None:
    nothing = {"travellers": 0, "voyages": 0, "outcomes": 0, "rule_hits": 0}
    assert parakh.json("db", "fill", "--json") == nothing
    told = parakh("db", "fill").output
    assert "0 voyages came onto the vetting list" in told
    assert "0 hits of rules are counted now" in told
