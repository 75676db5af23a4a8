"""The process is killed again and again while it takes messages in; nothing is lost or repeated."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from parakh.access import system_actor
from parakh.domain.message import MessageState
from parakh.domain.unit import Unit
from parakh.services import accounts, imports, queue, trail
from parakh.services.centre import Centre
from parakh.services.demonstration import INVENTED
from parakh.settings import Settings
from parakh.simulate import traffic
from parakh.store.tables import alert, assessment, audit, message, record

KILLS = 10
LISTS = 60
PASSENGERS = 25

DRIVER = """
import sys
from pathlib import Path
from parakh import logs
from parakh.access import system_actor
from parakh.domain.message import Channel, Source
from parakh.services import intake
from parakh.services.centre import Centre
from parakh.services.demonstration import INVENTED
from parakh.settings import Settings
from parakh.worker import Worker

logs.configure("ERROR")
centre = Centre.open(Settings(data_dir=Path(sys.argv[1])))
worker = Worker(centre)
worker.start()
for path in map(Path, sys.argv[2:]):
    source = Source(channel=Channel.CLI, name=path.name)
    received = intake.receive(centre, system_actor("test"), path.read_bytes(), source)
    print(received.message.id, path.name, flush=True)
worker.join()
"""


def run_and_kill(data: Path, files: list[Path], rng: random.Random) -> list[tuple[str, str]]:
    """Starts the driver, kills it at a random point of its work, and gives what it acknowledged."""
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(data), *map(str, files)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    # The first acknowledgement tells that imports are over; what follows is work.
    lines = [process.stdout.readline()]
    reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()))
    reader.start()
    time.sleep(rng.uniform(0, 0.25))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    reader.join()
    process.stdout.close()
    acknowledged = [line.split() for line in lines if line.endswith("\n")]
    return [(message_id, name) for message_id, name in acknowledged]


def test_every_acknowledged_message_is_screened_once(tmp_path: Path) -> None:
    rng = random.Random(20)
    data = tmp_path / "var"
    loaded = traffic.write(tmp_path / "lists", seed=1, today=date(2026, 1, 5))
    files = []
    for seed in range(LISTS):
        path = tmp_path / f"{seed:03}.edi"
        path.write_bytes(traffic.passenger_list(PASSENGERS, seed, date(2026, 1, 5)))
        files.append(path)
    files += loaded.messages  # these have travellers who are on the watchlist
    centre = Centre.create(Settings(data_dir=data))
    accounts.add_unit(centre, system_actor("one"), Unit(id="ntc", name="NTC", central=True))
    imports.import_csv(
        centre,
        system_actor("one"),
        loaded.watchlist,
        approver=system_actor("two"),
        new_list=INVENTED,
    )
    centre.close()

    acknowledged: dict[str, str] = {}
    for _ in range(KILLS):
        rng.shuffle(files)
        acknowledged |= run_and_kill(data, files, rng)

    centre = Centre.open(Settings(data_dir=data))
    unfinished = queue.waiting(centre)
    assert queue.drain(centre) == set()
    with centre.db.read() as connection:
        states = dict(connection.execute(sa.select(message.c.id, message.c.state)).all())
        pairs = connection.execute(sa.select(assessment.c.subject_id, assessment.c.cause)).all()
        records = connection.execute(sa.select(sa.func.count()).select_from(record)).scalar_one()
        alerts = connection.execute(sa.select(alert.c.assessment_id)).scalars().all()
        screened = Counter(
            connection.execute(
                sa.select(audit.c.subject_id).where(audit.c.action == "message.screened")
            ).scalars()
        )
    verdict = trail.verify(centre, system_actor("test"))
    centre.close()

    assert len(acknowledged) > KILLS, "the kills came too early to prove anything"
    assert acknowledged.keys() <= states.keys()
    assert {states[one] for one in acknowledged} == {MessageState.SCREENED}
    # The list is swept while messages come in, so that a sweep may reach a traveller first.
    of_messages = [(own, cause) for own, cause in pairs if not cause.startswith("sweep:")]
    assert {cause.partition("#")[0] for _, cause in of_messages} == set(states)
    assert len(of_messages) == records
    assert len(pairs) == len(set(pairs))
    assert len(alerts) == len(set(alerts))
    assert screened == Counter(dict.fromkeys(states, 1))
    assert verdict.findings == ()
    assert unfinished >= 0
