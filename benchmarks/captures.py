"""A busy border: captures over HTTP at a steady rate, against a large gallery, for minutes.

Claim: 1,000 captures a minute for ten minutes on two cores with a million enrolled faces, nothing
lost, 99 of 100 answered within a second. The load comes from a process of its own, on the same
cores, at moments that are fixed beforehand: a slow answer delays no other capture, so that waiting
counts in full. Beside it, in the same run: how long this machine needs for the same pictures with
nobody else in the queue, times the rate: the share of its cores that the load takes at least.

The gallery's faces are random and stand in memory only; captures, crossings and answers are written
to a real database, and counted there at the end. Every hundredth capture is sent twice.
"""

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
import sqlalchemy as sa

ENROLLED = 1_000_000
RATE = 1_000
MINUTES = 10.0
SENDERS = 64
VARIANTS = 40
TWICE = 100
"""Every so many captures one is sent again with the same identifier."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where the load goes, and as whom."""

    port: int
    key: str


def frames() -> list[bytes]:
    """720p pictures of one person at different places, sizes and lights, as JPEG."""
    from skimage import data

    portrait = np.ascontiguousarray(data.astronaut()[:, :, ::-1])
    random = np.random.default_rng(5)
    found = []
    for _ in range(VARIANTS):
        scene = np.full((720, 1280, 3), 90, np.uint8)
        scene += random.integers(0, 40, scene.shape, dtype=np.uint8)
        side = int(random.integers(500, 700))
        small = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
        left, top = int(random.integers(0, 1280 - side)), int(random.integers(0, 720 - side))
        scene[top : top + side, left : left + side] = small
        lit = np.clip(scene * random.uniform(0.75, 1.1), 0, 255).astype(np.uint8)
        found.append(bytes(cv2.imencode(".jpg", lit, [cv2.IMWRITE_JPEG_QUALITY, 88])[1]))
    return found


# --- the load, a process of its own -----------------------------------------------------------


def body_of(frame: bytes, capture_id: str, boundary: str) -> bytes:
    """The form of one capture."""
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="id"\r\n\r\n{capture_id}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="frames"; filename="f.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    return head.encode() + frame + f"\r\n--{boundary}--\r\n".encode()


