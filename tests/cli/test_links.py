"""The verb `links rebuild`."""

from datetime import date
from pathlib import Path
from typing import Any

from parakh.simulate.pnr import bookings


def test_rebuilding_writes_links_once(parakh: Any, tmp_path: Path) -> None:
    file = tmp_path / "bookings.edi"
    file.write_bytes(bookings(3, 1, date(2026, 11, 22)))
    parakh("ingest", file)
    first = parakh.json("links", "rebuild")
    assert first["travellers"] > 0
    assert first["changed"] == 0
    assert "0 ends of links changed" in parakh("links", "rebuild").stdout
