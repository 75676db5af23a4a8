"""The linked systems of one process: each with its line, made at first use and then kept."""

import base64
import binascii
import importlib
import os
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import Any, assert_never

import httpx
import structlog

from parakh import metrics
from parakh.clock import Clock
from parakh.connectors.kit import Connector, Feed
from parakh.connectors.line import Line, Login, Server
from parakh.connectors.lists import PublishedList
from parakh.connectors.mapped import Mapped
from parakh.connectors.pages import CarrierPages, Pages, document
from parakh.connectors.register import Register
from parakh.connectors.telling import LanePusher, SignedWebhook
from parakh.connectors.tokens import ClientToken
from parakh.domain.connector import ConnectorKind, Exchange
from parakh.errors import Misconfigured, NotFound
from parakh.services import connector_file as file
from parakh.services.connector_file import Options, Setup, WebOptions, connector_setups
from parakh.services.connector_folder import WatchedFolder
from parakh.services.pull_sources import pull_sources
from parakh.settings import Settings
from parakh.store import connectors as store
from parakh.store.connectors import Declared
from parakh.store.database import Database

_log = structlog.get_logger()

SEALED = "connectors"
"""Purpose of the data key that seals the keys of linked systems."""

WEBHOOK_KEY = "whsec_"

Factory = Callable[[Line, Mapping[str, Any]], Connector]
"""Makes a connector of one's own from its line and the options of the file."""


