"""What pages show of a shop beside its figures: its own brand, of now, and nobody else's."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from redis import Redis
from redis.typing import EncodableT, FieldT
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support import wait
from tests.support.samples import HOSTILE, Sample

from common.links import brand as brands
from common.links.brand import Brand, Ground, Logo
from common.links.options import LinkOptions
from common.links.unlocking import hash_of
from common.reports_cache.forms import Form, FormWanted

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG our logo"
DISCORD = {"user-agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"}


def a_brand(revision: int = 1, logo: bytes = PNG, **texts: str) -> Brand:
    shown = {"name": "Fjordhaus", "accent": "#ffcc00", "footer": "Fjordhaus Ltd, Kiel"} | texts
    return Brand(revision, logo=Logo(brands.digest_of(logo), 120, 60, Ground.LIGHT), **shown)


def give(redis: Redis, sample: Sample, brand: Brand | None = None, logo: bytes = PNG) -> None:
    brands.store(redis, sample.tenant_id, brand or a_brand(logo=logo), logo)


def is_shown(answer: httpx.Response, logo: bytes = PNG) -> bool:
    """Whether all of the brand is there, and the page lets its style in."""
    found = re.search(r"<style>(.*?)</style>", answer.text)
    if found is None:
        return False
    digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in answer.headers["content-security-policy"]
    return (
        "Fjordhaus Ltd, Kiel" in answer.text
        and "<bdi>Fjordhaus</bdi>" in answer.text
        and base64.b64encode(logo).decode() in answer.text
    )


async def test_a_page_shows_it_and_its_change_and_its_end(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0) as client:
        plain = await client.get(sample.path, headers=BROWSER)
        assert "<style" not in plain.text
        assert "'sha256-" not in plain.headers["content-security-policy"]
        give(redis_client, sample)
        shown = await client.get(sample.path, headers=BROWSER)
        assert is_shown(shown)
        assert shown.headers["etag"] != plain.headers["etag"]
        again = await client.get(sample.path, headers=BROWSER)
        assert again.content == shown.content
        give(redis_client, sample, a_brand(3, b"another", name="Südlicht"), b"another")
        assert "Südlicht" in (await client.get(sample.path, headers=BROWSER)).text
        give(redis_client, sample, a_brand(2))
        assert "Südlicht" in (await client.get(sample.path, headers=BROWSER)).text, "a late one"
        brands.store(redis_client, sample.tenant_id, Brand(4), None)
        ended = await client.get(sample.path, headers=BROWSER)
    assert ended.content == plain.content


async def test_all_that_is_shown_of_a_shop_is_called_by_it(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    give(redis_client, sample)
    sample.activate(redis_client, LinkOptions(revision=1, embed=("https://intra.example",)))
    async with run() as client:
        embedded = await client.get(f"{sample.path}/embed", headers=BROWSER)
        data = (await client.get(f"{sample.path}/data")).json()
        rows = await client.get(f"{sample.path}/csv")
    assert is_shown(embedded)
    assert data["tenantName"] == "Fjordhaus"
    assert rows.status_code == 200


async def test_no_shop_is_shown_as_another(run: Run, sample: Sample, redis_client: Redis) -> None:
    other = replace(sample, tenant_id=sample.tenant_id + 1, link_id=uuid4())
    other.activate(redis_client)
    other.store(redis_client)
    give(redis_client, sample)
    # The same logo by name, which the other shop has not: it is read by the tenant's own key.
    brands.store(redis_client, other.tenant_id, Brand(1, logo=a_brand().logo), None)
    async with run() as client:
        ours = await client.get(sample.path, headers=BROWSER)
        theirs = await client.get(other.path, headers=BROWSER)
    assert is_shown(ours)
    assert "Fjordhaus" not in theirs.text
    assert "<style" not in theirs.text
    assert "data:image" not in theirs.text


async def test_a_page_without_its_logo_is_drawn_anew_when_it_is_there(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    brands.store(redis_client, sample.tenant_id, a_brand(), None)
    async with run() as client:
        assert not is_shown(await client.get(sample.path, headers=BROWSER))
        give(redis_client, sample)
        assert is_shown(await client.get(sample.path, headers=BROWSER))


async def test_problems_of_authentic_links_show_it_and_no_others(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    give(redis_client, sample)
    ended = replace(sample, link_id=uuid4(), expires_at=sample.expires_at - timedelta(days=9))
    revoked, locked, waits = (
        replace(sample, link_id=uuid4(), report=each)
        for each in ("revenue-overview", "revenue-overview", "sales-velocity")
    )
    revoked.activate(redis_client)
    revoked.revoke(redis_client)
    locked.activate(redis_client, LinkOptions(revision=1, password=hash_of("a long password")))
    waits.activate(redis_client)
    async with run(REPORT_VIEWER_WAIT_SECONDS=0) as client:
        for each, status in ((ended, 403), (locked, 401), (waits, 503)):
            answer = await client.get(each.path, headers=BROWSER)
            assert (answer.status_code, is_shown(answer)) == (status, True), each
            assert "Fjordhaus" not in (await client.get(each.path)).text
            if each is not waits:
                card = await client.get(each.path, headers=DISCORD)
                assert "Fjordhaus" not in card.text
        forged = await client.get(sample.path[:-3] + "AAA", headers=BROWSER)
        closed = await client.get(revoked.path, headers=BROWSER)
        wrong = await client.get(f"{sample.path}/nothing", headers=BROWSER)
    assert "Fjordhaus" not in forged.text + wrong.text
    assert closed.content == forged.content
    assert closed.headers == forged.headers


async def test_what_a_shop_wrote_is_text(run: Run, sample: Sample, redis_client: Redis) -> None:
    give(redis_client, sample, a_brand(name=HOSTILE, footer=HOSTILE, accent="#fff;}</style><b>"))
    async with run() as client:
        answer = await client.get(sample.path, headers=BROWSER)
        preview = await client.get(sample.path, headers=DISCORD)
    assert HOSTILE not in answer.text + preview.text
    assert "<style" not in answer.text
    redis_client.set(brands.key(sample.tenant_id), b"\xff not json")
    async with run() as client:
        assert (await client.get(sample.path, headers=BROWSER)).status_code == 200


async def test_a_file_of_the_brand_before_is_made_anew(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    meta = redis_client.hget(sample.key.cached, "meta")
    assert isinstance(meta, bytes)
    key = FormWanted(Form.PDF, "en").of(sample.key)
    fields: dict[FieldT, EncodableT] = {
        "meta": meta,
        "body": b"%PDF of before",
        "version": b"1",
        "brand": b"",
    }
    redis_client.hset(key.cached, mapping=fields)
    async with run(REPORT_VIEWER_WAIT_SECONDS=0) as client:
        before = await client.get(f"{sample.path}/pdf", headers={"accept-language": "en"})
        assert before.content == b"%PDF of before"
        give(redis_client, sample)
        waits = await client.get(f"{sample.path}/pdf", headers={"accept-language": "en"})
        assert waits.status_code == 503
        await wait.until_async(lambda: redis_client.exists(key.requested), "a worker is asked")
        shown = redis_client.get(brands.key(sample.tenant_id))
        assert isinstance(shown, bytes)
        fields |= {"body": b"%PDF of now", "brand": shown}
        redis_client.hset(key.cached, mapping=fields)
        after = await client.get(f"{sample.path}/pdf", headers={"accept-language": "en"})
    assert after.content == b"%PDF of now"
