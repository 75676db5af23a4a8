"""The demonstration: a small centre with units, people, a watchlist, three flights and a gate.

All persons are invented, except for one public-domain portrait under a name that says so.
"""

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import structlog

from parakh.access import Role, system_actor
from parakh.domain.gallery import VOYAGE_GALLERY, Gallery, GalleryKind, StagedFrom
from parakh.domain.message import Channel, Source
from parakh.domain.station import StationKind
from parakh.domain.traveller import PersonName, Sex, Traveller
from parakh.domain.unit import Unit
from parakh.domain.voyage import CrossingState, Direction
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.errors import Misconfigured, ParakhError
from parakh.faces.picture import Picture, decode_picture
from parakh.services import (
    accounts,
    demonstration_casework,
    galleries,
    gate,
    imports,
    intake,
    portraits,
    queue,
    ready_rules,
    rule_files,
    rule_review,
    staging,
    stations,
    timetable,
    voyages,
    watchlists,
)
from parakh.services.centre import Centre
from parakh.services.demonstration_casework import People
from parakh.services.gate_values import CaptureRequest, CrossingRequest
from parakh.simulate import coming, traffic
from parakh.simulate.coming import Coming
from parakh.simulate.pasts import COURIER
from parakh.simulate.traffic import Manifest
from parakh.store import travellers, voyage_templates

_log = structlog.get_logger()
_LOADER = system_actor("demo")
_SECOND = system_actor("demo-approval")

UNITS = (
    Unit(id="demo-ntc", name="National Targeting Centre", central=True),
    Unit(id="demo-khi", name="Karachi Airport", ports=frozenset({"KHI"})),
    Unit(id="demo-isb", name="Islamabad Airport", ports=frozenset({"ISB"})),
    Unit(id="demo-lhe", name="Lahore Airport", ports=frozenset({"LHE"})),
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
}
GALLERIES = (
    Gallery(
        id="",
        name="Prisoners (demonstration)",
        kind=GalleryKind.CUSTODY,
        purpose="Knowing a detainee again, whatever name he gives",
        legal_basis="None is needed: everybody in it is invented",
        retention=timedelta(days=365),
        units=frozenset({"demo-khi"}),
    ),
    Gallery(
        id="",
        name="Missing persons (demonstration)",
        kind=GalleryKind.MISSING,
        purpose="Finding missing persons when they cross the border",
        legal_basis="None is needed: everybody in it is invented",
        retention=timedelta(days=2 * 365),
    ),
)
PRISON = Watchlist(
    id="demo-prison",
    name="Central prison",
    source="Parakh's demonstration",
    legal_basis="None is needed: everybody on it is invented",
    handling=Handling.REFER,
    instruction="Call the prison's duty officer: he may have escaped, or use another's papers",
    by_name=False,
)
MISSING = Watchlist(
    id="demo-missing",
    name="Missing persons",
    source="Parakh's demonstration",
    legal_basis="None is needed: everybody on it is invented",
    handling=Handling.REFER,
    instruction="Protect this person. Bring him to a quiet room and call the child protection desk",
)
PORTRAITS = Watchlist(
    id="demo-portraits",
    name="Demonstration portraits",
    source="Pictures in the public domain, and visitors' own",
    legal_basis="None is needed: nobody on it is sought",
    handling=Handling.INSPECT,
)
INVENTED = Watchlist(
    id="",
    name="",
    source="Parakh's simulator",
    legal_basis="None is needed: everybody on it is invented",
    handling=Handling.INSPECT,
)
DETAINEES = (
    ("SOOMRO", "WAHEED", "CP-2026-0412", "Central prison; FIR 212/26 (invented)"),
    ("BALOCH", "JANGI", "CP-2026-0555", "Central prison; FIR 319/26 (invented)"),
)
CHILDREN = (("ABRO", "SANAM", "M-2026-031", "Last seen at the main station (invented)"),)
PORTRAIT_NAME = PersonName(family="PORTRAIT", given="PUBLIC DOMAIN")

_HELD = timedelta(hours=36)
"""So long a traveller's face is held here: her flight may have landed yesterday evening."""

