"""The demonstration: a small centre with units, people, a watchlist, three flights and a gate.

All persons are invented, except for one public-domain portrait under a name that says so.
"""

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import structlog

from parakh.access import Role
from parakh.domain.message import Channel, Source
from parakh.domain.unit import Unit
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import Handling, Watchlist
from parakh.errors import ParakhError
from parakh.services import (
    accounts,
    demonstration_agencies,
    demonstration_casework,
    demonstration_connectors,
    demonstration_faces,
    demonstration_goods,
    demonstration_posts,
    demonstration_trends,
    gate,
    imports,
    intake,
    queue,
    ready_rules,
    rule_files,
    rule_review,
    timetable,
)
from parakh.services.centre import Centre
from parakh.services.demonstration_faces import LOADER, SECOND
from parakh.services.demonstration_posts_live import Living
from parakh.services.demonstration_sides import OtherSides
from parakh.services.gate_values import CrossingRequest
from parakh.simulate import coming, traffic
from parakh.simulate.coming import Coming
from parakh.simulate.pasts import COURIER
from parakh.simulate.traffic import Manifest

_log = structlog.get_logger()

UNITS = (
    Unit(id="demo-ntc", name="National Targeting Centre", central=True),
    Unit(id="demo-khi", name="Karachi Airport", ports=frozenset({"KHI"})),
    Unit(id="demo-isb", name="Islamabad Airport", ports=frozenset({"ISB"})),
    Unit(id="demo-lhe", name="Lahore Airport", ports=frozenset({"LHE"})),
    *demonstration_goods.UNITS,
    *demonstration_posts.UNITS,
    *demonstration_agencies.UNITS,
)
PEOPLE: Mapping[str, tuple[Role, str, str]] = {
    "targeting": (Role.TARGETING, "demo-ntc", "Targeting desk"),
    "gate": (Role.GATE, "demo-khi", "Karachi gate desk"),
    "supervisor": (Role.SUPERVISOR, "demo-ntc", "Duty desk"),
    "analyst": (Role.ANALYST, "demo-ntc", "Analysis desk"),
    "auditor": (Role.AUDITOR, "demo-ntc", "Audit desk"),
    "integrator": (Role.INTEGRATOR, "demo-ntc", "Integration desk"),
    "gate-isb": (Role.GATE, "demo-isb", "Islamabad gate desk"),
    "gate-lhe": (Role.GATE, "demo-lhe", "Lahore gate desk"),
    "custody": (Role.CUSTODY, "demo-khi", "Prison desk"),
    **demonstration_goods.PEOPLE,
    **demonstration_posts.PEOPLE,
    **demonstration_agencies.PEOPLE,
}
INVENTED = Watchlist(
    id="",
    name="",
    source="Parakh's simulator",
    legal_basis="None is needed: everybody on it is invented",
    handling=Handling.INSPECT,
)
FIRST_LANDING = time(21, 50)
"""After this local time the simulated day's first flight has landed."""

LATE_FLIGHT_SECONDS = 20.0
CROSSING_SECONDS = 4.0


@dataclass(kw_only=True)
class Demonstration:
    """A loaded demonstration; `start` lets the last flight's list arrive and people cross."""

    centre: Centre
    manifest: Manifest
    coming: Coming
    passwords: Mapping[str, str]
    posts: Living
    _sides: OtherSides | None = None
    _halt: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @classmethod
    def prepare(cls, centre: Centre, seed: int, note: Callable[[str], None]) -> "Demonstration":
        """Loads what is not there yet; safe to repeat, and each new day brings new flights."""
        folder = centre.settings.data_dir / "demo"
        fresh = not accounts.units(centre)
        today = _first_day(centre)
        first = today if fresh else _begun(folder, today)
        manifest = traffic.write(folder, seed=seed, today=today, first=first)
        (folder / _BEGUN).write_text(first.isoformat(), encoding="utf-8")
        if fresh:
            note("Loading units, a watchlist and a portrait …")
            _load_units(centre)
            demonstration_posts.load_posts(centre)
            demonstration_agencies.load_agencies(centre)
            _load_past(centre, manifest)
            imports.import_csv(
                centre, LOADER, manifest.watchlist, approver=SECOND, new_list=INVENTED
            )
        passwords = _load_people(centre)
        if fresh:
            note("Living through three weeks of a port …")
            demonstration_goods.load_past(centre, seed, passwords)
            demonstration_goods.load_roster(centre, passwords)
            _load_rules(centre, passwords)
        elif today != first:
            _receive(centre, manifest.past)
        note("Reading flights …")
        planned = manifest.timetable
        timetable.import_csv(centre, LOADER, planned.read_bytes(), planned.name)
        for path in (*manifest.bookings[:-1], *manifest.messages[:-1]):
            _receive(centre, path)
        queue.drain(centre)
        for row in _crossings(manifest)[0]:
            _cross(centre, row, datetime.fromisoformat(row["at"]))
        if fresh:
            demonstration_faces.load_galleries(centre)
            note("Showing a face to the gate …")
            demonstration_faces.load_portrait(centre, folder / "pictures")
            demonstration_faces.load_station(centre)
        begun, later = _crossings(manifest)
        crossing = frozenset(row["document_number"] for row in (*begun, *later))
        demonstration_faces.stage_somebody(centre, crossing, folder / "pictures")
        note("Letting the desks work …")
        expected = _load_casework(centre, seed, manifest)
        note("Living through a day at thirty posts …")
        if fresh:
            demonstration_agencies.load_shares(centre, passwords)
            demonstration_trends.tell(centre)
        demonstration_posts.load_day(centre, seed)
        return cls(
            centre=centre,
            manifest=manifest,
            coming=expected,
            passwords=passwords,
            posts=Living(centre=centre, seed=seed),
        )

    def welcome(self) -> str:
        """Where to go, and how to sign in."""
        settings = self.centre.settings
        landing = self.coming.arrives.astimezone(settings.zone)
        rows = [f"    {name:12} {password}" for name, password in self.passwords.items()]
        return "\n".join(
            [
                "",
                f"  Parakh is ready: http://{settings.host}:{settings.port}",
                "",
                "  Sign in as (new passwords at every start):",
                *rows,
                "",
                f"  Pictures to try at the gate: {self.centre.settings.data_dir / 'demo/pictures'}",
                "  Thirty posts live on the control room’s screen, with incidents: Control room.",
                "  Linked systems answer, and one of them stops: Operations, Linked systems.",
                f"  {self.coming.flight} lands in Karachi at {landing:%H:%M}: see Vetting.",
                f"  In {LATE_FLIGHT_SECONDS:.0f} seconds one more flight's list arrives: "
                "keep the Alerts page open.",
                "  Stop with Ctrl-C; start again with the same command, nothing is lost.",
                "",
            ]
        )

    def start(self) -> None:
        """Begins the live part in a thread of its own."""
        self._sides = demonstration_connectors.start(self.centre, self.passwords)
        self._thread = threading.Thread(target=self._live, name="parakh-demo", daemon=True)
        self._thread.start()
        self.posts.start()

    def wait(self) -> None:
        """Waits until the live part is over."""
        if self._thread is not None:
            self._thread.join()

    def halt(self) -> None:
        """Stops the live part."""
        self._halt.set()
        self.posts.halt()
        if self._sides is not None:
            self._sides.halt()
        self.wait()

    def _live(self) -> None:
        if self._halt.wait(LATE_FLIGHT_SECONDS):
            return
        for path in (self.manifest.messages[-1], self.manifest.bookings[-1]):
            # Through the drop folder, as a carrier's gateway would deliver it.
            (self.centre.settings.drop_path / path.name).write_bytes(path.read_bytes())
        for row in _crossings(self.manifest)[1]:
            if self._halt.wait(CROSSING_SECONDS):
                return
            try:
                _cross(self.centre, row, self.centre.clock())
            except ParakhError:
                _log.exception("demonstration crossing failed")


