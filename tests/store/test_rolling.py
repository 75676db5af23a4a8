"""A newer program expands the schema while this one works on it, and contracts it later."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from parakh.access import system_actor
from parakh.clock import Clock
from parakh.domain.message import Channel, Source
from parakh.errors import Misconfigured
from parakh.services import intake, queue
from parakh.services.centre import Centre, reached_schema
from parakh.settings import Settings
from parakh.store import schema
from parakh.store.database import Database
from parakh.store.keys import Keys
from parakh.store.schema import Fit

HERE = Path(schema.__file__).parent / "migrations"
NOW = schema._chain()[-1].revision
MIGRATION = '''"""A migration of a later program."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = {revision!r}, {before!r}, None, None
phase = {phase!r}
def upgrade():
    {upgrade}
'''
EXPAND = """op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("later", sa.Text(), server_default="", nullable=False))"""
CONTRACT = """with op.batch_alter_table("message") as batch_op:
        batch_op.drop_column("trace")"""


@pytest.fixture
def any_centre(
    empty_database_url: str, tmp_path: Path, keys: Keys, clock: Clock
) -> Iterator[Centre]:
    """A centre on a database of its own: what is done to its schema here is lasting."""
    settings = Settings(data_dir=tmp_path / "data", database_url=empty_database_url)
    keys.save(settings.keys_path)
    made = Centre.create(settings, clock)
    yield made
    made.close()


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The migrations of a later program: one that expands, one that contracts."""
    folder = tmp_path / "versions"
    folder.mkdir()
    for revision, before, phase, upgrade in (
        ("8001", NOW, "expand", EXPAND),
        ("8002", "8001", "contract", CONTRACT),
    ):
        text = MIGRATION.format(revision=revision, before=before, phase=phase, upgrade=upgrade)
        (folder / f"{revision}.py").write_text(text)
    return folder


@contextmanager
def as_later_program(later: Path, centre: Centre) -> Iterator[Database]:
    """What runs inside knows the later migrations too; gives its own connections."""
    config = schema._config()
    config.set_main_option("version_locations", f"{HERE / 'versions'}:{later}")
    config.set_main_option("path_separator", "os")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "_config", lambda: config)
        schema._chain.cache_clear()
        with closing(Database(centre.settings.url, centre.db.keys)) as database:
            yield database
    schema._chain.cache_clear()


class Client(threading.Thread):
    """Sends messages and works them off until told to stop; keeps what went wrong."""

    def __init__(self, centre: Centre) -> None:
        super().__init__()
        self._centre = centre
        self.halt = threading.Event()
        self.sent = 0
        self.error: Exception | None = None

    def run(self) -> None:
        source = Source(channel=Channel.DROP, name="a.edi")
        try:
            while not self.halt.is_set():
                data = b"no list, but bytes: %d" % self.sent
                intake.receive(self._centre, system_actor("test"), data, source)
                assert not queue.drain(self._centre)
                self.sent += 1
        except Exception as error:
            self.error = error

    def wait(self, more: int) -> None:
        until = self.sent + more
        for _ in range(3000):
            if self.sent >= until or self.error:
                return
            threading.Event().wait(0.01)
        raise AssertionError("the client is stuck")


def test_this_program_works_on_a_schema_that_a_later_one_expanded(
    any_centre: Centre, later: Path
) -> None:
    client = Client(any_centre)
    client.start()
    try:
        client.wait(2)
        with as_later_program(later, any_centre) as database:
            assert schema.state(database).fit is Fit.BEHIND
            schema.upgrade(database, expand_only=True)
            assert schema.state(database).fit is Fit.TO_CONTRACT
        client.wait(2)
    finally:
        client.halt.set()
        client.join()
    assert client.error is None
    found = reached_schema(any_centre.settings)
    assert (found.fit, found.current) == (Fit.AHEAD, "8001")
    with closing(Centre.open(any_centre.settings)) as again:
        assert queue.waiting(again) == 0

    with as_later_program(later, any_centre) as database:
        schema.upgrade(database)
        assert schema.state(database).fit is Fit.SAME
    found = reached_schema(any_centre.settings)
    assert found.fit is Fit.BEYOND
    with pytest.raises(Misconfigured, match="install the newer program"):
        Centre.open(any_centre.settings)


def test_every_migration_since_the_rule_says_what_it_does() -> None:
    """What expands must not take away or rename what the program before uses."""
    for own in schema._chain():
        if own.revision >= "0007":
            phase = schema._phase(own)
            assert phase is not schema.Phase.BOTH, own.revision
            text = Path(own.path).read_text()
            taking = [word for word in ("drop_", "rename_", "alter_column") if word in text]
            assert phase is schema.Phase.CONTRACT or not taking, (own.revision, taking)
