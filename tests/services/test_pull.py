"""Fetching by SFTP, against a real OpenSSH server that runs as an ordinary user."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import until

from parakh import worker
from parakh.access import system_actor
from parakh.domain.message import MessageState
from parakh.errors import Misconfigured
from parakh.services import answers, doctor, intake, pull, queue, sftp, trail
from parakh.services.centre import Centre
from parakh.services.pull_sources import PullSource, pull_sources
from parakh.settings import Settings
from parakh.store import pulled
from parakh.worker import Worker

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
MAKER = system_actor("test")

pytestmark = pytest.mark.skipif(SSHD is None, reason="needs OpenSSH's server (openssh-server)")


class SshServer:
    """A server with a folder for each test; sshd lets in only the user that it runs as.

    With PAM, for without it the account `nobody`, which has no password, counts as locked.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="parakh-ssh-"))
        self.user = "nobody" if os.geteuid() == 0 else _own_name()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        for name in ("host", "client", "stranger"):
            key = self.folder / name
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)],
                check=True,
            )
        host = (self.folder / "host.pub").read_text().rsplit(" ", 1)[0]
        other = (self.folder / "stranger.pub").read_text().rsplit(" ", 1)[0]
        self.known_hosts = self.folder / "known_hosts"
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {host}\n")
        (self.folder / "wrong_hosts").write_text(f"[127.0.0.1]:{self.port} {other}\n")
        (self.folder / "no_hosts").write_text("")
        config = self.folder / "sshd_config"
        config.write_text(
            f"""ListenAddress 127.0.0.1:{self.port}
HostKey {self.folder}/host
AuthorizedKeysFile {self.folder}/client.pub
PidFile none
UsePAM yes
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
"""
        )
        self._give(self.folder)
        for path in self.folder.iterdir():
            self._give(path)
        command = [str(SSHD), "-D", "-e", "-f", str(config)]
        as_user = {"user": self.user, "group": "nogroup", "extra_groups": []}
        self._process = subprocess.Popen(
            command,
            stderr=subprocess.DEVNULL,
            **(as_user if os.geteuid() == 0 else {}),  # type: ignore[call-overload]
        )
        until(self._answers)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as found:
                return found.recv(4) == b"SSH-"
        except OSError:
            return False

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self.folder)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, self.user, "nogroup")

    def source(self, name: str, **changes: Any) -> PullSource:
        """A source over a new folder of its own."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        self._give(folder)
        made = PullSource(
            name=name,
            host="127.0.0.1",
            port=self.port,
            user=self.user,
            folder=str(folder),
            key_file=self._ours("client"),
            known_hosts=self.known_hosts,
            carrier="PK",
            every=60,
        )
        return replace(made, **changes)

    def _ours(self, name: str) -> Path:
        """A copy of a key that is readable to whoever runs the tests alone."""
        path = self.folder / f"{name}.ours"
        if not path.exists():
            path.write_bytes((self.folder / name).read_bytes())
            path.chmod(0o600)
        return path

    def stranger(self) -> Path:
        """A key that the server does not know."""
        return self._ours("stranger")

    def put(self, source: PullSource, name: str, data: bytes, age: float = 3600) -> Path:
        """Puts a file into the folder of a source."""
        path = Path(source.folder) / name
        path.write_bytes(data)
        then = time.time() - age
        os.utime(path, (then, then))
        self._give(path)
        return path


def _own_name() -> str:
    import getpass

    return getpass.getuser()


@pytest.fixture(scope="module")
def server() -> Iterator[SshServer]:
    made = SshServer()
    yield made
    made.stop()


@pytest.fixture
def source(server: SshServer) -> Iterator[PullSource]:
    number = sum(own.name.startswith("pia-") for own in server.folder.iterdir())
    made = server.source(f"pia-{number}")
    yield made
    Path(made.folder).chmod(0o755)


@pytest.fixture
def visits(source: PullSource) -> pull.Visits:
    return pull.Visits(source)


def visit(centre: Centre, visits: pull.Visits, times: int = 2) -> int:
    """Visits so often; gives how many files were looked at in all."""
    taken = 0
    for _ in range(times):
        with sftp.connected(visits.source) as remote:
            taken += pull.visit(centre, visits, remote)
    return taken


def tree(source: PullSource) -> list[str]:
    root = Path(source.folder)
    return sorted(str(own.relative_to(root)) for own in root.rglob("*") if own.is_file())


def rows(centre: Centre) -> Any:
    return intake.list_messages(centre, MAKER).rows


def test_a_settled_file_is_taken_in_and_moved(
    centre: Centre, server: SshServer, visits: pull.Visits
) -> None:
    server.put(visits.source, "pk304.edi", b"x")
    assert visit(centre, visits, 1) == 0, "it may still be written"
    assert visit(centre, visits, 1) == 1
    assert tree(visits.source) == ["done/pk304.edi"]
    (row,) = rows(centre)
    own = row.message.source
    assert (own.channel.value, own.carrier) == ("sftp", "PK")
    assert own.name == f"{visits.source.name}/pk304.edi"
    assert visit(centre, visits) == 0


def test_a_file_that_still_grows_is_left(
    centre: Centre, server: SshServer, visits: pull.Visits
) -> None:
    for size in range(1, 4):
        server.put(visits.source, "list.edi", b"x" * size, age=10 - size)
        assert visit(centre, visits, 1) == 0
    assert visit(centre, visits, 1) == 1


def test_a_file_that_grows_while_it_is_fetched_is_left(
    centre: Centre, server: SshServer, visits: pull.Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(visits.source, "list.edi", b"half")
    assert visit(centre, visits, 1) == 0
    fetch = sftp.SftpFolder.fetch

    def late(self: Any, file: Any) -> bytes:
        server.put(visits.source, "list.edi", b"half and whole", age=1)
        return fetch(self, file)

    with monkeypatch.context() as patch:
        patch.setattr(sftp.SftpFolder, "fetch", late)
        assert visit(centre, visits, 1) == 1
    assert not rows(centre)
    visit(centre, visits)
    assert [row.message.size for row in rows(centre)] == [14]


@pytest.mark.parametrize("name", [".hidden", "a.part", "a.tmp", "a.filepart", "a\x07.edi"])
def test_unfinished_and_odd_files_are_left(
    centre: Centre, server: SshServer, visits: pull.Visits, name: str
) -> None:
    server.put(visits.source, name, b"x")
    (Path(visits.source.folder) / "folder").mkdir()
    assert visit(centre, visits) == 0
    assert tree(visits.source) == [name]


def test_a_file_that_is_too_large_is_refused_unread(
    centre: Centre,
    server: SshServer,
    visits: pull.Visits,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    small = Centre.create(Settings(data_dir=tmp_path / "small", max_message_bytes=1024))
    monkeypatch.setattr(sftp.SftpFolder, "fetch", None)
    server.put(visits.source, "big.edi", b"x" * 1025)
    assert visit(small, visits) == 1
    small.close()
    assert tree(visits.source) == ["refused/big.edi", "refused/big.edi.cause.txt"]
    cause = Path(visits.source.folder) / "refused/big.edi.cause.txt"
    assert cause.read_text() == "the message has 1,025 bytes; at most 1,024 are taken\n"


def test_where_nothing_can_be_moved_it_is_remembered(
    any_centre: Centre, server: SshServer, visits: pull.Visits
) -> None:
    server.put(visits.source, "list.edi", b"one")
    Path(visits.source.folder).chmod(0o555)
    assert visit(any_centre, visits) == 1
    assert visit(any_centre, visits, 3) == 0, "it is not fetched again"
    assert visit(any_centre, pull.Visits(visits.source), 3) == 0, "nor after a restart"
    assert tree(visits.source) == ["list.edi"]
    Path(visits.source.folder).chmod(0o755)
    server.put(visits.source, "list.edi", b"two", age=60)
    Path(visits.source.folder).chmod(0o555)
    assert visit(any_centre, visits) == 1, "another file of the same name is"
    assert len(rows(any_centre)) == 2
    Path(visits.source.folder).chmod(0o755)
    (Path(visits.source.folder) / "list.edi").unlink()
    visit(any_centre, visits)
    with any_centre.db.read() as connection:
        assert pulled.known(connection, visits.source.name) == set()


def test_what_is_refused_and_cannot_be_moved_is_remembered_with_its_cause(
    server: SshServer, visits: pull.Visits, tmp_path: Path
) -> None:
    small = Centre.create(Settings(data_dir=tmp_path / "small", max_message_bytes=1024))
    server.put(visits.source, "big.edi", b"x" * 1025)
    Path(visits.source.folder).chmod(0o555)
    assert visit(small, visits, 4) == 1
    small.close()


def test_a_crash_before_the_move_neither_loses_nor_doubles(
    centre: Centre, server: SshServer, visits: pull.Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(visits.source, "list.edi", b"one")

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sftp.SftpFolder, "move", crash)
        with pytest.raises(KeyboardInterrupt):
            visit(centre, visits)
    assert len(rows(centre)) == 1
    assert tree(visits.source) == ["list.edi"]
    assert visit(centre, pull.Visits(visits.source)) == 1
    assert len(rows(centre)) == 1
    assert tree(visits.source) == ["done/list.edi"]


def test_no_file_is_lost_when_names_are_alike(
    centre: Centre, server: SshServer, visits: pull.Visits
) -> None:
    for number in range(3):
        server.put(visits.source, "list.edi", bytes([number]), age=100 - number)
        visit(centre, visits)
    assert tree(visits.source) == ["done/list-2.edi", "done/list-3.edi", "done/list.edi"]
    assert len(rows(centre)) == 3


def test_answers_are_left_on_the_server_once(
    centre: Centre,
    server: SshServer,
    visits: pull.Visits,
    declare: Callable[..., bytes],
    person: Any,
) -> None:
    other = pull.Visits(server.source(f"{visits.source.name}-other"))
    data = declare(person())
    server.put(visits.source, "pk304.edi", data)
    visit(centre, visits)
    queue.drain(centre)
    visit(centre, other)
    assert tree(other.source) == [], "another source gets no answer of this one"
    visit(centre, visits)
    message = rows(centre)[0].message
    name = f"answers/pk304.edi.{message.digest[:8]}.1.edi"
    assert tree(visits.source) == [name, "done/pk304.edi"]
    written = (Path(visits.source.folder) / name).read_text()
    (own,) = answers.of_message(centre, MAKER, message.id).answers or ()
    assert written == own.text
    assert own.delivered_to == f"sftp:{visits.source.name}/{name.removeprefix('answers/')}"
    (Path(visits.source.folder) / name).unlink()
    visit(centre, visits)
    assert tree(visits.source) == ["done/pk304.edi"]
    assert trail.verify(centre, MAKER).findings == ()


def test_an_answer_replaces_its_own_file_when_it_is_put_again(
    source: PullSource,
) -> None:
    with sftp.connected(source) as remote:
        remote.put("answers", "a.edi", b"first")
        remote.put("answers", "a.edi", b"second")
    assert tree(source) == ["answers/a.edi"]
    assert (Path(source.folder) / "answers/a.edi").read_bytes() == b"second"


WRONG: list[tuple[str, Callable[[SshServer], dict[str, Any]], str]] = [
    (
        "another host key",
        lambda own: {"known_hosts": own.folder / "wrong_hosts"},
        "shows another key than",
    ),
    (
        "an unknown host",
        lambda own: {"known_hosts": own.folder / "no_hosts"},
        "no_hosts has no key of .*ask",
    ),
    ("no known hosts", lambda own: {"known_hosts": own.folder / "none"}, "none is not there"),
    ("no key", lambda own: {"key_file": own.folder / "none"}, "none is not there"),
    ("a key that is none", lambda own: {"key_file": own.known_hosts}, "pia"),
    ("a strange key", lambda own: {"key_file": own.stranger()}, "does not let"),
    ("a strange user", lambda _: {"user": "somebody"}, "does not let somebody in"),
    ("no such server", lambda _: {"port": 1}, "cannot be reached"),
    ("no such folder", lambda _: {"folder": "/nowhere"}, "/nowhere"),
]


@pytest.mark.parametrize(("_name", "changes", "said"), WRONG, ids=[own[0] for own in WRONG])
def test_a_source_out_of_reach_says_what_is_wrong(
    server: SshServer,
    source: PullSource,
    _name: str,
    changes: Callable[[SshServer], dict[str, Any]],
    said: str,
) -> None:
    broken = replace(source, **changes(server))
    with pytest.raises(Misconfigured, match=said), sftp.connected(broken) as remote:
        remote.look()


def test_a_name_that_is_no_text_is_said_to(source: PullSource) -> None:
    odd = os.fsencode(source.folder) + b"/liste-\xe9t\xe9.edi"
    Path(os.fsdecode(odd)).write_bytes(b"x")
    with pytest.raises(Misconfigured, match="not UTF-8"), sftp.connected(source) as remote:
        remote.look()


def test_a_strange_host_learns_nothing_and_is_not_trusted_later(
    server: SshServer, source: PullSource
) -> None:
    unknown = replace(source, known_hosts=server.folder / "no_hosts")
    for _ in range(2):
        with pytest.raises(Misconfigured), sftp.connected(unknown):
            pass
    assert (server.folder / "no_hosts").read_text() == ""


def test_a_connection_that_breaks_is_said_to(
    source: PullSource, visits: pull.Visits, centre: Centre, server: SshServer
) -> None:
    server.put(source, "list.edi", b"x")
    visit(centre, visits, 1)
    with (  # noqa: PT012  (the second statement is where it is noticed)
        pytest.raises((Misconfigured, OSError)),
        sftp.connected(source) as remote,
    ):
        remote._client.get_channel().close()
        pull.visit(centre, visits, remote)
    assert visit(centre, visits) == 1


# --- the threads ------------------------------------------------------------------------------


def test_the_worker_pulls_beside_a_source_that_fails(
    centre: Centre,
    server: SshServer,
    source: PullSource,
    declare: Callable[..., bytes],
    person: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = replace(source, name="broken", port=1, every=0)
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(worker, "pull_sources", lambda _: (broken, replace(source, every=0)))
    server.put(source, "pk304.edi", declare(person()))
    background = Worker(centre)
    background.start()
    until(lambda: any(name.startswith("answers/pk304.edi") for name in tree(source)))
    background.halt()
    (row,) = rows(centre)
    until(lambda: rows(centre)[0].message.state is MessageState.SCREENED)
    assert row.message.source.carrier == "PK"


def test_a_wrong_file_of_sources_stops_only_the_pulling(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    (centre.settings.data_dir / "pull.toml").write_text("nonsense")
    background = Worker(centre)
    background.start()
    source = intake.Source(channel=intake.Channel.CLI, name="x")
    intake.receive(centre, MAKER, b"no list", source)
    until(lambda: queue.waiting(centre) == 0)
    background.halt()


# --- the file of sources ----------------------------------------------------------------------


def written(centre: Centre, server: SshServer, source: PullSource, **changes: str) -> None:
    lines = {
        "url": f'"sftp://{source.user}@127.0.0.1:{source.port}{source.folder}"',
        "key_file": f'"{source.key_file}"',
        "known_hosts": f'"{server.known_hosts}"',
        "carrier": '"pk"',
    }
    text = "\n".join(f"{name} = {value}" for name, value in (lines | changes).items())
    (centre.settings.data_dir / "pull.toml").write_text(f"[pia]\n{text}\n")


def test_the_file_names_sources(centre: Centre, server: SshServer, source: PullSource) -> None:
    assert pull_sources(centre.settings) == ()
    written(centre, server, source)
    assert pull_sources(centre.settings) == (replace(source, name="pia"),)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": '"ftp://a@b/c"'}, "it must be sftp://"),
        ({"url": '"sftp://b/c"'}, "it must be sftp://"),
        ({"url": '"sftp://a:secret@b/c"'}, "without a password"),
        ({"url": '"sftp://a@b:99999/c"'}, "pia.url"),
        ({"carrier": '"PAKISTAN"'}, "PAKISTAN is no designator"),
        ({"every_seconds": "1"}, "pia.every_seconds"),
        ({"password": '"secret"'}, "pia.password"),
        ({"key_file": "7"}, "pia.key_file"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(
    centre: Centre, server: SshServer, source: PullSource, changes: dict[str, str], said: str
) -> None:
    written(centre, server, source, **changes)
    with pytest.raises(Misconfigured, match=said) as caught:
        pull_sources(centre.settings)
    assert "secret" not in str(caught.value)
    checks = {own.name: own for own in doctor.examine(centre.settings)}
    assert not checks["pull"].ok


def test_a_key_that_others_can_read_is_refused(
    centre: Centre, server: SshServer, source: PullSource, tmp_path: Path
) -> None:
    loose = tmp_path / "loose"
    loose.write_bytes(source.key_file.read_bytes())
    loose.chmod(0o644)
    written(centre, server, source, key_file=f'"{loose}"')
    with pytest.raises(Misconfigured, match="chmod 600"):
        pull_sources(centre.settings)


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, pull_file=tmp_path / "none.toml")
    with pytest.raises(Misconfigured, match="PARAKH_PULL_FILE"):
        pull_sources(settings)


def test_doctor_shows_each_source(centre: Centre, server: SshServer, source: PullSource) -> None:
    server.put(source, "a.edi", b"x")
    written(centre, server, source)
    checks = {own.name: own for own in doctor.examine(centre.settings)}
    assert (checks["pull pia"].ok, checks["pull pia"].found) == (True, "1 files at 127.0.0.1")
    written(centre, server, source, known_hosts=f'"{server.folder}/wrong_hosts"')
    checks = {own.name: own for own in doctor.examine(centre.settings)}
    assert not checks["pull pia"].ok
    assert "another key" in checks["pull pia"].found
    assert "pia:" not in checks["pull pia"].found, "its name stands before it already"


def test_an_error_of_no_number_is_shown_without_one(server: SshServer, source: PullSource) -> None:
    away = replace(source, port=1)
    with pytest.raises(Misconfigured, match="reached") as caught, sftp.connected(away):
        pass
    assert "Errno" not in str(caught.value)
