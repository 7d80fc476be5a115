"""A report is computed once: leases, what a late job does, and what a killed worker leaves."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import Mock

import pytest
from msgspec.structs import replace
from redis import Redis
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from tests.integration.worker.conftest import Shop
from tests.support import wait

from common import instants
from common.jobs.payloads import ComputeReport
from common.jobs.publisher import CLAIM_SECONDS
from common.reports_cache.cache import ReportCache
from common.reports_cache.claims import CachePolicy, Claims
from common.reports_cache.report_fields import Meta
from worker.reports import compute as computing
from worker.reports import lease as leasing
from worker.reports import single_flight
from worker.reports.lease import Leases
from worker.reports.single_flight import Outcome, compute_once


def milliseconds() -> int:
    return int(instants.now().timestamp() * 1000)


@pytest.fixture
def leases(redis_client: Redis) -> Leases:
    return Leases(redis_client)


def test_many_workers_compute_once(
    shop: Shop, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The computation goes on when all others have been told that it is under way."""
    shop.load()
    jobs = [shop.job(asked_at=milliseconds()) for _ in range(20)]
    counted: list[ComputeReport] = []
    refused = threading.Semaphore(0)

    def compute(engine: Engine, cache: ReportCache, job: ComputeReport, **given: Any) -> Meta:
        counted.append(job)
        for _ in range(len(jobs) - 1):
            assert refused.acquire(timeout=wait.PATIENCE_SECONDS)
        return computing.compute(engine, cache, job, **given)

    def work(job: ComputeReport) -> Outcome:
        outcome = compute_once(shop.engine, shop.cache, leases, job)
        if outcome is Outcome.UNDER_WAY:
            refused.release()
        return outcome

    with monkeypatch.context() as patched, ThreadPoolExecutor(len(jobs)) as pool:
        patched.setattr(single_flight, "compute", compute)
        outcomes = list(pool.map(work, jobs))
    assert len(counted) == 1
    assert outcomes.count(Outcome.COMPUTED) == 1
    assert set(outcomes) == {Outcome.COMPUTED, Outcome.UNDER_WAY}
    assert compute_once(shop.engine, shop.cache, leases, jobs[0]) is Outcome.DONE_SINCE
    assert not shop.cache.redis.exists(shop.key().computing), "the lease ended"


def test_what_was_asked_after_it_was_computed_is_computed_again(shop: Shop, leases: Leases) -> None:
    shop.load()
    for _ in range(2):
        job = shop.job(asked_at=milliseconds())
        assert compute_once(shop.engine, shop.cache, leases, job) is Outcome.COMPUTED
        done = milliseconds()
        wait.until(lambda done=done: milliseconds() > done, "the next millisecond")  # type: ignore[misc]
    assert compute_once(shop.engine, shop.cache, leases, shop.job()) is Outcome.COMPUTED, (
        "no time given"
    )


def test_data_that_moved_on_is_reason_enough(shop: Shop, leases: Leases) -> None:
    shop.load("o1")
    job = shop.job(asked_at=milliseconds())
    assert compute_once(shop.engine, shop.cache, leases, job) is Outcome.COMPUTED
    version = shop.load("o2")
    assert compute_once(shop.engine, shop.cache, leases, job) is Outcome.DONE_SINCE, "nobody told"
    shop.cache.announce_data(shop.tenant_id, version)
    assert compute_once(shop.engine, shop.cache, leases, job) is Outcome.COMPUTED
    meta = shop.meta()
    assert meta is not None
    assert meta.data_version == version


def test_a_computation_tells_the_version_it_read(shop: Shop, leases: Leases) -> None:
    version = shop.load()
    compute_once(shop.engine, shop.cache, leases, shop.job())
    assert shop.cache.redis.get(f"{{{shop.tenant_id}}}:data") == str(version).encode()


