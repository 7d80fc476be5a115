"""A revocation holds whatever becomes of the servers: the cases of docs/decisions/0012."""

import asyncio
import base64
import json
import shutil
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from redis import Redis, RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from tests.integration.report_viewer.conftest import Run
from tests.support import wait
from tests.support.samples import NOW, Sample

from accounts.provisioning import create_tenant
from common.db.audit import COMMAND_LINE
from common.db.engine import create_service_engine
from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.jobs.celery_config import LINK_QUEUE
from common.jobs.payloads import RestoreLink
from common.links.state import LinkStateStore, state_key
from common.reports_cache.cache import ReportCache
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import reserved_port
from sharing.revoking import Revocation, RevocationUnavailableError, revoke
from worker.links import restore, revocation_sweep
from worker.operations.shared_state import SWEPT

pytestmark = pytest.mark.anyio

SHUT_SECONDS = 1.0
PASSWORD = "of-this-test"


class Workers(threading.Thread):
    """Looks links up in the ledger, as workers do; goes on through every loss of a server."""

    def __init__(self, redis: Redis, engine: Engine) -> None:
        super().__init__(daemon=True)
        self.redis, self.engine = redis, engine
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                found = self.redis.brpop([LINK_QUEUE], timeout=0.1)
                if found is not None:
                    self._restore(found[1])
            except (RedisError, OSError, DBAPIError):
                self._ended.wait(0.02)

    def _restore(self, message: bytes | str) -> None:
        body = base64.b64decode(json.loads(message)["body"])
        job = RestoreLink.parse(json.loads(body)[1])
        cache = ReportCache(self.redis, keep_seconds=600)
        restore.restore_link(self.engine, LinkStateStore(self.redis), cache, job)

    def stop(self) -> None:
        self._ended.set()
        self.join(wait.PATIENCE_SECONDS)
        assert not self.is_alive()


@dataclass
class World:
    """Redis and PostgreSQL with a shop's two links: one to be revoked, and one that stays."""

    server: EmbeddedValkey
    redis: Redis
    engine: Engine
    link: Sample
    kept: Sample
    share_ids: dict[Sample, object]

    @property
    def key(self) -> str:
        return state_key(self.link.tenant_id, self.link.link_id)

    @property
    def state(self) -> bytes:
        """What Redis holds of the link that is to be revoked."""
        state = self.redis.get(self.key)
        assert isinstance(state, bytes)
        return state

    def enter(self, sample: Sample) -> None:
        """Write a link into the ledger and let it open."""
        share = Share(
            tenant_id=sample.tenant_id,
            id=uuid4(),
            link_id=sample.link_id,
            report=sample.report,
            period="30d",
            window_from=sample.window.start,
            window_to=sample.window.end,
            key_id="k",
            issued_at=NOW,
            expires_at=sample.expires_at,
        )
        self.share_ids[sample] = share.id
        with transaction(self.engine, Access(tenant_id=sample.tenant_id)) as session:
            session.add(share)
        self.fill(sample)

    def fill(self, *samples: Sample) -> None:
        """Let links open, and have their reports cached."""
        for each in samples or (self.link, self.kept):
            each.activate(self.redis)
            each.store(self.redis)

    def cache(self) -> None:
        """Have the reports cached, and say nothing of the links."""
        for each in (self.link, self.kept):
            each.store(self.redis)

    def revoke(self, states: LinkStateStore | None = None) -> None:
        revocation = Revocation(self.link.tenant_id, COMMAND_LINE, datetime.now(UTC))
        share_id = self.share_ids[self.link]
        revoke(revocation, share_id, self.engine, states or LinkStateStore(self.redis))  # type: ignore[arg-type]

    def sweep(self) -> int:
        return revocation_sweep.sweep_revocations(self.engine, self.redis, now=datetime.now(UTC))


@pytest.fixture
def world(service_engine: Engine, tmp_path: Path) -> Iterator[World]:
    tenant_id = create_tenant(
        service_engine, slug="berlin", name="Berlin", currency="EUR", timezone="Europe/Berlin"
    )
    server = EmbeddedValkey(tmp_path / "valkey", password=PASSWORD, port=reserved_port())
    with server, Redis.from_url(server.url, socket_timeout=5) as redis:
        made = World(
            server,
            redis,
            service_engine,
            Sample(tenant_id=tenant_id),
            Sample("sales-velocity", tenant_id=tenant_id),
            {},
        )
        made.enter(made.link)
        made.enter(made.kept)
        yield made


