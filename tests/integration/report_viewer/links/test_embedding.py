"""Links that sites may embed: framed by those alone, on the fast path too, and only as a frame."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import time_machine
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.integration.report_viewer.links.test_live import name
from tests.integration.report_viewer.links.test_passwords import PASSWORD
from tests.support.samples import Sample

from common.instants import now
from common.links import unlocking
from common.links.options import LinkOptions
from common.links.ranges import Range
from common.links.state import LinkStateStore

pytestmark = pytest.mark.anyio

SITES = ("https://intranet.example.com", "https://b.example:8443")


def with_options(redis: Redis, sample: Sample, options: LinkOptions) -> Sample:
    """Another link to the same report."""
    made = replace(sample, link_id=uuid4())
    made.activate(redis, options)
    name(redis, made)
    return made


def ancestors(answer: httpx.Response) -> str:
    """Who may frame it."""
    policy = answer.headers["content-security-policy"]
    (found,) = [each.strip() for each in policy.split(";") if "frame-ancestors" in each]
    return found.removeprefix("frame-ancestors ")


async def test_its_frame_is_for_its_sites_and_its_page_for_none(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    link = with_options(redis_client, sample, LinkOptions(embed=SITES))
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        frames = [await client.get(f"{link.path}/embed", headers=BROWSER) for _ in range(3)]
        tag = {"if-none-match": frames[0].headers["etag"]}
        unchanged = await client.get(f"{link.path}/embed", headers=BROWSER | tag)
        head = await client.head(f"{link.path}/embed", headers=BROWSER)
        page = await client.get(link.path, headers=BROWSER)
        others = [await client.get(f"{link.path}{form}") for form in ("/csv", "/data", "/rows")]
    assert [each.status_code for each in (*frames, unchanged, head)] == [200, 200, 200, 304, 200]
    for each in (*frames, unchanged, head):
        assert ancestors(each) == " ".join(SITES)
        assert "x-frame-options" not in each.headers
        assert each.headers["x-content-type-options"] == "nosniff"
    assert 'class="compact"' in frames[0].text
    assert f'href="{link.path}" target="_blank" rel="noopener"' in frames[0].text
    assert f'href="{link.path}/csv"' not in frames[0].text
    for each in (page, *others):
        assert ancestors(each) == "'none'"
        assert each.headers["x-frame-options"] == "DENY"
    assert 'class="compact"' not in page.text


async def test_another_link_has_no_frame_nor_has_one_that_ended(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    plain = with_options(redis_client, sample, LinkOptions())
    link = with_options(redis_client, sample, LinkOptions(embed=SITES))
    later = with_options(redis_client, sample, LinkOptions(embed=SITES))
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0) as client:
        assert (await client.get(f"{plain.path}/embed")).status_code == 404
        assert (await client.get(f"{link.path}/embed")).status_code == 200
        LinkStateStore(redis_client).revoke([link.ref])
        refused = await client.get(f"{link.path}/embed", headers=BROWSER)
        assert (refused.status_code, ancestors(refused)) == (403, "'none'")
        with time_machine.travel(now() + timedelta(days=8)):
            assert (await client.get(f"{later.path}/embed")).status_code == 403


async def test_given_a_password_later_it_is_asked_for_and_nothing_shown(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    link = with_options(redis_client, sample, LinkOptions(embed=SITES))
    locked = LinkOptions(embed=SITES, password=unlocking.hash_of(PASSWORD), revision=1)
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0) as client:
        assert (await client.get(f"{link.path}/embed")).status_code == 200
        link.activate(redis_client, locked)
        assert (await client.get(f"{link.path}/embed")).status_code == 401


async def test_what_is_no_origin_lets_nobody_frame_it(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    """Whatever Redis was made to say, it ends no directive and no header."""
    for odd in ("https://a.example; script-src *", "*", "https://a.example\r\nX-Odd: 1"):
        link = with_options(redis_client, sample, LinkOptions(embed=(SITES[0], odd)))
        async with run() as client:
            answer = await client.get(f"{link.path}/embed", headers=BROWSER)
        assert ancestors(answer) == "'none'"
        assert "x-odd" not in answer.headers


async def test_days_are_chosen_within_the_frame(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    options = LinkOptions(embed=SITES, ranges=(Range.WEEK, Range.CUSTOM))
    link = with_options(redis_client, sample, options)
    async with run() as client:
        frame = await client.get(f"{link.path}/embed", headers=BROWSER)
        assert (await client.get(f"{link.path}/r/30d/embed")).status_code == 404
        assert (await client.get(f"{link.path}/r/7d/embed")).status_code == 503  # to be computed
    assert f'href="{link.path}/r/7d/embed"' in frame.text
    assert "<form" not in frame.text


OEMBED = re.compile(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)">')


async def test_a_site_finds_the_frame_by_itself(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    link = with_options(redis_client, sample, LinkOptions(embed=SITES, ranges=(Range.WEEK,)))
    async with run() as client:
        page = await client.get(link.path, headers=BROWSER)
        card = await client.get(link.path, headers=BROWSER | {"user-agent": "Slackbot 1.0"})
        frame = await client.get(f"{link.path}/embed", headers=BROWSER)
        (address,) = {*OEMBED.findall(page.text), *OEMBED.findall(card.text)}
        assert OEMBED.findall(frame.text) == []
        told = (await client.get(address, headers={"user-agent": "Embedly/0.2"})).json()
        assert (told["version"], told["type"], told["title"]) == ("1.0", "rich", "Revenue overview")
        assert (told["width"], told["height"]) == (720, 560)
        assert 0 < told["cache_age"] <= 3600
        (source,) = re.findall('src="([^"]+)"', told["html"])
        assert source == address.removesuffix("/oembed") + "/embed"
        query = "?url=x&maxwidth=320&maxheight=99999&format=xml"
        narrow = await client.get(address + query, headers={"accept-language": "de"})
        assert (narrow.json()["width"], narrow.json()["height"]) == (320, 560)
        assert narrow.json()["title"] == "Umsatzübersicht"
        assert narrow.headers["content-type"] == "application/json"
        chosen = await client.get(f"{link.path}/r/7d/oembed")
        assert f"{link.path}/r/7d/embed" in chosen.json()["html"]


async def test_a_link_that_is_not_framed_says_nothing_of_frames(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    plain = with_options(redis_client, sample, LinkOptions())
    link = with_options(redis_client, sample, LinkOptions(embed=SITES))
    previewer = BROWSER | {"user-agent": "Slackbot 1.0"}
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0) as client:
        for headers in (BROWSER, previewer):
            assert OEMBED.findall((await client.get(plain.path, headers=headers)).text) == []
        assert (await client.get(f"{plain.path}/oembed")).status_code == 404
        assert (await client.post(f"{link.path}/oembed")).status_code == 405
        LinkStateStore(redis_client).revoke([link.ref])
        assert (await client.get(f"{link.path}/oembed")).status_code == 403
