"""People are counted, by what their pages say and by what they download; programs are not."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support import wait
from tests.support.samples import Sample
from tests.support.views import waiting_views

from common.links import popularity, view_counts
from common.links.popularity import ViewedReport
from common.links.view_counts import Views
from devstack.embedded.valkey import EmbeddedValkey
from report_viewer.view_counts.view_events import VIEWS_PER_ADDRESS

pytestmark = pytest.mark.anyio

HOT = {"REPORT_VIEWER_LOCAL_SECONDS": 0.8}
PERSON = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
DISCORD = {"user-agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"}
CURL = {"user-agent": "curl/8.5.0"}
OTHER_SECRET = "3c" * 16 + "d4" * 16
LOAD = b"0123456789abcdef"


def counted(redis: Redis, sample: Sample) -> Views | None:
    return waiting_views(redis, sample.tenant_id).get(sample.link_id)


async def see(
    client: httpx.AsyncClient, sample: Sample, load: bytes = LOAD, agent: dict[str, str] = PERSON
) -> httpx.Response:
    return await client.post(f"{sample.path}/view", content=load, headers=agent)


async def test_a_page_that_is_seen_is_a_view(run: Run, sample: Sample, redis_client: Redis) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    async with run() as client:
        answer = await see(client, sample)
        await see(client, sample, b"another-load-of-it")
    assert answer.status_code == 204
    assert answer.content == b""
    assert "content-length" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    views = counted(redis_client, sample)
    assert views is not None
    assert (views.views, views.downloads) == (2, 0)
    assert before <= views.last <= datetime.now(UTC)
    viewed = ViewedReport(sample.report, sample.window)
    assert redis_client.zscore(popularity.key(sample.tenant_id), viewed.member) == 2


async def test_a_load_counts_once(run: Run, sample: Sample, redis_client: Redis) -> None:
    other = Sample()
    other.activate(redis_client)
    async with run() as client:
        answers = await asyncio.gather(*(see(client, sample) for _ in range(20)))
        await see(client, other)
    assert {each.status_code for each in answers} == {204}
    views = waiting_views(redis_client, sample.tenant_id)
    assert {link: each.views for link, each in views.items()} == {
        sample.link_id: 1,
        other.link_id: 1,
    }


async def test_one_address_adds_so_many_views_to_a_link(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    async with run() as client:
        for number in range(VIEWS_PER_ADDRESS + 5):
            assert (await see(client, sample, b"made-up-%d" % number)).status_code == 204
    views = counted(redis_client, sample)
    assert views is not None
    assert views.views == VIEWS_PER_ADDRESS


@pytest.mark.parametrize("settings", [{}, HOT])
async def test_who_asks_for_a_page_is_not_counted(
    run: Run, sample: Sample, redis_client: Redis, settings: dict[str, object]
) -> None:
    async with run(**settings) as client:
        for agent in (PERSON, DISCORD, CURL, {}):
            for _ in range(3):
                page = await client.get(sample.path, headers=agent | BROWSER)
                assert page.status_code == 200
            await client.head(sample.path, headers=agent)
    assert counted(redis_client, sample) is None
    assert popularity.top(redis_client, sample.tenant_id, 10) == ()
    assert redis_client.keys("*views*") == []


async def test_programs_say_nothing_of_people(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    headless = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/141.0.0.0"}
    async with run() as client:
        for agent in (DISCORD, CURL, headless):
            assert (await see(client, sample, agent=agent)).status_code == 204
    assert counted(redis_client, sample) is None


@pytest.mark.parametrize("settings", [{}, HOT])
async def test_downloads_by_people_count(
    run: Run, sample: Sample, redis_client: Redis, settings: dict[str, object]
) -> None:
    path = f"{sample.path}/csv"
    async with run(**settings) as client:
        for coding in ("", "gzip"):
            for _ in range(2):
                csv = await client.get(path, headers=PERSON | {"accept-encoding": coding})
                assert csv.status_code == 200
        known = PERSON | {"if-none-match": csv.headers["etag"], "accept-encoding": "gzip"}
        assert (await client.get(path, headers=known)).status_code == 304
        assert (await client.head(path, headers=PERSON)).status_code == 200
        for agent in (DISCORD, CURL):
            assert (await client.get(path, headers=agent)).status_code == 200
        assert (await client.get("/api/reports/x/csv", headers=PERSON)).status_code == 403
    views = counted(redis_client, sample)
    assert views is not None
    assert (views.views, views.downloads) == (0, 5)


@pytest.fixture
async def client(run: Run) -> AsyncIterator[httpx.AsyncClient]:
    async with run() as made:
        yield made


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"short", 400),
        (b"x" * 64, 204),
        (b"x" * 65, 413),
        (b"x" * 10_000_000, 413),
        (b"with a space", 400),
        (b"\x00\xff\xfe-binary", 400),
        ("größer-als".encode(), 400),
        (b'{"load": "0123456789"}', 400),
        (b"0123456789\n", 400),
    ],
)
async def test_what_is_no_load(
    client: httpx.AsyncClient, sample: Sample, body: bytes, status: int
) -> None:
    answer = await see(client, sample, body)
    assert answer.status_code == status
    if status != 204:
        assert answer.json()["status"] == status


async def test_a_body_in_pieces_is_read_to_its_bound(
    client: httpx.AsyncClient, sample: Sample
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"0123456789"

    answer = await client.post(f"{sample.path}/view", content=pieces(), headers=PERSON)
    assert answer.status_code == 413


@pytest.mark.parametrize("accept", ["*/*", BROWSER["accept"]])
async def test_a_token_that_opens_nothing_says_so_as_ever(
    client: httpx.AsyncClient, redis_client: Redis, accept: str
) -> None:
    ended = Sample(expires_at=datetime(2026, 5, 2, tzinfo=UTC))
    revoked, stub = Sample(), Sample(report="coupon-impact")
    revoked.activate(redis_client)
    revoked.revoke(redis_client)
    stub.activate(redis_client)
    forged = Sample()
    for path, status in (
        (ended.path, 403),
        (revoked.path, 403),
        (f"/api/reports/{forged.token(OTHER_SECRET)}", 403),
        ("/api/reports/x", 403),
        (stub.path, 422),
        ("/api/reports/", 400),
    ):
        headers = {"accept": accept} | PERSON
        told = await client.post(f"{path}/view", content=LOAD, headers=headers)
        page = await client.get(path, headers=headers)
        assert told.status_code == page.status_code == status
        assert told.content == page.content
        assert told.headers == page.headers
    assert redis_client.keys("*views*") == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
async def test_a_view_is_told_by_post(
    client: httpx.AsyncClient, sample: Sample, method: str
) -> None:
    answer = await client.request(method, f"{sample.path}/view")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


async def test_a_page_takes_no_post(client: httpx.AsyncClient, sample: Sample) -> None:
    for path in (sample.path, f"{sample.path}/csv"):
        answer = await client.post(path, content=LOAD)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"


async def test_counts_are_added_up_while_the_viewer_runs(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    async with run() as client:
        await see(client, sample)
        await wait.until_async(lambda: redis_client.exists(view_counts.key(sample.tenant_id)))
    assert view_counts.tenants(redis_client) == (sample.tenant_id,)


async def test_without_redis_nobody_waits_for_counts(run: Run, own_redis: EmbeddedValkey) -> None:
    """A page that was shown stays shown; what it says then is refused, and nothing hangs."""
    sample = Sample()
    with Redis.from_url(own_redis.url) as redis:
        sample.activate(redis)
        sample.store(redis)
    async with run(REDIS_URL=own_redis.url) as client:
        assert (await see(client, sample)).status_code == 204
        own_redis.stop()
        async with asyncio.timeout(wait.PATIENCE_SECONDS):
            answer = await see(client, sample, b"another-load-of-it")
        assert answer.status_code == 503
        assert "retry-after" in answer.headers
