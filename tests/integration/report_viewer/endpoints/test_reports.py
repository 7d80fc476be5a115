"""Every status the contract names, for a person and for a program."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support.samples import CSV, SECRET, Sample

from common.links import tenant_names
from common.links.tenant_names import TenantName
from common.reports.registry import REPORTS, implemented
from common.reports_cache.cache import ReportCache

pytestmark = pytest.mark.anyio

SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-frame-options": "DENY",
}


@pytest.mark.parametrize("report", [each.slug for each in implemented()])
async def test_the_page(run: Run, redis_client: Redis, report: str) -> None:
    sample = Sample(report)
    sample.activate(redis_client)
    sample.store(redis_client)
    async with run() as client:
        page = await client.get(sample.path, headers=BROWSER)
        program = await client.get(sample.path)
    assert page.status_code == program.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "private, no-cache"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "require-trusted-types-for 'script'" in page.headers["content-security-policy"]
    assert "strict-transport-security" not in page.headers
    assert page.headers["x-data-as-of"] == "2026-05-01T04:00:12.345Z"
    assert page.content == program.content
    assert f"{sample.path}/csv" in page.text
    assert SECURITY.items() <= dict(page.headers).items()


async def test_the_csv(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client)
    async with run() as client:
        csv = await client.get(f"{sample.path}/csv")
    assert csv.status_code == 200
    assert csv.content == CSV
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert csv.headers["content-length"] == str(len(CSV))
    assert csv.headers["content-disposition"] == (
        'attachment; filename="revenue-overview-2026-04-01-2026-04-30.csv"'
    )
    assert csv.headers["x-data-as-of"] == "2026-05-01T04:00:12.345Z"
    assert csv.headers["cache-control"] == "private, no-cache"
    assert "accept-encoding" in csv.headers["vary"].lower()
    assert SECURITY.items() <= dict(csv.headers).items()


@pytest.mark.parametrize("rest", ["", "/", "//csv", "/%20", "/%20/csv", "?token=x", "/?a=b"])
async def test_400_without_a_token(run: Run, rest: str) -> None:
    async with run() as client:
        answer = await client.get(f"/api/reports{rest}")
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("missing-token")


@pytest.mark.parametrize("suffix", ["", "/csv"])
async def test_403s_are_one_answer(run: Run, redis_client: Redis, suffix: str) -> None:
    revoked, forged = Sample(), Sample()
    revoked.activate(redis_client)
    revoked.store(redis_client)
    revoked.revoke(redis_client)
    tokens = [
        revoked.token(),
        forged.token(secret="0123456789abcdef" * 4),
        "nonsense",
        "csv",
        ":token",
        "%41" * 30,
        "x" * 60_000,
    ]
    async with run() as client:
        for headers in ({}, BROWSER):
            answers = [
                await client.get(f"/api/reports/{token}{suffix}", headers=headers)
                for token in tokens
            ]
            assert {each.status_code for each in answers} == {403}
            assert len({each.content for each in answers}) == 1
            assert len({tuple(sorted(each.headers.items())) for each in answers}) == 1


@pytest.mark.parametrize(
    ("zone", "told"),
    [("Europe/Berlin", "12:00 CEST"), ("No/Where", "10:00 UTC"), (None, "10:00 UTC")],
)
async def test_an_expired_link_ended_on_the_clock_of_its_shop(
    run: Run, redis_client: Redis, zone: str | None, told: str
) -> None:
    ended = Sample(expires_at=datetime(2026, 5, 2, 10, tzinfo=UTC))
    if zone is not None:
        tenant_names.store(redis_client, ended.tenant_id, TenantName("Nordlicht", zone))
    async with run() as client:
        page = await client.get(ended.path, headers=BROWSER)
    assert page.status_code == 403
    assert told in page.text
    assert "Could you send me a new one?" in page.text
    assert "Nordlicht" not in page.text
    assert ">403<" not in page.text


@pytest.mark.parametrize("suffix", ["", "/csv"])
async def test_403_of_an_expired_link_says_when(run: Run, suffix: str) -> None:
    ended = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1)
    async with run() as client:
        answer = await client.get(Sample(expires_at=ended).path + suffix)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["expiredAt"] == ended.isoformat(timespec="milliseconds").replace(
        "+00:00", "Z"
    )


@pytest.mark.parametrize(
    "report", [each.slug for each in REPORTS.values() if not each.implemented] + ["unheard-of"]
)
async def test_422_for_what_is_not_implemented(run: Run, redis_client: Redis, report: str) -> None:
    known, unknown, revoked = Sample(report), Sample(report), Sample(report)
    known.activate(redis_client)
    revoked.revoke(redis_client)
    async with run() as client:
        for sample in (known, unknown):
            page = await client.get(sample.path)
            csv = await client.get(f"{sample.path}/csv")
            assert page.status_code == csv.status_code == 422
            assert csv.json()["detail"] == "CSV export not yet available for this report type"
            assert "CSV" not in page.json()["detail"]
        assert (await client.get(revoked.path)).status_code == 403
    assert redis_client.llen("reports") == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_405_names_what_is_allowed(run: Run, method: str) -> None:
    async with run() as client:
        answer = await client.request(method, Sample().path, headers=BROWSER)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/x", "/csv/", "/csv/x", "/"])
async def test_404_below_a_report(run: Run, path: str) -> None:
    async with run() as client:
        assert (await client.get(Sample().path + path)).status_code == 404


async def test_a_failed_computation(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    ReportCache(redis_client, keep_seconds=60).fail(sample.key)
    async with run() as client:
        answer = await client.get(sample.path)
        page = await client.get(sample.path, headers=BROWSER)
    assert answer.status_code == page.status_code == 503
    assert answer.headers["retry-after"] == "15"
    assert answer.json()["type"].endswith("computation-failed")
    assert "could not be computed" in page.text
    assert redis_client.llen("reports") == 0


async def test_a_failed_refresh_does_not_hide_the_report(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client)
    ReportCache(redis_client, keep_seconds=60).fail(sample.key)
    async with run() as client:
        assert (await client.get(sample.path)).status_code == 200


async def test_without_a_secret_the_viewer_says_so(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client)
    async with run(ANALYTICS_SHARE_SIGNING_SECRET=None) as client:
        answer = await client.get(sample.path)
        page = await client.get(sample.path, headers=BROWSER)
        missing = await client.get("/api/reports/")
        ready = await client.get("/readyz")
    assert answer.status_code == page.status_code == 503
    assert answer.headers["retry-after"]
    assert "ANALYTICS_SHARE_SIGNING_SECRET" in answer.json()["detail"]
    assert "http-equiv" not in page.text
    assert missing.status_code == 400
    assert ready.status_code == 503
    unsigned = {"status": "unavailable", "signing": "not configured"}
    assert ready.json() == {**unsigned, "redis": "ok", "degraded": []}


async def test_a_retired_secret_still_opens(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client)
    new = "0123456789abcdef" * 4
    async with run(
        ANALYTICS_SHARE_SIGNING_SECRET=new, ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED=SECRET
    ) as client:
        assert (await client.get(sample.path)).status_code == 200
    async with run(ANALYTICS_SHARE_SIGNING_SECRET=new) as client:
        assert (await client.get(sample.path)).status_code == 403


async def test_a_query_string_changes_nothing(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client)
    async with run() as client:
        plain = await client.get(sample.path)
        query = await client.get(
            f"{sample.path}?tenant=8&report=sales-velocity&from=2020-01-01&token=x&csv=1"
        )
    assert query.content == plain.content
    assert query.headers == plain.headers


async def test_revoking_works_at_once_on_what_is_cached(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client)
    async with run() as client:
        page = await client.get(sample.path)
        csv = await client.get(f"{sample.path}/csv")
        sample.revoke(redis_client)
        for path, seen in ((sample.path, page), (f"{sample.path}/csv", csv)):
            assert seen.status_code == 200
            assert (await client.get(path)).status_code == 403
            again = await client.get(path, headers={"if-none-match": seen.headers["etag"]})
            assert again.status_code == 403


async def test_a_link_opens_its_own_tenants_report_only(run: Run, redis_client: Redis) -> None:
    mine, theirs = Sample(tenant_id=1, link_id=uuid4()), Sample(tenant_id=11)
    for sample in (mine, theirs):
        sample.activate(redis_client)
    theirs.store(redis_client)
    async with run() as client:
        assert (await client.get(mine.path)).status_code == 503
        assert (await client.get(theirs.path)).status_code == 200


async def test_https_is_kept_by_hosts_below_where_that_is_configured(run: Run) -> None:
    async with run(
        PUBLIC_BASE_URL="https://app.example.com", HSTS_INCLUDE_SUBDOMAINS="true"
    ) as client:
        for path in ("/api/reports/x", "/healthz", "/nothing", "/docs"):
            said = (await client.get(path)).headers["strict-transport-security"]
            assert said == "max-age=31536000; includeSubDomains"


async def test_https_is_kept(run: Run) -> None:
    async with run(PUBLIC_BASE_URL="https://app.example.com") as client:
        for path in ("/api/reports/x", "/healthz", "/nothing"):
            assert "max-age=" in (await client.get(path)).headers["strict-transport-security"]
