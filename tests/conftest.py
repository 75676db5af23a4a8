"""Centres for tests: a staged one with users and traffic, and empty ones on either database.

`stage` has one user of each role, a flight with hits, and a message in quarantine. It is made once
a session and copied for each test, because hashing passwords is slow on purpose. `centre` and
`any_centre` are empty; `any_centre` runs a test on SQLite and on PostgreSQL.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import uvicorn
from argon2 import PasswordHasher

from parakh.access import Actor, Role, permissions_of, system_actor
from parakh.domain.dates import PartialDate
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.domain.traveller import Document, DocumentType, PersonName
from parakh.domain.unit import Unit
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.ingest.records import DeclaredDocument, DeclaredTraveller, DeclaredVoyage
from parakh.normalise.completeness import ATTRIBUTES, COMPLETE, PASSENGERS
from parakh.services import accounts, alerts, intake, queue, watchlists
from parakh.services.centre import Centre
from parakh.settings import Settings
from parakh.simulate.messages import paxlst
from parakh.store import schema, tables
from parakh.store.database import Database
from parakh.store.keys import Keys
from parakh.web.app import create_app

PASSWORD = "correct horse battery staple"
ARRIVES_IN = timedelta(hours=3)
BROKEN = b"""UNA:+.? '
UNB+UNOA:4+PK+PKNTC+250101:0000+9'
UNH+1+PAXLST:D:05B:UN:IATA'
BGM+250'
TDT+20'
UNT+4+1'
UNZ+1+9'
"""
_USERS = {
    "targeting": ("targeting", "ntc"),
    "gate": ("gate", "khi"),
    "supervisor": ("supervisor", "ntc"),
    "analyst": ("analyst", "ntc"),
    "auditor": ("auditor", "ntc"),
    "integrator": ("integrator", "ntc"),
    "custody": ("custody", "khi"),
    "lahore": ("targeting", "lhe"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """A browser that has signed in."""

    token: str
    csrf: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The centre of one test, and the sessions of its users by name."""

    centre: Centre
    sessions: dict[str, Signed]

    def actor(self, name: str) -> Actor:
        """The user as the services know him."""
        session = accounts.session(self.centre, self.sessions[name].token)
        assert session is not None
        return session.actor


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the centre that every test starts from."""
    folder = tmp_path_factory.mktemp("staged") / "data"
    centre = Centre.create(Settings(data_dir=folder))
    _people(centre)
    _lists(centre)
    _messages(centre)
    sessions = {name: accounts.sign_in(centre, name, PASSWORD) for name in _USERS}
    tokens = {name: [own.token, own.session.csrf] for name, own in sessions.items()}
    (folder / "sessions.json").write_text(json.dumps(tokens))
    centre.close()
    return folder


@pytest.fixture
def stage(staged: Path, tmp_path: Path) -> Iterator[Stage]:
    """A centre of the test's own."""
    folder = tmp_path / "data"
    shutil.copytree(staged, folder)
    tokens = json.loads((folder / "sessions.json").read_text())
    centre = Centre.open(Settings(data_dir=folder))
    yield Stage(
        centre=centre,
        sessions={name: Signed(token=token, csrf=csrf) for name, (token, csrf) in tokens.items()},
    )
    centre.close()


class Server:
    """A real server on a port of this machine that can be stopped and started again."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Comes back when the server answers."""
        config = uvicorn.Config(
            create_app(self._centre),
            port=self._port,
            log_level="error",
            timeout_graceful_shutdown=1,
        )
        self._running = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._running.run)
        self._thread.start()
        while not self._running.started:
            time.sleep(0.01)

    def stop(self) -> None:
        """Breaks every connection."""
        self._running.should_exit = self._running.force_exit = True
        self._thread.join(timeout=10)


@pytest.fixture
def serving(stage: Stage) -> Iterator[Server]:
    """The server of the test's centre."""
    server = Server(stage.centre)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(serving: Server) -> str:
    """The address of the server of the test's centre."""
    return serving.address


