"""Centres for tests: a staged one with users and traffic, and empty ones on either database.

`stage` has one user of each role, a flight with hits, and a message in quarantine. It is made once
a session and copied for each test, because hashing passwords is slow on purpose. `centre` and
`any_centre` are empty; `any_centre` runs a test on SQLite and on PostgreSQL.
"""

import gc
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
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import uvicorn
from argon2 import PasswordHasher

from parakh import logs
from parakh.access import Actor, Purpose, Role, permissions_of, system_actor
from parakh.domain.agency import Agency, AgencyKind
from parakh.domain.consignment import Consignment, Item, Party, PartyRole
from parakh.domain.dates import PartialDate
from parakh.domain.examination import Examiner, Order, Skill, Terminal
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.domain.phrase import phrase
from parakh.domain.selectivity import Basis, Lane, LaneDecision
from parakh.domain.traveller import Document, DocumentType, PersonName
from parakh.domain.unit import Unit
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.ingest.records import DeclaredDocument, DeclaredTraveller, DeclaredVoyage
from parakh.normalise.completeness import ATTRIBUTES, COMPLETE, PASSENGERS
from parakh.services import (
    accounts,
    agencies,
    alerts,
    examination_places,
    examinations,
    intake,
    passwords,
    queue,
    sessions,
    watchlists,
)
from parakh.services.centre import WORKER, Centre
from parakh.settings import Settings
from parakh.simulate.messages import paxlst
from parakh.store import consignments, people, schema, tables
from parakh.store.database import Database
from parakh.store.examinations import orders_of
from parakh.store.keys import Keys
from parakh.store.people import StoredSession, User, token_hash
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
    "examiner": ("examiner", "khi"),
    "lahore": ("targeting", "lhe"),
}


def pytest_collection_finish() -> None:
    """What was imported stays: it need not be looked through again and again for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Logs as the program writes them; what is raised on purpose by the hundred is told briefly."""
    logs.configure()


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
        session = sessions.find(self.centre, self.sessions[name].token)
        assert session is not None
        return session.actor


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the centre that every test starts from."""
    folder = tmp_path_factory.mktemp("staged") / "data"
    centre = Centre.create(Settings(data_dir=folder))
    with pytest.MonkeyPatch.context() as patch:
        # Each worker of the suite makes a stage: slow hashes were half of its time.
        hash_cheaply(patch)
        _people(centre)
        sessions = {name: accounts.sign_in(centre, name, PASSWORD) for name in _USERS}
    _lists(centre)
    _messages(centre)
    tokens = {name: [own.token, own.session.csrf] for name, own in sessions.items()}
    (folder / "sessions.json").write_text(json.dumps(tokens))
    centre.close()
    return folder


@pytest.fixture
def stage(staged: Path, tmp_path: Path) -> Iterator[Stage]:
    """A centre of the test's own."""
    with copied(staged, tmp_path / "data") as stage:
        yield stage


@contextmanager
def copied(staged: Path, folder: Path) -> Iterator[Stage]:
    """A copy of a staged centre, for as long as it is used."""
    shutil.copytree(staged, folder)
    tokens = json.loads((folder / "sessions.json").read_text())
    centre = Centre.open(Settings(data_dir=folder))
    try:
        yield Stage(
            centre=centre,
            sessions={name: Signed(token=own, csrf=csrf) for name, (own, csrf) in tokens.items()},
        )
    finally:
        centre.close()


def seat_liaison(stage: Stage) -> None:
    """Gives the police a desk at a stage, with a liaison officer (`liaison`) who is signed in."""
    maker, centre = system_actor("test"), stage.centre
    agencies.save(centre, maker, Agency(id="police", name="Police", kind=AgencyKind.POLICE))
    accounts.add_unit(centre, maker, Unit(id="desk", name="Police desk", agency="police"))
    user = User(
        id=new_id(), name="liaison", display_name="", roles=frozenset({Role.LIAISON}),
        units=frozenset({"desk"}),
    )  # fmt: skip
    signed, now = Signed(token=new_id(), csrf=new_id()), centre.clock()
    session = StoredSession(
        token_hash=token_hash(signed.token), user_id=user.id, csrf=signed.csrf,
        created_at=now, seen_at=now,
    )  # fmt: skip
    with centre.db.maintain() as connection:
        people.add_user(connection, user, "", now)
        people.add_session(connection, session)
    stage.sessions["liaison"] = signed


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
        self._thread.join(timeout=60)


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
    return ids_of(stage)


def ids_of(stage: Stage) -> dict[str, str]:
    """The same where a fixture lives longer than a test."""
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

    def create(self, name: str) -> str:
        """Makes an empty database, and gives its address."""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
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
        for _ in range(1200):
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


