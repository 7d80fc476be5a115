"""Every form of a report: found, named and refused as its page and its CSV are."""

import json

import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support.samples import Sample

from common.i18n.locales import TAGS
from report_viewer.links.urls import Resource

pytestmark = pytest.mark.anyio

ENDINGS = {Resource.CSV: "csv", Resource.DATA: "json"}
FORMS = list(ENDINGS)


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_is_a_file_named_as_the_csv(run: Run, sample: Sample, form: Resource) -> None:
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
