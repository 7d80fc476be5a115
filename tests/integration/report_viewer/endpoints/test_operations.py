"""What stands around the reports: health, metrics, the interface's description, static files."""

import asyncio
import re
from importlib.metadata import version

import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support import wait
from tests.support.samples import Sample

from common.jobs.celery_config import QUEUE
from report_viewer.endpoints.openapi_parts import REFUSALS

pytestmark = pytest.mark.anyio


async def test_health_and_readiness(run: Run) -> None:
    async with run() as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        ready = await client.get("/readyz")
        assert (await client.head("/readyz")).status_code == 200
    assert ready.status_code == 200
    assert ready.json() == {
        "status": "ready",
        "redis": "ok",
        "signing": "configured",
        "degraded": [],
    }


async def test_metrics_name_no_link(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client)
    async with run() as client:
        await client.get(sample.path)
        await client.get("/api/reports/x")
        text = (await client.get("/metrics")).text
    assert 'report_viewer_answers_total{status="200"} 1.0' in text
    assert 'report_viewer_answers_total{status="403"} 1.0' in text
    assert sample.token() not in text


def count(text: str, name: str, label: str) -> float:
    """How often a histogram's label was observed."""
    line = next(each for each in text.splitlines() if each.startswith(f"{name}_count{{{label}}}"))
    return float(line.rpartition(" ")[2])


async def test_a_report_is_told_by_its_heat_and_freshness(run: Run, redis_client: Redis) -> None:
    ready, late = Sample(), Sample("product-performance", tenant_id=77)
    for each in (ready, late):
        each.activate(redis_client)
    ready.store(redis_client)
    name, age = "report_viewer_load_seconds", "report_viewer_report_age_seconds"
    async with run(REPORT_VIEWER_WAIT_SECONDS=60, REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:

        async def told(label: str, metric: str = name) -> float:
            return count((await client.get("/metrics")).text, metric, label)

        assert [await told(f'heat="{heat}"') for heat in ("hot", "warm", "cold")] == [0, 0, 0]
        assert (await client.get(ready.path)).status_code == 200
        assert [await told(f'heat="{heat}"') for heat in ("warm", "cold")] == [1, 0]
        assert await told('freshness="current"', age) == 1
        waiting = asyncio.create_task(client.get(late.path))
        await wait.until_async(lambda: redis_client.llen(QUEUE), "a computation was asked for")
        await asyncio.to_thread(late.store, redis_client)
        assert (await waiting).status_code == 200
        assert await told('heat="cold"') == 1
        for _ in range(wait.LOOKS):  # a copy in memory is of use for a moment
            assert (await client.get(ready.path)).status_code == 200
            if await told('heat="hot"'):
                break
        assert await told('heat="hot"') == 1


async def test_who_waits_in_vain_is_told_with_the_time_they_waited(
    run: Run, redis_client: Redis
) -> None:
    never, name = Sample(), "report_viewer_load_seconds"
    never.activate(redis_client)
    async with run(REPORT_VIEWER_WAIT_SECONDS=1) as client:
        assert (await client.get(never.path)).status_code == 503
        text = (await client.get("/metrics")).text
        assert count(text, name, 'heat="cold"') == 1
        assert f'{name}_bucket{{heat="cold",le="0.5"}} 0.0' in text
        assert f'{name}_bucket{{heat="cold",le="+Inf"}} 1.0' in text


async def test_the_description_has_both_endpoints_with_all_answers(run: Run) -> None:
    async with run() as client:
        document = (await client.get("/openapi.json")).json()
        page = await client.get("/docs", headers=BROWSER)
    assert document["info"]["version"] == version("report-viewer")
    for path, own in (("/api/reports/{token}", set()), ("/api/reports/{token}/csv", {"404"})):
        for method in ("get", "head"):
            answers = set(document["paths"][path][method]["responses"])
            assert answers == {"200", *REFUSALS} | own
    view = document["paths"]["/api/reports/{token}/view"]
    assert set(view) == {"parameters", "post"}
    assert {"204", "400", "403", "413", "503"} <= set(view["post"]["responses"])
    assert {"/healthz", "/readyz", "/metrics"} <= set(document["paths"])
    assert page.status_code == 200
    assert "GET /api/reports/{token}/csv" in page.text
    assert "http://" not in page.text.replace("http://www.w3.org", "")


async def test_a_page_finds_its_files(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client)
    async with run() as client:
        html = (await client.get(sample.path)).text
        addresses = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html))
        assert len(addresses) == 6
        for address in addresses:
            found = await client.get(address)
            assert found.status_code == 200
            assert "immutable" in found.headers["cache-control"]
            assert found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/nothing", "/static/", "/static/x.js", "/api/reportsx"])
async def test_404_elsewhere(run: Run, path: str) -> None:
    async with run() as client:
        problem = await client.get(path)
        page = await client.get(path, headers=BROWSER)
        german = await client.get(path, headers={**BROWSER, "Accept-Language": "de"})
    assert "Hier ist nichts" in german.text
    assert problem.status_code == page.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert problem.headers["x-robots-tag"] == page.headers["x-robots-tag"] == "noindex, nofollow"


async def test_405_elsewhere(run: Run) -> None:
    async with run() as client:
        refused = await client.post("/healthz")
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, HEAD"


async def test_nothing_redirects_to_the_host_that_was_named(run: Run) -> None:
    async with run() as client:
        for path in ("/docs/", "/healthz/", "/openapi.json/", "/metrics/", "/static", "//docs"):
            answer = await client.get(path, headers={"host": "evil.example"})
            assert answer.status_code == 404, path
            assert "location" not in answer.headers
            assert "evil.example" not in answer.text
