"""Every form of a report: found, named and refused as its page and its CSV are."""

import asyncio
import base64
import json
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support import wait
from tests.support.forms import make_forms
from tests.support.samples import CSV, Sample, document

from common.i18n.locales import TAGS
from common.jobs.celery_config import QUEUE
from common.jobs.payloads import MakeForm
from common.reports_cache.forms import Form, FormWanted, form_cache, pack_form
from common.reports_cache.report_fields import unpack_meta
from report_viewer.endpoints import forms
from report_viewer.links.urls import Resource
from worker.forms import make
from worker.reports.lease import Leases

pytestmark = pytest.mark.anyio

ENDINGS = {
    Resource.CSV: "csv",
    Resource.DATA: "json",
    Resource.XLSX: "xlsx",
    Resource.LOCAL_CSV: "csv",
    Resource.PDF: "pdf",
}
FORMS = list(ENDINGS)


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_is_a_file_named_as_the_csv(
    run: Run, sample: Sample, redis_client: Redis, form: Resource
) -> None:
    await asyncio.to_thread(make_forms, redis_client, sample.key)
    async with run() as client:
        answer = await client.get(sample.path + form.value.decode())
        page = await client.get(sample.path, headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="revenue-overview-2026-04-01-2026-04-30.{ENDINGS[form]}"'
    )
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for name in ("x-data-as-of", "x-data-status"):
        assert answer.headers[name] == page.headers[name]


@pytest.mark.parametrize("form", FORMS)
async def test_a_refusal_is_the_pages(run: Run, redis_client: Redis, form: Resource) -> None:
    revoked, stub = Sample(), Sample(report="coupon-impact")
    for each in (revoked, stub):
        each.activate(redis_client)
    revoked.store(redis_client)
    revoked.revoke(redis_client)
    path = form.value.decode()
    async with run() as client:
        for link in ("/api/reports/nonsense", revoked.path):
            for headers in ({}, BROWSER):
                page = await client.get(link, headers=headers)
                answer = await client.get(link + path, headers=headers)
                assert answer.status_code == page.status_code == 403
                assert answer.content == page.content
                assert answer.headers == page.headers
        assert (await client.get(stub.path + path)).status_code == 422
        assert (await client.get(f"/api/reports/{path}")).status_code == 400
        assert (await client.post(Sample().path + path)).status_code == 405


async def test_data_is_in_the_readers_language(run: Run, sample: Sample) -> None:
    titles, tags = set(), set()
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        for _ in range(2):
            for tag in TAGS:
                answer = await client.get(
                    f"{sample.path}/data?language=en", headers={"accept-language": tag}
                )
                assert answer.headers["content-language"] == tag
                assert "Accept-Language" in answer.headers["vary"]
                assert answer.headers["content-type"] == "application/json"
                told = json.loads(answer.content)
                assert told["language"] == tag
                titles.add(told["title"])
                tags.add(answer.headers["etag"])
    assert len(tags) == len(TAGS)
    assert len(titles) > 4


@pytest.mark.parametrize("accept", ["application/JSON", "application/json, text/plain, */*"])
async def test_the_page_is_data_for_who_accepts_json(run: Run, sample: Sample, accept: str) -> None:
    async with run() as client:
        page = await client.get(sample.path, headers=BROWSER)
        data = await client.get(f"{sample.path}/data")
        for _ in range(2):  # the page is in the cache that asks nobody
            found = await client.get(sample.path, headers={"accept": accept})
            assert found.content == data.content
            assert found.headers == data.headers
            assert (await client.get(sample.path, headers=BROWSER)).content == page.content
        head = await client.head(sample.path, headers={"accept": accept})
        assert head.headers == data.headers


FILES = [each for each in FORMS if each in forms.FILES]


async def served(client: httpx.AsyncClient, redis: Redis, path: str) -> httpx.Response:
    """The answer to a request whose job is taken by a worker."""
    asked = asyncio.create_task(client.get(path))
    job = await wait.until_async(lambda: queued(redis), "the job of a form")
    assert job is not None
    await asyncio.to_thread(make.make_once, redis, Leases(redis), job)
    return await asked


def queued(redis: Redis) -> MakeForm | None:
    """The job in the queue, taken from it."""
    message: Any = redis.lpop(QUEUE)
    if message is None:
        return None
    _, arguments, _ = json.loads(base64.b64decode(json.loads(message)["body"]))
    return MakeForm.parse(arguments)


