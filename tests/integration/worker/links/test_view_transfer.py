"""Views reach the ledger once each, wherever the worker that brings them is cut off."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from redis import Redis
from sqlalchemy import Engine, create_engine, select, update
from sqlalchemy.exc import OperationalError
from tests.integration.worker.conftest import Shop
from tests.support import wait

from common.db.shares import DailyViews, Share
from common.db.tenancy import Access, transaction
from common.links import view_counts
from common.links.view_counts import Batch, Views
from worker.links import view_transfer
from worker.schedule import ENTRIES

THEN = datetime(2026, 5, 1, 9, tzinfo=UTC)
LATER = THEN + timedelta(minutes=5)
WEEK = timedelta(days=7)

Numbers = tuple[int, int, datetime | None]


class KilledError(Exception):
    """Stands for a kill: nothing after it runs."""


def numbers(shop: Shop, link_id: UUID) -> Numbers:
    """What the ledger says of a link; its days have as many views together."""
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        row = session.execute(
            select(Share.views, Share.downloads, Share.last_viewed_at).where(
                Share.link_id == link_id
            )
        ).one()
    assert sum(days_of(shop, link_id).values()) == row.views
    return row.views, row.downloads, row.last_viewed_at


def days_of(shop: Shop, link_id: UUID) -> dict[date, int]:
    query = select(DailyViews.day, DailyViews.views).where(DailyViews.link_id == link_id)
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        return dict(session.execute(query).all())


def count(
    redis: Redis, shop: Shop, link_id: UUID, views: int, downloads: int = 0, last: datetime = THEN
) -> None:
    view_counts.append(redis, {(shop.tenant_id, link_id): Views(views, downloads, last)})


def test_views_reach_the_ledger_and_add_up(shop: Shop, redis_client: Redis) -> None:
    link, untouched = shop.issue(at=THEN), shop.issue(at=THEN)
    count(redis_client, shop, link, 3, 1, LATER)
    assert view_transfer.transfer_views(shop.engine, redis_client) == 1
    assert numbers(shop, link) == (3, 1, LATER)
    assert numbers(shop, untouched) == (0, 0, None)
    count(redis_client, shop, link, 2, 0, THEN)
    view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link) == (5, 1, LATER), "an earlier view does not put the clock back"
    assert view_transfer.transfer_views(shop.engine, redis_client) == 0
    assert numbers(shop, link) == (5, 1, LATER)
    assert redis_client.keys("{*view*") == []
    assert view_counts.tenants(redis_client) == ()


@pytest.mark.parametrize(
    ("zone", "first", "second"),
    [("UTC", 1, 2), ("Asia/Tokyo", 2, 2), ("America/Los_Angeles", 1, 1)],
)
def test_views_are_of_the_day_of_the_shop(
    make_shop: Callable[..., Shop], redis_client: Redis, zone: str, first: int, second: int
) -> None:
    shop = make_shop(zone)
    link, downloaded = shop.issue(at=THEN), shop.issue(at=THEN)
    before_midnight = datetime(2026, 5, 1, 23, 59, 59, tzinfo=UTC)
    count(redis_client, shop, link, 3, last=before_midnight)
    count(redis_client, shop, link, 2, last=before_midnight + timedelta(seconds=1))
    count(redis_client, shop, downloaded, 0, 4)
    view_transfer.transfer_views(shop.engine, redis_client)
    expected = Counter({date(2026, 5, first): 3}) + Counter({date(2026, 5, second): 2})
    assert days_of(shop, link) == expected
    count(redis_client, shop, link, 5, last=before_midnight)
    view_transfer.transfer_views(shop.engine, redis_client)
    assert days_of(shop, link) == expected + Counter({date(2026, 5, first): 5})
    assert days_of(shop, downloaded) == {}


def test_every_tenant_gets_its_own(make_shop: Callable[..., Shop], redis_client: Redis) -> None:
    one, other = make_shop(), make_shop()
    mine, theirs = one.issue(at=THEN), other.issue(at=THEN)
    count(redis_client, one, mine, 1)
    count(redis_client, other, theirs, 2)
    count(redis_client, one, theirs, 50)  # a link under the wrong tenant is nobody's
    view_transfer.transfer_views(one.engine, redis_client)
    assert numbers(one, mine)[0] == 1
    assert numbers(other, theirs)[0] == 2


def test_links_that_no_ledger_knows_are_forgotten(shop: Shop, redis_client: Redis) -> None:
    count(redis_client, shop, uuid4(), 5)
    view_counts.append(redis_client, {(2**30, uuid4()): Views(1, 0, THEN)})
    view_transfer.transfer_views(shop.engine, redis_client)
    assert view_counts.tenants(redis_client) == ()
    assert redis_client.keys("{*view*") == []


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (view_counts, "waiting"),
        (view_transfer, "_count"),
        (view_counts, "remove"),
        (view_counts, "forget"),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_killed_at_any_step_every_view_counts_once(
    shop: Shop,
    redis_client: Redis,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    step: str,
    *,
    before: bool,
) -> None:
    link = shop.issue(at=THEN)
    count(redis_client, shop, link, 10, 1)
    view_transfer.transfer_views(shop.engine, redis_client)
    count(redis_client, shop, link, 3, 2, LATER)
    real = getattr(module, step)

    def killed(*given: object) -> None:
        if not before:
            real(*given)
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(module, step, killed)
        for _ in range(2 if before else 1):
            with pytest.raises(KilledError):
                view_transfer.transfer_views(shop.engine, redis_client)
    count(redis_client, shop, link, 100)
    for _ in range(3):
        view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link) == (113, 3, LATER)


def test_a_commit_whose_answer_is_lost_counts_once(
    shop: Shop, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = shop.issue(at=THEN)
    count(redis_client, shop, link, 3)
    real = transaction

    @contextmanager
    def unanswered(engine: Engine, access: Access) -> Iterator[object]:
        with real(engine, access) as session:
            yield session
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(view_transfer, "transaction", unanswered)
        with pytest.raises(KilledError):
            view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link)[0] == 3
    count(redis_client, shop, link, 4)
    view_transfer.transfer_views(shop.engine, redis_client)
    view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link)[0] == 7


def test_several_workers_at_once_count_once(
    shop: Shop, redis_client: Redis, redis_url: str
) -> None:
    link = shop.issue(at=THEN)
    start = threading.Barrier(4)

    def work(counts: bool) -> None:
        with Redis.from_url(redis_url) as own:
            start.wait(wait.PATIENCE_SECONDS)
            for _ in range(10):
                if counts:
                    count(own, shop, link, 1, 1)
                view_transfer.transfer_views(shop.engine, own)

    with ThreadPoolExecutor(4) as threads:
        for each in [threads.submit(work, n < 2) for n in range(4)]:
            each.result(120)
    for _ in range(2):
        view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link)[:2] == (20, 20)


CHILD = """
import sys
from redis import Redis
from common.db.engine import create_service_engine
from worker.links import view_transfer
engine = create_service_engine(sys.argv[1], application_name="transfer", pool_size=1)
redis = Redis.from_url(sys.argv[2])
print("begins", flush=True)
while True:
    view_transfer.transfer_views(engine, redis)