def _first_day(centre: Centre) -> date:
    """The day whose first flight has landed already, so that people can be crossing now."""
    local = centre.clock().astimezone(centre.settings.zone)
    landed = local.time() >= FIRST_LANDING
    return local.date() if landed else local.date() - timedelta(days=1)


_BEGUN = "begun.txt"
"""Holds the first day of the demonstration, whose travellers the watchlist means."""


def _begun(folder: Path, today: date) -> date:
    try:
        return date.fromisoformat((folder / _BEGUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return today


def _load_units(centre: Centre) -> None:
    for unit in UNITS:
        accounts.add_unit(centre, LOADER, unit)


def _load_people(centre: Centre) -> dict[str, str]:
    known = {user.name for user in accounts.users(centre, LOADER)}
    passwords = {}
    for name, (role, unit, title) in PEOPLE.items():
        # Long enough that chance makes none that is refused as too easily guessed.
        passwords[name] = secrets.token_urlsafe(18)
        if name in known:
            accounts.reset_password(centre, LOADER, name, passwords[name])
            continue
        accounts.add_user(
            centre,
            LOADER,
            name=name,
            display_name=title,
            roles=frozenset({role}),
            units=frozenset({unit}),
            password=passwords[name],
        )
    return passwords


def _load_past(centre: Centre, manifest: Manifest) -> None:
    """Where some passengers were before; told before there is a watchlist, so that none is met."""
    _receive(centre, manifest.past)
    queue.drain(centre)


def _load_rules(centre: Centre, passwords: Mapping[str, str]) -> None:
    """The ready rules: one of the demonstration's people writes them, another approves."""
    writer, reviewer = (
        accounts.identify(centre, name, passwords[name]) for name in ("targeting", "supervisor")
    )
    for own in rule_files.install(centre, writer, ready_rules.document()):
        rule_review.submit(centre, writer, own.version.id)
        rule_review.approve(
            centre,
            reviewer,
            own.version.id,
            "For the demonstration",
            over_budget="There is no history yet on which it could be tried",
        )


def _load_casework(centre: Centre, seed: int, manifest: Manifest) -> Coming:
    """What its people did, and the flight that is still to come."""
    told = json.loads(manifest.truth.read_text(encoding="utf-8"))
    courier = next(own["document_number"] for own in told["stories"] if own["rule"] == COURIER)
    demonstration_casework.before(centre, courier)
    folder = manifest.truth.parent / "coming"
    expected = coming.write(folder, seed, centre.clock(), manifest.watchlist)
    for path in (expected.bookings, expected.message):
        _receive(centre, path)
    queue.drain(centre)
    demonstration_casework.after(centre, expected)
    demonstration_goods.load_today(centre, seed, [courier, *expected.companions])
    return expected


def _receive(centre: Centre, path: Path) -> None:
    source = Source(channel=Channel.CLI, name=path.name)
    intake.receive(centre, LOADER, path.read_bytes(), source)


def _crossings(manifest: Manifest) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Those who crossed before the demonstration began, and those who cross while it is watched."""
    rows: list[dict[str, Any]] = json.loads(manifest.crossings.read_text(encoding="utf-8"))
    begun = len(rows) * 2 // 3
    return rows[:begun], rows[begun:]


def _cross(centre: Centre, row: Mapping[str, Any], at: datetime) -> None:
    request = CrossingRequest(
        document=row["document_number"],
        port=row["port"],
        lane=row["lane"],
        direction=Direction(row["direction"]),
        at=min(at, centre.clock()),
    )
    gate.cross(centre, LOADER, request)
