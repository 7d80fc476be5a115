"""Links open at their tenant's host and at that of all tenants, and at no other tenant's."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support.samples import Sample

from common.links import brand as brands
from common.links.brand import Brand
from common.links.options import LinkOptions
from common.links.unlocking import hash_of

pytestmark = pytest.mark.anyio

PUBLIC = "https://reports.example.com"
OURS, THEIRS = "https://reports.ours.example", "https://reports.theirs.example"
SETTINGS = {"PUBLIC_BASE_URL": PUBLIC, "TENANT_BASE_URLS": f"{OURS},{THEIRS}"}
DISCORD = {"user-agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"}
PASSWORD = "a long password"
FORMS = ("", "/csv", "/data", "/rows", "/embed", "/oembed")


@pytest.fixture
def ours(sample: Sample, redis_client: Redis) -> Sample:
    brands.store(redis_client, sample.tenant_id, Brand(1, base_url=OURS), None)
    sample.activate(redis_client, LinkOptions(revision=1, embed=("https://intra.example",)))
    return sample


def host(base_url: str) -> dict[str, str]:
    return {"host": base_url.partition("://")[2]}


async def get(client: httpx.AsyncClient, path: str, at: str, **headers: str) -> httpx.Response:
    return await client.get(path, headers=BROWSER | headers | host(at))


@pytest.mark.parametrize("local_seconds", [0, 0.8])
async def test_it_opens_at_home_and_at_the_host_of_all(
    run: Run, ours: Sample, local_seconds: float
) -> None:
    async with run(REPORT_VIEWER_LOCAL_SECONDS=local_seconds, **SETTINGS) as client:
        forged = await get(client, ours.path[:-3] + "AAA", THEIRS)
        assert forged.status_code == 403
        for form in FORMS * 2:
            for at in (OURS, PUBLIC, "https://127.0.0.1:8001"):
                assert (await get(client, ours.path + form, at)).status_code == 200, (form, at)
            for at in (THEIRS, THEIRS.upper(), f"{THEIRS}.", f"{THEIRS}:443"):
                foreign = await get(client, ours.path + form, at)
                assert (foreign.content, foreign.headers) == (forged.content, forged.headers)


async def test_past_the_limit_of_failures_they_are_answered_as_forged_ones(
    run: Run, ours: Sample
) -> None:
    async with run(REPORT_VIEWER_FAILURES_PER_ADDRESS=2, **SETTINGS) as client:
        for path in (ours.path, ours.path[:-3] + "AAA"):
            assert (await get(client, path, THEIRS)).status_code == 403
        for path in (ours.path, ours.path[:-3] + "AAA"):
            assert (await get(client, path, THEIRS)).status_code == 429
        assert (await get(client, ours.path, OURS)).status_code == 200


async def test_at_another_host_nothing_is_told_of_one_that_is_over_or_locked(
    run: Run, ours: Sample, redis_client: Redis
) -> None:
    ended = replace(ours, expires_at=ours.expires_at - timedelta(days=9))
    locked = replace(ours, link_id=uuid4())
    locked.activate(redis_client, LinkOptions(revision=1, password=hash_of(PASSWORD)))
    async with run(**SETTINGS) as client:
        forged = await get(client, ours.path[:-3] + "AAA", THEIRS)
        for each, status in ((ended, 403), (locked, 401)):
            assert (await get(client, each.path, THEIRS)).content == forged.content
            at_home = await get(client, each.path, OURS)
            assert (at_home.status_code, at_home.content == forged.content) == (status, False)
        form = {"password": PASSWORD}
        path = f"{locked.path}/unlock"
        refused = await client.post(path, data=form, headers=host(THEIRS))
        taken = await client.post(path, data=form, headers=host(OURS))
    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers
    assert "domain" not in taken.headers["set-cookie"].lower(), "the cookie is of that host alone"


async def test_one_that_cannot_be_confirmed_waits_at_home_alone(
    run: Run, ours: Sample, redis_client: Redis
) -> None:
    unknown = replace(ours, link_id=uuid4())
    async with run(REPORT_VIEWER_WAIT_SECONDS=0, **SETTINGS) as client:
        forged = await get(client, ours.path[:-3] + "AAA", THEIRS)
        assert (await get(client, unknown.path, OURS)).status_code == 503
        assert (await get(client, unknown.path, THEIRS)).content == forged.content
        redis_client.delete(brands.key(ours.tenant_id))
        for at in (OURS, PUBLIC):
            assert (await get(client, unknown.path, at)).status_code == 503, at


async def test_a_tenant_without_an_address_opens_at_no_tenants(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    async with run(**SETTINGS) as client:
        assert (await get(client, sample.path, OURS)).status_code == 403
        assert (await get(client, sample.path, PUBLIC)).status_code == 200
        brands.store(redis_client, sample.tenant_id, Brand(1, base_url=OURS), None)
        assert (await get(client, sample.path, OURS)).status_code == 200
        brands.store(redis_client, sample.tenant_id, Brand(2, base_url="https://x.example"), None)
        assert (await get(client, sample.path, OURS)).status_code == 403
    async with run(PUBLIC_BASE_URL=PUBLIC) as client:
        assert (await get(client, sample.path, OURS)).status_code == 200, "a host of none"


async def test_what_is_told_of_it_elsewhere_has_its_address(run: Run, ours: Sample) -> None:
    async with run(**SETTINGS) as client:
        page = await get(client, ours.path, PUBLIC)
        card = await client.get(ours.path, headers=DISCORD | host(OURS))
        told = (await get(client, f"{ours.path}/oembed", PUBLIC)).json()
    for html in (page.text, card.text):
        assert f'property="og:image" content="{OURS}/static/' in html
        assert f'href="{OURS}/api/reports/' in html
        assert PUBLIC not in html
    assert told["provider_url"] == OURS
    assert f'src="{OURS}/api/reports/' in told["html"]
