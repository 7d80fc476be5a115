"""Rounds ahead of demand: what is asked for, in which order, within which bounds."""

import base64
import json
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from redis import Redis
from sqlalchemy import Engine, event, text
from tests.integration.worker.conftest import KEEP_SECONDS, NOW, Shop, window

from common.db.tenancy import Access, transaction
from common.jobs.celery_config import QUEUE, WARM_QUEUE
from common.jobs.payloads import ComputeReport, WarmTenant
from common.jobs.publisher import AHEAD_EXPIRES_SECONDS, JobPublisher
from common.links import popularity
from common.links.popularity import ViewedReport
from common.reports.comparison import Comparison
from common.reports.window import Dates, Period, Window, window_of
from common.reports_cache.cache import data_version_key
from ingest import data_version
from worker.reports import rollup_refresh
from worker.reports.lease import Leases
from worker.reports.single_flight import Outcome, compute_once
from worker.warming import midnight, popular
from worker.warming.popular import WarmingContext

REPORTS = ("revenue-overview", "sales-velocity", "product-performance")


def viewed(redis: Redis, shop: Shop, *reports: str, over: Window | None = None) -> None:
    """Views: the first report has the most."""
    for count, report in enumerate(reversed(reports), 1):
        key = shop.tenant_id, ViewedReport(report, over or window())
        popularity.record(redis, {key: count * 10})


def messages(redis: Redis, queue: str = WARM_QUEUE) -> list[dict[str, Any]]:
    return [json.loads(each) for each in reversed(redis.lrange(queue, 0, -1))]


def asked(redis: Redis) -> list[ComputeReport]:
    """What was asked for, in order; forgets it."""
    found = []
    for message in messages(redis):
        _, payload, _ = json.loads(base64.b64decode(message["body"]))
        found.append(ComputeReport.parse(payload))
    redis.delete(WARM_QUEUE)
    return found


def run(shop: Shop, *jobs: ComputeReport) -> None:
    leases = Leases(shop.cache.redis)
    for job in jobs:
        assert compute_once(shop.engine, shop.cache, leases, job) is Outcome.COMPUTED


