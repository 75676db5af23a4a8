"""Lookouts on the command line."""

from typing import Any

import pytest


@pytest.fixture
def ready(parakh: Any) -> Any:
    parakh("db", "upgrade")
    parakh("unit", "add", "National centre", "--central")
    return parakh


def test_a_lookout_is_placed_listed_and_cancelled(ready: Any) -> None:
    made = ready.json(
        "lookout", "add", "--name", "MAZARI, ZULFIQAR", "--born", "1980-05-05",
        "--document", "PA1234567", "--reason", "Left a bag behind",
    )  # fmt: skip
    assert (made["state"], made["kind"]) == ("provisional", "person")
    assert made["what"] == "MAZARI, ZULFIQAR, PA1234567"
    assert made["in_force_until"] < made["ends_at"]
    (row,) = ready.json("lookout", "list", "--waiting")["lookouts"]
    assert row == made
    assert "MAZARI, ZULFIQAR" in ready("lookout", "list").stdout
    assert ready("lookout", "cancel", made["id"], "--reason", "found it").stdout == "cancelled\n"
    assert ready("lookout", "list").stdout == "no lookouts\n"
    assert ready.json("lookout", "list", "--ended")["lookouts"][0]["state"] == "cancelled"
    ready("lookout", "cancel", made["id"], "--reason", "found it", code=1)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        (["--document", "PA1234567"], "document"),
        (["--company", "Blue Heron Trading", "--country", "PAK"], "organisation"),
        (["--plate", "LEA 4567", "--country", "PAK"], "vehicle"),
        (["--container", "CSQU3054383"], "container"),
    ],
)
def test_things_are_looked_out_for(ready: Any, options: list[str], kind: str) -> None:
    made = ready.json("lookout", "add", *options, "--reason", "Seal was broken", "--days", "90")
    assert made["kind"] == kind


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--name", "A, B", "--plate", "LEA4567"],
        ["--container", "CSQU3054384"],
        ["--document", "PA1234567", "--days", "91"],
    ],
)
def test_what_cannot_be_looked_out_for(ready: Any, options: list[str]) -> None:
    ready("lookout", "add", *options, "--reason", "Seal was broken", code=2)
