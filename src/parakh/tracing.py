"""Spans for OpenTelemetry, off unless `start` is called; they carry no personal data.

Without the extra `traces`, or before `start`, every span is a no-op that costs a function call. A
message keeps its trace in the queue as a `traceparent` (W3C Trace Context, level 1), so that its
reading and screening in another process join the trace of its intake.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from parakh.errors import Misconfigured

_tracer: Any = None

Value = str | int | float | bool
"""What an attribute may hold: kinds, states, counts; never a name, a number of a document, text."""


def start(endpoint: str, service: str) -> None:
    """Sends spans by OTLP over HTTP (protobuf) to `endpoint`, such as http://host:4318/v1/traces.

    Raises Misconfigured without the extra `traces`.
    """
    global _tracer  # noqa: PLW0603  (one process, one exporter)
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise Misconfigured("traces need `pip install parakh[traces]`") from error
    provider = TracerProvider(resource=Resource({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    _tracer = provider.get_tracer("parakh")
    _tracer.parakh_provider = provider


def stop() -> None:
    """Sends what waits, and makes every further span a no-op."""
    global _tracer  # noqa: PLW0603
    if _tracer is not None:
        _tracer.parakh_provider.shutdown()
    _tracer = None


@contextmanager
def span(name: str, parent: str = "", **attributes: Value) -> Iterator[None]:
    """A span around its block, below the one around it, or below the `parent` that was kept.

    An error is noted by its kind alone: its text may quote what somebody typed.
    """
    if _tracer is None:
        yield
        return
    from opentelemetry.trace import StatusCode

    with _tracer.start_as_current_span(
        name,
        context=_kept(parent),
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as own:
        try:
            yield
        except Exception as error:
            own.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def note(**attributes: Value) -> None:
    """Adds attributes to the span around the caller, known only by now."""
    if _tracer is not None:
        from opentelemetry.trace import get_current_span

        get_current_span().set_attributes(attributes)


def current() -> str:
    """The `traceparent` of the span around the caller, to be kept; "" without one."""
    if _tracer is None:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent", "")


def _kept(parent: str) -> Any:
    """The context of a kept `traceparent`; None, the present one, without it."""
    if not parent:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": parent})