@asynccontextmanager
async def viewers(
    run: Run, world: World, **settings: object
) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Two viewers, as they run: what Redis said is believed for a moment."""
    given = {
        "REDIS_URL": world.server.url,
        "REPORT_VIEWER_LOCAL_SECONDS": 0.8,
        "REPORT_VIEWER_WAIT_SECONDS": 10,
        **settings,
    }
    async with run(**given) as one, run(**given) as other:
        yield one, other


@asynccontextmanager
async def workers(world: World, engine: Engine | None = None) -> AsyncIterator[None]:
    with Redis.from_url(world.server.url, socket_timeout=5) as redis:
        running = Workers(redis, engine or world.engine)
        running.start()
        try:
            yield
        finally:
            await asyncio.to_thread(running.stop)


async def statuses(sample: Sample, clients: tuple[httpx.AsyncClient, ...]) -> set[int]:
    """What page and CSV of a link are answered with, everywhere."""
    asked = [client.get(path) for client in clients for path in (sample.path, f"{sample.path}/csv")]
    return {each.status_code for each in await asyncio.gather(*asked)}


async def shut(sample: Sample, clients: tuple[httpx.AsyncClient, ...], since: float) -> None:
    """A second after ``since`` the link opens nowhere."""
    await asyncio.sleep(max(0, since + SHUT_SECONDS - time.monotonic()))
    assert await statuses(sample, clients) == {403}


async def test_a_hot_link_is_shut_within_a_second(run: Run, world: World) -> None:
    async with viewers(run, world) as clients:
        for _ in range(3):
            assert await statuses(world.link, clients) == {200}
        await asyncio.to_thread(world.revoke)
        await shut(world.link, clients, time.monotonic())
        assert await statuses(world.kept, clients) == {200}


async def test_a_full_redis_shuts_a_link_all_the_same(run: Run, world: World) -> None:
    """It refuses to write that a link is revoked, and forgets that it is active."""
    async with viewers(run, world, REPORT_VIEWER_WAIT_SECONDS=0.2) as clients, workers(world):
        assert await statuses(world.link, clients) == {200}
        await asyncio.to_thread(world.redis.config_set, "maxmemory", 1)
        await asyncio.to_thread(world.revoke)
        since = time.monotonic()
        await asyncio.sleep(max(0, since + SHUT_SECONDS - time.monotonic()))
        assert await statuses(world.link, clients) == {503}
        assert await statuses(world.kept, clients) == {200}
        assert await asyncio.to_thread(world.sweep) == 1, "and says so until it is written"
        await asyncio.to_thread(world.redis.config_set, "maxmemory", 0)
        await asyncio.to_thread(world.sweep)
        assert world.state == b"revoked"
        await shut(world.link, clients, time.monotonic())


@pytest.mark.parametrize("how", ["flushed", "restarted empty"])
async def test_an_emptied_redis_revives_no_link(run: Run, world: World, how: str) -> None:
    await asyncio.to_thread(world.revoke)
    async with viewers(run, world) as clients, workers(world):
        assert await statuses(world.link, clients) == {403}
        if how == "flushed":
            await asyncio.to_thread(world.redis.flushall)
        else:
            restart(world.server, empty=True)
        await asyncio.to_thread(world.cache)
        assert await statuses(world.link, clients) == {403}
        assert await statuses(world.kept, clients) == {200}


async def test_an_emptied_redis_without_postgresql_opens_nothing(run: Run, world: World) -> None:
    dead = create_service_engine(
        "postgresql://nobody:nothing@127.0.0.1:1/none", application_name="tests"
    )
    await asyncio.to_thread(world.revoke)
    await asyncio.to_thread(world.redis.flushall)
    await asyncio.to_thread(world.cache)
    async with (
        viewers(run, world, REPORT_VIEWER_WAIT_SECONDS=0.3) as clients,
        workers(world, dead),
    ):
        assert await statuses(world.link, clients) == {503}
        assert await statuses(world.kept, clients) == {503}
    dead.dispose()


async def test_without_postgresql_a_revoked_link_stays_shut(run: Run, world: World) -> None:
    """The viewer knows no PostgreSQL: what Redis says is all it takes."""
    await asyncio.to_thread(world.revoke)
    async with viewers(run, world) as clients:
        assert await statuses(world.link, clients) == {403}
        assert await statuses(world.kept, clients) == {200}


async def test_redis_down_at_the_revocation(run: Run, world: World) -> None:
    """The ledger says so; when Redis is back with what it knew, the link does not open."""
    async with viewers(run, world) as clients, workers(world):
        assert await statuses(world.link, clients) == {200}
        world.server.stop()
        with pytest.raises(RevocationUnavailableError):
            await asyncio.to_thread(world.revoke)
        await asyncio.sleep(SHUT_SECONDS)
        assert await statuses(world.link, clients) == {503}
        world.server.start()
        assert await statuses(world.link, clients) == {403}
        assert await statuses(world.kept, clients) == {200}


async def test_redis_out_of_reach_for_the_revocation_alone(run: Run, world: World) -> None:
    async with viewers(run, world) as clients, workers(world):
        with (
            Redis.from_url(f"redis://127.0.0.1:{reserved_port()}") as unreachable,
            pytest.raises(RevocationUnavailableError),
        ):
            await asyncio.to_thread(world.revoke, LinkStateStore(unreachable))
        assert await statuses(world.link, clients) == {200}, "as the caller was told"
        assert await asyncio.to_thread(world.sweep) == 1
        await shut(world.link, clients, time.monotonic())
        assert await asyncio.to_thread(world.sweep) == 0


async def test_redis_back_from_an_old_append_only_file(
    run: Run, world: World, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    world.server.stop()
    await asyncio.to_thread(shutil.copytree, tmp_path / "valkey", old, symlinks=True)
    world.server.start()
    await asyncio.to_thread(world.fill)
    async with viewers(run, world) as clients, workers(world):
        assert await statuses(world.link, clients) == {200}
        await asyncio.to_thread(world.revoke)
        world.server.stop()
        await asyncio.to_thread(put_back, old, tmp_path / "valkey")
        world.server.start()
        assert world.state.startswith(b"active:")
        await asyncio.to_thread(world.cache)
        assert await statuses(world.link, clients) == {403}
        assert await statuses(world.kept, clients) == {200}


async def test_a_replica_that_missed_the_revocation_takes_over(
    run: Run, world: World, tmp_path: Path
) -> None:
    with (
        EmbeddedValkey(tmp_path / "replica", password=PASSWORD) as replica,
        Redis.from_url(replica.url) as follower,
    ):
        port = world.redis.connection_pool.connection_kwargs["port"]
        follower.config_set("masterauth", PASSWORD)
        follower.replicaof("127.0.0.1", port)
        await wait.until_async(lambda: follower.exists(world.key), "the copy")
        follower.replicaof("NO", "ONE")
        await asyncio.to_thread(world.revoke)
        behind = replace(world, server=replica, redis=follower)
        assert behind.state.startswith(b"active:")
        async with viewers(run, behind) as clients, workers(behind):
            assert await statuses(world.link, clients) == {403}
            assert await statuses(world.kept, clients) == {200}


async def test_a_redis_that_goes_back_in_one_run_is_swept(run: Run, world: World) -> None:
    """As a replica that loads its master's older data anew: no run of it ends."""
    before = world.state
    await asyncio.to_thread(world.revoke)
    assert await asyncio.to_thread(world.sweep) == 0
    async with viewers(run, world) as clients:
        await asyncio.to_thread(world.redis.set, world.key, before)
        assert await asyncio.to_thread(world.sweep) == 1
        await shut(world.link, clients, time.monotonic())


