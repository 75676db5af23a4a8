"""The example of docs/connectors.md, run as it stands there."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.connectors.servers import OtherSide, Said

from parakh.access import system_actor
from parakh.services import connectors, queue
from parakh.services.centre import Centre
from parakh.services.connector_runs import turn
from parakh.store import connectors as store
from parakh.store import tables

PAGE = Path(__file__).parents[2] / "docs" / "connectors.md"


def test_the_example_fetches_positions(
    centre: Centre,
    theirs: OtherSide,
    link: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = re.search(r"```python\n(import json\n.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    (tmp_path / "positions.py").write_text(found[1])
    monkeypatch.syspath_prepend(tmp_path)
    rows = [
        "1;9074729;SEA STAR;2026-11-22T09:00:00Z;Roads",
        "2;9074729;SEA STAR;2026-11-22T10:00:00Z;Berth 4",
    ]

    def positions(asked: Any) -> Said:
        told = rows[int(asked.params.get("since", "0")) :]
        return Said(body="\n".join(told).encode(), kind="text/plain")

    theirs.routes["GET", "/positions"] = positions
    options = 'options = {port = "PKBQM"}'
    link(centre, f'kind = "python"\nfactory = "positions:make"\n{options}', name="vts")
    assert connectors.test(centre, system_actor("test"), "vts").good
    done = turn(centre, "vts")
    assert done is not None
    assert (done.taken, done.error) == (1, "")
    with centre.db.maintain() as connection:
        store.update(connection, "vts", next_at=None)
    theirs.faults = ["html"] * 3
    failed = turn(centre, "vts")
    assert failed is not None
    assert failed.error == "it answered with another kind of content"
    queue.drain(centre)
    with centre.db.read() as connection:
        assert len(connection.execute(sa.select(tables.movement)).all()) == 2
    sys.modules.pop("positions")
