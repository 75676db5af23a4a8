"""A folder on an SFTP server, by paramiko (LGPL-2.1; the extra `parakh[sftp]`)."""

import logging
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

from parakh.errors import Misconfigured
from parakh.services.pull import RemoteFile
from parakh.services.pull_sources import PullSource

_SECONDS = 20.0
"""How long a server may take for any one thing before it counts as away."""


class SftpFolder:
    """One folder, in which it moves files and makes the folders it needs."""

    def __init__(self, client: Any, folder: str) -> None:
        self._client = client
        self._folder = folder

    def look(self) -> list[RemoteFile]:
        """The regular files of the folder itself; raises Misconfigured if it may not be listed."""
        try:
            listed = self._client.listdir_attr(self._folder)
        except UnicodeDecodeError as error:
            raise Misconfigured(
                f"the folder {self._folder} has a file whose name is not UTF-8"
            ) from error
        except OSError as error:
            raise Misconfigured(f"the folder {self._folder} cannot be listed: {error}") from error
        return [
            RemoteFile(name=own.filename, size=own.st_size or 0, changed=own.st_mtime or 0)
            for own in listed
            if stat.S_ISREG(own.st_mode or 0)
        ]

    def fetch(self, file: RemoteFile) -> bytes:
        """The file's bytes, at most one more than it is said to have; raises OSError.

        A link that was put in its place since counts as a file that is gone.
        """
        with self._client.open(self._path(file.name), "rb") as opened:
            now = self._client.lstat(self._path(file.name))
            if not (stat.S_ISREG(now.st_mode or 0) and _alike(now, opened.stat())):
                raise FileNotFoundError("it is no regular file any more")
            opened.prefetch(file.size)
            data: bytes = opened.read(file.size + 1)
        return data

    def move(self, name: str, to: str) -> None:
        """Moves a file into a folder beside it, under a free name; raises OSError."""
        self._make(to)
        target, number = name, 1
        while self._exists(self._path(f"{to}/{target}")):
            number += 1
            stem, dot, suffix = name.rpartition(".")
            target = f"{stem}-{number}.{suffix}" if dot else f"{name}-{number}"
        self._client.rename(self._path(name), self._path(f"{to}/{target}"))

    def put(self, folder: str, name: str, data: bytes) -> None:
        """Writes a file so that whoever looks finds it whole or not at all; raises OSError."""
        self._make(folder)
        unfinished = self._path(f"{folder}/.{name}.tmp")
        with suppress(OSError):
            self._client.remove(unfinished)
        with self._client.open(unfinished, "wbx") as opened:  # made anew: no link is followed
            opened.set_pipelined(True)
            opened.write(data)
        target = self._path(f"{folder}/{name}")
        try:
            self._client.posix_rename(unfinished, target)
        except OSError:
            # Not every server knows OpenSSH's extension; its own rename replaces nothing.
            with suppress(OSError):
                self._client.remove(target)
            self._client.rename(unfinished, target)

    def _exists(self, path: str) -> bool:
        try:
            self._client.stat(path)
        except FileNotFoundError:
            return False
        return True

    def _make(self, folder: str) -> None:
        with suppress(OSError):
            self._client.mkdir(self._path(folder))

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"


def _alike(one: Any, other: Any) -> bool:
    return bool((one.st_size, one.st_mtime) == (other.st_size, other.st_mtime))


@contextmanager
def connected(source: PullSource) -> Iterator[SftpFolder]:
    """The source's folder; raises Misconfigured, and says what to do, when it is out of reach.

    A server whose key `known_hosts` does not have is not believed: nothing is asked of it, nothing
    is learnt from it.
    """
    paramiko = _paramiko()
    for path in (source.key_file, source.known_hosts):
        if not path.is_file():
            raise Misconfigured(f"{source.name}: {path} is not there")
    with closing(paramiko.SSHClient()) as client:
        try:
            opened = _opened(client, source)
        except paramiko.BadHostKeyException as error:
            raise Misconfigured(
                f"{source.name}: the server shows another key than {source.known_hosts} has: "
                "ask its operator before you change anything"
            ) from error
        except paramiko.AuthenticationException as error:
            raise Misconfigured(
                f"{source.name}: the server does not let {source.user} in with {source.key_file}"
            ) from error
        except paramiko.SSHException as error:
            raise Misconfigured(f"{source.name}: {error}") from error
        except (OSError, EOFError, ValueError) as error:
            # Paramiko's own OSError has no number, and would be shown as `[Errno None]`.
            cause = getattr(error, "strerror", None) or error
            raise Misconfigured(
                f"{source.name}: {source.host} cannot be reached ({type(error).__name__}: {cause})"
            ) from error
        try:
            yield SftpFolder(opened, source.folder)
        except (paramiko.SSHException, EOFError, TimeoutError, ConnectionError) as error:
            raise Misconfigured(
                f"{source.name}: the connection broke ({type(error).__name__})"
            ) from error


class _Stranger:
    """What paramiko asks about a server whose key is not known (its `MissingHostKeyPolicy`)."""

    def __init__(self, source: PullSource) -> None:
        self._source = source

    def missing_host_key(self, _client: Any, hostname: str, _key: Any) -> None:
        """Never believes it."""
        raise Misconfigured(
            f"{self._source.name}: {self._source.known_hosts} has no key of {hostname}: "
            "ask the server's operator for it"
        )


def _opened(client: Any, source: PullSource) -> Any:
    client.load_host_keys(str(source.known_hosts))
    client.set_missing_host_key_policy(_Stranger(source))
    client.connect(
        source.host,
        source.port,
        source.user,
        key_filename=str(source.key_file),
        allow_agent=False,
        look_for_keys=False,
        timeout=_SECONDS,
        banner_timeout=_SECONDS,
        auth_timeout=_SECONDS,
        channel_timeout=_SECONDS,
    )
    opened = client.open_sftp()
    opened.get_channel().settimeout(_SECONDS)
    return opened


def _paramiko() -> Any:
    try:
        import paramiko
    except ModuleNotFoundError as error:
        raise Misconfigured("fetching by SFTP needs `pip install parakh[sftp]`") from error
    # What goes wrong is raised as well; its own lines are no JSON and quote what a server sends.
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    return paramiko
