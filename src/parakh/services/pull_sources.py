"""The servers from which messages are fetched, as `pull.toml` names them."""

import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from parakh.errors import InvalidInput, Misconfigured
from parakh.services import api_keys
from parakh.settings import Settings

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, kw_only=True, slots=True)
class PullSource:
    """One server and folder, and how its keys are known.

    Attributes:
        name: what the centre calls it; messages from it are named `NAME/FILE`.
        folder: where the messages lie, relative to where the server lets us in unless absolute.
        key_file: our private key (OpenSSH or PEM), without a passphrase.
        known_hosts: the server's public keys in OpenSSH's form; no other key is ever believed.
        carrier: whose messages they are (IATA or ICAO designator), or "".
        every: seconds from one visit to the next.
    """

    name: str
    host: str
    port: int
    user: str
    folder: str
    key_file: Path
    known_hosts: Path
    carrier: str
    every: int


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str
    key_file: Path
    known_hosts: Path
    carrier: str = ""
    every_seconds: int = Field(60, ge=5, le=86_400)


_TABLES = TypeAdapter(dict[str, _Table])


def pull_sources(settings: Settings) -> tuple[PullSource, ...]:
    """The sources of the file, none where there is no file.

    Raises Misconfigured and names the place. Paths in the file are relative to its folder.
    """
    path = settings.pull_path
    try:
        tables = _TABLES.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        if settings.pull_file is None:
            return ()
        raise Misconfigured(f"{path} is not there: PARAKH_PULL_FILE names it") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()
        )
        raise Misconfigured(f"{path}: {wrong}") from error
    try:
        return tuple(_source(name, table, path.parent) for name, table in tables.items())
    except InvalidInput as error:
        raise Misconfigured(f"{path}: {error}") from error


def _source(name: str, table: _Table, folder: Path) -> PullSource:
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"{name}: a name has small letters, digits and dashes, at most 40")
    url = urlsplit(table.url)
    try:
        port = url.port or 22
    except ValueError as error:
        raise InvalidInput(f"{name}.url: {error}") from error
    if url.scheme != "sftp" or not url.hostname or not url.username or url.password:
        raise InvalidInput(
            f"{name}.url: it must be sftp://USER@HOST/FOLDER, without a password: keys are used"
        )
    key_file = folder / table.key_file
    if key_file.exists() and stat.S_IMODE(key_file.stat().st_mode) & 0o077:
        raise InvalidInput(f"{name}.key_file: others can read {key_file}: chmod 600 it")
    return PullSource(
        name=name,
        host=url.hostname,
        port=port,
        user=unquote(url.username),
        folder=unquote(url.path).removeprefix("/~/").rstrip("/") or ".",
        key_file=key_file,
        known_hosts=folder / table.known_hosts,
        carrier=api_keys.designator(table.carrier) if table.carrier else "",
        every=table.every_seconds,
    )
