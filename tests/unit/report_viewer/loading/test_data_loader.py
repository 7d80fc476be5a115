"""What is asked in one turn of the event loop is one question to Redis."""

import asyncio
from collections.abc import Sequence

import pytest
from tests.support import wait
from tests.support.samples import Sample

from common.links.state import LinkState
from report_viewer.loading import data_loader
from report_viewer.loading.data_loader import MOST_BODIES, MOST_READS, DataLoader
from report_viewer.loading.redis_store import META, Snapshot, SnapshotQuery, key_of
from report_viewer.problems.errors import StoreUnavailableError

PAGE = ("meta", "document")


class Redis:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[SnapshotQuery]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.fails_with: Exception | None = None

    async def read_all(self, reads: Sequence[SnapshotQuery]) -> list[Snapshot]:
        self.batches.append(list(reads))
        await self.may_answer.wait()
        if self.fails_with is not None:
            raise self.fails_with
        return [
            Snapshot(
                LinkState.ACTIVE,
                failed=False,
                claims=each.claims,
                meta=each.claims.link_id.bytes,
            )
            for each in reads
        ]


async def settle() -> None:
    """Let every task go on until it waits for something: so many turns of the loop, and no time."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio


async def test_five_hundred_at_once_are_one_batch() -> None:
    redis = Redis()
    batcher = DataLoader(redis.read_all)
    claims = [Sample().claims for _ in range(500)]
    snapshots = await asyncio.gather(*(batcher.read(each, META) for each in claims))
    assert len(redis.batches) == 1
    assert [each.meta for each in snapshots] == [each.link_id.bytes for each in claims]


async def test_one_link_is_asked_for_once() -> None:
    redis = Redis()
    batcher = DataLoader(redis.read_all)
    claims = Sample().claims
    await asyncio.gather(*(batcher.read(claims, META) for _ in range(100)))
    assert redis.batches == [[SnapshotQuery(claims, META)]]


async def test_what_is_asked_meanwhile_is_the_next_batch_and_never_an_older_answer() -> None:
    redis = Redis()
    redis.may_answer.clear()
    batcher = DataLoader(redis.read_all)
    claims = Sample().claims
    first = asyncio.create_task(batcher.read(claims, META))
    await settle()
    later = [asyncio.create_task(batcher.read(claims, META)) for _ in range(50)]
    await settle()
    assert len(redis.batches) == 1
    redis.may_answer.set()
    await asyncio.gather(first, *later)
    assert [len(each) for each in redis.batches] == [1, 1]


async def test_a_batch_is_bounded() -> None:
    redis = Redis()
    batcher = DataLoader(redis.read_all)
    claims = [Sample().claims for _ in range(MOST_READS + 10)]
    await asyncio.gather(*(batcher.read(each, META) for each in claims))
    assert [len(each) for each in redis.batches] == [MOST_READS, 10]


async def test_few_bodies_go_in_a_batch_and_links_of_one_report_share_one() -> None:
    redis = Redis()
    batcher = DataLoader(redis.read_all)
    crowd = [Sample().claims for _ in range(100)]
    others = [Sample(tenant_id=1000 + n).claims for n in range(2 * MOST_BODIES)]
    reads = asyncio.gather(*(batcher.read(each, PAGE) for each in (*crowd, *others)))
    await reads
    for batch in redis.batches:
        assert len({key_of(each.claims).cached for each in batch}) <= MOST_BODIES
    assert len(redis.batches[0]) == 100 + MOST_BODIES - 1
    assert len(redis.batches) == 3


async def test_checks_do_not_wait_behind_bodies() -> None:
    redis = Redis()
    redis.may_answer.clear()
    batcher = DataLoader(redis.read_all)
    body = asyncio.create_task(batcher.read(Sample().claims, PAGE))
    await settle()
    redis.may_answer = asyncio.Event()
    redis.may_answer.set()
    await batcher.read(Sample().claims, META)
    assert not body.done()
    body.cancel()


async def test_a_failed_batch_fails_its_own_requests_only() -> None:
    redis = Redis()
    batcher = DataLoader(redis.read_all)
    redis.fails_with = StoreUnavailableError()
    failed = await asyncio.gather(
        *(batcher.read(Sample().claims, META) for _ in range(20)), return_exceptions=True
    )
    assert {type(each) for each in failed} == {StoreUnavailableError}
    assert len({id(each) for each in failed}) == 20
    redis.fails_with = None
    assert (await batcher.read(Sample().claims, META)).state is LinkState.ACTIVE


async def test_a_batch_that_hangs_ends_for_all_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, passed = asyncio.get_running_loop(), [0.0]
    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + passed[0])
    redis = Redis()
    redis.may_answer.clear()
    batcher = DataLoader(redis.read_all)
    first = asyncio.create_task(batcher.read(Sample().claims, META))
    await settle()
    behind = asyncio.create_task(batcher.read(Sample().claims, META))
    assert not first.done()
    passed[0] += data_loader.BATCH_SECONDS
    async with asyncio.timeout(wait.PATIENCE_SECONDS):
        told = await asyncio.gather(first, behind, return_exceptions=True)
    assert {type(each) for each in told} == {StoreUnavailableError}
    assert len(redis.batches) == 1
    redis.may_answer.set()
    await batcher.read(Sample().claims, META)


async def test_a_surprise_leaves_nobody_waiting(caplog: pytest.LogCaptureFixture) -> None:
    redis = Redis()
    redis.fails_with = ZeroDivisionError()
    batcher = DataLoader(redis.read_all)
    with pytest.raises(StoreUnavailableError):
        await batcher.read(Sample().claims, META)
    assert "could not be read" in caplog.text


async def test_who_gives_up_takes_nothing_from_the_others() -> None:
    redis = Redis()
    batcher = DataLoader(redis.read_all)
    claims = Sample().claims
    gone, stays = (asyncio.create_task(batcher.read(claims, META)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).state is LinkState.ACTIVE


async def test_a_question_of_nobody_is_not_asked() -> None:
    redis = Redis()
    batcher = DataLoader(redis.read_all)
    gone = asyncio.create_task(batcher.read(Sample().claims, META))
    await asyncio.sleep(0)
    gone.cancel()
    other = Sample().claims
    await batcher.read(other, META)
    assert [each.claims for batch in redis.batches for each in batch] == [other]