STAGED_VOYAGE = "PK214"
"""Of one traveller of this flight the face is known before he comes to the gate."""

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
    _halt: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @classmethod
    def prepare(cls, centre: Centre, seed: int, note: Callable[[str], None]) -> "Demonstration":
        """Loads what is not there yet; safe to repeat, and each new day brings new flights."""
        folder = centre.settings.data_dir / "demo"
        manifest = traffic.write(folder, seed=seed, today=_first_day(centre))
        fresh = not accounts.units(centre)
        if fresh:
            note("Loading units, a watchlist and a portrait …")
            _load_units(centre)
            _load_past(centre, manifest)
            imports.import_csv(
                centre, _LOADER, manifest.watchlist, approver=_SECOND, new_list=INVENTED
            )
        passwords = _load_people(centre)
        if fresh:
            _load_rules(centre, passwords)
        note("Reading flights …")
        planned = manifest.timetable
        timetable.import_csv(centre, _LOADER, planned.read_bytes(), planned.name)
        for path in (*manifest.bookings[:-1], *manifest.messages[:-1]):
            _receive(centre, path)
        queue.drain(centre)
        for row in _crossings(manifest)[0]:
            _cross(centre, row, datetime.fromisoformat(row["at"]))
        if fresh:
            _load_galleries(centre)
            note("Showing a face to the gate …")
            _load_portrait(centre, folder / "pictures")
            _load_station(centre)
        _stage_somebody(centre, manifest, folder / "pictures")
        note("Letting the desks work …")
        expected = _load_casework(centre, seed, manifest)
        return cls(centre=centre, manifest=manifest, coming=expected, passwords=passwords)

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
                f"  {self.coming.flight} lands in Karachi at {landing:%H:%M}: see Vetting.",
                f"  In {LATE_FLIGHT_SECONDS:.0f} seconds one more flight's list arrives: "
                "keep the Alerts page open.",
                "  Stop with Ctrl-C; start again with the same command, nothing is lost.",
                "",
            ]
        )

    def start(self) -> None:
        """Begins the live part in a thread of its own."""
        self._thread = threading.Thread(target=self._live, name="parakh-demo", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Waits until the live part is over."""
        if self._thread is not None:
            self._thread.join()

    def halt(self) -> None:
        """Stops the live part."""
        self._halt.set()
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


def _load_units(centre: Centre) -> None:
    for unit in UNITS:
        accounts.add_unit(centre, _LOADER, unit)


def _load_people(centre: Centre) -> dict[str, str]:
    known = {user.name for user in accounts.users(centre, _LOADER)}
    passwords = {}
    for name, (role, unit, title) in PEOPLE.items():
        passwords[name] = secrets.token_urlsafe(12)
        if name in known:
            accounts.reset_password(centre, _LOADER, name, passwords[name])
            continue
        accounts.add_user(
            centre,
            _LOADER,
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
    known = {own.name: own for own in accounts.actors(centre).values()}
    people = People(
        targeting=known["targeting"],
        supervisor=known["supervisor"],
        gate=known["gate"],
        islamabad=known["gate-isb"],
    )
    told = json.loads(manifest.truth.read_text(encoding="utf-8"))
    passport = next(own["document_number"] for own in told["stories"] if own["rule"] == COURIER)
    demonstration_casework.before(centre, people, passport)
    folder = manifest.truth.parent / "coming"
    expected = coming.write(folder, seed, centre.clock(), manifest.watchlist)
    for path in (expected.bookings, expected.message):
        _receive(centre, path)
    queue.drain(centre)
    demonstration_casework.after(centre, people, expected)
    return expected


def _receive(centre: Centre, path: Path) -> None:
    source = Source(channel=Channel.CLI, name=path.name)
    intake.receive(centre, _LOADER, path.read_bytes(), source)


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
    gate.cross(centre, _LOADER, request)


def _load_galleries(centre: Centre) -> None:
    """A gallery of custody and one of missing persons, with invented persons without pictures; and
    for how long travellers' faces are held."""
    expected = galleries.view(centre, _LOADER, VOYAGE_GALLERY).row.gallery
    basis = "None is needed: everybody in it is invented"
    galleries.save(centre, _LOADER, replace(expected, legal_basis=basis, retention=_HELD))
    for own, listed, people in zip(
        GALLERIES, (PRISON, MISSING), (DETAINEES, CHILDREN), strict=True
    ):
        made = galleries.add(centre, _LOADER, own)
        watchlists.add_list(centre, _LOADER, replace(listed, gallery_id=made.id))
        for family, given, number, reason in people:
            entry = WatchlistEntry(
                id="",
                watchlist_id=listed.id,
                kind=EntryKind.PERSON,
                names=(PersonName(family=family, given=given),),
                source_id=number,
                reason=reason,
            )
            proposed = watchlists.propose(centre, _LOADER, entry)
            watchlists.decide(
                centre, _SECOND, proposed.id, approve=True, reason="for the demonstration"
            )


def _load_portrait(centre: Centre, folder: Path) -> None:
    """Enrols the public-domain portrait, and shows a changed copy of it to the gate."""
    picture = _public_portrait()
    folder.mkdir(parents=True, exist_ok=True)
    enrolled = portraits.kept(picture)
    live = portraits.kept(_at_the_gate(picture, turned=5.0))
    (folder / "portrait.jpg").write_bytes(enrolled)
    (folder / "at-the-gate.jpg").write_bytes(live)
    (folder / "expected.jpg").write_bytes(portraits.kept(_at_the_gate(picture, turned=-3.0)))
    watchlists.add_list(centre, _LOADER, PORTRAITS)
    entry = WatchlistEntry(
        id="",
        watchlist_id=PORTRAITS.id,
        kind=EntryKind.PERSON,
        names=(PORTRAIT_NAME,),
        reason="To show the face search; the person in the picture is not sought",
    )
    proposed = watchlists.propose(centre, _LOADER, entry, enrolled)
    watchlists.decide(centre, _SECOND, proposed.id, approve=True, reason="for the demonstration")
    request = CaptureRequest(
        frames=(live,), portrait=None, port="KHI", lane="A1", direction=Direction.ENTRY
    )
    gate.capture(centre, _LOADER, request)


def _load_station(centre: Centre) -> None:
    """A gate that was heard once and is silent since, for nobody has its key."""
    key = stations.register(
        centre,
        _LOADER,
        name="e-gate A1",
        kind=StationKind.GATE,
        port="KHI",
        lane="A1",
        direction=Direction.ENTRY,
    )
    station = stations.bearer(centre, key)
    if station is not None:
        stations.hear(centre, station, at=centre.clock(), software="demonstration")


def _stage_somebody(centre: Centre, manifest: Manifest, folder: Path) -> None:
    """The face of one traveller who is still to come, so that the gate finds her by `expected.jpg`;
    by the same portrait, for no other may be shown."""
    path = folder / "portrait.jpg"
    found = _still_to_come(centre, manifest) if path.exists() else None
    if found is not None and found.voyage_id is not None:
        picture = path.read_bytes()
        staging.stage(centre, _LOADER, found.voyage_id, found.id, picture, StagedFrom.DOCUMENT)


def _still_to_come(centre: Centre, manifest: Manifest) -> Traveller | None:
    """A woman on the flight whom nothing is known against and who does not cross by herself; None
    when somebody's face is staged already, or the flight is over."""
    now, (begun, later) = centre.clock(), _crossings(manifest)
    crossing = {row["document_number"] for row in (*begun, *later)}
    with centre.db.read() as connection:
        due = travellers.voyages_between(connection, now - _HELD, now + _HELD, None)
        for voyage in due:
            if voyage.name != STAGED_VOYAGE:
                continue
            if voyage_templates.staged_travellers(connection, voyage.id):
                return None
            declared = travellers.travellers_of_voyage(connection, voyage.id)
            for row in voyages.vetting_rows(connection, declared):
                own = row.traveller
                seen = row.crossing is not None and row.crossing.state is CrossingState.ACTUAL
                comes = crossing.intersection(document.number for document in own.documents)
                if own.sex is Sex.FEMALE and not (seen or comes or row.hits):
                    return own
    return None


def _public_portrait() -> Picture:
    """NASA's portrait of an astronaut (public domain), as scikit-image brings it."""
    package = find_spec("skimage")
    folders = package.submodule_search_locations if package else None
    if not folders:
        raise Misconfigured("the demonstration needs scikit-image: run `make install`")
    return decode_picture((Path(next(iter(folders))) / "data" / "astronaut.png").read_bytes())


def _at_the_gate(picture: Picture, turned: float) -> Picture:
    """The portrait as a gate's camera might see it: turned by some degrees, darker, less sharp."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), turned, 1.1)
    moved = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    blurred = cv2.GaussianBlur(moved, (3, 3), 0)
    darker: Picture = np.clip(blurred.astype(np.float32) * 0.8, 0, 255).astype(np.uint8)
    return darker
