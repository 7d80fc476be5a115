"""Links whose window moves with the days, from the page to the jobs that are asked for."""

import asyncio
import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support import wait
from tests.support.samples import Sample

from common.jobs.celery_config import LINK_QUEUE, QUEUE
from common.links.options import LinkOptions
from common.links.state import LinkState, LinkStateStore
from common.links.tenant_names import TenantName
from common.reports.window import Period, Window, window_of

pytestmark = pytest.mark.anyio

BERLIN = "Europe/Berlin"
LIVE = LinkOptions(live=Period.WEEK)
NOON = datetime(2031, 5, 2, 10, tzinfo=UTC)
NEXT_NOON = NOON + timedelta(days=1)


def window_at(moment: datetime, zone: str = BERLIN) -> Window:
    return window_of(Period.WEEK, ZoneInfo(zone), now=moment)


def link(window: Window | None = None) -> Sample:
    return Sample(window=window or window_at(NOON), expires_at=NOON + timedelta(days=30))


def name(redis: Redis, sample: Sample, zone: str = BERLIN) -> None:
    LinkStateStore(redis).store_tenant_name(sample.tenant_id, TenantName("Shop", zone))


def jobs(redis: Redis, queue: str = QUEUE) -> list[dict[str, Any]]:
    return [
        json.loads(base64.b64decode(json.loads(each)["body"]))[1]
        for each in redis.lrange(queue, 0, -1)
    ]


async def test_its_window_is_that_of_today(run: Run, redis_client: Redis) -> None:
    sample = link()
    tomorrow = replace(sample, window=window_at(NEXT_NOON))
    for each in (sample, tomorrow):
        each.store(redis_client, csv=f"{each.window.end}".encode())
    sample.activate(redis_client, LIVE)
    name(redis_client, sample)
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        with time_machine.travel(NOON, tick=False) as clock:
            today = await client.get(sample.path, headers=BROWSER)
            csv = await client.get(f"{sample.path}/csv")
            assert "always the last 7 complete days" in today.text
            for answer in (today, csv):
                assert answer.headers["x-window-kind"] == "live"
                assert answer.headers["x-window"] == (
                    "2031-04-24T22:00:00.000Z/2031-05-01T22:00:00.000Z"
                )
            clock.move_to(datetime(2031, 5, 2, 21, 59, 59, tzinfo=UTC))
            assert (await client.get(sample.path, headers=BROWSER)).content == today.content
            clock.move_to(datetime(2031, 5, 2, 22, tzinfo=UTC))  # midnight in Berlin
            moved = await client.get(sample.path, headers=BROWSER)
            assert moved.headers["x-window"].endswith("2031-05-02T22:00:00.000Z")
            assert moved.headers["etag"] != today.headers["etag"]
            assert (await client.get(f"{sample.path}/csv")).text == f"{tomorrow.window.end}"
            plain = await client.get(replace(sample, link_id=link().link_id).path, headers=BROWSER)
            assert plain.status_code == 503  # not known to be a link of the ledger


async def test_a_plain_link_of_the_same_days_says_nothing_of_moving(
    run: Run, redis_client: Redis
) -> None:
    plain, live = link(), link()
    plain.store(redis_client)
    plain.activate(redis_client)
    live.activate(redis_client, LIVE)
    name(redis_client, live)
    with time_machine.travel(NOON, tick=False):
        async with run() as client:
            pages = [await client.get(each.path, headers=BROWSER) for each in (live, plain)]
    assert ["complete days" in each.text for each in pages] == [True, False]
    assert "x-window" not in pages[1].headers


async def test_a_miss_asks_for_the_report_of_today_and_is_woken_by_it(
    run: Run, redis_client: Redis
) -> None:
    sample = link(window_at(NOON - timedelta(days=9)))
    sample.store(redis_client)  # that of the issue is there, and is not wanted
    today = replace(sample, window=window_at(NOON))
    sample.activate(redis_client, LIVE)
    name(redis_client, sample)
    with time_machine.travel(NOON, tick=False):
        async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
            asked = asyncio.create_task(client.get(sample.path, headers=BROWSER))
            await wait.until_async(lambda: jobs(redis_client), "a job")
            (job,) = jobs(redis_client)
            assert (job["start"], job["end"]) == tuple(
                int(each.timestamp()) for each in (today.window.start, today.window.end)
            )
            await asyncio.to_thread(today.store, redis_client)
            assert (await asked).status_code == 200


async def test_a_link_whose_zone_is_not_known_is_looked_up_first(
    run: Run, redis_client: Redis
) -> None:
    sample = link()
    sample.store(redis_client)
    sample.activate(redis_client, LIVE)
    redis_client.delete(f"{{{sample.tenant_id}}}:shop")
    with time_machine.travel(NOON, tick=False):
        async with run(REPORT_VIEWER_WAIT_SECONDS=60) as client:
            asked = asyncio.create_task(client.get(sample.path))
            await wait.until_async(lambda: jobs(redis_client, LINK_QUEUE), "a link looked up")
            name(redis_client, sample)
            states = LinkStateStore(redis_client)
            await asyncio.to_thread(states.restore, sample.ref, LinkState.ACTIVE, LIVE)
            assert (await asked).status_code == 200


async def test_another_zone_moves_its_days_at_once(run: Run, redis_client: Redis) -> None:
    sample = link()
    late = datetime(2031, 5, 2, 20, tzinfo=UTC)  # the third of May in Tokyo
    for zone in (BERLIN, "Asia/Tokyo"):
        replace(sample, window=window_at(late, zone)).store(redis_client)
    sample.activate(redis_client, LIVE)
    with time_machine.travel(late, tick=False):
        async with run() as client:
            ends = []
            for zone in (BERLIN, "Asia/Tokyo"):
                name(redis_client, sample, zone)
                ends.append((await client.get(sample.path)).headers["x-window"].split("/")[1])
    assert ends == ["2031-05-01T22:00:00.000Z", "2031-05-02T15:00:00.000Z"]


async def test_it_is_revoked_and_expires_as_any(run: Run, redis_client: Redis) -> None:
    sample = link()
    sample.store(redis_client)
    sample.activate(redis_client, LIVE)
    name(redis_client, sample)
    with time_machine.travel(NOON, tick=False) as clock:
        async with run() as client:
            assert (await client.get(sample.path)).status_code == 200
            sample.revoke(redis_client)
            for path in (sample.path, f"{sample.path}/csv"):
                assert (await client.get(path)).status_code == 403
            LinkStateStore(redis_client).activate(sample.ref, replace_revision(9))
            assert (await client.get(sample.path)).status_code == 403
            clock.move_to(sample.expires_at)
            assert (await client.get(sample.path)).status_code == 403


def replace_revision(revision: int) -> LinkOptions:
    return LinkOptions(live=Period.WEEK, revision=revision)


async def test_options_of_a_later_revision_stay_and_unknown_ones_open_nothing(
    run: Run, redis_client: Redis
) -> None:
    sample = link()
    sample.store(redis_client)
    name(redis_client, sample)
    states = LinkStateStore(redis_client)
    states.activate(sample.ref, replace_revision(2))
    states.activate(sample.ref)
    with time_machine.travel(NOON, tick=False):
        async with run() as client:
            assert (await client.get(sample.path)).headers["x-window-kind"] == "live"
            (state,) = redis_client.keys(f"*{sample.link_id.hex}")
            value = redis_client.get(state)
            assert isinstance(value, bytes)
            redis_client.set(state, value.replace(b'{"', b'{"of-a-later-version":1,"'))
            assert (await client.get(sample.path)).status_code == 503
