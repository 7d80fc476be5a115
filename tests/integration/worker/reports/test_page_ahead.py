"""The page of a report is there before a long CSV is written, and stays should that not end."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError
from tests.integration.worker.conftest import Shop

from common import instants
from common.reports import queries
from common.reports.catalog.product_performance import query as product_performance
from common.reports.model import Row
from common.reports_cache.cache import DONE_CHANNEL
from common.reports_cache.report_fields import (
    unpack_csv,
    unpack_document,
)
from ingest.ledger.load import load_sales
from ingest.rows import ProductRow
from worker.reports import csv_export, page_ahead
from worker.reports.lease import Leases
from worker.reports.single_flight import Outcome, compute_once

REPORT = "product-performance"
PRODUCTS = 5
PAGE = {b"meta", b"document", b"version"}
WHOLE = PAGE | {b"csv"}
During = Callable[[], None]


class NotInTimeError(Exception):
    """What a time limit raises in the middle of a CSV."""


@pytest.fixture(autouse=True)
def long(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> None:
    """A CSV of five rows is a long one."""
    monkeypatch.setattr(page_ahead, "ROWS", 2)
    products = [ProductRow(n, f"P{n}", f"Product {n}", None, None, None) for n in range(PRODUCTS)]
    load_sales(shop.engine, shop.tenant_id, products=products)
    shop.load()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop of five products is too large to be held."""
    monkeypatch.setattr(product_performance, "HELD", 1)


@pytest.fixture
def writing(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[int, During]], None]:
    """Have something done before the rows of those numbers are taken."""
    write = csv_export.write

    def watched(rows: Iterable[Row], during: dict[int, During]) -> Iterator[Row]:
        left = iter(rows)
        for number in count():
            row = next(left, None)
            during.get(number, lambda: None)()
            if row is None:
                return
            yield row

    def arrange(during: dict[int, During]) -> None:
        monkeypatch.setattr(
            csv_export,
            "write",
            lambda columns, rows, exponent: write(columns, watched(rows, during), exponent),
        )

    return arrange


def never() -> None:
    raise NotInTimeError


def fields(shop: Shop) -> dict[bytes, bytes]:
    found: Any = shop.cache.redis.hgetall(shop.key(REPORT).cached)
    return dict(found)


def milliseconds() -> int:
    return int(instants.now().timestamp() * 1000)


def work(shop: Shop, **given: Any) -> Outcome:
    leases = Leases(shop.cache.redis)
    return compute_once(shop.engine, shop.cache, leases, shop.job(REPORT, **given))


def test_the_page_is_there_while_the_rest_is_written_and_stays_as_it_is(
    shop: Shop, writing: Callable[[dict[int, During]], None]
) -> None:
    seen: list[dict[bytes, bytes]] = []
    with shop.cache.redis.pubsub() as told:
        told.subscribe(DONE_CHANNEL)

        def look() -> None:
            seen.append(fields(shop))

        writing({1: look, 2: look, PRODUCTS: look})
        work(shop)
        early, ahead, late = seen
        assert early == {}
        assert set(ahead) == PAGE
        assert late == ahead
        whole = fields(shop)
        assert set(whole) == WHOLE
        assert {name: whole[name] for name in PAGE} == ahead, "viewers keep the page they drew"
        assert unpack_csv(whole[b"csv"]).count(b"\r\n") == 1 + PRODUCTS
        names = [told.get_message(timeout=1) for _ in range(3)][1:]
    assert [each["data"] for each in names if each] == [shop.key(REPORT).cached.encode()] * 2