def test_popular_reports_are_asked_for_until_they_are_ready(
    shop: Shop, warming: WarmingContext, redis_client: Redis
) -> None:
    shop.load()
    viewed(redis_client, shop, *REPORTS)
    assert popular.warm_popular(warming) == 3
    jobs = asked(redis_client)
    assert [job.report for job in jobs] == list(REPORTS)
    assert all(job.ahead and job.asked_at for job in jobs)
    run(shop, *jobs)
    assert popular.warm_popular(warming) == 0
    shop.cache.announce_data(shop.tenant_id, shop.load("o2"))
    assert popular.warm_popular(warming) == 3, "stale"
    run(shop, *asked(redis_client))
    redis_client.expire(shop.key().cached, KEEP_SECONDS // 10 - 1)
    assert popular.warm_popular(warming) == 1, "about to lapse"
    assert not redis_client.exists(QUEUE)


def test_what_is_viewed_beside_last_year_is_kept_ready_beside_last_year(
    shop: Shop, warming: WarmingContext, redis_client: Redis
) -> None:
    shop.load()
    viewed(redis_client, shop, REPORTS[0])
    against = ViewedReport(REPORTS[0], window(), Comparison.LAST_YEAR)
    popularity.record(redis_client, {(shop.tenant_id, against): 1})
    assert popular.warm_popular(warming) == 2
    jobs = asked(redis_client)
    assert [job.comparison for job in jobs] == list(Comparison)
    run(shop, *jobs)
    assert popular.warm_popular(warming) == 0
    tomorrow = NOW + timedelta(days=1)
    assert midnight.warm_midnight(warming, now=tomorrow) == 2
    assert {(job.window, job.comparison) for job in asked(redis_client)} == {
        (window(now=tomorrow), each) for each in Comparison
    }


def test_what_is_not_viewed_is_never_computed(
    shop: Shop, warming: WarmingContext, redis_client: Redis
) -> None:
    shop.load()
    assert popular.warm_popular(warming) == midnight.warm_midnight(warming, now=NOW) == 0
    viewed(redis_client, shop, "coupon-impact", "no-such-report")
    assert popular.warm_popular(warming) == midnight.warm_midnight(warming, now=NOW) == 0
    assert not asked(redis_client)


def test_a_round_is_bounded_and_fair(
    make_shop: Callable[..., Shop], warming: WarmingContext, redis_client: Redis
) -> None:
    shops = [make_shop() for _ in range(3)]
    for each in shops:
        viewed(redis_client, each, *REPORTS)
    assert popular.warm_popular(warming) == warming.per_minute == 4
    first = asked(redis_client)
    assert {job.tenant_id for job in first[:3]} == {each.tenant_id for each in shops}
    assert {job.report for job in first[:3]} == {REPORTS[0]}
    assert first[3].report == REPORTS[1]


def test_only_the_top_is_kept_ready(
    shop: Shop, warming: WarmingContext, redis_client: Redis
) -> None:
    older = window(now=NOW - timedelta(days=1))
    viewed(redis_client, shop, *REPORTS)
    popularity.record(redis_client, {(shop.tenant_id, ViewedReport(REPORTS[0], older)): 1})
    assert popular.warm_popular(warming) == warming.most_viewed == 3
    assert older not in {job.window for job in asked(redis_client)}


def test_views_lose_half_their_weight_in_a_day(
    shop: Shop, warming: WarmingContext, redis_client: Redis
) -> None:
    viewed(redis_client, shop, REPORTS[0])
    member = ViewedReport(REPORTS[0], window()).member
    for _ in range(24 * 60):
        popularity.fade(redis_client, shop.tenant_id, popular._FADE)
    score = redis_client.zscore(popularity.key(shop.tenant_id), member)
    assert score == pytest.approx(5)


def test_jobs_ahead_of_demand_expire_and_stand_in_nobodys_way(
    shop: Shop, jobs: JobPublisher, redis_client: Redis
) -> None:
    before = datetime.now(UTC)
    assert jobs.request_fresh(shop.job(ahead=True))
    after = datetime.now(UTC)
    (message,) = messages(redis_client)
    expires = datetime.fromisoformat(message["headers"]["expires"])
    assert before <= expires - timedelta(seconds=AHEAD_EXPIRES_SECONDS) <= after
    assert jobs.request_missing(shop.job()), "a viewer does not wait behind it"
    assert not jobs.request_fresh(shop.job(ahead=True)), "it is asked for by now"
    assert len(messages(redis_client, QUEUE)) == 1


def test_the_windows_of_a_new_day_are_asked_for_once(
    make_shop: Callable[..., Shop], warming: WarmingContext, redis_client: Redis
) -> None:
    tokyo, berlin = make_shop("Asia/Tokyo"), make_shop("Europe/Berlin")
    viewed(redis_client, tokyo, REPORTS[0], over=window("Asia/Tokyo"))
    viewed(redis_client, berlin, REPORTS[1], over=window("Europe/Berlin", Period.MONTH))
    # The same report over windows of the same length is one report tomorrow; 11 days are no period.
    earlier = window("Europe/Berlin", Period.MONTH, NOW - timedelta(days=3))
    odd = Window(NOW - timedelta(days=11), NOW)
    for over in (earlier, odd):
        viewed(redis_client, berlin, REPORTS[1], over=over)
    assert midnight.warm_midnight(warming, now=NOW) == 2
    asked(redis_client)
    assert midnight.warm_midnight(warming, now=NOW + timedelta(hours=5)) == 0
    evening = datetime(2026, 3, 20, 15, 1, tzinfo=UTC)
    assert midnight.warm_midnight(warming, now=evening - timedelta(minutes=2)) == 0
    assert midnight.warm_midnight(warming, now=evening) == 1, "midnight in Tokyo"
    (job,) = asked(redis_client)
    assert (job.tenant_id, job.report) == (tokyo.tenant_id, REPORTS[0])
    assert job.window == window("Asia/Tokyo", now=evening)
    assert job.window.end == datetime(2026, 3, 20, 15, tzinfo=UTC)
    assert midnight.warm_midnight(warming, now=evening + timedelta(minutes=5)) == 0
    assert midnight.warm_midnight(warming, now=datetime(2026, 3, 20, 23, 1, tzinfo=UTC)) == 1
    assert asked(redis_client)[0].window == window(
        "Europe/Berlin", Period.MONTH, datetime(2026, 3, 21, tzinfo=UTC)
    )


def test_midnight_moves_the_months_that_readers_choose(
    shop: Shop, warming: WarmingContext, redis_client: Redis
) -> None:
    zone, now = ZoneInfo("Europe/Berlin"), datetime(2026, 3, 19, 23, 30, tzinfo=UTC)

    def month(first: date, last: date) -> Window:
        return window_of(Dates(first, last), zone, now=now)

    so_far = month(date(2026, 3, 1), date(2026, 3, 18))
    before = month(date(2026, 2, 1), date(2026, 2, 28))
    for each in (so_far, before, month(date(2026, 3, 2), date(2026, 3, 18))):
        viewed(redis_client, shop, REPORTS[0], over=each)
    assert midnight.warm_midnight(warming, now=now) == 2
    wanted = {month(date(2026, 3, 1), date(2026, 3, 19)), before}
    assert {job.window for job in asked(redis_client)} == wanted


def test_midnight_for_many_is_spread_over_rounds(
    make_shop: Callable[..., Shop], service_engine: Engine, jobs: JobPublisher, redis_client: Redis
) -> None:
    shops = [make_shop() for _ in range(3)]
    using = WarmingContext(service_engine, shops[0].cache, jobs, most_viewed=3, per_minute=1)
    for each in shops:
        viewed(redis_client, each, *REPORTS)
    rounds = [midnight.warm_midnight(using, now=NOW) for _ in range(4)]
    assert rounds == [6, 3, 0, 0], "five a round, and a tenant is not torn apart"


def test_midnight_tells_what_a_load_could_not(
    shop: Shop, warming: WarmingContext, redis_client: Redis
) -> None:
    version = shop.load()
    viewed(redis_client, shop, REPORTS[0])
    midnight.warm_midnight(warming, now=NOW)
    assert redis_client.get(f"{{{shop.tenant_id}}}:data") == str(version).encode()


def test_after_a_load_sums_and_popular_reports_are_made_ready(
    shop: Shop, warming: WarmingContext, redis_client: Redis
) -> None:
    version = shop.load()
    viewed(redis_client, shop, REPORTS[0])
    assert popular.warm_after_import(warming, WarmTenant(shop.tenant_id)) == 1
    run(shop, *asked(redis_client))
    meta = shop.meta()
    assert meta is not None
    assert meta.data_version == version
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        assert session.scalar(text("SELECT count(*) FROM dirty_days")) == 0
        assert session.scalar(text("SELECT count(*) FROM daily_sales")) == 1
    assert popular.warm_after_import(warming, WarmTenant(shop.tenant_id)) == 0


def test_a_history_too_long_for_one_job_is_taken_up_by_another(
    shop: Shop, warming: WarmingContext, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object, **__: object) -> int:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(rollup_refresh, "refresh", late)
    assert popular.warm_after_import(warming, WarmTenant(shop.tenant_id)) == 0
    assert [each["headers"]["task"] for each in messages(redis_client)] == [WarmTenant.task]


def test_a_load_is_told(shop: Shop, jobs: JobPublisher, redis_client: Redis) -> None:
    data_version.loaded(shop.engine, jobs, shop.tenant_id)
    assert not messages(redis_client), "nothing was ever loaded"
    version = shop.load()
    data_version.loaded(shop.engine, jobs, shop.tenant_id)
    assert redis_client.get(f"{{{shop.tenant_id}}}:data") == str(version).encode()
    assert [each["headers"]["task"] for each in messages(redis_client)] == [WarmTenant.task]


def test_a_load_that_cannot_be_told_is_done_all_the_same(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.load()
    dead = "redis://127.0.0.1:1"
    data_version.loaded(shop.engine, data_version.jobs_at(dead, dead), shop.tenant_id)
    assert "new data was not told" in caplog.text


def test_a_warmed_report_is_read_back(
    shop: Shop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.load()
    with caplog.at_level(logging.INFO, logger="worker.reports.single_flight"):
        run(shop, shop.job(ahead=True))
        assert "report warmed" in caplog.messages
        monkeypatch.setattr(shop.cache.__class__, "meta", lambda *_: None)
        run(shop, shop.job("sales-velocity", ahead=True))
    assert caplog.records[-1].levelno == logging.ERROR


def test_many_shops_are_asked_for_at_once(
    make_shop: Callable[..., Shop], warming: WarmingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    shops = [make_shop() for _ in range(7)]
    for each in shops:
        each.load()
        viewed(warming.redis, each, "revenue-overview")
    monkeypatch.setattr(midnight, "AT_ONCE", 3)
    said: list[str] = []
    listen = (warming.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    event.listen(*listen)
    try:
        assert midnight.warm_midnight(warming, now=NOW) == len(shops)
        questions = [each for each in said if "tenants_now" in each]
        assert len(questions) == 3
        said.clear()
        assert midnight.warm_midnight(warming, now=NOW) == 0
    finally:
        event.remove(*listen)
    assert sum("FROM" in each for each in said) == 3, "nothing else is asked"
    for each in shops:
        assert warming.redis.get(data_version_key(each.tenant_id)) == b"1"