@pytest.mark.parametrize("form", FILES)
async def test_a_form_is_made_for_the_first_who_asks(
    run: Run, sample: Sample, redis_client: Redis, form: Resource
) -> None:
    path = sample.path + form.value.decode()
    async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
        first = await served(client, redis_client, path)
        again = await client.get(path)
        head = await client.head(path)
        known = await client.get(path, headers={"if-none-match": first.headers["etag"]})
        newer = document("revenue-overview", data_version=4, tenant_name="Renamed")
        row = CSV + b"2026-04-03,1.00\r\n"
        await asyncio.to_thread(sample.store, redis_client, newer, csv=row)
        changed = await served(client, redis_client, path)
    assert first.status_code == again.status_code == head.status_code == 200
    assert first.content == again.content
    assert first.headers == again.headers == head.headers
    assert first.headers["content-language"] == "en"
    assert known.status_code == 304
    assert changed.headers["etag"] != first.headers["etag"]
    assert not redis_client.llen(QUEUE)


@pytest.mark.parametrize("form", FILES)
async def test_a_crowd_asks_once_and_a_failure_is_told(
    run: Run, sample: Sample, redis_client: Redis, form: Resource
) -> None:
    path = sample.path + form.value.decode()
    async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
        crowd = [asyncio.create_task(client.get(path)) for _ in range(20)]
        job = await wait.until_async(lambda: queued(redis_client), "the job of a form")
        assert job is not None
        await asyncio.to_thread(form_cache(redis_client).fail, job.key)
        answers = await asyncio.gather(*crowd)
        page = await client.get(sample.path)
    assert {each.status_code for each in answers} == {503}
    assert json.loads(answers[0].content)["type"].endswith("computation-failed")
    assert answers[0].headers["retry-after"] == "15"
    assert page.status_code == 200
    assert not redis_client.llen(QUEUE)


@pytest.mark.parametrize("form", FILES)
async def test_a_form_of_an_earlier_report_is_never_shown(
    run: Run, sample: Sample, redis_client: Redis, form: Resource
) -> None:
    await asyncio.to_thread(make_forms, redis_client, sample.key)
    path = sample.path + form.value.decode()
    for hot in ({}, {"REPORT_VIEWER_LOCAL_SECONDS": 0.8}):
        async with run(**hot) as client:
            assert (await client.get(path)).status_code == 200
    await asyncio.to_thread(sample.store, redis_client)  # of the same data, computed again
    async with run() as client:
        answer = await client.get(path, headers=BROWSER)
        assert answer.status_code == 503
        assert "being prepared" in answer.text
    redis_client.delete(sample.key.cached)
    async with run() as client:
        assert (await client.get(path)).status_code == 503


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_is_shut_with_its_link(run: Run, redis_client: Redis, form: Resource) -> None:
    link = Sample()
    link.activate(redis_client)
    link.store(redis_client)
    await asyncio.to_thread(make_forms, redis_client, link.key)
    path = link.path + form.value.decode()
    expired = Sample(expires_at=datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1))
    async with run() as client:
        assert (await client.get(path)).status_code == 200
        await asyncio.to_thread(link.revoke, redis_client)
        assert (await client.get(path)).status_code == 403
        over = await client.get(expired.path + form.value.decode())
        assert json.loads(over.content)["type"].endswith("expired-link")


async def test_a_long_file_takes_no_room_of_pages(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    key = FormWanted(Form.XLSX, "en").of(sample.key)
    meta: Any = redis_client.hget(sample.key.cached, "meta")
    body = secrets.token_bytes(2 * forms.MOST_KEPT_BYTES)
    form_cache(redis_client).store(key, pack_form(meta, body, unpack_meta(meta)))
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        for _ in range(2):
            answer = await client.get(f"{sample.path}/xlsx")
            assert answer.content == body
        metrics = await client.get("/metrics")
    (kept,) = re.findall(r"^report_viewer_copies_bytes (\S+)$", metrics.text, re.MULTILINE)
    assert float(kept) < forms.MOST_KEPT_BYTES


async def test_files_are_in_the_readers_language(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    await asyncio.to_thread(make_forms, redis_client, sample.key, "ja", "pl", "zh-Hans")
    async with run() as client:
        for form, wanted, given in (
            ("pdf", "pl-PL", "pl"),
            ("pdf", "zh-CN", "zh-Hans"),
            ("pdf", "ja", "ja"),
            ("xlsx", "zh-CN", "zh-Hans"),
            ("csv/spreadsheet", "zh-CN", "zh-Hans"),
        ):
            answer = await client.get(f"{sample.path}/{form}", headers={"accept-language": wanted})
            assert answer.status_code == 200
            assert answer.headers["content-language"] == given
