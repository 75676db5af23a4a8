"""Live walls: 500 officers of 50 units at one server while 50 alerts a second are raised.

Claim: an alert is on every wall of its unit within a second of the moment it was recorded (p99),
and none is lost or told twice, also to those whose line breaks. Everything is real: `parakh serve`
in a process of its own takes passenger lists in by its API, reads, screens, and raises alerts;
officers are lines of server-sent events over TCP, and in the middle third of the run each is cut
once on average without a word and comes back with the last number it saw.

Beside it, in the same run: the same lines at a bare server that does nothing but write the same
bytes to them, and how many bytes the kernel moved (the physical limit).
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import airportsdata
import httpx
import numpy as np
import sqlalchemy as sa

from parakh import logs
from parakh.access import Permission, Purpose, Role, system_actor
from parakh.domain.sign_in import Method, Stage
from parakh.domain.unit import Unit
from parakh.ingest.records import DeclaredDocument, DeclaredTraveller, DeclaredVoyage
from parakh.services import accounts, api_keys, imports, sessions
from parakh.services.centre import Centre
from parakh.services.demonstration import INVENTED
from parakh.settings import Settings
from parakh.simulate.lists import ListedPerson, write_csv
from parakh.simulate.messages import paxlst
from parakh.store import people, tables
from parakh.store.people import User
from parakh.web.security import COOKIE

UNITS, OFFICERS, RATE, SECONDS = 50, 500, 50, 300
LISTED = 10
"""Listed documents in one passenger list: so many alerts come of it at once."""

SENDERS = 3
"""Lines on which lists are sent, so that one that waits for its answer holds up no other."""

ECHO_SECONDS = 20
SETTLE_SECONDS = 30.0
MAKER = system_actor("bench")


@dataclass(kw_only=True)
class Line:
    """One officer's line: what it was told and when, and when it was away."""

    token: str
    unit: str
    told: list[tuple[int, float]] = field(default_factory=list)
    away: list[tuple[float, float]] = field(default_factory=list)
    bytes: int = 0
    writer: asyncio.StreamWriter | None = None
    cut_at: float = 0.0

    def was_away(self, at: float) -> bool:
        """Whether it was cut off at that moment."""
        return any(since <= at <= until for since, until in self.away)


async def follow(line: Line, port: int, rng: Random) -> None:
    """Listens until cancelled; comes back after every cut."""
    while True:
        with suppress(OSError, EOFError):
            await _listen(line, port)
        await asyncio.sleep(rng.uniform(0.05, 2.0))


