from typing import Any


def test_profiles_are_listed_and_proposed(parakh: Any) -> None:
    assert parakh.json("profiles", "list") == {"total": 0, "page": 1, "profiles": []}
    assert "0 in all" in parakh("profiles", "list", "--state", "in_force").stdout
    assert parakh.json("profiles", "propose") == {"ended": 0, "proposed": 0, "told": 0}
    assert "0 proposed" in parakh("profiles", "propose").stdout
    parakh("profiles", "list", "--state", "unknown", code=2)
