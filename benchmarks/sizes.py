"""How large a centre grows: bytes of the database for a traveller, a bill and an alert, and how
long a backup and the way back take.

Claim: what docs/sizing.md says. Beside it, in the same run: how fast this disk writes as many bare
bytes and has them on it (the physical limit of a backup).
"""

import argparse
import json
import os
import runpy
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import sqlalchemy as sa

from parakh import logs
from parakh.access import system_actor
from parakh.domain.message import Channel, Source
from parakh.domain.unit import Unit
from parakh.services import accounts, backup, backup_restore, intake, queue
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.simulate import traffic
from parakh.store import tables
from parakh.store.sealed_stream import Identity

manifest = runpy.run_path(str(Path(__file__).with_name("manifest.py")))["manifest"]

LISTS, A_LIST, BILLS = 20, 300, 2000
ACTOR = system_actor("bench")


def take_in(centre: Centre, data: bytes, name: str) -> None:
    """A message, from its bytes to its alerts."""
    intake.receive(centre, ACTOR, data, Source(channel=Channel.CLI, name=name))
    assert not queue.drain(centre)


def size(centre: Centre) -> int:
    """Bytes of the database's file, once its log is in it."""
    centre.db.scrub()
    with centre.db.read() as connection:
        pages, free, each = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * each)


def count(centre: Centre, table: sa.Table) -> int:
    """Rows of a table."""
    with centre.db.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def bare_write(folder: Path, size: int) -> float:
    """Seconds to write so many random bytes and have them on the disk."""
    data, start = os.urandom(min(size, 2**24)), perf_counter()
    with (folder / "bare").open("wb") as file:
        for _ in range(-(-size // len(data))):
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return perf_counter() - start


def measured(folder: Path) -> dict[str, Any]:
    """All figures."""
    centre = Centre.create(Settings(data_dir=folder / "data"))
    accounts.add_unit(centre, ACTOR, Unit(id="u", name="Unit", central=True))
    today, start = datetime.now(UTC).date(), size(centre)
    for seed in range(LISTS):
        take_in(centre, traffic.passenger_list(A_LIST, seed, today), f"{seed}.edi")
    after_lists, travellers = size(centre), count(centre, tables.traveller)
    take_in(centre, manifest(BILLS, 7, today), "cargo.edi")
    after_bills, bills = size(centre), count(centre, tables.consignment)
    own = Identity.generate()
    begun = perf_counter()
    made = backup.create(centre, ACTOR, folder / "backup", lock=own.recipient)
    created = perf_counter()
    backup_restore.restore(made.path, Settings(data_dir=folder / "new"), ACTOR, opener=own)
    restored = perf_counter()
    rows = count(centre, tables.audit)
    centre.close()
    megabytes = after_bills / 2**20
    return {
        "bytes_a_traveller": round((after_lists - start) / travellers),
        "bytes_a_bill": round((after_bills - after_lists) / bills),
        "audit_rows": rows,
        "database_mb": round(megabytes, 1),
        "backup_mb": round(made.size / 2**20, 1),
        "backup_mb_per_second": round(megabytes / (created - begun), 1),
        "restore_mb_per_second": round(megabytes / (restored - created), 1),
        "bare_write_mb_per_second": round(made.size / 2**20 / bare_write(folder, made.size), 1),
    }


def main() -> None:
    """Prints a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        result = measured(Path(folder))
    if arguments.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name.replace('_', ' '):26} {value:,}")
    sys.exit(0)


if __name__ == "__main__":
    main()
