from dataclasses import replace
from datetime import UTC, datetime, timedelta

from redis import Redis

from common.links import popularity
from common.links.popularity import ViewedReport
from common.reports.comparison import Comparison
from common.reports.redaction import Redaction
from common.reports.window import Window
from common.reports_cache.cache import (
    ReportCache,
    data_version_key,
)
from common.reports_cache.report_fields import (
    Meta,
    is_stale,
)

START = datetime(2026, 4, 1, tzinfo=UTC)


def viewed(report: str, days: int = 30) -> ViewedReport:
    return ViewedReport(report, Window(START, START + timedelta(days=days)))


def test_views_add_up_and_the_most_viewed_is_first(redis_client: Redis) -> None:
    popularity.record(redis_client, {(1, viewed("a")): 2, (1, viewed("b")): 3, (2, viewed("a")): 1})
    popularity.record(redis_client, {(1, viewed("a")): 2})
    assert popularity.tenants(redis_client) == (1, 2)
    assert popularity.top(redis_client, 1, 5) == (viewed("a"), viewed("b"))
    assert popularity.top(redis_client, 1, 1) == (viewed("a"),)
    popularity.record(redis_client, {})


def test_what_is_viewed_beside_last_year_is_counted_by_itself(redis_client: Redis) -> None:
    """And by a name that a version without comparisons takes for a report that it has not."""
    against = replace(viewed("a"), comparison=Comparison.LAST_YEAR)
    popularity.record(redis_client, {(1, viewed("a")): 1, (1, against): 2})
    assert popularity.top(redis_client, 1, 5) == (against, viewed("a"))
    assert against.member == viewed("a:last-year").member
    later = ViewedReport.parse(viewed("a:moon").member)
    assert later == viewed("a:moon"), "a comparison of a later version"


def test_what_is_viewed_without_what_is_hidden_is_counted_by_itself(redis_client: Redis) -> None:
    hidden = replace(viewed("a"), hidden=Redaction(csv=True, money=True))
    both = replace(hidden, comparison=Comparison.LAST_YEAR)
    views = {(1, viewed("a")): 1, (1, hidden): 2, (1, both): 3}
    popularity.record(redis_client, views)
    assert popularity.top(redis_client, 1, 5) == (both, hidden, viewed("a"))
    later = viewed("a:csv+orders")
    assert ViewedReport.parse(later.member) == later, "what a later version hides"


def test_views_fade_until_they_are_forgotten(redis_client: Redis) -> None:
    popularity.record(redis_client, {(1, viewed("a")): 1, (1, viewed("b")): 100})
    popularity.fade(redis_client, 1, 0.01)
    assert popularity.top(redis_client, 1, 5) == (viewed("b"),)
    popularity.fade(redis_client, 1, 0.01)
    assert popularity.top(redis_client, 1, 5) == ()
    assert popularity.tenants(redis_client) == ()


def test_only_the_top_is_kept(redis_client: Redis) -> None:
    views = {(1, viewed("a", days)): days for days in range(1, popularity.KEPT_PER_TENANT + 50)}
    popularity.record(redis_client, views)
    popularity.fade(redis_client, 1, 1.0)
    kept = popularity.top(redis_client, 1, 1000)
    assert len(kept) == popularity.KEPT_PER_TENANT
    assert kept[0] == viewed("a", popularity.KEPT_PER_TENANT + 49)


def test_the_data_version_never_goes_back(redis_client: Redis) -> None:
    cache = ReportCache(redis_client, keep_seconds=60)
    for version in (3, 5, 4):
        cache.announce_data(1, version)
    told = redis_client.get(data_version_key(1))
    assert told == b"5"
    meta = Meta(START, 4, START, "x.csv")
    assert is_stale(meta, told)
    assert not is_stale(Meta(START, 5, START, "x.csv"), told)
    assert not is_stale(meta, None)
    assert not is_stale(meta, b"junk")