def unlike_any(frame: bytes, capture_id: str) -> bytes:
    """The picture with a comment of its own (ITU-T T.81, B.2.4.5): no camera gives the same bits
    twice, and a centre takes the same bits for one capture."""
    comment = capture_id.encode()
    return frame[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + frame[2:]


class Sender:
    """One connection a thread, kept open while it is used."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._own = threading.local()

    def send(self, frame: bytes, capture_id: str) -> dict[str, Any]:
        """Sends one capture; gives the answer, or raises.

        Where the server closed an idle connection, it is sent again on a new one, as a station
        would, under the same identifier.
        """
        try:
            return self._send(frame, capture_id)
        except (ConnectionError, http.client.BadStatusLine):
            self._own.connection = None
            return self._send(frame, capture_id)

    def _send(self, frame: bytes, capture_id: str) -> dict[str, Any]:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self._target.port, timeout=120)
            self._own.connection = connection
        boundary = uuid.uuid4().hex
        headers = {
            "Authorization": f"Bearer {self._target.key}",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        }
        connection.request(
            "POST", "/api/v1/gate/captures", body_of(frame, capture_id, boundary), headers
        )
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {content[:200]!r}")
        answer: dict[str, Any] = json.loads(content)
        return answer


def load(target: Target, rate: float, count: int) -> dict[str, Any]:
    """Sends `count` captures at `rate` a minute, each at its own fixed moment."""
    pictures, sender = frames(), Sender(target)
    ids = [uuid.uuid4().hex for _ in range(count)]
    start = time.perf_counter() + 0.5
    gap = 60 / rate

    def one(place: int) -> tuple[float, str]:
        due = start + place * gap
        time.sleep(max(0.0, due - time.perf_counter()))
        sent = place - 1 if place % TWICE == TWICE - 1 else place
        own_id = ids[sent]
        try:
            answer = sender.send(unlike_any(pictures[sent % VARIANTS], own_id), own_id)
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            return time.perf_counter() - due, f"error: {error}"
        took = time.perf_counter() - due
        state = "answered" if answer["capture_id"] else "unfit"
        return took, "repeated" if answer.get("duplicate") else state

    with ThreadPoolExecutor(SENDERS) as pool:
        done = list(pool.map(one, range(count)))
    times = np.array([took for took, _ in done])
    states = [state for _, state in done]
    return {
        "sent": count,
        "seconds": time.perf_counter() - start,
        "states": {name: states.count(name) for name in sorted(set(states))},
        "ms": {
            "p50": float(np.percentile(times, 50) * 1000),
            "p90": float(np.percentile(times, 90) * 1000),
            "p99": float(np.percentile(times, 99) * 1000),
            "max": float(times.max() * 1000),
        },
        "sender_cpu_s": time.process_time(),
    }


# --- the centre -------------------------------------------------------------------------------


def prepared(folder: Path, enrolled: int) -> tuple[Any, str]:
    """A centre with one unit, one station, and so many random faces in its gallery."""
    from parakh.access import system_actor
    from parakh.domain.gallery import WATCHLIST_GALLERY
    from parakh.domain.station import StationKind
    from parakh.domain.unit import Unit
    from parakh.domain.voyage import Direction
    from parakh.faces.gallery import Gallery
    from parakh.services import accounts, stations
    from parakh.services.centre import Centre
    from parakh.settings import Settings

    centre = Centre.create(Settings(data_dir=folder / "var"))
    actor = system_actor("bench")
    accounts.add_unit(centre, actor, Unit(id="u", name="Unit", ports=frozenset({"KHI"})))
    key = stations.register(
        centre,
        actor,
        name="Gate 1",
        kind=StationKind.GATE,
        port="KHI",
        lane="1",
        direction=Direction.ENTRY,
        owner="bench",
    )
    centre.warm()
    gallery = Gallery(model=centre.faces.model_id, dimension=centre.faces.dimension)
    random = np.random.default_rng(3)
    for first in range(0, enrolled, 50_000):
        size = min(50_000, enrolled - first)
        vectors = random.standard_normal((size, centre.faces.dimension)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        names = np.array([f"{place:032x}" for place in range(first, first + size)], dtype="S32")
        gallery.enrol_rows(names, names, vectors)
    centre.galleries._held[WATCHLIST_GALLERY, centre.faces.model_id] = gallery
    return centre, key


def served(centre: Any) -> tuple[Any, threading.Thread, int]:
    """The centre's web server and worker in this process; gives the server and its port."""
    import uvicorn

    from parakh.web.app import create_app

    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        port = own.getsockname()[1]
    config = uvicorn.Config(
        create_app(centre), host="127.0.0.1", port=port, log_level="error", access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    return server, thread, port


def alone(target: Target, rounds: int = 60) -> float:
    """Median milliseconds of one capture with nobody else in the queue."""
    pictures, sender = frames(), Sender(target)
    times = []
    for place in range(rounds):
        start = time.perf_counter()
        own_id = uuid.uuid4().hex
        sender.send(unlike_any(pictures[place % VARIANTS], own_id), own_id)
        times.append(time.perf_counter() - start)
    return median(times) * 1000


def stored(centre: Any) -> dict[str, int]:
    """What the database holds at the end."""
    from parakh.store.tables import capture, crossing

    with centre.db.read() as connection:
        return {
            table.name: int(
                connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            )
            for table in (capture, crossing)
        }


def run(enrolled: int, rate: float, minutes: float) -> dict[str, Any]:
    """The whole measurement."""
    from parakh import logs

    logs.configure("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        centre, key = prepared(Path(folder), enrolled)
        server, thread, port = served(centre)
        target = Target(port=port, key=key)
        single = alone(target)
        before = stored(centre)
        cpu = time.process_time()
        command = [sys.executable, __file__, "--load", str(port)]
        command += ["--rate", str(rate), "--minutes", str(minutes)]
        environment = os.environ | {"PARAKH_BENCH_KEY": key}
        finished = subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        )
        result: dict[str, Any] = json.loads(finished.stdout)
        used = time.process_time() - cpu
        after = stored(centre)
        chain = centre.db.verify_audit()
        server.should_exit = True
        thread.join(20)
        centre.close()
    recorded = after["capture"] - before["capture"]
    fresh = result["states"].get("answered", 0)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)),
        "enrolled": enrolled,
        "rate_per_minute": rate,
        "minutes": minutes,
        **result,
        "recorded": recorded,
        "lost": fresh - recorded,
        "audit_sound": not chain.findings,
        "alone_ms": single,
        "least_share_of_cores": single / 1000 * rate / 60 / len(os.sched_getaffinity(0)),
        "server_cpu_s": used,
        "share_of_cores": (used + result["sender_cpu_s"])
        / result["seconds"]
        / len(os.sched_getaffinity(0)),
    }


def show(result: dict[str, Any], *, as_json: bool) -> None:
    """The result, for people or for programs."""
    if as_json:
        print(json.dumps(result, indent=2))
        return
    times = result["ms"]
    print(
        f"{result['rate_per_minute']:,.0f} captures a minute for {result['minutes']:g} minutes, "
        f"{result['enrolled']:,} enrolled, {result['cores']} cores"
    )
    for label, value in (
        ("sent", f"{result['sent']:,}"),
        ("answers", ", ".join(f"{own} {n:,}" for own, n in result["states"].items())),
        ("recorded", f"{result['recorded']:,}; lost {result['lost']}"),
        ("half answered within", f"{times['p50']:.0f} ms"),
        ("99% answered within", f"{times['p99']:.0f} ms"),
        ("slowest", f"{times['max']:.0f} ms"),
        ("cores taken", f"{result['share_of_cores']:.0%}, the sender's part included"),
        ("one capture alone", f"{result['alone_ms']:.0f} ms"),
        ("  at this rate, of the cores", f"{result['least_share_of_cores']:.0%} at least"),
    ):
        print(f"  {label:28} {value}")


def main() -> None:
    """Measures, or is the load of a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--enrolled", type=int, default=ENROLLED)
    parser.add_argument("--rate", type=float, default=RATE, help="captures a minute")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--load", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.load:
        target = Target(port=given.load, key=os.environ["PARAKH_BENCH_KEY"])
        print(json.dumps(load(target, given.rate, round(given.rate * given.minutes))))
        return
    result = run(given.enrolled, given.rate, given.minutes)
    show(result, as_json=given.json)
    if result["lost"] or any(own.startswith("error") for own in result["states"]):
        sys.exit(1)


if __name__ == "__main__":
    main()