async def _listen(line: Line, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    after = line.told[-1][0] if line.told else 0
    head = f"GET /wall/events HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncookie: {COOKIE}={line.token}"
    writer.write(f"{head}\r\nlast-event-id: {after}\r\n\r\n".encode())
    line.writer = writer
    seq = 0
    try:
        while raw := await reader.readline():
            line.bytes += len(raw)
            if raw.startswith(b"HTTP/1.1") and b"200" not in raw:
                raise ConnectionError(raw)
            if raw.startswith(b"retry:") and line.cut_at:
                line.away.append((line.cut_at, time.time()))
                line.cut_at = 0.0
            elif raw.startswith(b"id: "):
                seq = int(raw[4:])
            elif raw.startswith(b"data: {"):
                line.told.append((seq, time.time()))
    finally:
        line.cut_at = line.cut_at or time.time()
        writer.transport.abort()


async def cut(lines: list[Line], rng: Random, seconds: float) -> int:
    """Cuts lines at random moments, once each on average; gives how many."""
    cuts, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(rng.expovariate(len(lines) / seconds))
        line = rng.choice(lines)
        if line.writer is not None and not line.cut_at:
            line.cut_at = time.time()
            line.writer.transport.abort()
            cuts += 1
    return cuts


# --- the centre -------------------------------------------------------------------------------


def prepared(folder: Path, alerts: int) -> tuple[list[Line], str, list[str]]:
    """A centre of 50 airports with its officers and a list of documents; gives the officers'
    sessions, the key of a gateway, and the airports."""
    centre = Centre.create(Settings(data_dir=folder))
    ports = sorted(k for k, v in airportsdata.load("IATA").items() if v["country"] == "PK")[:UNITS]
    for port in ports:
        accounts.add_unit(centre, MAKER, Unit(id=port, name=port, ports=frozenset({port})))
    rows = [
        ListedPerson(
            list="Lost documents", kind="document", document_type="P", document_number=_number(n),
            document_issuer="PAK", reason="Reported lost",
        )
        for n in range(alerts)
    ]  # fmt: skip
    write_csv(folder / "list.csv", rows)
    approver = system_actor("approver")
    imports.import_csv(centre, MAKER, folder / "list.csv", approver=approver, new_list=INVENTED)
    key = api_keys.add(
        centre,
        MAKER,
        name="gateway",
        permissions=frozenset({Permission.SEND_MESSAGES}),
        units=frozenset(),
    )
    lines = _officers(centre, ports)
    centre.close()
    return lines, key, ports


def _officers(centre: Centre, ports: list[str]) -> list[Line]:
    lines = []
    with centre.db.write(MAKER, Purpose.ADMINISTRATION) as tx:
        for n in range(OFFICERS):
            unit = ports[n % len(ports)]
            user = User(
                id=f"{n:032x}",
                name=f"officer{n}",
                display_name=f"Officer {n}",
                roles=frozenset({Role.GATE}),
                units=frozenset({unit}),
            )
            people.add_user(tx.connection, user, "cannot sign in", tx.at)
            made = sessions.start(
                centre, tx, user, stage=Stage.FULL, method=Method.PASSWORD, came=sessions.Came()
            )
            lines.append(Line(token=made.token, unit=unit))
    return lines


def _number(n: int) -> str:
    return f"ZQ{n:07d}"


def passenger_list(n: int, port: str, today: date) -> bytes:
    """A flight to a port, every passenger of which has a listed document of his own."""
    voyage = DeclaredVoyage(
        line=0,
        mode="air",
        carrier="PK",
        number=str(1000 + n),
        origin="DXB",
        destination=port,
        departure=f"{today:%y%m%d}2000",
        arrival=f"{today:%y%m%d}2300",
    )
    travellers = [
        DeclaredTraveller(
            line=0, role="passenger", family_name=f"NOON{_letters(own)}", given_names="GUL",
            birth_date="800101", sex="M", nationality="PAK", residence="PAK", embarkation="DXB",
            debarkation=port,
            documents=(DeclaredDocument(type="P", number=_number(own), issuer="PAK"),),
        )
        for own in range(n * LISTED, (n + 1) * LISTED)
    ]  # fmt: skip
    return paxlst(voyage, travellers)


def _letters(n: int) -> str:
    """A number as a word, for no digit stands in a name."""
    return "".join(chr(65 + n // 26**place % 26) for place in range(4))


def send(address: str, key: str, lists: list[bytes], start: float, place: int) -> None:
    """Sends every third list at its time, as one line of a gateway does."""
    with httpx.Client(headers={"authorization": f"Bearer {key}"}, timeout=60) as client:
        for n, data in list(enumerate(lists))[place::SENDERS]:
            time.sleep(max(0.0, start + n * LISTED / RATE - time.monotonic()))
            answer = client.post(f"{address}/api/v1/messages", files={"file": (f"{n}.edi", data)})
            answer.raise_for_status()


# --- the server -------------------------------------------------------------------------------


@contextmanager
def serving(folder: Path, port: int) -> Iterator[int]:
    """`parakh serve` in a process of its own; gives the process's number."""
    env = os.environ | {
        "PARAKH_DATA_DIR": str(folder),
        "PARAKH_PORT": str(port),
        "PARAKH_LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen([sys.executable, "-m", "parakh", "serve"], env=env)
    try:
        _wait(lambda: _answers(process, port))
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _answers(process: "subprocess.Popen[bytes]", port: int) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"the server ended with {process.returncode}")
    return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200


def _wait(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(httpx.HTTPError):
            if condition():
                return
        time.sleep(0.1)
    raise TimeoutError


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used (proc(5), stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def most_memory(pid: int) -> int:
    """The most memory that a process held at once, in bytes (proc(5), status, VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return (
        int(next(own for own in status.splitlines() if own.startswith("VmHWM")).split()[1]) * 1024
    )


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


# --- the limit --------------------------------------------------------------------------------


def echo_server(port: int, seconds: float) -> None:
    """Writes an event to ten of all lines, as often as alerts are raised, and nothing else."""
    asyncio.run(_echo(port, seconds))


async def _echo(port: int, seconds: float) -> None:
    writers: list[asyncio.StreamWriter] = []

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nretry: 2000\n\n")
        writers.append(writer)

    async with await asyncio.start_server(join, "127.0.0.1", port, backlog=OFFICERS):
        while len(writers) < OFFICERS:
            await asyncio.sleep(0.05)
        start = time.monotonic()
        each = OFFICERS // UNITS
        for n in range(int(seconds * RATE)):
            await asyncio.sleep(max(0.0, start + n / RATE - time.monotonic()))
            stamp = time.time_ns()
            event = b'id: %d\nevent: alert\ndata: {"seq":%d,"kind":"raised","alert_id":"%032d"}\n\n'
            place = n % UNITS * each
            for writer in writers[place : place + each]:
                writer.write(event % (stamp, n, n))
        await asyncio.sleep(1.0)


async def bare(rng: Random) -> list[float]:
    """Seconds from a bare server's write to the lines that hear it."""
    port = free_port()
    process = get_context("spawn").Process(target=echo_server, args=(port, ECHO_SECONDS))
    process.start()
    lines = [Line(token="", unit="") for _ in range(OFFICERS)]
    tasks = [asyncio.create_task(follow(own, port, rng)) for own in lines]
    while process.is_alive():
        await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()
    return [at - stamp / 1e9 for own in lines for stamp, at in own.told]


# --- the run ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a run used: cuts made, processor seconds and memory of the server, wall seconds."""

    cuts: int
    cpu: float
    memory: int
    seconds: float


async def run(
    lines: list[Line], key: str, lists: list[bytes], folder: Path, seconds: int, rng: Random
) -> Ran:
    """The officers listen, the lists come in, and lines are cut in the middle third."""
    port = free_port()
    with serving(folder, port) as pid:
        tasks = [asyncio.create_task(follow(own, port, rng)) for own in lines]
        while not all(own.bytes for own in lines):
            await asyncio.sleep(0.1)
        begin, used = time.monotonic(), cpu_seconds(pid)
        address = f"http://127.0.0.1:{port}"
        senders = [
            threading.Thread(target=send, args=(address, key, lists, begin, place))
            for place in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        await asyncio.sleep(seconds / 3)
        cuts = await cut(lines, rng, seconds / 3)
        while any(own.is_alive() for own in senders):
            await asyncio.sleep(0.1)
        cpu, spent = cpu_seconds(pid) - used, time.monotonic() - begin
        await _settled(lines, folder, len(lists) * LISTED)
        ran = Ran(cuts=cuts, cpu=cpu, memory=most_memory(pid), seconds=spent)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return ran


async def _settled(lines: list[Line], folder: Path, alerts: int) -> None:
    """Waits until everything was raised and told, or nothing more is."""
    until = time.monotonic() + SETTLE_SECONDS
    heard = -1
    while time.monotonic() < until:
        now = sum(len(own.told) for own in lines)
        if now >= alerts * OFFICERS // UNITS and not any(own.cut_at for own in lines):
            return
        if now != heard:
            heard, until = now, time.monotonic() + SETTLE_SECONDS
        await asyncio.sleep(0.5)


def judged(lines: list[Line], folder: Path, ran: Ran, bare_delays: list[float]) -> dict[str, Any]:
    """Delays, and what was lost or told twice, against what the database says was raised."""
    engine = sa.create_engine(f"sqlite:///{folder / 'parakh.db'}")
    with engine.connect() as connection:
        own = tables.wall_event.c
        events = list(connection.execute(sa.select(own.seq, own.unit_id, own.at)))
    engine.dispose()
    at = {row.seq: row.at.timestamp() for row in events}
    by_unit: dict[str, set[int]] = {}
    for row in events:
        by_unit.setdefault(row.unit_id, set()).add(row.seq)
    lost = doubled = 0
    live, late = [], []
    for line in lines:
        heard = Counter(seq for seq, _ in line.told)
        lost += len(by_unit.get(line.unit, set()) - heard.keys())
        doubled += sum(count - 1 for count in heard.values())
        for seq, told_at in line.told:
            (late if line.was_away(at[seq]) else live).append(told_at - at[seq])
    return {
        "officers": len(lines),
        "units": len(by_unit),
        "alerts": len(events),
        "alerts_per_second": round(len(events) / ran.seconds, 1),
        "told": sum(len(own.told) for own in lines),
        "lost": lost,
        "doubled": doubled,
        "cuts": ran.cuts,
        "told_after_a_cut": len(late),
        "delay_seconds": _percentiles(live),
        "bare_delay_seconds": _percentiles(bare_delays),
        "server_cores": round(ran.cpu / ran.seconds, 2),
        "server_memory_mb": round(ran.memory / 2**20),
        "kilobytes_per_second": round(sum(own.bytes for own in lines) / ran.seconds / 1024, 1),
        "machine_cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
    }


def _percentiles(delays: list[float]) -> dict[str, float]:
    p50, p99 = np.percentile(delays, [50, 99])
    return {"p50": round(p50, 4), "p99": round(p99, 4), "most": round(max(delays), 4)}


def table(result: dict[str, Any]) -> str:
    """The result for people."""
    rows = []
    for name, value in result.items():
        told = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        rows.append(f"{name.replace('_', ' '):24} {told}")
    return "\n".join(rows)


def main() -> None:
    """Prints a table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    arguments = parser.parse_args()
    logs.configure("ERROR")
    rng, today = Random(7), (datetime.now(UTC) + timedelta(days=1)).date()
    count = arguments.seconds * RATE // LISTED
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        folder.mkdir()
        lines, key, ports = prepared(folder, count * LISTED)
        lists = [passenger_list(n, ports[n % len(ports)], today) for n in range(count)]
        bare_delays = asyncio.run(bare(rng))
        ran = asyncio.run(run(lines, key, lists, folder, arguments.seconds, rng))
        result = judged(lines, folder, ran, bare_delays)
    print(json.dumps(result) if arguments.json else table(result))
    holds = not result["lost"] and not result["doubled"] and result["delay_seconds"]["p99"] < 1
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