@pytest.fixture
def portrait() -> bytes:
    """A picture of one person, in the public domain (NASA), from scikit-image."""
    skimage = pytest.importorskip("skimage", reason="scikit-image brings the test's portrait")
    return (Path(skimage.__file__).parent / "data" / "astronaut.png").read_bytes()


@pytest.fixture
def flight(stage: Stage) -> bytes:
    """One more passenger list, which raises two alerts when it is taken in."""
    return _passenger_list(stage.centre, number="306", family="TALPUR")


@pytest.fixture
def ids(stage: Stage) -> dict[str, str]:
    """Identifiers of one thing of each kind."""
    actor, centre = stage.actor("supervisor"), stage.centre
    rows = alerts.list_alerts(centre, actor)
    row = next(one for one in rows if one.hits[0].screener.startswith("name"))
    page = watchlists.entries(centre, actor, text="mazari")
    return {
        "alert": row.alert.id,
        "hit": row.hits[0].id,
        "traveller": row.traveller.id,
        "voyage": row.voyage.id,
        "carrier": row.voyage.carrier,
        "entry": page.rows[0].entry.id,
        "list": page.rows[0].watchlist.id,
        "message": intake.list_messages(centre, actor, quarantined=True).rows[0].message.id,
    }


def _people(centre: Centre) -> None:
    maker = system_actor("test")
    accounts.add_unit(centre, maker, Unit(id="ntc", name="National centre", central=True))
    for port, name in (("KHI", "Karachi airport"), ("LHE", "Lahore airport")):
        unit = Unit(id=port.lower(), name=name, ports=frozenset({port}))
        accounts.add_unit(centre, maker, unit)
    for name, (role, unit_id) in _USERS.items():
        accounts.add_user(
            centre,
            maker,
            name=name,
            display_name=name.capitalize(),
            roles=frozenset({Role(role)}),
            units=frozenset({unit_id}),
            password=PASSWORD,
        )


def _lists(centre: Centre) -> None:
    first, second = system_actor("first"), system_actor("second")
    couriers = Watchlist(
        id=new_id(),
        name="Couriers",
        source="Directorate",
        legal_basis="Act 1, section 2",
        handling=Handling.INSPECT,
    )
    watchlists.add_list(centre, second, couriers)
    for entry in (_person(couriers.id), _document(couriers.id)):
        proposed = watchlists.propose(centre, first, entry)
        watchlists.decide(centre, second, proposed.id, approve=True, reason="the file was checked")


def _person(list_id: str) -> WatchlistEntry:
    return WatchlistEntry(
        id="",
        watchlist_id=list_id,
        kind=EntryKind.PERSON,
        names=(PersonName(family="MAZARI", given="ZULFIQAR"),),
        birth_dates=(PartialDate(year=1980, month=5, day=5),),
        nationalities=("PAK",),
        reason="Carried currency twice",
    )


def _document(list_id: str) -> WatchlistEntry:
    return WatchlistEntry(
        id="",
        watchlist_id=list_id,
        kind=EntryKind.DOCUMENT,
        names=(),
        documents=(Document(type=DocumentType.PASSPORT, number="ZX9876543", issuer="PAK"),),
        reason="Reported lost",
    )


def _messages(centre: Centre) -> None:
    maker = system_actor("test")
    source = Source(channel=Channel.DROP, name="pk304.edi")
    intake.receive(centre, maker, _passenger_list(centre, number="304", family="NOON"), source)
    broken = Source(channel=Channel.HTTP, name="broken.edi")
    intake.receive(centre, maker, BROKEN, broken)
    queue.drain(centre)


def _passenger_list(centre: Centre, *, number: str, family: str) -> bytes:
    arrival = centre.clock().astimezone(centre.settings.zone) + ARRIVES_IN
    voyage = DeclaredVoyage(
        line=0,
        mode="air",
        carrier="PK",
        number=number,
        origin="DXB",
        destination="KHI",
        departure=f"{arrival - timedelta(hours=2):%y%m%d%H%M}",
        arrival=f"{arrival:%y%m%d%H%M}",
    )
    plain = [
        _declared(family, f"GUL{chr(65 + n)}AN", f"7{n}0101", f"PA10000{n}{number}", f"1{n}A")
        for n in range(9)
    ]
    hits = [
        _declared("MAZARI", "ZULFIQAR", "800505", f"QA44444{number}", "20A"),
        _declared(family, "SAFIA", "850607", "ZX9876543", "20B"),
    ]
    return paxlst(voyage, [*plain, *hits])


