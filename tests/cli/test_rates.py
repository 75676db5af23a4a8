"""Rates of exchange from a table."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("table", "code", "told"),
    [
        ("currency,on,rate\nPKR,2026-11-20,0.0036\n", 0, "1 rates; 0 consignments and"),
        ("currency,on,rate\nPKR,20.11.2026,0.0036\n", 1, "rates.csv:2:2: on: is not written"),
        ("currency,on,rate\nPKR,2026-11-20,none\n", 1, "rate: is no number"),
        ("currency,rate\nPKR,1\n", 2, "lacks the columns on"),
    ],
)
def test_import(
    parakh: Callable[..., Any], tmp_path: Path, table: str, code: int, told: str
) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(table)
    assert told in parakh("rates", "import", file, code=code).output


def test_what_waits_is_told(parakh: Callable[..., Any]) -> None:
    assert "0 currency declarations wait" in parakh("rates", "waiting").output
    assert parakh("rates", "waiting", "--json").output.startswith("{")