class Slate:
    """One PostgreSQL database with the whole schema, wiped after each test.

    Wiping what a test wrote takes a fifth of the time that a fresh copy of the database does.
    """

    def __init__(self, server: PostgresServer, keys: Keys) -> None:
        self._server = server
        self._wiped = 0
        self.url = server.create("parakh")
        database = Database(self.url, keys)
        schema.upgrade(database)
        database.close()
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self._connection = engine.connect()
        self._execute(_REMEMBER)

    def wipe(self) -> None:
        """Takes everybody else off, and leaves what stands in a fresh database."""
        self._execute(_ALONE)
        self._execute(_WIPE)
        for statement in schema.APPEND_ONLY["postgresql"]:
            self._execute(statement)
        self._wiped += 1
        if self._wiped % _VACUUM_EVERY == 0:
            self._execute("VACUUM")

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def _execute(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


_VACUUM_EVERY = 25
_REMEMBER = """
DO $$ DECLARE own text; full_one boolean; BEGIN
  CREATE SCHEMA fresh;
  FOR own IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', own) INTO full_one;
    IF full_one THEN EXECUTE format('CREATE TABLE fresh.%I AS TABLE public.%I', own, own); END IF;
  END LOOP;
END $$"""
_ALONE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_WIPE = """
DO $$ DECLARE own text; full_one boolean; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR own IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', own) INTO full_one;
    IF full_one THEN EXECUTE format('DELETE FROM public.%I', own); END IF;
  END LOOP;
  FOR own IN SELECT tablename FROM pg_tables WHERE schemaname = 'fresh' LOOP
    EXECUTE format('INSERT INTO public.%I SELECT * FROM fresh.%I', own, own);
  END LOOP;
  FOR own IN SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER SEQUENCE public.%s RESTART', own);
  END LOOP;
END $$"""


@pytest.fixture(scope="session")
def slate(postgresql_server: PostgresServer, keys: Keys) -> Iterator[Slate]:
    """The database that tests on PostgreSQL share, one after the other."""
    made = Slate(postgresql_server, keys)
    yield made
    made.close()


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
    shared: Slate = request.getfixturevalue("slate")
    yield shared.url
    shared.wipe()


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
def centre(sqlite_template: Path, tmp_path: Path, keys: Keys, clock: SetClock) -> Iterator[Centre]:
    """An empty centre on an embedded database."""
    settings = _prepared(tmp_path / "data", keys)
    shutil.copy(sqlite_template, settings.data_dir / "parakh.db")
    made = Centre.open(settings, clock)
    yield made
    made.close()


@pytest.fixture
def any_centre(database_url: str, tmp_path: Path, keys: Keys, clock: SetClock) -> Iterator[Centre]:
    """An empty centre on a database of either kind."""
    made = Centre.open(_prepared(tmp_path / "data", keys, database_url), clock)
    yield made
    made.close()


def _prepared(folder: Path, keys: Keys, database_url: str = "") -> Settings:
    """The folders and keys of a centre whose database is there already."""
    keys.save(folder / "keys.json")
    folder.chmod(0o700)
    settings = Settings(data_dir=folder, database_url=database_url)
    settings.drop_path.mkdir()
    return settings


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
    hash_cheaply(monkeypatch)


def hash_cheaply(patch: pytest.MonkeyPatch) -> None:
    """The same where a fixture lives longer than a test."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    patch.setattr(passwords, "_hasher", lambda: hasher)


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


@dataclass(frozen=True, kw_only=True)
class Docks:
    """A terminal at Karachi with examiners `ali`, `bano` and `chand`, and who plans its work."""

    centre: Centre
    terminal: Terminal
    planner: Actor
    officer: Actor

    def examiner(self, name: str) -> Actor:
        """The examiner as the services know him."""
        return next(own for own in accounts.actors(self.centre).values() if own.name == name)

    def arrive(self, name: str, *chapters: str, importer: str = "NTN1") -> Consignment:
        """Puts a declared consignment on file, with one item in each chapter."""
        items = tuple(
            Item(ordinal=n, hs_code=f"{chapter}0110", description="GOODS", quantity=Decimal(10))
            for n, chapter in enumerate(chapters or ("84",), start=1)
        )
        made = Consignment(
            id=new_id(),
            reference=name,
            port="KHI",
            items=items,
            parties=(Party(role=PartyRole.IMPORTER, name=f"FIRM {importer}",
                           identifier=importer, country="PAK"),),
        )  # fmt: skip
        with self.centre.db.write(self.planner, Purpose.GOODS) as tx:
            consignments.put(tx, made, name, due_for=None)
            tx.audit("consignment.told", "consignment", made.id)
        return made

    def lane(
        self, goods: Consignment, lane: Lane, *, score: float | None = None, ordinal: int = 1
    ) -> None:
        """Gives a consignment a lane and orders what the lane asks for."""
        with self.centre.db.write(WORKER, Purpose.GOODS) as tx:
            given = LaneDecision(
                id=new_id(), consignment_id=goods.id, ordinal=ordinal, lane=lane,
                basis=Basis.RULE, sentence=phrase("Rule met"), at=tx.at, port="KHI",
                day=tx.at.date(), score=score,
            )  # fmt: skip
            examinations.order(tx, self.centre, [(goods, given)])
            tx.audit("lane.given", "consignment", goods.id)

    def order_of(self, goods: Consignment) -> Order:
        """Its newest order."""
        with self.centre.db.read() as connection:
            return orders_of(connection, [goods.id])[goods.id][-1]


@pytest.fixture
def docks(cheap_passwords: None) -> Callable[..., Docks]:
    """Makes a centre's terminal with its examiners: `docks(centre)`."""

    def make(centre: Centre) -> Docks:
        if not accounts.units(centre):
            unit = Unit(id="khi", name="Karachi airport", ports=frozenset({"KHI"}))
            accounts.add_unit(centre, WORKER, unit)
        planner = _acting(Role.SUPERVISOR)
        terminal = examination_places.save_terminal(
            centre, planner, Terminal(id="", name="East wharf", port="KHI", bays=1, a_shift=2)
        )
        for name in ("ali", "bano", "chand"):
            accounts.add_user(
                centre, WORKER, name=name, display_name=name.capitalize(),
                roles=frozenset({Role.EXAMINER}), units=frozenset({"khi"}), password=PASSWORD,
            )  # fmt: skip
            examination_places.save_examiner(
                centre,
                planner,
                Examiner(
                    id="", name=name, terminal_ids=frozenset({terminal.id}),
                    skills=frozenset({Skill.ELECTRONICS, Skill.FOOD}) if name != "chand"
                    else frozenset(),
                ),
            )  # fmt: skip
        return Docks(
            centre=centre, terminal=terminal, planner=planner, officer=_acting(Role.TARGETING)
        )

    return make


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
