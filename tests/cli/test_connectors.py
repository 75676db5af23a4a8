"""Linked systems on the command line."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from parakh.services import doctor
from parakh.settings import Settings

PAGE = json.dumps({"format": "parakh-crossings/1", "source": "hub", "crossings": []}).encode()


@pytest.fixture
def hub(parakh: Any) -> Path:
    """A folder that a centre is linked with, with a file that is settled."""
    parakh("db", "upgrade")
    data = Settings().data_dir
    folder = data / "hub"
    folder.mkdir()
    (folder / "a.json").write_bytes(PAGE)
    os.utime(folder / "a.json", (time.time() - 60,) * 2)
    text = '[hub]\nkind = "folder"\nfolder = "hub"\n[far]\nkind = "crossings"\n'
    text += 'url = "https://127.0.0.1:9/"\nprivate = true\nauth = "bearer"\n'
    (data / "connectors.toml").write_text(text)
    return folder


def test_put_in_force_run_and_switched_off(parakh: Any, hub: Path) -> None:
    rows = parakh.json("connector", "list")
    assert [(row["name"], row["state"], row["in_force"]) for row in rows] == [
        ("far", "off", False),
        ("hub", "off", False),
    ]
    assert doctor._connectors(Settings()) == "2 linked, not in force: far, hub"
    parakh("connector", "run", "hub", code=1)
    assert "as it should" in parakh("connector", "test", "hub").stdout
    parakh("connector", "on", "hub")
    assert parakh.json("connector", "run", "hub")["taken"] == 1
    assert (hub / "done" / "a.json").exists()
    assert "up" in parakh("connector", "list").stdout
    parakh("connector", "off", "hub")
    assert parakh.json("connector", "list")[1]["state"] == "off"


def test_a_system_that_is_away(parakh: Any, hub: Path) -> None:
    assert "it has no key" in parakh("connector", "test", "far", code=1).stdout
    parakh("connector", "secret", "far", typed="a key\n")
    assert "refused the connection" in parakh("connector", "test", "far", code=1).stdout
    parakh("connector", "on", "far")
    assert "refused the connection" in parakh.json("connector", "run", "far", code=1)["error"]
    assert "refused" in parakh("connector", "list", code=1).stdout
    parakh("connector", "secret", "hub", typed="a key\n", code=1)
    parakh("connector", "test", "nothing", code=1)
    (hub.parent / "connectors.toml").write_text("[hub")
    parakh("connector", "list", code=2)
