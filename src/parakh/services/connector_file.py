"""Other systems as `connectors.toml` names them: where each is, and how it is spoken to."""

import hashlib
import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from parakh.connectors.addresses import checked_url
from parakh.connectors.mapped import Table
from parakh.domain.connector import ConnectorKind
from parakh.errors import InvalidInput, Misconfigured
from parakh.services import api_keys
from parakh.settings import Settings
from parakh.store.connectors import Declared

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
_HINT = "write private = true for it"

Relative = Annotated[str, Field(max_length=500, pattern=r"^[!-~]*$")]
"""A path on the system's own server."""


Host = Annotated[str, Field(max_length=253, pattern=r"^[a-z0-9.-]+$")]
"""A host's name; one that begins with a dot stands for all below it."""


class Named(BaseModel):
    """What every linked system has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every_seconds: int = Field(60, ge=1, le=86_400)


class Web(Named):
    """A system that speaks HTTP."""

    path: Relative = ""
    url: str = Field(max_length=2000)
    private: bool = False
    auth: Literal["none", "bearer", "basic", "header", "oauth2"] = "none"
    token_path: Relative = ""
    token_url: str = Field("", max_length=2000)
    scope: str = Field("", max_length=500)
    user: str = Field("", max_length=200)
    header: str = ""
    secret_file: Path | None = None
    secret_env: str = Field("", pattern="^[A-Za-z0-9_]{0,80}$")
    ca_file: Path | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None
    step_seconds: float = Field(10.0, gt=0, le=120)
    whole_seconds: float = Field(60.0, gt=0, le=1800)
    most_mib: int = Field(64, ge=1, le=1024)
    a_minute: int = Field(0, ge=0, le=100_000)
    at_once: int = Field(4, ge=1, le=32)


class Paged(Web):
    """A system that holds transmissions ready page by page."""

    limit: int = Field(500, ge=1, le=10_000)
    confirm: Relative = ""


class Crossings(Paged):
    """An immigration system's crossings."""

    kind: Literal[ConnectorKind.CROSSINGS]


class Declarations(Paged):
    """A declaration system's goods."""

    kind: Literal[ConnectorKind.DECLARATIONS]


class Carrier(Paged):
    """A carrier's passenger lists and bookings, and where its answers go."""

    kind: Literal[ConnectorKind.CARRIER]
    carrier: str
    answers: Relative = ""


class Rest(Web):
    """Any system that answers with JSON; see `parakh.connectors.mapped.Table`."""

    kind: Literal[ConnectorKind.REST]
    form: str
    items: str = ""
    fields: dict[str, str]
    values: dict[str, dict[str, str]] = {}
    following: str = ""
    after: str = Field("after", pattern="^[A-Za-z0-9_.-]{1,40}$")

    def table(self) -> Table:
        """The mapping; raises InvalidInput."""
        return Table(
            form=self.form,
            items=self.items,
            fields=self.fields,
            values=self.values,
            following=self.following,
        )


class Watchlist(Web):
    """A list that is published on the web."""

    kind: Literal[ConnectorKind.WATCHLIST]
    form: Literal["csv", "ofac-xml", "un-xml", "eu-csv", "ftm"]
    list: str = Field(min_length=1, max_length=200)
    redirects: tuple[Host, ...] = Field((), max_length=5)
    every_seconds: int = Field(3600, ge=60, le=7 * 86_400)
    most_mib: int = Field(256, ge=1, le=1024)


class Lanes(Web):
    """A declaration system that is told which lanes stand."""

    kind: Literal[ConnectorKind.LANES]
    test_path: Relative = ""
    every_seconds: int = Field(2, ge=1, le=86_400)


class Webhook(Web):
    """Somebody who is told of announcements by signed messages."""

    kind: Literal[ConnectorKind.WEBHOOK]
    topics: list[Literal["lanes", "operations"]] = Field(min_length=1)
    every_seconds: int = Field(2, ge=1, le=86_400)


class Identity(Web):
    """A national register of identities."""

    kind: Literal[ConnectorKind.IDENTITY]
    test_path: Relative = ""
    step_seconds: float = Field(5.0, gt=0, le=120)
    whole_seconds: float = Field(10.0, gt=0, le=1800)
    officer_an_hour: int = Field(20, ge=1, le=1000)
    all_an_hour: int = Field(500, ge=1, le=100_000)
    keep_days: int = Field(30, ge=1, le=183)