"""


def test_killed_by_signal_again_and_again(
    shop: Shop,
    redis_client: Redis,
    service_url: str,
    redis_url: str,
) -> None:
    links, counted = [shop.issue(at=THEN) for _ in range(5)], 0
    for trial in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, service_url, redis_url],
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            try:
                assert child.stdout is not None
                assert child.stdout.readline() == "begins\n"
                for _ in range(20 + 7 * trial):
                    counted += 1
                    for link in links:
                        count(redis_client, shop, link, 1, 2)
            finally:
                child.kill()

    def moved() -> bool:
        # A transaction of one that was killed may hold its locks for a moment yet.
        view_transfer.transfer_views(shop.engine, redis_client)
        return not view_counts.tenants(redis_client)

    wait.until(moved, "all counts in the ledger")
    assert [numbers(shop, link)[:2] for link in links] == [(counted, 2 * counted)] * 5


def test_a_revocation_does_not_wait_and_no_view_is_lost(shop: Shop, redis_client: Redis) -> None:
    link = shop.issue(at=THEN)
    count(redis_client, shop, link, 3)
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        session.execute(update(Share).where(Share.link_id == link).values(revoked_at=THEN))
        assert view_transfer.transfer_views(shop.engine, redis_client) == 0
    assert numbers(shop, link)[0] == 0
    view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link)[0] == 3


def test_a_transfer_that_leaves_nothing_is_noted_and_no_other(
    shop: Shop, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = shop.issue(at=THEN)
    moments = iter([LATER, LATER + WEEK, LATER + 2 * WEEK])
    monkeypatch.setattr(view_transfer, "_now", lambda: next(moments))

    def noted() -> float:
        view_transfer.transfer_views(shop.engine, redis_client)
        return float(redis_client.get(view_counts.TRANSFERRED) or b"0")

    assert noted() == LATER.timestamp(), "nothing waits"
    count(redis_client, shop, link, 3)
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        session.execute(update(Share).where(Share.link_id == link).values(revoked_at=THEN))
        assert noted() == LATER.timestamp(), "views wait for a lock"
    assert noted() == (LATER + 2 * WEEK).timestamp()


def test_without_postgres_views_wait(shop: Shop, redis_client: Redis) -> None:
    link = shop.issue(at=THEN)
    count(redis_client, shop, link, 3)
    nowhere = create_engine(
        "postgresql+psycopg://x@127.0.0.1:1/x", connect_args={"connect_timeout": 2}
    )
    with pytest.raises(OperationalError):
        view_transfer.transfer_views(nowhere, redis_client)
    nowhere.dispose()
    view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link)[0] == 3


def test_redis_emptied_on_the_way_changes_nothing_in_the_ledger(
    shop: Shop,
    redis_client: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = shop.issue(at=THEN)
    count(redis_client, shop, link, 3)
    real = view_counts.remove

    def emptied(*given: object) -> None:
        redis_client.flushdb()
        real(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(view_counts, "remove", emptied)
        assert view_transfer.transfer_views(shop.engine, redis_client) == 1
    count(redis_client, shop, link, 2)
    view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link)[0] == 5


def test_what_is_found_again_counts_nothing(shop: Shop, redis_client: Redis) -> None:
    """Sent twice, or in a Redis that was brought back from a backup."""
    link = shop.issue(at=THEN)
    batch = Batch(uuid4(), {link: Views(3, 1, THEN)})
    for _ in range(2):
        view_counts.push(redis_client, shop.tenant_id, batch)
    assert view_transfer.transfer_views(shop.engine, redis_client) == 1
    assert numbers(shop, link) == (3, 1, THEN)
    view_counts.push(redis_client, shop.tenant_id, batch)
    count(redis_client, shop, link, 4, 0, LATER)
    assert view_transfer.transfer_views(shop.engine, redis_client) == 1
    assert numbers(shop, link) == (7, 1, LATER)


def test_what_cannot_be_read_holds_nothing_up(
    shop: Shop, redis_client: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    link = shop.issue(at=THEN)
    redis_client.rpush(view_counts.key(shop.tenant_id), b"{}")
    count(redis_client, shop, link, 3)
    assert view_transfer.transfer_views(shop.engine, redis_client) == 1
    assert numbers(shop, link)[0] == 3
    assert "batches of views cannot be read" in caplog.messages
    assert view_counts.tenants(redis_client) == ()


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "last", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)]
)
def test_a_clock_that_is_wrong_takes_no_view_away_and_keeps_no_shop_waiting(
    make_shop: Callable[..., Shop], redis_client: Redis, zone: str, last: datetime
) -> None:
    shop, after = make_shop(zone), make_shop(zone)
    link, theirs = shop.issue(at=THEN), after.issue(at=THEN)
    count(redis_client, shop, link, 3, last=last)
    count(redis_client, after, theirs, 2)
    view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link)[0] == 3
    assert numbers(after, theirs)[0] == 2
    (day,) = days_of(shop, link)
    assert date(1999, 12, 31) <= day <= datetime.now(UTC).date() + WEEK


def test_a_moment_of_no_zone_cannot_be_read(shop: Shop, redis_client: Redis) -> None:
    link = shop.issue(at=THEN)
    views = f'{{"{link}": {{"views": 1, "downloads": 0, "last": "2026-05-01T09:00:00"}}}}'
    redis_client.rpush(view_counts.key(shop.tenant_id), f'{{"id": "{uuid4()}", "views": {views}}}')
    count(redis_client, shop, link, 3)
    view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link)[0] == 3


def old_count(redis: Redis, shop: Shop, link_id: UUID, views: int) -> None:
    """As a viewer before revision 0010 counts."""
    name, at = f"{{{shop.tenant_id}}}:views", int(LATER.timestamp() * 1000)
    redis.hincrby(name, f"{link_id.hex}:views", views)
    redis.hset(name, f"{link_id.hex}:last", str(at))
    redis.sadd(view_counts.TENANTS, str(shop.tenant_id))


@pytest.mark.parametrize("killed", [False, True])
def test_counts_of_an_old_viewer_are_taken_over_once(
    shop: Shop, redis_client: Redis, monkeypatch: pytest.MonkeyPatch, *, killed: bool
) -> None:
    link = shop.issue(at=THEN)
    old_count(redis_client, shop, link, 3)
    count(redis_client, shop, link, 10)
    real = view_counts.push

    def cut_off(*given: object) -> None:
        real(*given)  # type: ignore[arg-type]
        raise KilledError

    if killed:
        with monkeypatch.context() as patch:
            patch.setattr(view_counts, "push", cut_off)
            for _ in range(2):
                with pytest.raises(KilledError):
                    view_transfer.transfer_views(shop.engine, redis_client)
    view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link) == (13, 0, LATER)
    old_count(redis_client, shop, link, 4)
    for _ in range(2):
        view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link) == (17, 0, LATER)
    assert redis_client.keys("{*view*") == []


def test_what_an_old_worker_had_noted_is_in_the_ledger(shop: Shop, redis_client: Redis) -> None:
    link = shop.issue(at=THEN)
    old_count(redis_client, shop, link, 3)
    counts, aside = (f"{{{shop.tenant_id}}}:views{end}" for end in ("", ":batch"))
    redis_client.rename(counts, aside)
    redis_client.hset(aside, mapping={"id": uuid4().hex, "totals": "{}"})
    view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link)[0] == 0
    assert redis_client.keys("{*view*") == []


def test_thousands_of_links_in_one_transfer(shop: Shop, redis_client: Redis) -> None:
    """More than a statement may have parameters."""
    link = shop.issue(at=THEN)
    crowd = {(shop.tenant_id, uuid4()): Views(1, 0, THEN) for _ in range(70_000)}
    view_counts.append(redis_client, crowd | {(shop.tenant_id, link): Views(9, 0, THEN)})
    view_transfer.transfer_views(shop.engine, redis_client)
    assert numbers(shop, link)[0] == 9


def test_it_runs_by_the_clock() -> None:
    (entry,) = [each for each in ENTRIES.values() if each["task"] == view_transfer.TASK]
    assert entry["schedule"] == view_transfer.EVERY_SECONDS
