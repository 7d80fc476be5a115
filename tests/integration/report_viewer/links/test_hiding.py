"""Links that hide something: a report of its own, whatever other links to it have cached."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.integration.report_viewer.links.conftest import NOON
from tests.integration.report_viewer.links.test_live import jobs, name
from tests.integration.report_viewer.links.test_passwords import FORMS
from tests.support.samples import Sample, finished

from common.jobs.celery_config import LINK_QUEUE
from common.links import popularity
from common.links.options import PLAIN, LinkOptions
from common.links.popularity import ViewedReport
from common.links.ranges import Range
from common.reports import registry
from common.reports.document.schema import Document
from common.reports.redacting import redacted
from common.reports.redaction import NOTHING, Redaction
from report_viewer.loading import redis_store
from report_viewer.loading.redis_store import Snapshot, SnapshotQuery

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

MONEY = Redaction(money=True)
ROWS = Redaction(csv=True)
_OF_ROWS = ("/csv", "/csv/spreadsheet", "/rows", "/rows/2")


def hiding(redaction: Redaction, report: str = "revenue-overview") -> Sample:
    return Sample(report, hidden=redaction, expires_at=NOON + timedelta(days=30))


def made_for(sample: Sample) -> Document:
    """The report of ``sample`` as a worker leaves it."""
    definition = registry.find(sample.report)
    return redacted(definition, finished(sample.report, sample.window), sample.hidden).document


def store(redis: Redis, *samples: Sample) -> None:
    for each in samples:
        each.store(redis, made_for(each), csv=f"rows of {each.hidden.name or 'all'}".encode())


@pytest.mark.parametrize("report", [each.slug for each in registry.implemented()])
async def test_no_form_of_it_is_that_of_a_link_beside_it_and_none_of_that_is_its(
    run: Run, redis_client: Redis, report: str
) -> None:
    link = hiding(MONEY, report)
    whole = replace(link, hidden=NOTHING, link_id=uuid4())
    store(redis_client, link, whole)
    link.activate(redis_client, LinkOptions(hide=MONEY))
    whole.activate(redis_client)
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        for first, second in ((link, whole), (whole, link), (link, whole)):
            for each in (first, second):
                page = await client.get(each.path, headers=BROWSER)
                data = (await client.get(f"{each.path}/data")).json()
                csv = await client.get(f"{each.path}/csv")
                rows = await client.get(f"{each.path}/rows")
                assert csv.text == rows.text == f"rows of {each.hidden.name or 'all'}"
                hides = each is link
                assert ("Amounts are indexed: net sales of the period = 100." in page.text) is hides
                assert ("€" in page.text or "EUR" in page.text) is not hides
                assert data["currency"] == ("" if hides else "EUR")
                net = next(each for each in data["kpis"] if each["key"] == "net_sales")
                assert (net["value"] == 100) is hides


@pytest.mark.parametrize("cached", [NOTHING, MONEY])
async def test_the_cache_of_one_does_not_answer_for_the_other(
    run: Run, redis_client: Redis, cached: Redaction
) -> None:
    """The report that is missing is asked for, with what it hides."""
    links = {each: replace(hiding(each), link_id=uuid4()) for each in (NOTHING, MONEY)}
    store(redis_client, links[cached])
    (asked,) = (each for each in links.values() if each.hidden != cached)
    asked.activate(redis_client, LinkOptions(hide=asked.hidden))
    async with run(REPORT_VIEWER_WAIT_SECONDS=0.2) as client:
        for form in FORMS:
            answer = await client.get(f"{asked.path}{form.value.decode()}")
            assert answer.status_code == 503, form
    (job,) = jobs(redis_client)
    assert job.get("hidden", "") == asked.hidden.name


async def test_hidden_rows_are_in_no_file_and_the_page_offers_none(
    run: Run, redis_client: Redis
) -> None:
    link = hiding(ROWS, "product-performance")
    store(redis_client, link)
    name(redis_client, link)
    link.activate(
        redis_client, LinkOptions(hide=ROWS, ranges=(Range.WEEK,), embed=("https://a.b",))
    )
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        page = (await client.get(link.path, headers=BROWSER)).text
        for below in ("", "/r/7d", "/vs/last-year", "/r/7d/vs/last-year"):
            for rows in _OF_ROWS:
                answer = await client.get(f"{link.path}{below}{rows}")
                assert answer.headers["content-type"] == "application/problem+json"
                told = json.loads(answer.content)
                assert (told["status"], told["type"]) == (404, "urn:analytics:problem:csv-hidden")
        frame = await client.get(f"{link.path}/embed", headers=BROWSER)
        as_page = await client.get(f"{link.path}/csv", headers=BROWSER)
    assert (frame.status_code, as_page.status_code) == (200, 404)
    assert "This link has no CSV" in as_page.text
    assert f"{link.path}/xlsx" in page
    assert f"{link.path}/csv" not in page
    assert "the CSV has" not in page
    assert 'data-of="' not in page


async def test_a_state_that_does_not_say_what_its_link_hides_opens_nothing(
    run: Run, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a worker of before would write it. Nothing of the report is even read."""
    link = hiding(MONEY)
    store(redis_client, link, replace(link, hidden=NOTHING))
    asked: list[SnapshotQuery] = []
    read = redis_store.RedisStore.read_all

    async def watched(self: redis_store.RedisStore, reads: list[SnapshotQuery]) -> list[Snapshot]:
        asked.extend(reads)
        return await read(self, reads)

    monkeypatch.setattr(redis_store.RedisStore, "read_all", watched)
    async with run(REPORT_VIEWER_WAIT_SECONDS=0.2, REPORT_VIEWER_LOCAL_SECONDS=0) as client:
        link.activate(redis_client, PLAIN)
        for form in FORMS:
            answer = await client.get(f"{link.path}{form.value.decode()}")
            assert answer.status_code == 503, form
        assert not any(each.fields or each.form for each in asked)
        assert jobs(redis_client, LINK_QUEUE), "the ledger is asked"
        link.activate(redis_client, LinkOptions(hide=MONEY))
        assert (await client.get(link.path, headers=BROWSER)).status_code == 200
        read_of = {each.claims.options.hide for each in asked if each.fields}
        assert read_of == {MONEY}


async def test_what_is_shown_of_it_is_kept_ready_without_what_is_hidden(
    run: Run, redis_client: Redis
) -> None:
    link = hiding(MONEY)
    store(redis_client, link)
    link.activate(redis_client, LinkOptions(hide=MONEY))
    async with run() as client:
        browser = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
        await client.post(f"{link.path}/view", content="a-load-of-it", headers=browser)
    (viewed,) = popularity.top(redis_client, link.tenant_id, 5)
    assert viewed == ViewedReport(link.report, link.window, hidden=MONEY)
