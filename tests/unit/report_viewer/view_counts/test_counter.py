"""Views are counted in memory and added up together, by link."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from redis.exceptions import ConnectionError as RedisConnectionError
from tests.support.samples import Sample

from report_viewer.view_counts import counter as module
from report_viewer.view_counts.counter import ViewCounter, ViewTallies

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


def numbers(tallies: ViewTallies) -> dict[tuple[int, object], tuple[int, int]]:
    return {link: (each.views, each.downloads) for link, each in tallies.items()}


def of(sample: Sample) -> tuple[int, object]:
    return sample.tenant_id, sample.link_id


def test_views_and_downloads_add_up_by_link() -> None:
    written: list[ViewTallies] = []
    counting = ViewCounter(written.append)
    one, other, third = Sample(), Sample(), Sample(tenant_id=8)
    for sample, views, downloads in ((one, 3, 1), (other, 0, 4), (third, 1, 0)):
        for _ in range(views):
            counting.view(sample.claims)
        for _ in range(downloads):
            counting.download(sample.claims)
    asyncio.run(counting.flush())
    asyncio.run(counting.flush())
    assert [numbers(each) for each in written] == [
        {of(one): (3, 1), of(other): (0, 4), of(third): (1, 0)}
    ]


def test_the_last_of_them_is_remembered() -> None:
    counting, sample = ViewCounter(lambda _: None), Sample()
    with time_machine.travel(NOW, tick=False) as clock:
        counting.view(sample.claims)
        clock.move_to(NOW + timedelta(minutes=1))
        counting.download(sample.claims)
    assert counting.take()[sample.tenant_id, sample.link_id].last == NOW + timedelta(minutes=1)


def test_a_count_goes_on_after_a_flush() -> None:
    written: list[ViewTallies] = []
    counting, sample = ViewCounter(written.append), Sample()
    for _ in range(2):
        counting.view(sample.claims)
        counting.view(sample.claims)
        asyncio.run(counting.flush())
    assert [numbers(each) for each in written] == [{of(sample): (2, 0)}] * 2


def test_a_dead_redis_loses_counts_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    def fail(tallies: ViewTallies) -> None:
        raise RedisConnectionError("gone")

    counting = ViewCounter(fail)
    counting.view(Sample().claims)
    asyncio.run(counting.flush())
    assert "were not counted" in caplog.text
    assert counting.take() == {}


def test_what_is_counted_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_COUNTED", 10)
    counting = ViewCounter(lambda _: None)
    samples = [Sample(tenant_id=n) for n in range(50)]
    for each in samples:
        counting.view(each.claims)
    counting.view(samples[0].claims)
    taken = counting.take()
    assert len(taken) == 10
    assert numbers(taken)[of(samples[0])] == (2, 0), "one that has a count goes on"
    counting.view(samples[-1].claims)
    assert len(counting.take()) == 1, "one that was too many counts again later"
