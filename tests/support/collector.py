"""A collector of OpenTelemetry: it takes spans by OTLP over HTTP, and keeps them for tests."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Told:
    """A span as it was exported; ``attributes`` hold those that are texts or numbers."""

    service: str
    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    failed: bool
    attributes: dict[str, Any] = field(default_factory=dict)


class Collector:
    """Keeps what it is sent: ``spans`` as they are read, ``sent`` as it came."""

    def __init__(self) -> None:
        self.url = ""
        self.spans: list[Told] = []
        self.sent: list[bytes] = []

    def of_trace(self, trace_id: str) -> list[Told]:
        """The spans of one trace, in the order they came in."""
        return [each for each in list(self.spans) if each.trace_id == trace_id]

    def take(self, path: str, body: bytes) -> int:
        """Keep an export; the status that answers it."""
        if path != "/v1/traces":
            return 404
        self.sent.append(body)
        export = ExportTraceServiceRequest.FromString(body)
        for resource in export.resource_spans:
            service = _attributes(resource.resource)["service.name"]
            for scope in resource.scope_spans:
                self.spans += [_told(service, each) for each in scope.spans]
        return 200

    @contextmanager
    def running(self) -> Iterator["Collector"]:
        """Serve on a port of its own."""
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                self.send_response(collector.take(self.path, body))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests need no log of it."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}"
            serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            serving.start()
            try:
                yield self
            finally:
                server.shutdown()


def _told(service: str, span: Any) -> Told:
    return Told(
        service=service,
        name=span.name,
        kind=span.kind,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        failed=span.status.code == span.status.STATUS_CODE_ERROR,
        attributes=_attributes(span),
    )


def _attributes(of: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in of.attributes}
