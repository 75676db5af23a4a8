"""Spans of one message from its intake to its alert, as a collector gets them over real HTTP."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from tests.waiting import until

from parakh import tracing
from parakh.access import system_actor
from parakh.domain.message import Channel, Source
from parakh.services import intake, queue
from parakh.store import messages
from parakh.web.security import COOKIE

trace_service = pytest.importorskip(
    "opentelemetry.proto.collector.trace.v1.trace_service_pb2", reason="needs the extra traces"
)


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """A collector (OTLP/HTTP, protobuf); the spans it was sent."""
    spans: list[Any] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers["content-encoding"] == "gzip":
                import gzip

                body = gzip.decompress(body)
            told = trace_service.ExportTraceServiceRequest.FromString(body)
            for resource in told.resource_spans:
                for scope in resource.scope_spans:
                    spans.extend(scope.spans)
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(trace_service.ExportTraceServiceResponse().SerializeToString())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")  # milliseconds that spans wait together
    tracing.start(f"http://127.0.0.1:{server.server_address[1]}/v1/traces", "parakh-test")
    yield spans
    tracing.stop()
    server.shutdown()
    thread.join()
    server.server_close()


def named(spans: list[Any], name: str) -> list[Any]:
    return [own for own in spans if own.name == name]


def awaited(spans: list[Any], name: str) -> list[Any]:
    """The same of another thread, whose span may end after its answer is out."""
    until(lambda: named(spans, name))
    return named(spans, name)


def test_a_message_keeps_its_trace_across_the_queue(
    collected: list[Any], stage: Any, flight: bytes
) -> None:
    source = Source(channel=Channel.HTTP, name="TALPUR list.edi")
    got = intake.receive(stage.centre, system_actor("test"), flight, source).message
    assert got.trace.startswith("00-")
    # As another process would: only what the database holds of the message is known here.
    with stage.centre.db.read() as connection:
        assert messages.get(connection, got.id).trace == got.trace
    queue.drain(stage.centre)
    tracing.stop()
    trace = bytes.fromhex(got.trace.split("-")[1])
    own = [span for span in collected if span.trace_id == trace]
    (received,) = named(own, "message.receive")
    (parsed,) = named(own, "message.parse")
    (screened,) = named(own, "message.screen")
    assert received.span_id == parsed.parent_span_id == screened.parent_span_id
    assert {span.parent_span_id for span in named(own, "screen")} == {screened.span_id}
    writes = {span.parent_span_id for span in named(own, "database.write")}
    assert writes >= {received.span_id, parsed.span_id, screened.span_id}
    raised = named(own, "alert.raise")
    assert len(raised) == 2
    told = " ".join(str(span) for span in collected)
    for private in ("TALPUR", "MAZARI", "ZX9876543", "test", got.id):
        assert private not in told


def test_a_request_is_a_span_without_its_address(
    server: str, stage: Any, ids: dict[str, str], collected: list[Any]
) -> None:
    cookies = {COOKIE: stage.sessions["supervisor"].token}
    answer = httpx.get(f"{server}/alerts/{ids['alert']}", cookies=cookies, timeout=30)
    assert answer.status_code == 200
    (request,) = awaited(collected, "http.request")
    tracing.stop()
    found = {own.key: own.value.string_value for own in request.attributes}
    assert found == {"method": "GET", "route": "/alerts/{alert_id}", "status": "200"}
    inside = named(collected, "database.write")
    assert inside
    assert {own.trace_id for own in inside} == {request.trace_id}
    assert ids["alert"] not in str(collected)


def test_an_error_is_noted_by_its_kind_alone(collected: list[Any]) -> None:
    with pytest.raises(ValueError, match="NOON"), tracing.span("step"):
        raise ValueError("NOON GUL")
    tracing.stop()
    (span,) = collected
    assert span.status.message == "ValueError"
    assert "NOON" not in str(span)


def test_without_a_collector_nothing_is_done() -> None:
    with tracing.span("step", kind="x"):
        assert tracing.current() == ""