def _declared(family: str, given: str, born: str, number: str, seat: str) -> DeclaredTraveller:
    return DeclaredTraveller(
        line=0,
        role="passenger",
        family_name=family,
        given_names=given,
        birth_date=born,
        sex="M",
        nationality="PAK",
        residence="PAK",
        embarkation="DXB",
        debarkation="KHI",
        seat=seat,
        documents=(DeclaredDocument(type="P", number=number, issuer="PAK", expiry="310101"),),
    )


# --- parts, one at a time: databases, centres, actors, messages -------------------------------


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class SetClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Goes on, by hours, minutes and so on."""
        self.now += timedelta(**by)


class PostgresServer:
    """A server of the tests' own: a temporary folder, a socket in it, no network, no fsync."""

    def __init__(self, binaries: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="parakh-pg-"))
        # PostgreSQL refuses to run as root, so that the account Debian made for it is used then.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        data = str(self.folder / "data")
        options = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        self._run([str(binaries / "initdb"), *options, "--locale=C.UTF-8"])
        settings = (
            "listen_addresses=", f"unix_socket_directories={self.folder}", "fsync=off",
            "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB",
            "logging_collector=off", "autovacuum=off",
        )  # fmt: skip
        self._log = (self.folder / "log").open("wb")
        self._server = subprocess.Popen(
            [str(binaries / "postgres"), "-D", data, *(f"-c{own}" for own in settings)],
            user=self._user,
            cwd=self.folder,
            stdout=self._log,
            stderr=self._log,
        )
        self._admin = sa.create_engine(
            self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )
        self._wait()

    def url(self, name: str) -> str:
        """The address of a database, as an operator would set it."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self, name: str, template: str = "template0") -> str:
        """Makes a database, a copy of `template`, and gives its address."""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Takes a database away, whoever is connected."""
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def stop(self) -> None:
        """Ends the server and removes its folder."""
        self._admin.dispose()
        self._server.send_signal(signal.SIGINT)
        self._server.wait(30)
        self._log.close()
        shutil.rmtree(self.folder)

    def _execute(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)

    def _wait(self) -> None:
        for _ in range(300):
            try:
                return self._execute("SELECT 1")
            except sa.exc.OperationalError:
                time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}")

    def _run(self, command: list[str]) -> None:
        subprocess.run(command, user=self._user, cwd=self.folder, check=True, capture_output=True)


@pytest.fixture(scope="session")
def keys() -> Keys:
    """The secrets of every centre whose database is copied from a template."""
    return Keys.generate()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server from Debian's programs; without them the test is skipped, in CI fails."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        reason = "PostgreSQL is not installed: `apt-get install postgresql`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    server = PostgresServer(found[-1].parent)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgresServer, keys: Keys) -> str:
    """The name of a database with the whole schema, to be copied."""
    database = Database(postgresql_server.create("parakh"), keys)
    schema.upgrade(database)
    database.close()
    return "parakh"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    """An embedded database with the whole schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "parakh.db"
    database = Database(f"sqlite:///{path}", keys)
    schema.upgrade(database)
    database.close()
    return path


EVERY_DATABASE = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=EVERY_DATABASE)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without anything in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    name = new_id()
    yield server.create(name)
    server.drop(name)


@pytest.fixture(params=EVERY_DATABASE)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with the whole schema, sealed under `keys`."""
    if request.param == "sqlite":
        path = tmp_path / "own.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    name = new_id()
    yield server.create(name, request.getfixturevalue("postgresql_template"))
    server.drop(name)


@pytest.fixture
def clock() -> SetClock:
    """Noon of an ordinary day."""
    return SetClock()


@pytest.fixture
def database(database_url: str, keys: Keys, clock: SetClock) -> Iterator[Database]:
    """A database of either kind."""
    made = Database(database_url, keys, clock)
    yield made
    made.close()