class ByHand(threading.Event):
    """An event whose waiting takes until the test says that its time is over."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float | None] = []
        self._over = threading.Semaphore(0)

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout)
        self._over.acquire()
        return self.is_set()

    def let_pass(self) -> None:
        """The time that is waited for is over."""
        self._over.release()

    def set(self) -> None:
        super().set()
        self._over.release()


def test_a_lease_is_renewed_while_its_holder_lives(
    shop: Shop, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, name = ByHand(), shop.key().computing
    monkeypatch.setattr(leasing, "Event", lambda: clock)
    leases = Leases(redis_client, seconds=1000)
    with leases.hold(shop.key()) as lease:
        assert lease is not None
        for round_number in range(1, 4):
            wait.until(lambda n=round_number: len(clock.asked) == n, "the next wait")  # type: ignore[misc]
            redis_client.pexpire(name, 600_000)
            clock.let_pass()
            wait.until(lambda: redis_client.pttl(name) > 600_000, "a renewal")
            with leases.hold(shop.key()) as other:
                assert other is None
    assert set(clock.asked) == {250}, "a few renewals may fail before it lapses"
    with leases.hold(shop.key()) as other:
        assert other is not None


def test_a_lease_without_renewal_lapses_and_is_not_taken_back(
    shop: Shop, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leasing, "Thread", Mock())  # what renews it never runs
    leases = Leases(redis_client, seconds=0.05)
    with leases.hold(shop.key()) as lost:
        assert lost is not None
        wait.until(lambda: not redis_client.exists(shop.key().computing), "its lapse")
        with Leases(redis_client, seconds=60).hold(shop.key()) as other:
            assert other is not None
            shop.load()
            computing.compute(shop.engine, shop.cache, shop.job(), lease=lost.token)
            assert redis_client.get(shop.key().computing) == other.token.encode()


def test_a_worker_that_ends_gives_the_lease_back_and_nothing_failed(
    shop: Shop, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing, "read", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        compute_once(shop.engine, shop.cache, leases, shop.job())
    assert not shop.cache.redis.exists(shop.key().computing, shop.key().failed)


def test_each_failure_in_a_row_keeps_askers_off_for_longer(
    shop: Shop, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis, key = shop.cache.redis, shop.key()

    def gone(*_: object) -> None:
        raise OperationalError("", {}, ConnectionError())

    with monkeypatch.context() as patched:
        patched.setattr(computing, "read", gone)
        waits = []
        for _ in range(4):
            with pytest.raises(OperationalError):
                compute_once(shop.engine, shop.cache, leases, shop.job())
            waits.append(redis.ttl(key.failed))
            assert Claims(redis).claim(key, seconds=1, enough=CachePolicy.NOTHING) is None
            assert not redis.exists(key.computing)
    assert waits == pytest.approx([15, 30, 60, 60], abs=1)
    shop.load()
    assert compute_once(shop.engine, shop.cache, leases, shop.job()) is Outcome.COMPUTED
    assert not redis.exists(key.failed, key.failures)


def test_older_data_never_replaces_newer(shop: Shop) -> None:
    fields: dict[int, dict[str, bytes]] = {}
    for version in (9, 10):
        fields[version] = {"meta": b"%d" % version, "version": b"%d" % version}
    key, redis = shop.key(), shop.cache.redis
    assert shop.cache.store(key, fields[10])
    assert not shop.cache.store(key, fields[9])
    assert redis.hget(key.cached, "meta") == b"10"
    assert shop.cache.store(key, fields[10] | {"meta": b"again"}), "the same data, read later"
    assert redis.get(f"{{{shop.tenant_id}}}:data") == b"10"


def test_who_waits_is_told_of_a_store_that_was_dropped(shop: Shop) -> None:
    key = shop.key()
    newer = {"meta": b"", "version": b"2"}
    shop.cache.store(key, newer)
    with shop.cache.redis.pubsub(ignore_subscribe_messages=True) as channel:
        channel.subscribe("analytics:done")
        channel.get_message(timeout=1)
        shop.cache.redis.set(key.requested, "x")
        shop.cache.store(key, newer | {"version": b"1"})
        told = None
        while told != key.cached.encode():  # channels are shared with other tests' databases
            message = channel.get_message(timeout=5)
            assert message is not None
            told = message["data"]
    assert not shop.cache.redis.exists(key.requested)


def test_one_asker_gets_through_and_a_lease_takes_over(shop: Shop, leases: Leases) -> None:
    claims, key = Claims(shop.cache.redis), shop.key()
    first = claims.claim(key, seconds=CLAIM_SECONDS, enough=CachePolicy.ANY)
    assert first is not None
    assert claims.claim(key, seconds=CLAIM_SECONDS, enough=CachePolicy.ANY) is None
    with leases.hold(key) as lease:
        assert lease is not None
        assert not shop.cache.redis.exists(key.requested), "from here on the lease says it"
        assert claims.claim(key, seconds=CLAIM_SECONDS, enough=CachePolicy.NOTHING) is None
    again = claims.claim(key, seconds=CLAIM_SECONDS, enough=CachePolicy.ANY)
    assert again is not None
    claims.release(key, first)
    assert shop.cache.redis.get(key.requested) == again.encode(), "another's claim stands"
    claims.release(key, again)
    assert not shop.cache.redis.exists(key.requested)


def test_what_is_enough(shop: Shop) -> None:
    claims, key = Claims(shop.cache.redis), shop.key()

    def asked(enough: CachePolicy, lasting_seconds: int = 0) -> bool:
        claim = claims.claim(key, seconds=5, enough=enough, lasting_seconds=lasting_seconds)
        if claim is not None:
            claims.release(key, claim)
        return claim is not None

    assert all(asked(each) for each in CachePolicy)
    shop.cache.store(key, {"meta": b"", "version": b"3"})
    assert [asked(each) for each in CachePolicy] == [True, True, True, False], "its CSV is missing"
    shop.cache.store(key, {"meta": b"", "csv": b"", "version": b"3"})
    assert [asked(each) for each in CachePolicy] == [True, False, False, False]
    assert asked(CachePolicy.FRESH, lasting_seconds=1001), "about to lapse"
    shop.cache.announce_data(shop.tenant_id, 4)
    assert [asked(each) for each in CachePolicy] == [True, False, True, False]


def test_a_payload_says_when_and_for_whom(shop: Shop) -> None:
    job = shop.job(asked_at=17, ahead=True)
    assert ComputeReport.parse(job.payload()) == job
    before = {k: v for k, v in job.payload().items() if k not in {"asked_at", "ahead"}}
    assert ComputeReport.parse(before) == replace(job, asked_at=None, ahead=False)