class Folder(Named):
    """A folder that another program fills or reads."""

    kind: Literal[ConnectorKind.FOLDER]
    folder: Path
    carrier: str = ""
    every_seconds: int = Field(5, ge=1, le=86_400)


class Python(Web):
    """A connector of one's own: `MODULE:FUNCTION`, which is given the line and the options."""

    kind: Literal[ConnectorKind.PYTHON]
    factory: str = Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")
    options: dict[str, Any] = {}


WebOptions = (
    Crossings | Declarations | Carrier | Rest | Watchlist | Lanes | Webhook | Identity | Python
)
Options = WebOptions | Folder

_FILE: TypeAdapter[dict[str, Options]] = TypeAdapter(
    dict[str, Annotated[Options, Field(discriminator="kind")]]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """One linked system as the file has it; paths to files are absolute."""

    name: str
    options: Options

    WITHOUT: ClassVar[frozenset[str]] = frozenset({"every_seconds"})
    """Settings that may change without anybody putting them in force again."""

    @property
    def digest(self) -> str:
        """SHA-256 of all that somebody puts in force.

        What is as usual is left out, so that a setting that a new version of the program brings
        does not have to be agreed to.
        """
        told = self.options.model_dump(
            mode="json", exclude=set(self.WITHOUT), exclude_defaults=True
        )
        return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def declared(self) -> Declared:
        """The same for the store."""
        return Declared(
            name=self.name,
            kind=self.options.kind,
            digest=self.digest,
            # A register is asked when somebody asks, and is never late.
            due_seconds=0 if isinstance(self.options, Identity) else self.options.every_seconds,
        )

    @property
    def where(self) -> str:
        """Host or folder, for people."""
        if isinstance(self.options, Folder):
            return str(self.options.folder)
        return checked_url(self.options.url, "it", private=True, hint="").netloc


def connector_setups(settings: Settings) -> tuple[Setup, ...]:
    """The linked systems of the file, none where there is no file.

    Raises Misconfigured and names the place. Paths in the file are relative to its folder.
    """
    path = settings.connectors_path
    try:
        tables = _FILE.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        if settings.connectors_file is None:
            return ()
        raise Misconfigured(f"{path} is not there: PARAKH_CONNECTORS_FILE names it") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        raise Misconfigured(f"{path}: {_told(error)}") from error
    try:
        return tuple(_setup(name, own, path.parent) for name, own in sorted(tables.items()))
    except InvalidInput as error:
        raise Misconfigured(f"{path}: {error}") from error


def _told(error: ValidationError) -> str:
    """What is wrong and where; never the value, which may be a key that stands in a wrong place."""
    return "; ".join(
        f"{'.'.join(str(step) for step in own['loc'])}: {own['msg']}" for own in error.errors()
    )


def _setup(name: str, options: Options, folder: Path) -> Setup:
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"{name}: a name has small letters, digits and dashes, at most 40")
    if isinstance(options, Folder):
        carrier = api_keys.designator(options.carrier) if options.carrier else ""
        changed = {"folder": folder / options.folder, "carrier": carrier}
        return Setup(name=name, options=options.model_copy(update=changed))
    try:
        return Setup(name=name, options=_web(options, folder))
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error}") from error


def _web(options: WebOptions, folder: Path) -> WebOptions:
    checked_url(options.url, "a linked system", private=options.private, hint=_HINT)
    if options.auth == "header" and not _HEADER.fullmatch(options.header):
        raise InvalidInput("header: name the header that holds the key")
    if options.auth == "oauth2" and bool(options.token_path) == bool(options.token_url):
        raise InvalidInput("token_path or token_url: say where keys are asked for")
    if options.token_url:
        checked_url(options.token_url, "a server of keys", private=options.private, hint=_HINT)
    if options.auth in ("basic", "oauth2") and not options.user:
        raise InvalidInput("user: name the user")
    if isinstance(options, Rest):
        options.table()
    changed: dict[str, object] = {
        name: folder / own
        for name in ("secret_file", "ca_file", "certificate", "certificate_key")
        if (own := getattr(options, name)) is not None
    }
    for name in ("secret_file", "certificate_key"):
        _require_private(name, changed.get(name))
    if isinstance(options, Carrier):
        changed["carrier"] = api_keys.designator(options.carrier)
    return options.model_copy(update=changed)


def _require_private(name: str, path: object) -> None:
    if isinstance(path, Path) and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InvalidInput(f"{name}: others can read {path}: chmod 600 it")
