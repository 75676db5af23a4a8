"""What the program counts and times of itself, for Prometheus (exposition format 0.0.4).

Labels hold kinds only (a route's template, a state, a screener): never an identifier, a name or
anything that somebody typed. Counters start again with each process; what is true of the whole
centre is read from the database when somebody asks (`parakh.services.telemetry`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()
"""Ours alone, so that no library adds to what the centre tells."""

ProcessCollector(registry=REGISTRY)

_QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

HTTP_SECONDS = Histogram(
    "parakh_http_request_seconds",
    "Seconds from a request's arrival until its answer begins.",
    ["method", "route", "status"],
    buckets=_QUICK[3:],
    registry=REGISTRY,
)
MESSAGES = Counter(
    "parakh_messages",
    "Parts of messages that were read, by how they came, their format and what became of them.",
    ["source", "format", "result"],
    registry=REGISTRY,
)
SCREENING_SECONDS = Histogram(
    "parakh_screening_seconds",
    "Seconds that a screener took for a batch of subjects.",
    ["screener"],
    buckets=_QUICK,
    registry=REGISTRY,
)
HITS = Counter(
    "parakh_hits_found",
    "Hits that a screener found, those that were known before too.",
    ["screener"],
    registry=REGISTRY,
)
SCREENER_FAILURES = Counter(
    "parakh_screener_failures",
    "Batches of subjects that a screener failed on.",
    ["screener"],
    registry=REGISTRY,
)
FACE_SEARCH_SECONDS = Histogram(
    "parakh_face_search_seconds",
    "Seconds of one search of faces in the galleries, without finding them in the picture.",
    buckets=_QUICK,
    registry=REGISTRY,
)
DELIVERIES = Counter(
    "parakh_deliveries",
    "Tries to tell of an alert by a channel, by its kind and how the try ended.",
    ["channel", "result"],
    registry=REGISTRY,
)
EXCHANGES = Counter(
    "parakh_connector_exchanges",
    "Requests to linked systems, by what they were for and how they ended.",
    ["verb", "outcome"],
    registry=REGISTRY,
)
JOB_ERRORS = Counter(
    "parakh_job_errors",
    "Rounds of a job of the worker that failed.",
    ["job"],
    registry=REGISTRY,
)
JOB_SUCCESS = Gauge(
    "parakh_job_last_success_timestamp_seconds",
    "When a job of the worker last ended well (Unix time).",
    ["job"],
    registry=REGISTRY,
)
WRITE_WAIT_SECONDS = Histogram(
    "parakh_database_write_wait_seconds",
    "Seconds until a write transaction had its connection and, with SQLite, its turn.",
    buckets=_QUICK,
    registry=REGISTRY,
)
ACTIONS = Counter(
    "parakh_actions",
    "Rows that joined the audit trail, by action, such as alert.raised.",
    ["action"],
    registry=REGISTRY,
)
WALL_LISTENERS = Gauge(
    "parakh_wall_listeners", "Live walls that are connected to this process.", registry=REGISTRY
)


@contextmanager
def timed(histogram: Histogram) -> Iterator[None]:
    """Observes the seconds that its block takes, whether it ends well or not."""
    start = perf_counter()
    try:
        yield
    finally:
        histogram.observe(perf_counter() - start)


@contextmanager
def job(name: str) -> Iterator[None]:
    """Notes when a worker's job ended well; one that raises is counted, and the error goes on."""
    try:
        yield
    except Exception:
        JOB_ERRORS.labels(name).inc()
        raise
    JOB_SUCCESS.labels(name).set(time())


def screener(name: str) -> str:
    """A screener's label: its name without the version, which would make a new series each time."""
    return name.partition("@")[0]