@pytest.fixture
def centre(tmp_path: Path, clock: SetClock) -> Iterator[Centre]:
    """An empty centre on an embedded database."""
    made = Centre.create(Settings(data_dir=tmp_path / "data"), clock)
    yield made
    made.close()


@pytest.fixture
def any_centre(database_url: str, tmp_path: Path, keys: Keys, clock: SetClock) -> Iterator[Centre]:
    """An empty centre on a database of either kind."""
    folder = tmp_path / "data"
    keys.save(folder / "keys.json")
    made = Centre.create(Settings(data_dir=folder, database_url=database_url), clock)
    yield made
    made.close()


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for unpacked models, filled once."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def face_centre(centre: Centre, model_cache: Path) -> Centre:
    """A centre that recognises faces; models are unpacked once for all tests."""
    centre.models_path.symlink_to(model_cache)
    return centre


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes passwords in a millisecond; how slow they are is the library's own matter."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", lambda: hasher)


def _acting(role: Role, *ports: str) -> Actor:
    """A user of one role, in the unit of each port; without ports, in the central unit."""
    return Actor(
        id=f"id-{role.value}",
        name=f"{role.value}.{'.'.join(ports).lower() or 'ntc'}",
        permissions=permissions_of(frozenset({role})),
        units=frozenset(port.lower() for port in ports) or frozenset({"ntc"}),
        ports=frozenset(ports),
        central=not ports,
    )


@pytest.fixture
def acting() -> Callable[..., Actor]:
    """Makes actors: `acting(Role.GATE, "KHI")`."""
    return _acting


