"""OTLP tracer: traces by OpenTelemetry's SDK to a collector, by OTLP over HTTP.

A trace has the id of the request that it began with, where that is one of 32 hex digits, as the
gateway's are: a line of a log leads to its trace. The SDK reads its own variables
(``OTEL_TRACES_SAMPLER``, ``OTEL_RESOURCE_ATTRIBUTES``, ``OTEL_EXPORTER_OTLP_HEADERS``).
"""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span as RecordedSpan
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    SpanKind,
    Status,
    StatusCode,
    format_span_id,
    format_trace_id,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from common.infra import request_ids
from common.infra.tracing import PARENT, Attributes, Kind, Span

TRACES_PATH: Final = "/v1/traces"
"""Where below its endpoint a collector takes spans."""
STOP_SECONDS: Final = 3.0
"""How long the end of a process waits for a collector: less than it may take for its requests."""
_FROM_ELSEWHERE: Final = frozenset({Kind.SERVER, Kind.CONSUMER})
_TRACE_ID: Final = re.compile(r"(?!0{32})[0-9a-f]{32}", re.ASCII)
STATUS: Final = "http.response.status_code"
_SERVER_ERRORS: Final = 500
_NANOSECONDS: Final = 1_000_000_000
_W3C: Final = TraceContextTextMapPropagator()


class OtlpTracer:
    """Traces one process; see ``common.infra.tracing``."""

    def __init__(self, service: str, endpoint: str) -> None:
        resource = Resource.create({"service.name": service})
        exporter = OTLPSpanExporter(endpoint + TRACES_PATH)
        self._provider = TracerProvider(
            id_generator=_RequestIds(), resource=resource, shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(service)

    @contextmanager
    def span(self, name: str, kind: Kind, attributes: Attributes, parent: object) -> Iterator[Span]:
        """A span for as long as the block lasts."""
        # What comes from elsewhere is below nothing of this process: a server answers requests of
        # one connection in the context of the first.
        above = Context() if kind in _FROM_ELSEWHERE else None
        if isinstance(parent, str):
            above = _W3C.extract({PARENT: parent}, Context())
        with self._tracer.start_as_current_span(
            name,
            above,
            SpanKind[kind],
            dict(attributes),
            record_exception=False,
            set_status_on_exception=False,
        ) as made:
            try:
                yield made
                _fail_by_status(made)
            except BaseException as error:
                made.set_attribute("error.type", type(error).__name__)
                made.set_status(Status(StatusCode.ERROR))
                raise

    def add_part(self, name: str, seconds: float, attributes: Attributes) -> None:
        """A span of what has just taken ``seconds``."""
        now = time.time_ns()
        begun = now - int(seconds * _NANOSECONDS)
        self._tracer.start_span(name, attributes=dict(attributes), start_time=begun).end(now)

    def carrier(self) -> dict[str, str]:
        """The current span as a job's message carries it."""
        carried: dict[str, str] = {}
        _W3C.inject(carried)
        return {name: value for name, value in carried.items() if name == PARENT}

    def ids(self) -> dict[str, str]:
        """The current trace and span by their ids."""
        context = get_current_span().get_span_context()
        if not context.is_valid:
            return {}
        trace_id, span_id = format_trace_id(context.trace_id), format_span_id(context.span_id)
        return {"trace_id": trace_id, "span_id": span_id}

    def stop(self) -> None:
        """Export what is left, within a few seconds."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(STOP_SECONDS)


def _fail_by_status(made: Span) -> None:
    """Tell that a request failed which was answered all the same: by a status of 5xx."""
    told = made.attributes if isinstance(made, RecordedSpan) else None
    status = (told or {}).get(STATUS, 0)
    if isinstance(made, RecordedSpan) and isinstance(status, int) and status >= _SERVER_ERRORS:
        made.set_attribute("error.type", str(status))
        made.set_status(Status(StatusCode.ERROR))


class _RequestIds(RandomIdGenerator):
    """The ids of traces are those of requests."""

    def generate_trace_id(self) -> int:
        """The id of the request that is worked on, if it is one of a trace."""
        given = request_ids.current()
        return int(given, 16) if _TRACE_ID.fullmatch(given) else super().generate_trace_id()
