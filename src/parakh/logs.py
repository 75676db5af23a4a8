"""Structured logs without personal data: one JSON object a line, on standard error.

Of an exception only its kind and the places in the code are logged. Its text may quote what a
carrier or an officer typed, and local variables certainly do.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

import structlog
from structlog.typing import EventDict, WrappedLogger

OptExcInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)
"""What `sys.exc_info` gives."""


class PlainFormatter(logging.Formatter):
    """The same lines for what the web server logs itself, which would quote exceptions in full."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        line: dict[str, object] = {
            "event": record.getMessage().strip(),
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info:
            line |= _described(record.exc_info)
        return json.dumps(line)


SERVER = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": PlainFormatter}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {"uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
"""The web server's logging, for `logging.config.dictConfig`."""


def configure(level: str = "INFO") -> None:
    """Sends all logs of the program to standard error, from `level` up."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_values,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _without_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Puts the kind of an exception and its places in the code in place of the exception."""
    if not event.pop("exc_info", None):
        return event
    event.update(_described(sys.exc_info()))
    return event


def _described(found: OptExcInfo) -> dict[str, object]:
    kind, _, trace = found
    if kind is None:
        return {}
    places = traceback.extract_tb(trace)
    return {
        "exception": kind.__name__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in places],
    }
