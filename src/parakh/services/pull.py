"""Fetches messages from folders of other servers, and leaves the answers there."""

from dataclasses import dataclass, field
from typing import Protocol

import structlog

from parakh.access import Purpose, system_actor
from parakh.domain.message import Channel, Source
from parakh.errors import ParakhError
from parakh.services import answers, intake
from parakh.services.centre import Centre
from parakh.services.pull_sources import PullSource
from parakh.store import pulled

_log = structlog.get_logger()
_PULLER = system_actor("pull")
_UNFINISHED = (".part", ".tmp", ".filepart")
_AT_ONCE = 500
_LONGEST_NAME = 200
DONE, REFUSED, ANSWERS = "done", "refused", "answers"


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteFile:
    """A file as the server lists it; `changed` in seconds of Unix time."""

    name: str
    size: int
    changed: int

    @property
    def fingerprint(self) -> str:
        """What tells it from another file that once had its name."""
        return f"{self.size}:{self.changed}"


class Remote(Protocol):
    """What is asked of a server's folder; each may raise OSError."""

    def look(self) -> list[RemoteFile]:
        """All files of the folder itself."""

    def fetch(self, file: RemoteFile) -> bytes:
        """The file's bytes, at most one more than it is said to have."""

    def move(self, name: str, to: str) -> None:
        """Moves a file into a folder beside it, under a free name."""

    def put(self, folder: str, name: str, data: bytes) -> None:
        """Writes a whole file at once, in place of one with its name."""


@dataclass
class Visits:
    """What is remembered from one visit of a source to the next: its files, as they were."""

    source: PullSource
    before: dict[str, str] = field(default_factory=dict)


def visit(centre: Centre, visits: Visits, remote: Remote) -> int:
    """Takes in the files that did not change since the visit before; gives how many it looked at.

    A file is stored before it is moved to `done/`; one that is refused goes to `refused/` with the
    cause beside it. A crash in between fetches the file again, which finds its bytes known. Where
    the server forbids moving, the file's name, size and time are remembered instead. Then the
    answers that wait are left in `answers/`.
    """
    source = visits.source
    files = {own.name: own for own in remote.look() if _is_message(own.name)}
    known = _forget_missing(centre, source, files)
    settled = [
        own
        for own in files.values()
        if visits.before.get(own.name) == own.fingerprint
        and (own.name, own.fingerprint) not in known
    ]
    visits.before = {own.name: own.fingerprint for own in files.values()}
    settled.sort(key=lambda own: (own.changed, own.name))
    for file in settled[:_AT_ONCE]:
        _take(centre, source, remote, file)
    answers.deliver(
        centre,
        Channel.SFTP,
        lambda name, data: remote.put(ANSWERS, name, data),
        f"{source.name}/",
    )
    return len(settled[:_AT_ONCE])


def _is_message(name: str) -> bool:
    if name.startswith(".") or name.endswith(_UNFINISHED) or "/" in name:
        return False
    return name.isprintable() and len(name) <= _LONGEST_NAME


def _forget_missing(
    centre: Centre, source: PullSource, files: dict[str, RemoteFile]
) -> set[tuple[str, str]]:
    """The remembered files; of those that are gone the memory is dropped."""
    with centre.db.read() as connection:
        known = pulled.known(connection, source.name)
    gone = {name for name, _ in known} - files.keys()
    if gone:
        with centre.db.maintain() as connection:
            pulled.forget(connection, source.name, gone)
    return known


def _take(centre: Centre, source: PullSource, remote: Remote, file: RemoteFile) -> None:
    message_id, refused = None, ""
    try:
        intake.check_size(centre, file.size)
        data = remote.fetch(file)
        if len(data) != file.size:
            return  # it is being written to after all: the next visits will see
        name = f"{source.name}/{file.name}"
        origin = Source(channel=Channel.SFTP, name=name, carrier=source.carrier)
        message_id = intake.receive(centre, _PULLER, data, origin).message.id
    except FileNotFoundError:
        return  # its owner took it away, or another worker was quicker
    except ParakhError as error:
        refused = str(error)
        _log.warning("pulled file refused", source=source.name, file=file.name)
    try:
        remote.move(file.name, REFUSED if refused else DONE)
        if refused:
            remote.put(REFUSED, f"{file.name}.cause.txt", f"{refused}\n".encode())
    except (TimeoutError, ConnectionError):
        raise  # the server is away: the file is fetched again, and its bytes are known then
    except OSError as error:
        _log.info("pulled file stays", source=source.name, error=type(error).__name__)
        with centre.db.write(_PULLER, Purpose.INTAKE) as tx:
            pulled.remember(
                tx.connection,
                source.name,
                (file.name, file.fingerprint),
                tx.at,
                message_id=message_id,
                refused=refused,
            )
            tx.audit("file.remembered", "message", message_id or "", source=source.name)