async def test_a_look_up_from_before_the_revocation_is_void_after_a_restart(
    run: Run, world: World
) -> None:
    """A worker read "active", the link was revoked, Redis lost that, the worker writes."""
    states = LinkStateStore(world.redis)
    looked_up_in = await asyncio.to_thread(states.epoch, world.link.tenant_id)
    await asyncio.to_thread(world.revoke)
    restart(world.server, empty=True)
    await asyncio.to_thread(world.cache)
    await asyncio.to_thread(states.activate, world.link.ref, epoch=looked_up_in)
    async with viewers(run, world) as clients, workers(world):
        assert await statuses(world.link, clients) == {403}


def test_in_a_new_run_every_revocation_is_looked_at_once(world: World) -> None:
    world.revoke()
    assert world.sweep() == 0
    long_since = datetime.now(UTC) + timedelta(hours=5)
    world.redis.delete(world.key)
    assert revocation_sweep.sweep_revocations(world.engine, world.redis, now=long_since) == 1, (
        "within the overlap"
    )
    world.redis.delete(world.key)
    assert revocation_sweep.sweep_revocations(world.engine, world.redis, now=long_since) == 0, (
        "of this run, and old"
    )
    restart(world.server, empty=False)
    assert revocation_sweep.sweep_revocations(world.engine, world.redis, now=long_since) == 1
    for damaged in (b"", b"nonsense", b"a b c", b"\xff", b"x 1e999"):
        world.redis.delete(world.key)
        world.redis.set(SWEPT, damaged)
        assert revocation_sweep.sweep_revocations(world.engine, world.redis, now=long_since) == 1


def test_a_link_whose_time_is_over_is_not_swept(world: World) -> None:
    world.revoke()
    world.redis.flushall()
    later = world.link.expires_at + timedelta(seconds=1)
    assert revocation_sweep.sweep_revocations(world.engine, world.redis, now=later) == 0


def restart(server: EmbeddedValkey, *, empty: bool) -> None:
    if empty:
        with Redis.from_url(server.url) as redis:
            redis.flushall()
    server.stop()
    server.start()


def put_back(old: Path, place: Path) -> None:
    shutil.rmtree(place / "appendonlydir", ignore_errors=True)
    shutil.copytree(old, place, dirs_exist_ok=True, symlinks=True)
