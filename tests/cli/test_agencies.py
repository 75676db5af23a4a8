"""The verbs `agency` and `region`."""

from typing import Any


def test_agencies_units_and_regions(parakh: Any) -> None:
    parakh("agency", "add", "police", "Police", "--kind", "police")
    parakh("agency", "add", "P!", "Police 2", "--kind", "other", code=2)
    desk = parakh("unit", "add", "Police desk").stdout.strip()
    head = parakh("unit", "add", "Peshawar centre").stdout.strip()
    parakh("agency", "place", desk, "--agency", "police")
    parakh("region", "join", head, code=2)
    parakh("agency", "place", head, "--region", "Peshawar", "--regional")
    rows = parakh.json("agency", "list")
    assert [(own["code"], own["units"]) for own in rows] == [("", [head]), ("police", [desk])]
    assert "Peshawar, its centre" in parakh("agency", "list").stdout

    key, public = parakh("region", "join", head).stdout.splitlines()
    assert key.startswith("parakh_")
    assert len(public.removeprefix("PARAKH_CENTRE_PUBLIC_KEY=")) == 64
    assert parakh.json("region", "list")[0]["name"] == "Peshawar"
    assert "never heard of" in parakh("region", "list").stdout
