"""What the centre tells of itself: metrics for Prometheus, and whether it is ready for work."""

import hmac
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from parakh import metrics
from parakh.errors import Misconfigured, ParakhError
from parakh.services.centre import Centre
from parakh.store import audit, schema
from parakh.store import telemetry as store
from parakh.store.keys import Keys

BACKED_UP, BACKUP = "backup.created", "backup"
"""Action and subject of the trail's row for a backup, by which the last one is found."""

LEAST_FREE = 512 * 2**20
"""Bytes that must be free: with less, the next large message may not be stored."""

WORKER_SECONDS = 300.0
"""A worker that began no round for so long hangs; the longest message takes less."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """Something that must hold for work to be done; `reason` says what is wrong where it does not.

    The reason is for whoever runs the centre and names no person.
    """

    name: str
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return not self.reason


def conditions(centre: Centre) -> list[Condition]:
    """Whether the centre can do its work; never raises."""
    checks: tuple[tuple[str, Callable[[Centre], str]], ...] = (
        ("database", _database),
        ("keys", _keys),
        ("disk", _disk),
        ("worker", _worker),
    )
    return [Condition(name=name, reason=check(centre)) for name, check in checks]


def exposition(centre: Centre) -> bytes:
    """All metrics as text: those of this process, then those of the whole centre."""
    whole = CollectorRegistry()
    tell = _Teller(whole)
    _tell_process(tell, centre)
    try:
        _tell_centre(tell, centre)
    except sa.exc.SQLAlchemyError:
        tell("parakh_database_up", "Whether the database answers.", 0)
    else:
        tell("parakh_database_up", "Whether the database answers.", 1)
    return generate_latest(metrics.REGISTRY) + generate_latest(whole)


def token_fits(centre: Centre, given: str) -> bool:
    """Whether somebody gave the token for metrics; False where none is set.

    Raises Misconfigured when its file cannot be read.
    """
    path = centre.settings.metrics_token_file
    if path is None:
        return False
    try:
        token = path.read_text().strip()
    except OSError as error:
        raise Misconfigured("PARAKH_METRICS_TOKEN_FILE cannot be read") from error
    return bool(token) and hmac.compare_digest(token.encode(), given.encode())


# --- within -----------------------------------------------------------------------------------


class _Teller:
    """Makes gauges in one registry, each told once or once a label."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._known: dict[str, Gauge] = {}

    def __call__(self, name: str, about: str, value: float, **labels: str) -> None:
        if name not in self._known:
            self._known[name] = Gauge(name, about, list(labels), registry=self._registry)
        own = self._known[name]
        (own.labels(**labels) if labels else own).set(value)


def _tell_process(tell: _Teller, centre: Centre) -> None:
    tell("parakh_info", "The program's version.", 1, version=version("parakh"))
    pool = centre.db.engine.pool
    if isinstance(pool, sa.QueuePool):
        about = "Connections to the database, by what they do."
        tell("parakh_database_connections", about, pool.checkedout(), state="busy")
        tell("parakh_database_connections", about, pool.checkedin(), state="idle")
    free = shutil.disk_usage(centre.settings.data_dir).free
    tell("parakh_disk_free_bytes", "Free space at the data folder.", free)
    if centre.worked_at is not None:
        about = "Seconds since the worker of this process began its last round."
        tell("parakh_worker_round_age_seconds", about, time.monotonic() - centre.worked_at)
    if "galleries" in centre.__dict__:
        about = "Persons whose faces are searched at gates, as held in memory."
        tell("parakh_gallery_persons", about, centre.galleries.size(centre.galleries.at_gates()))


def _tell_centre(tell: _Teller, centre: Centre) -> None:
    now = centre.clock()
    with centre.db.read() as connection:
        for state, waiting in store.queue(connection).items():
            about = "Messages that wait for a worker, by state."
            tell("parakh_queue_messages", about, waiting.count, state=state)
            about = "Age of the message that waits longest, by state."
            tell("parakh_queue_oldest_age_seconds", about, _age(now, waiting.since), state=state)
        told = store.tellings(connection)
        tell("parakh_deliveries_waiting", "Alerts yet to be told by a channel.", told.count)
        about = "Age of the telling that waits longest."
        tell("parakh_deliveries_oldest_age_seconds", about, _age(now, told.since))
        open_alerts = store.open_alerts(connection, now)
        for state, count in open_alerts.by_state.items():
            tell("parakh_alerts_open", "Alerts that are not closed, by state.", count, state=state)
        about = "Open alerts over their service level, by what is late."
        late = {"acknowledge": open_alerts.unacknowledged, "close": open_alerts.unclosed}
        for level, count in late.items():
            tell("parakh_alerts_overdue", about, count, level=level)
        seq, at = store.audit_head_at(connection)
        tell("parakh_audit_rows", "Number of the audit trail's newest row.", seq)
        last = audit.newest(connection, BACKED_UP, BACKUP)
        if last is not None:
            about = "When the last backup was made (Unix time)."
            tell("parakh_backup_last_timestamp_seconds", about, last.at.timestamp())
        tell("parakh_audit_head_age_seconds", "Age of the audit trail's newest row.", _age(now, at))


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def _database(centre: Centre) -> str:
    try:
        found = schema.state(centre.db)
    except sa.exc.SQLAlchemyError:
        return "the database does not answer"
    return "" if found.fit.works else found.advice


def _keys(centre: Centre) -> str:
    try:
        Keys.load(centre.settings.keys_path)
    except (ParakhError, OSError):
        return "the key file is missing, broken, or open to others"
    return ""


def _disk(centre: Centre) -> str:
    try:
        free = shutil.disk_usage(centre.settings.data_dir).free
    except OSError:
        return "the data folder cannot be read"
    return "" if free >= LEAST_FREE else f"only {free // 2**20} MiB are free at the data folder"


def _worker(centre: Centre) -> str:
    if centre.worked_at is None:  # the workers are other processes
        return ""
    silent = time.monotonic() - centre.worked_at
    return "" if silent < WORKER_SECONDS else f"the worker began no round for {silent:.0f} s"