class Linked:
    """All linked systems of one process.

    `halt` is set when the process ends. `wrong` says what is wrong with the files as they were read
    last, "" where nothing is. `transport` stands in for the network in tests.
    """

    def __init__(
        self,
        settings: Settings,
        db: Database,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.halt = threading.Event()
        self._settings = settings
        self._db = db
        self._clock = clock
        self._transport = transport
        self._lock = threading.Lock()
        self._made: dict[str, tuple[str, Connector, Line | None]] = {}
        self._seen: object = None
        self.wrong = ""

    def setups(self) -> dict[str, Setup]:
        """The systems of the file as it is now; raises Misconfigured."""
        return {own.name: own for own in connector_setups(self._settings)}

    def declare(self) -> None:
        """Notes which systems the files name; raises Misconfigured for a file that is wrong."""
        named = [own.declared for own in connector_setups(self._settings)]
        pulled = [
            Declared(name=own.name, kind=ConnectorKind.SFTP, digest="sftp", due_seconds=own.every)
            for own in pull_sources(self._settings)
        ]
        twice = {own.name for own in named} & {own.name for own in pulled}
        if twice:
            raise Misconfigured(
                f"{', '.join(sorted(twice))}: pull.toml and connectors.toml both have this name"
            )
        with self._db.maintain() as connection:
            store.declare(connection, [*named, *pulled], self._clock())

    def follow(self) -> None:
        """Declares again once a file was changed; raises Misconfigured for one that is wrong, once
        for each change."""
        paths = (self._settings.connectors_path, self._settings.pull_path)
        seen = [own.stat().st_mtime_ns if own.exists() else 0 for own in paths]
        if seen != self._seen:
            self._seen = seen
            try:
                self.declare()
            except Misconfigured as error:
                self.wrong = str(error)
                raise
            self.wrong = ""

    def get(self, name: str) -> Connector:
        """One system's connector, by the settings of now; raises NotFound, Misconfigured."""
        setup = self.setups().get(name)
        if setup is None:
            raise NotFound("there is no such linked system")
        with self._lock:
            kept = self._made.get(name)
            if kept is not None and kept[0] == setup.digest:
                return kept[1]
            if kept is not None and kept[2] is not None:
                kept[2].close()
            made = self._made[name] = (setup.digest, *self._make(name, setup.options))
            return made[1]

    def line(self, name: str) -> Line | None:
        """One system's line, once it was made; None for a folder."""
        kept = self._made.get(name)
        return kept[2] if kept else None

    def close(self) -> None:
        """Ends what waits, and all connections."""
        self.halt.set()
        with self._lock:
            for _, _, line in self._made.values():
                if line is not None:
                    line.close()
            self._made.clear()

    def note(self, value: Exchange) -> None:
        """Keeps what was said; failing to must not fail what was said."""
        metrics.EXCHANGES.labels(value.verb.value, value.outcome.value).inc()
        try:
            with self._db.maintain() as connection:
                store.note(connection, [value])
        except Exception:
            _log.exception("exchange not noted", connector=value.connector)

    # --- within -------------------------------------------------------------------------------

    def _make(self, name: str, own: Options) -> tuple[Connector, Line | None]:
        if isinstance(own, file.Folder):
            folder = WatchedFolder(name, own.folder, self._settings.max_message_bytes)
            return folder, None
        line = self._line(name, own)
        return self._connector(name, own, line), line

    def _line(self, name: str, options: file.Web) -> Line:
        return self._line_to(
            Server(
                name=name,
                url=options.url,
                tls=_tls(name, options, self._settings),
                login=self._login(name, options),
                private=options.private,
                step=options.step_seconds,
                whole=options.whole_seconds,
                most_bytes=options.most_mib * 2**20,
                a_minute=options.a_minute,
                at_once=options.at_once,
                redirects=options.redirects if isinstance(options, file.Watchlist) else (),
            )
        )

    def _line_to(self, server: Server) -> Line:
        return Line(server, self.note, clock=self._clock, halt=self.halt, transport=self._transport)

    def _token_line(self, name: str, options: file.Web) -> Line | None:
        """The line to the server of keys, where that is another one."""
        if not options.token_url:
            return None
        return self._line_to(
            Server(
                name=name,
                url=options.token_url,
                tls=_tls(name, options, self._settings),
                private=options.private,
                step=options.step_seconds,
                whole=options.whole_seconds,
                most_bytes=2**20,
            )
        )

    def _login(self, name: str, options: file.Web) -> Login:
        match options.auth:
            case "none":
                return Login()
            case "bearer":
                return Login(
                    header="authorization", value=lambda _: f"Bearer {self._secret(name, options)}"
                )
            case "header":
                return Login(header=options.header, value=lambda _: self._secret(name, options))
            case "oauth2":
                line = self._token_line(name, options)
                token = ClientToken(
                    path=options.token_path,
                    client=options.user,
                    secret=lambda: self._secret(name, options),
                    scope=options.scope,
                    line=line,
                )
                return Login(
                    header="authorization",
                    value=token.header,
                    refused=token.refused,
                    close=line.close if line else lambda: None,
                )
            case "basic":

                def basic(_: Line) -> str:
                    told = f"{options.user}:{self._secret(name, options)}".encode()
                    return f"Basic {base64.b64encode(told).decode()}"

                return Login(header="authorization", value=basic)
            case _:
                assert_never(options.auth)

    def _secret(self, name: str, options: file.Web) -> str:
        """The key with which the system lets us in: of a file, a variable, or sealed here."""
        if options.secret_file is not None:
            try:
                return options.secret_file.read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise Misconfigured(f"{name}: secret_file cannot be read") from error
        if options.secret_env:
            found = os.environ.get(options.secret_env, "")
            if not found:
                raise Misconfigured(f"{name}: {options.secret_env} is not set")
            return found
        with self._db.read() as connection:
            sealed = store.sealed_secret(connection, name)
            if sealed is None:
                raise Misconfigured(f"{name}: it has no key: `parakh connector secret {name}`")
            return self._db.vault.open(connection, SEALED, name, sealed).decode()

    def _signing_key(self, name: str, options: file.Web) -> bytes:
        text = self._secret(name, options).removeprefix(WEBHOOK_KEY)
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
        if len(key) < 24:
            raise Misconfigured(f"{name}: its key must be {WEBHOOK_KEY} and 24 bytes in base64")
        return key

    def _connector(  # noqa: PLR0911  (one line a kind)
        self, name: str, own: WebOptions, line: Line
    ) -> Connector:
        """The registry of kinds, written out."""
        match own:
            case file.Crossings():
                return _pages(line, own, "parakh-crossings/1")
            case file.Declarations():
                return _pages(line, own, "parakh-consignments/1")
            case file.Carrier():
                return CarrierPages(
                    line, path=own.path, limit=own.limit, confirm=own.confirm, answers=own.answers
                )
            case file.Rest():
                return Mapped(line, path=own.path, table=own.table(), after=own.after)
            case file.Watchlist():
                return PublishedList(line, path=own.path, file_name=f"{name}.{own.form}")
            case file.Lanes():
                return LanePusher(line, path=own.path, test=own.test_path)
            case file.Webhook():
                return SignedWebhook(
                    line,
                    path=own.path,
                    feeds=[Feed(topic) for topic in own.topics],
                    key=lambda: self._signing_key(name, own),
                    clock=self._clock,
                )
            case file.Identity():
                return Register(line, path=own.path, test=own.test_path)
            case file.Python():
                return _made_by(own, line)
            case _:
                assert_never(own)


def _pages(line: Line, own: file.Paged, form: str) -> Pages:
    kind = ConnectorKind.CROSSINGS if isinstance(own, file.Crossings) else (
        ConnectorKind.DECLARATIONS
    )  # fmt: skip
    return Pages(
        kind, line, path=own.path, check=document(form), limit=own.limit, confirm=own.confirm
    )


def _made_by(own: file.Python, line: Line) -> Connector:
    """A connector of somebody's own; whoever writes the file may run code here anyway."""
    module, _, name = own.factory.partition(":")
    try:
        factory: Factory = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise Misconfigured(
            f"{line.server.name}: {own.factory} cannot be imported ({type(error).__name__})"
        ) from error
    return factory(line, own.options)


def _tls(name: str, own: file.Web, settings: Settings) -> ssl.SSLContext:
    try:
        made = ssl.create_default_context(cafile=own.ca_file or settings.trust_file)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        if own.certificate is not None:
            made.load_cert_chain(own.certificate, own.certificate_key)
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(
            f"{name}: ca_file, certificate or certificate_key cannot be used"
        ) from error
    return made
