"""Counts of views in Redis: batches that stay on a list until they are taken off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from redis import Redis
from tests.support.views import waiting_views

from common.links import view_counts
from common.links.view_counts import Batch, Views

THEN = datetime(2026, 5, 1, 9, tzinfo=UTC)
TENANT = 7
ALL = 1000


def views(number: int, downloads: int = 0, last: datetime = THEN) -> Views:
    return Views(number, downloads, last)


def add(redis: Redis, link: UUID, each: Views, tenant_id: int = TENANT) -> None:
    view_counts.append(redis, {(tenant_id, link): each})


def test_they_add_up_and_the_last_one_stays(redis_client: Redis) -> None:
    link, other = uuid4(), uuid4()
    later = THEN + timedelta(seconds=2, milliseconds=345)
    add(redis_client, link, views(2, 1, later))
    add(redis_client, link, views(3, 4, THEN))
    add(redis_client, other, views(0, 1))
    add(redis_client, other, views(7), tenant_id=8)
    assert waiting_views(redis_client, TENANT) == {link: views(5, 5, later), other: views(0, 1)}
    assert waiting_views(redis_client, 8) == {other: views(7)}
    assert view_counts.tenants(redis_client) == (TENANT, 8)


def test_nothing_is_nothing(redis_client: Redis) -> None:
    view_counts.append(redis_client, {})
    assert view_counts.waiting(redis_client, TENANT, ALL) == []
    assert view_counts.tenants(redis_client) == ()
    assert redis_client.keys("*") == []


def test_thousands_of_links_at_once(redis_client: Redis) -> None:
    links = {(TENANT, uuid4()): views(n + 1) for n in range(3000)}
    view_counts.append(redis_client, links)
    found = waiting_views(redis_client, TENANT)
    assert {(TENANT, link): each for link, each in found.items()} == links


def test_a_batch_stays_until_it_is_taken_off(redis_client: Redis) -> None:
    link = uuid4()
    add(redis_client, link, views(2))
    first = view_counts.waiting(redis_client, TENANT, ALL)
    add(redis_client, link, views(3))
    assert view_counts.waiting(redis_client, TENANT, 1) == first, "the oldest in front"
    for _ in range(2):  # by two workers
        view_counts.remove(redis_client, TENANT, first)
        view_counts.forget(redis_client, TENANT)
    assert view_counts.tenants(redis_client) == (TENANT,)
    assert waiting_views(redis_client, TENANT) == {link: views(3)}
    view_counts.remove(redis_client, TENANT, view_counts.waiting(redis_client, TENANT, ALL))
    view_counts.forget(redis_client, TENANT)
    assert view_counts.tenants(redis_client) == ()
    assert redis_client.keys("*") == []


def test_a_batch_that_cannot_be_read_is_handed_over_to_be_taken_off(redis_client: Redis) -> None:
    for data in (b"\xff", b"{}", b'{"id": 1, "views": {}}'):
        redis_client.rpush(view_counts.key(TENANT), data)
    view_counts.push(redis_client, TENANT, Batch(uuid4(), {uuid4(): views(1)}))
    found = view_counts.waiting(redis_client, TENANT, ALL)
    assert [entry.batch is None for entry in found] == [True, True, True, False]
    view_counts.remove(redis_client, TENANT, found)
    assert view_counts.waiting(redis_client, TENANT, ALL) == []


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
            entries = view_counts.waiting(redis_client, TENANT, 3)
            found += sum(entry.batch.views[link].views for entry in entries if entry.batch)
            view_counts.remove(redis_client, TENANT, entries)
            view_counts.forget(redis_client, TENANT)
            if over and not entries:
                break
        for each in adding:
            each.result()
    assert found == 80
    assert view_counts.tenants(redis_client) == ()


def test_a_tenant_leads_the_key() -> None:
    assert view_counts.key(42).startswith("{42}:")
