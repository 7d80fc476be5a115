"""CSP reports: what a browser says was kept from a page is counted, and nothing else of it."""

import json

import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import Run
from tests.support.samples import Sample

from report_viewer.endpoints import csp_reports

pytestmark = pytest.mark.anyio

PATH = "/csp-reports"


def report(directive: object) -> dict[str, object]:
    return {"type": "csp-violation", "body": {"effectiveDirective": directive}}


def counted(metrics: str) -> dict[str, float]:
    start = 'report_viewer_csp_violations_total{directive="'
    lines = [line[len(start) :] for line in metrics.splitlines() if line.startswith(start)]
    return {name: float(count) for name, _, count in (line.partition('"} ') for line in lines)}


async def test_both_ways_of_reporting_are_counted_by_directive(run: Run) -> None:
    sample = Sample()
    old = {"csp-report": {"violated-directive": "img-src 'self'", "document-uri": sample.path}}
    async with run() as client:
        for body in ([report("script-src-elem"), report("script-src-elem")], old):
            assert (await client.post(PATH, content=json.dumps(body))).status_code == 204
        metrics = (await client.get("/metrics")).text
    assert counted(metrics) == {"script-src-elem": 2, "img-src": 1}
    assert sample.token() not in metrics


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[" * 10_000, b"7", b'[null, {"type": []}]', b"{}"]
)
async def test_what_is_no_report_counts_nothing(run: Run, body: bytes) -> None:
    async with run() as client:
        assert (await client.post(PATH, content=body)).status_code == 204
        assert counted((await client.get("/metrics")).text) == {}


async def test_no_sender_makes_up_directives(run: Run) -> None:
    hostile = [report("a" * 5000), report('x"} 1\nforged 1'), report(7), report(None)]
    async with run() as client:
        await client.post(PATH, content=json.dumps([*hostile, {"csp-report": []}]))
        assert counted((await client.get("/metrics")).text) == {csp_reports.OTHER: 5}


async def test_a_report_is_bounded_and_so_are_those_of_an_address(run: Run) -> None:
    async with run() as client:
        long = await client.post(PATH, content=b"a" * (csp_reports.MOST_BYTES + 1))
        for _ in range(3):
            await client.post(PATH, content=json.dumps([report("img-src")] * 100))
        metrics = (await client.get("/metrics")).text
        asked = await client.get(PATH)
    assert long.status_code == 413
    assert counted(metrics) == {"img-src": csp_reports.REPORTS_PER_ADDRESS}
    assert (asked.status_code, asked.headers["allow"]) == (405, "POST")


async def test_a_page_names_where_reports_go(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client)
    async with run() as client:
        page = await client.get(sample.path)
    assert page.headers["reporting-endpoints"] == f'csp="{PATH}"'
    assert f"report-uri {PATH}; report-to csp" in page.headers["content-security-policy"]
