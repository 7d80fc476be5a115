"""Spans as a collector gets them, and nothing at all without one."""

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.support.collector import Collector

from common.infra import request_ids, tracing
from common.infra.telemetry import JsonFormatter
from common.infra.tracing import Kind
from common.jobs import origin

REQUEST = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector().running() as running:
        yield running
        tracing.stop()


def logged() -> dict[str, str]:
    """A line of a log, written here and now."""
    record = logging.makeLogRecord({"msg": "said"})
    line: dict[str, str] = json.loads(JsonFormatter("tests").format(record))
    return line


def test_a_job_is_in_the_trace_of_the_request_that_asked_for_it(collector: Collector) -> None:
    tracing.start("asks", collector.url)
    with (
        request_ids.working_on(REQUEST),
        tracing.span("GET /a/{b}", Kind.SERVER, {"http.route": "/a/{b}"}) as span,
        tracing.span("publish job", Kind.PRODUCER),
    ):
        span.set_attribute("http.response.status_code", 200)
        headers = origin.headers()
    with origin.running("job", "id", headers.get):
        line = logged()
        tracing.add_part("query", 0.25, {"analytics.report": "revenue-overview"})
    tracing.stop()

    answered, published, run, query = (
        next(each for each in collector.spans if each.name == name)
        for name in ("GET /a/{b}", "publish job", "run job", "query")
    )
    assert {each.trace_id for each in collector.spans} == {REQUEST}
    assert published.parent_id == answered.span_id
    assert run.parent_id == published.span_id
    assert query.parent_id == run.span_id
    assert not answered.parent_id
    assert answered.attributes == {"http.route": "/a/{b}", "http.response.status_code": 200}
    assert (line["request_id"], line["trace_id"], line["span_id"]) == (
        REQUEST,
        REQUEST,
        run.span_id,
    )


def test_an_error_is_told_by_its_type_alone(collector: Collector) -> None:
    tracing.start("fails", collector.url)
    with pytest.raises(LookupError), tracing.span("GET", Kind.SERVER):
        raise LookupError("a secret")
    tracing.stop()
    (span,) = collector.spans
    assert span.failed
    assert span.attributes == {"error.type": "LookupError"}
    assert b"a secret" not in b"".join(collector.sent)


@pytest.mark.parametrize(("status", "failed"), [(499, False), (500, True), (503, True)])
def test_an_answer_of_5xx_is_an_error(collector: Collector, status: int, *, failed: bool) -> None:
    tracing.start("fails", collector.url)
    with tracing.span("GET", Kind.SERVER) as span:
        span.set_attribute("http.response.status_code", status)
    tracing.stop()
    (told,) = collector.spans
    assert told.failed is failed
    assert told.attributes.get("error.type") == (str(status) if failed else None)


@pytest.mark.parametrize("given", ["", "not-of-32-hex-digits", "0" * 32, REQUEST.upper()])
def test_a_trace_has_an_id_of_its_own_where_the_request_has_none(
    collector: Collector, given: str
) -> None:
    tracing.start("asks", collector.url)
    with request_ids.working_on(given), tracing.span("GET", Kind.SERVER):
        line = logged()
    tracing.stop()
    (span,) = collector.spans
    assert span.trace_id == line["trace_id"] != given
    assert line.get("request_id", "") == given


@pytest.mark.parametrize("header", [None, 7, "", "00-0-0-00", "x" * 200])
def test_a_job_from_nowhere_has_a_trace_of_its_own(collector: Collector, header: object) -> None:
    tracing.start("runs", collector.url)
    named = {tracing.PARENT: header, origin.REQUEST: header}
    with origin.running("job", "0af76519-16cd-43dd-8448-eb211c80319c", named.get):
        line = logged()
    tracing.stop()
    (span,) = collector.spans
    assert not span.parent_id
    if not header:
        assert span.trace_id == line["request_id"] == REQUEST


def test_a_request_is_below_none_that_went_before_on_its_connection(collector: Collector) -> None:
    tracing.start("answers", collector.url)
    with request_ids.working_on(REQUEST), tracing.span("first", Kind.SERVER):
        other = REQUEST[::-1]
        with request_ids.working_on(other), tracing.span("second", Kind.SERVER):
            pass
        with origin.running("job", other, lambda _: None):
            pass
    tracing.stop()
    below = {each.name: each for each in collector.spans}
    assert below["second"].trace_id == below["run job"].trace_id == other
    assert not below["second"].parent_id
    assert not below["run job"].parent_id


def run(program: str, **environment: str) -> str:
    """What a program prints that ends by itself: an exporter tries on as long as its process."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


TRACED = """
import os
from common.infra import tracing
tracing.start("asks", os.environ["COLLECTOR"])
with tracing.span("GET", tracing.Kind.SERVER):
    print(sorted(tracing.ids()))
tracing.stop()
"""


def test_a_collector_that_is_away_holds_nothing_up() -> None:
    assert run(TRACED, COLLECTOR="http://127.0.0.1:9") == "['span_id', 'trace_id']\n"


def test_a_collector_that_never_answers_holds_no_process_up() -> None:
    """Its own time-out would keep the end of a process waiting for ten minutes."""
    with socket.create_server(("127.0.0.1", 0)) as hung:
        address = f"http://127.0.0.1:{hung.getsockname()[1]}"
        told = run(TRACED, COLLECTOR=address, OTEL_EXPORTER_OTLP_TIMEOUT="600")
    assert told == "['span_id', 'trace_id']\n"


def test_without_an_endpoint_nothing_is_traced_or_loaded() -> None:
    program = """
import sys
from common.infra import request_ids, tracing
from common.jobs import origin
tracing.start("service", None)
with tracing.span("GET", tracing.Kind.SERVER) as span:
    span.set_attribute("http.route", "/")
    span.update_name("GET /")
    tracing.add_part("query", 1.0, {})
    assert origin.headers() == tracing.ids() == {}
with request_ids.working_on("a"):
    assert origin.headers() == {"request_id": "a"}
tracing.stop()
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""
    assert run(program) == "[]\n"