@pytest.fixture
def units() -> Callable[[Centre], None]:
    """Puts a central unit and those of Karachi and Lahore into a centre."""

    def add(centre: Centre) -> None:
        maker = system_actor("test")
        accounts.add_unit(centre, maker, Unit(id="ntc", name="National centre", central=True))
        for port in ("KHI", "LHE"):
            unit = Unit(id=port.lower(), name=f"{port} airport", ports=frozenset({port}))
            accounts.add_unit(centre, maker, unit)

    return add


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What somebody is declared as, for short."""

    family: str = "NOON"
    given: str = "GULAB"
    born: str = "710101"
    document: str = "PA1000001"
    sex: str = "M"
    nationality: str = "PAK"
    seat: str = "1A"


@pytest.fixture
def declare() -> Callable[..., bytes]:
    """Makes a PAXLST of one flight that arrives three hours after noon (UTC) of the set clock."""

    def make(
        *people: Listing, number: str = "304", origin: str = "DXB", destination: str = "KHI"
    ) -> bytes:
        voyage = DeclaredVoyage(
            line=0,
            mode="air",
            carrier="PK",
            number=number,
            origin=origin,
            destination=destination,
            departure="2611221700",
            arrival="2611222000",
        )
        return paxlst(voyage, [_listed(own, origin, destination) for own in people])

    return make


@pytest.fixture
def person() -> type[Listing]:
    """Short declarations of persons: `person(family="NOON")`."""
    return Listing


def _listed(own: Listing, origin: str, destination: str) -> DeclaredTraveller:
    return DeclaredTraveller(
        line=0,
        role="passenger",
        family_name=own.family,
        given_names=own.given,
        birth_date=own.born,
        sex=own.sex,
        nationality=own.nationality,
        embarkation=origin,
        debarkation=destination,
        seat=own.seat,
        documents=(DeclaredDocument(type="P", number=own.document, issuer=own.nationality),),
    )


@pytest.fixture
def enlist() -> Callable[..., WatchlistEntry]:
    """Puts an approved entry on a list; `enlist(centre, family=…, document=…, handling=…)`."""
    return _enlist


def _enlist(
    centre: Centre,
    *,
    family: str = "MAZARI",
    given: str = "ZULFIQAR",
    born: str = "1980-05-05",
    document: str = "",
    handling: Handling = Handling.INSPECT,
    portrait: bytes | None = None,
) -> WatchlistEntry:
    first, second = system_actor("first"), system_actor("second")
    own_list = Watchlist(
        id=f"list-{handling.value}",
        name=f"To {handling.value}",
        source="Directorate",
        legal_basis="Act 1, section 2",
        handling=handling,
    )
    watchlists.add_list(centre, second, own_list)
    entry = WatchlistEntry(
        id="",
        watchlist_id=own_list.id,
        kind=EntryKind.PERSON,
        names=(PersonName(family=family, given=given),),
        birth_dates=(PartialDate.parse(born),) if born else (),
        documents=(
            (Document(type=DocumentType.PASSPORT, number=document, issuer="PAK"),)
            if document
            else ()
        ),
        reason="Carried currency twice",
    )
    proposed = watchlists.propose(centre, first, entry, portrait)
    approved = watchlists.decide(centre, second, proposed.id, approve=True, reason="checked")
    queue.drain(centre)
    return approved


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """A voyage, and its list, for short; `leaves` and `lead` are hours, `lead` before `leaves`."""

    carrier: str = "PK"
    number: str = "214"
    leaves: float = -5.0
    lead: float | None = 3.0
    scheduled: bool = True
    cancelled: bool = False
    direction: str = "entry"
    port: str = "KHI"
    kind: str = "PAXLST"
    function: str = "745"
    action: str = ""
    travellers: int = 10
    complete: int = 8
    problems: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, int], ...] = ()
    quarantined: bool = False


@pytest.fixture
def delivered() -> Callable[..., str]:
    """Puts a voyage and its list into a database: `delivered(database, lead=2)`; gives its id."""

    def add(database: Database, voyage_id: str = "", **values: Any) -> str:
        own = Delivered(**values)
        with database.maintain() as connection:
            if not voyage_id:
                voyage_id = _add_voyage(connection, own, database.clock())
            if own.lead is not None:
                _add_part(connection, own, voyage_id, database.clock())
        return voyage_id

    return add


def _add_voyage(connection: sa.Connection, own: Delivered, now: datetime) -> str:
    voyage_id, leaves_at = new_id(), now + timedelta(hours=own.leaves)
    leaves = leaves_at.replace(tzinfo=None)
    connection.execute(
        tables.voyage.insert().values(
            id=voyage_id,
            key=voyage_id,
            mode="air",
            carrier=own.carrier,
            number=own.number,
            origin="DXB",
            destination=own.port,
            departure=leaves,
            due_at=leaves_at + timedelta(hours=2),
            direction=own.direction,
            port=own.port,
            scheduled_departure=leaves if own.scheduled else None,
            leaves_at=leaves_at,
            cancelled=own.cancelled,
        )
    )
    return voyage_id


def _add_part(connection: sa.Connection, own: Delivered, voyage_id: str, now: datetime) -> None:
    message_id, part_id = new_id(), new_id()
    at = now + timedelta(hours=own.leaves - (own.lead or 0.0))
    connection.execute(
        tables.message.insert().values(
            id=message_id,
            digest=new_id(),
            channel="http",
            source_name="list.edi",
            received_at=at,
            size=1,
            state="screened",
            run=1,
        )
    )
    connection.execute(
        tables.part.insert().values(
            id=part_id,
            message_id=message_id,
            ordinal=1,
            message_type=own.kind,
            version="02B",
            reference="1",
            line=1,
            state="quarantined" if own.quarantined else "read",
            problems=[
                {"line": 3, "column": 1, "segment": "DTM", "cause": cause, "severity": severity}
                for cause, severity in own.problems
            ],
            carrier=own.carrier,
            travellers=own.travellers,
            errors=sum(severity == "error" for _, severity in own.problems),
            removed=dict(own.removed),
        )
    )
    if own.quarantined:
        return
    filled = {
        **dict.fromkeys(ATTRIBUTES, own.travellers),
        COMPLETE: own.complete,
        PASSENGERS: own.travellers,
    }
    connection.execute(
        tables.submission.insert().values(
            part_id=part_id,
            voyage_id=voyage_id,
            message_type=own.kind,
            function=own.function,
            action=own.action,
            series="",
            said_at=at,
            received_at=at,
            travellers=own.travellers,
            filled=filled,
        )
    )