def test_a_short_csv_comes_with_its_page(
    shop: Shop, writing: Callable[[dict[int, During]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_ahead, "ROWS", PRODUCTS)
    seen: list[dict[bytes, bytes]] = []
    writing({PRODUCTS: lambda: seen.append(fields(shop))})
    work(shop)
    assert seen == [{}]
    assert set(fields(shop)) == WHOLE


def test_a_whole_report_stays_until_the_next_one_is_whole(
    shop: Shop, writing: Callable[[dict[int, During]], None]
) -> None:
    work(shop)
    old, seen = fields(shop), list[dict[bytes, bytes]]()
    shop.load("o2")
    writing({PRODUCTS: lambda: seen.append(fields(shop))})
    work(shop)
    assert seen == [old]
    assert int(fields(shop)[b"version"]) > int(old[b"version"])
    assert set(fields(shop)) == WHOLE


@pytest.mark.parametrize("ending", [NotInTimeError, SystemExit])
def test_a_page_outlives_its_computation(
    shop: Shop,
    redis_client: Redis,
    writing: Callable[[dict[int, During]], None],
    ending: type[BaseException],
) -> None:
    def end() -> None:
        raise ending

    writing({3: end})
    with pytest.raises(ending):
        work(shop)
    assert set(fields(shop)) == PAGE
    assert not redis_client.exists(shop.key(REPORT).computing)
    assert redis_client.exists(shop.key(REPORT).failed) == (ending is NotInTimeError)


def test_a_csv_that_does_not_end_takes_an_older_report_away_and_none_of_the_same_data(
    shop: Shop, writing: Callable[[dict[int, During]], None]
) -> None:
    work(shop)
    old = fields(shop)
    writing({0: never})
    with pytest.raises(NotInTimeError):
        work(shop)
    assert fields(shop) == old, "the same data, and whole"
    shop.load("o2")
    with pytest.raises(NotInTimeError):
        work(shop)
    assert set(fields(shop)) == PAGE
    assert int(fields(shop)[b"version"]) > int(old[b"version"])


def test_a_redis_too_full_for_the_csv_takes_the_page(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> bool:
        raise OutOfMemoryError

    monkeypatch.setattr(type(shop.cache), "store", full)
    monkeypatch.setattr(page_ahead, "ROWS", PRODUCTS)  # the page alone is stored at the end
    with pytest.raises(OutOfMemoryError):
        work(shop)
    assert set(fields(shop)) == PAGE


def test_a_redis_that_is_away_for_a_moment_costs_nobody_the_report(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing depends on the page that goes ahead."""

    def away(*_: object, **__: object) -> bool:
        raise RedisConnectionError

    monkeypatch.setattr(type(shop.cache), "store_page", away)
    assert work(shop) is Outcome.COMPUTED
    assert set(fields(shop)) == WHOLE


def test_what_ended_a_computation_is_told_though_redis_is_away(
    shop: Shop, writing: Callable[[dict[int, During]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> bool:
        raise RedisConnectionError

    monkeypatch.setattr(type(shop.cache), "store_page", away)
    writing({3: never})
    with pytest.raises(NotInTimeError):
        work(shop)


@pytest.mark.usefixtures("large")
def test_the_next_computation_goes_on_with_the_csv(
    shop: Shop, writing: Callable[[dict[int, During]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    work(shop)
    whole = fields(shop)
    shop.cache.redis.delete(shop.key(REPORT).cached)
    writing({3: never})
    with pytest.raises(NotInTimeError):
        work(shop)
    page = fields(shop)
    writing({})
    monkeypatch.setattr(queries, "run", lambda *_: pytest.fail("the page is there"))
    asked = int(instants.now().timestamp() * 1000)
    assert work(shop, asked_at=asked) is Outcome.COMPUTED, "a page alone is not what was asked for"
    assert {name: fields(shop)[name] for name in PAGE} == page
    assert fields(shop)[b"csv"] == whole[b"csv"]
    assert work(shop, asked_at=asked) is Outcome.DONE_SINCE, "asked for while the CSV was away"


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("changed", ["data", "document"])
def test_a_page_that_is_of_no_use_is_computed_again(
    shop: Shop, writing: Callable[[dict[int, During]], None], changed: str
) -> None:
    writing({3: never})
    with pytest.raises(NotInTimeError):
        work(shop)
    before = fields(shop)
    if changed == "data":
        shop.load("o2")
    else:
        shop.cache.redis.hset(shop.key(REPORT).cached, "document", b"junk")
    writing({})
    assert work(shop) is Outcome.COMPUTED
    after = fields(shop)
    assert set(after) == WHOLE
    assert after[b"meta"] != before[b"meta"]
    assert unpack_document(after[b"document"]).data_version == int(after[b"version"])


def test_a_page_of_older_data_than_the_cached_report_is_dropped(shop: Shop) -> None:
    work(shop)
    old = fields(shop)
    version = shop.load("o2")
    work(shop)
    new = fields(shop)
    assert int(new[b"version"]) == version
    told = {name.decode(): value for name, value in old.items() if name in PAGE}
    document = unpack_document(old[b"document"])
    meta = shop.meta(REPORT)
    assert meta is not None
    page = page_ahead.Page(meta, document, told)
    for replace in (False, True):
        assert not shop.cache.store_page(shop.key(REPORT), page.fields, replace=replace)
    assert fields(shop) == new
