"""Figures of the first page: of one state of the data, and asked for anew when there is a newer."""

import re
from zoneinfo import ZoneInfo

import httpx
import pytest
from redis import Redis
from tests.integration.share_api.conftest import World
from tests.integration.share_api.console.conftest import Tab, said
from tests.support.samples import finished

from common.instants import now
from common.jobs.celery_config import QUEUE
from common.reports import registry
from common.reports.window import Period, window_of
from common.reports_cache.cache import ReportCache, ReportKey
from common.reports_cache.report_fields import Meta, pack
from worker.reports import csv_export

SLUGS = [each.slug for each in registry.implemented()]
NEWER = "Newer sales are being added."


def cache(redis: Redis, tenant_id: int, report: str, version: int, *, empty: bool = False) -> None:
    """Cache a report of the last week, of a version of the data."""
    window = window_of(Period.WEEK, ZoneInfo("Asia/Tokyo"), now=now())
    made = finished(report, window, empty=empty, data_version=version)
    columns = registry.find(report).columns
    packed = csv_export.write(columns, made.rows, made.document.money_exponent)
    meta = Meta(made.document.as_of, version, now(), "report.csv")
    key = ReportKey(tenant_id, report, window)
    ReportCache(redis, keep_seconds=600).store(key, pack(meta, made.document, packed))


def cards(answer: httpx.Response) -> list[str]:
    """What each card says."""
    return [
        " ".join(re.sub(r"<[^>]+>", " ", each).split())
        for each in re.findall(r'<li class="card tile">(.*?)</li>', answer.text, re.DOTALL)
    ]


def is_waiting(answer: httpx.Response) -> bool:
    """Whether the page looks again by itself."""
    return "data-waiting" in answer.text


def test_figures_of_the_latest_data_are_shown_and_nothing_is_asked_for(
    tab: Tab, world: World, redis_client: Redis
) -> None:
    ReportCache(redis_client, keep_seconds=60).announce_data(world.tokyo, 7)
    for report in SLUGS:
        cache(redis_client, world.tokyo, report, 7)
    home = tab.open("/admin")
    assert (is_waiting(home), NEWER in said(home), "Being prepared" in said(home)) == (False,) * 3
    assert redis_client.llen(QUEUE) == 0
    for card in cards(home):
        assert "compared with" in card
        assert ("▲" in card or "▼" in card) == (" from " in card)


@pytest.mark.parametrize("empty", [True, False])
def test_figures_of_older_data_are_asked_for_once_and_say_so(
    tab: Tab, world: World, redis_client: Redis, empty: bool
) -> None:
    for report in SLUGS:
        cache(redis_client, world.tokyo, report, 7, empty=empty)
    ReportCache(redis_client, keep_seconds=60).announce_data(world.tokyo, 8)
    for _ in range(2):
        home = tab.open("/admin")
        assert is_waiting(home)
        for card in cards(home):
            assert ("Being prepared" in card, NEWER in card) == (empty, not empty)
    assert redis_client.llen(QUEUE) == len(SLUGS)


def test_figures_side_by_side_are_of_the_same_data(
    tab: Tab, world: World, redis_client: Redis
) -> None:
    ReportCache(redis_client, keep_seconds=60).announce_data(world.tokyo, 7)
    for report in SLUGS:
        cache(redis_client, world.tokyo, report, 7)
    ReportCache(redis_client, keep_seconds=60).announce_data(world.tokyo, 8)
    cache(redis_client, world.tokyo, SLUGS[0], 8)
    home = tab.open("/admin")
    prepared = ["Being prepared" in each for each in cards(home)]
    assert (prepared, is_waiting(home)) == ([False] + [True] * (len(SLUGS) - 1), True)
    assert NEWER not in said(home)


def test_a_shop_without_sales_has_figures_of_none_and_waits_for_nothing(
    tab: Tab, world: World, redis_client: Redis
) -> None:
    for report in SLUGS:
        cache(redis_client, world.tokyo, report, 0, empty=True)
    home = tab.open("/admin")
    assert (is_waiting(home), "Being prepared" in said(home)) == (False, False)


@pytest.mark.parametrize("cached", [False, True])
def test_a_figure_that_cannot_be_computed_says_so_and_is_not_asked_for(
    tab: Tab, world: World, redis_client: Redis, cached: bool
) -> None:
    reports = ReportCache(redis_client, keep_seconds=600)
    for report in SLUGS:
        if cached:
            cache(redis_client, world.tokyo, report, 7)
        window = window_of(Period.WEEK, ZoneInfo("Asia/Tokyo"), now=now())
        reports.fail(ReportKey(world.tokyo, report, window))
    reports.announce_data(world.tokyo, 8)
    home = tab.open("/admin")
    told = "Newer sales cannot be added" if cached else "This report cannot be computed right now."
    for card in cards(home):
        assert told in card
        assert "Being prepared" not in card
    assert (NEWER in said(home), is_waiting(home)) == (False, True)
    assert redis_client.llen(QUEUE) == 0


def test_without_a_script_a_page_looks_again_a_few_times_each_after_longer(tab: Tab) -> None:
    path, pauses = "/admin", []
    while found := re.search(
        r'http-equiv="refresh" content="(\d+); url=([^"]+)"', tab.open(path).text
    ):
        pauses.append(int(found[1]))
        path = found[2]
    assert pauses == [5, 10, 20, 40, 80, 160]
    assert "http-equiv" in tab.open("/admin?look=x").text


def test_a_page_that_looks_again_does_not_use_the_session(
    tab: Tab, world: World, redis_client: Redis
) -> None:
    (key,) = redis_client.keys("session:*")
    redis_client.expire(key, 100)
    assert tab.open("/admin", headers={"X-Unattended": "1"}).status_code == 200
    assert redis_client.ttl(key) <= 100
    tab.open("/admin")
    assert redis_client.ttl(key) > 7000
