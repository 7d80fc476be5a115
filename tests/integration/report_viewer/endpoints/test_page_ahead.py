"""A page whose CSV is still to be written: shown at once, with no other report's CSV or forms."""

import asyncio
import json

import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support import wait
from tests.support.forms import make_forms
from tests.support.samples import CSV, Sample, document

from common.jobs.celery_config import QUEUE
from common.reports_cache.cache import DONE_CHANNEL

pytestmark = pytest.mark.anyio

OF_THE_PAGE = ("", "/data")
OF_THE_CSV = ("/csv", "/rows", "/xlsx", "/csv/spreadsheet", "/pdf")
NEWER = CSV + b"2026-04-03,1.00\r\n"


def ahead(sample: Sample, redis: Redis) -> bytes:
    """Cache a page of newer data as the worker would, ahead of its CSV, which is returned."""
    newer = document("revenue-overview", data_version=4, tenant_name="Renamed")
    sample.store(redis, newer, csv=NEWER)
    csv = redis.hget(sample.key.cached, "csv")
    assert isinstance(csv, bytes)
    redis.hdel(sample.key.cached, "csv")
    return csv


def finish(sample: Sample, redis: Redis, csv: bytes) -> None:
    redis.hset(sample.key.cached, "csv", csv)
    redis.publish(DONE_CHANNEL, sample.key.cached)


@pytest.mark.parametrize("ending", OF_THE_CSV)
async def test_what_is_made_of_the_csv_is_being_prepared(
    run: Run, sample: Sample, redis_client: Redis, ending: str
) -> None:
    await asyncio.to_thread(make_forms, redis_client, sample.key)
    ahead(sample, redis_client)
    async with run() as client:
        for each in OF_THE_PAGE:
            shown = await client.get(sample.path + each, headers=BROWSER)
            assert shown.status_code == 200
            assert "Renamed" in shown.text
        assert not redis_client.llen(QUEUE), "nobody asked for more"
        answer = await client.get(sample.path + ending)
        page = await client.get(sample.path + ending, headers=BROWSER)
        asked = await wait.until_async(lambda: redis_client.lrange(QUEUE, 0, -1), "a job")
    assert answer.status_code == page.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"].endswith("being-prepared")
    assert 'http-equiv="refresh"' in page.text
    assert [json.loads(each)["headers"]["task"] for each in asked] == ["reports.compute"]


async def test_who_waits_for_the_csv_is_woken_by_it_and_the_page_stays(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    csv = ahead(sample, redis_client)
    async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
        page = await client.get(sample.path)
        asked = asyncio.create_task(client.get(f"{sample.path}/csv"))
        await wait.until_async(lambda: redis_client.exists(sample.key.requested), "the claim")
        await asyncio.to_thread(finish, sample, redis_client, csv)
        answer = await asked
        same = await client.get(sample.path, headers={"if-none-match": page.headers["etag"]})
    assert answer.content == NEWER
    assert answer.headers["x-data-as-of"] == page.headers["x-data-as-of"]
    assert same.status_code == 304


@pytest.mark.parametrize("seconds", [0, 0.8])
async def test_no_page_stands_beside_the_csv_of_another(
    run: Run, sample: Sample, redis_client: Redis, seconds: float
) -> None:
    async with run(REPORT_VIEWER_LOCAL_SECONDS=seconds) as client:

        async def shown() -> bool:
            return "Renamed" in (await client.get(sample.path, headers=BROWSER)).text

        assert (await client.get(f"{sample.path}/csv")).content == CSV
        assert not await shown()
        csv = ahead(sample, redis_client)
        async with asyncio.timeout(wait.PATIENCE_SECONDS):
            while not await shown():
                assert (await client.get(f"{sample.path}/csv")).status_code in {200, 503}
        assert (await client.get(f"{sample.path}/csv")).status_code == 503
        await asyncio.to_thread(finish, sample, redis_client, csv)
        assert (await client.get(f"{sample.path}/csv")).content == NEWER
