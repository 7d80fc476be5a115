"""HEAD, entity tags and codings of the page and of the CSV."""

import asyncio
import gzip

import pytest
import zstandard
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support import wait
from tests.support.samples import CSV, Sample, document

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("suffix", ["", "/csv", "/data", "/rows"])
@pytest.mark.parametrize("coding", ["", "gzip", "zstd, gzip"])
async def test_head_is_get_without_a_body(
    run: Run, sample: Sample, suffix: str, coding: str
) -> None:
    headers = {"accept-encoding": coding}
    async with run() as client:
        get = await client.get(sample.path + suffix, headers=headers)
        head = await client.head(sample.path + suffix, headers=headers)
        refused = await client.head(f"/api/reports/x{suffix}")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers == get.headers
    assert refused.status_code == 403
    assert refused.content == b""


@pytest.mark.parametrize(
    ("suffix", "accept", "coding"),
    [
        ("", "gzip", "gzip"),
        ("", "zstd, gzip", "gzip"),
        ("", "zstd", "zstd"),
        ("", "", None),
        ("/rows", "gzip;q=0.5, zstd", "zstd"),
        ("/csv", "gzip, zstd", "gzip"),
        ("/csv", "zstd", None),
        ("/csv", "gzip;q=0", None),
    ],
)
async def test_codings(
    run: Run, sample: Sample, suffix: str, accept: str, coding: str | None
) -> None:
    async with (
        run() as client,
        client.stream("GET", sample.path + suffix, headers={"accept-encoding": accept}) as answer,
    ):
        raw = b"".join([part async for part in answer.aiter_raw()])
        plain = await client.get(sample.path + suffix)
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-length"] == str(len(raw))
    assert "Accept-Encoding" in answer.headers["vary"]
    unpack = {
        "gzip": gzip.decompress,
        "zstd": lambda data: zstandard.ZstdDecompressor().decompress(data),
        None: bytes,
    }[coding]
    assert unpack(raw) == plain.content
    if coding:
        assert len(raw) < len(plain.content) or suffix


@pytest.mark.parametrize("suffix", ["", "/csv", "/data", "/rows"])
async def test_entity_tags(run: Run, sample: Sample, suffix: str, redis_client: Redis) -> None:
    path = sample.path + suffix
    async with run() as client:
        tags = {
            coding: (await client.get(path, headers={"accept-encoding": coding})).headers["etag"]
            for coding in ("gzip", "")
        }
        assert len(set(tags.values())) == 2
        assert all(tag.startswith('"') for tag in tags.values())
        same = await client.get(path, headers={"if-none-match": f'"other", {tags[""]}'})
        head = await client.head(path, headers={"if-none-match": tags[""]})
        other = await client.get(path, headers={"if-none-match": tags["gzip"]})
        assert same.status_code == head.status_code == 304
        assert same.content == b""
        assert "content-length" not in same.headers
        assert "content-type" not in same.headers
        assert same.headers["etag"] == tags[""]
        assert same.headers["cache-control"] == "private, no-cache"
        assert "vary" in same.headers
        assert other.status_code == 200
        made = document("revenue-overview", count=1, data_version=4, tenant_name="Renamed")
        sample.store(redis_client, made, csv=CSV + b"2026-04-03,1.00\r\n")
        fresh = await client.get(path, headers={"if-none-match": tags[""]})
    assert fresh.status_code == 200
    assert fresh.headers["etag"] != tags[""]
    assert "Renamed" in fresh.text or "2026-04-03" in fresh.text


async def test_a_new_report_replaces_a_drawn_page(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    async with run() as client:
        first = await client.get(sample.path, headers=BROWSER)
        sample.store(redis_client, document("revenue-overview", empty=True))
        second = await client.get(sample.path, headers=BROWSER)
    assert "No sales on these days." not in first.text
    assert "No sales on these days." in second.text


async def test_a_large_csv_is_whole(run: Run, sample: Sample, redis_client: Redis) -> None:
    rows = b"".join(b"%d,%032x\r\n" % (n, n * 2**61 % 10**30) for n in range(100_000))
    sample.store(redis_client, csv=CSV + rows)
    async with run() as client:
        plain = await client.get(f"{sample.path}/csv")
        packed = await client.get(f"{sample.path}/csv", headers={"accept-encoding": "gzip"})
    assert plain.content == packed.content == CSV + rows


async def test_bytes_that_cannot_be_read_are_computed_again(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    redis_client.hset(sample.key.cached, mapping={"document": b"junk", "csv": b"junk"})
    async with run() as client:
        page = await client.get(sample.path)
        csv = await client.get(f"{sample.path}/csv")
        assert page.status_code == csv.status_code == 503
        # Asked for from a thread, while the reader is answered already.
        async with asyncio.timeout(wait.PATIENCE_SECONDS):
            while not redis_client.llen("reports"):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.01)
        sample.store(redis_client)
        assert (await client.get(sample.path)).status_code == 200
    assert redis_client.llen("reports") == 1
