"""Counts of views in Redis: added up by viewers, set aside once, and never lost on the way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from redis import Redis

from common.links import view_counts
from common.links.view_counts import BatchGoneError, Views

THEN = datetime(2026, 5, 1, 9, tzinfo=UTC)
TENANT = 7


def views(number: int, downloads: int = 0, last: datetime = THEN) -> Views:
    return Views(number, downloads, last)


def add(redis: Redis, link: UUID, each: Views, tenant_id: int = TENANT) -> None:
    view_counts.record(redis, {(tenant_id, link): each})


def test_they_add_up_and_the_last_one_stays(redis_client: Redis) -> None:
    link, other = uuid4(), uuid4()
    later = THEN + timedelta(seconds=2, milliseconds=345)
    add(redis_client, link, views(2, 1, later))
    add(redis_client, link, views(3, 4, THEN))
    add(redis_client, other, views(0, 1))
    add(redis_client, other, views(7), tenant_id=8)
    batch = view_counts.set_aside(redis_client, TENANT)
    assert batch is not None
    assert batch.views == {link: views(5, 5, later), other: views(0, 1)}
    assert batch.totals is None
    assert view_counts.tenants(redis_client) == (TENANT, 8)


def test_nothing_is_nothing(redis_client: Redis) -> None:
    view_counts.record(redis_client, {})
    assert view_counts.set_aside(redis_client, TENANT) is None
    assert view_counts.tenants(redis_client) == ()


def test_thousands_of_links_at_once(redis_client: Redis) -> None:
    links = {(TENANT, uuid4()): views(n + 1) for n in range(3000)}
    view_counts.record(redis_client, links)
    batch = view_counts.set_aside(redis_client, TENANT)
    assert batch is not None
    assert {(TENANT, link): each for link, each in batch.views.items()} == links


def test_what_is_counted_meanwhile_waits_for_the_next_batch(redis_client: Redis) -> None:
    link = uuid4()
    add(redis_client, link, views(2))
    first = view_counts.set_aside(redis_client, TENANT)
    add(redis_client, link, views(3))
    again = view_counts.set_aside(redis_client, TENANT)
    assert first is not None
    assert again == first, "the same batch until it is dropped"
    view_counts.drop(redis_client, first)
    assert view_counts.tenants(redis_client) == (TENANT,)
    second = view_counts.set_aside(redis_client, TENANT)
    assert second is not None
    assert second.id != first.id
    assert second.views == {link: views(3)}
    view_counts.drop(redis_client, second)
    assert view_counts.tenants(redis_client) == ()
    assert redis_client.keys("*") == []


def test_the_first_note_stays(redis_client: Redis) -> None:
    link = uuid4()
    add(redis_client, link, views(2))
    batch = view_counts.set_aside(redis_client, TENANT)
    assert batch is not None
    assert view_counts.note(redis_client, batch, {link: views(12)}) == {link: views(12)}
    assert view_counts.note(redis_client, batch, {link: views(99)}) == {link: views(12)}
    again = view_counts.set_aside(redis_client, TENANT)
    assert again is not None
    assert again.totals == {link: views(12)}
    assert again.views == {link: views(2)}


def test_who_comes_late_touches_nobody_elses_batch(redis_client: Redis) -> None:
    link = uuid4()
    add(redis_client, link, views(2))
    late = view_counts.set_aside(redis_client, TENANT)
    assert late is not None
    view_counts.drop(redis_client, late)
    with pytest.raises(BatchGoneError):
        view_counts.note(redis_client, late, {link: views(2)})
    add(redis_client, link, views(5))
    current = view_counts.set_aside(redis_client, TENANT)
    with pytest.raises(BatchGoneError):
        view_counts.note(redis_client, late, {link: views(2)})
    view_counts.drop(redis_client, late)
    assert view_counts.set_aside(redis_client, TENANT) == current


def test_many_viewers_at_once_lose_nothing(redis_url: str, redis_client: Redis) -> None:
    link, found = uuid4(), 0

    def one(_: int) -> None:
        with Redis.from_url(redis_url) as own:
            for _ in range(20):
                add(own, link, views(1))

    with ThreadPoolExecutor(4) as threads:
        adding = [threads.submit(one, n) for n in range(4)]
        while True:
            over = all(each.done() for each in adding)
            batch = view_counts.set_aside(redis_client, TENANT)
            if batch is not None:
                found += batch.views[link].views
                view_counts.drop(redis_client, batch)
            elif over:
                break
        for each in adding:
            each.result()
    assert found == 80
    assert view_counts.tenants(redis_client) == ()


def test_a_tenant_leads_every_key() -> None:
    for name in (view_counts.key(42), view_counts.batch_key(42)):
        assert name.startswith("{42}:")
