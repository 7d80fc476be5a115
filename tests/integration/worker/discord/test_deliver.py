"""A worker and Discord: what is put there, what comes later, what is dropped and not said."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs
from redis import Redis
from sqlalchemy import delete, select
from tests.integration.worker.conftest import Shop, window
from tests.support import wait
from tests.support.discord_server import (
    APPLICATION_ID,
    DiscordStandin,
    Edit,
    Mood,
    limited,
    new_guild,
)
from tests.support.lock_waits import somebody_waits

from common import instants
from common.db.discord import DiscordConnection
from common.db.shares import SharingStop
from common.db.tenancy import Access, transaction
from common.infra.telemetry import JsonFormatter
from common.jobs.celery_config import VISIBILITY_TIMEOUT_SECONDS, create_celery
from common.jobs.discord_promises import Promise, PromiseStore
from common.jobs.payloads import AnswerDiscord, Job
from common.jobs.publisher import JobPublisher
from common.reports_cache.cache import ReportCache
from worker.discord import client, deliver
from worker.discord.deliver import (
    MOST_WAIT_SECONDS,
    DeliveryContext,
    create_delivery_context,
    deliver_report,
)
from worker.discord.rate_limit import DiscordRateLimit

TOKEN = "aW50ZXJhY3Rpb246" + "x" * 100
LINK = "https://app.example.com/api/reports/payload-of-this-test.signature-of-this-test"


class Later(JobPublisher):
    """Jobs that stay here, with the time after which they are to run."""

    def __init__(self, cache: ReportCache) -> None:
        super().__init__(create_celery("redis://127.0.0.1:1"), cache)
        self.published: list[tuple[AnswerDiscord, float]] = []

    def publish(self, job: Job, *, after_seconds: float | None = None) -> None:
        assert isinstance(job, AnswerDiscord)
        assert after_seconds is not None
        assert 0 < after_seconds <= MOST_WAIT_SECONDS < VISIBILITY_TIMEOUT_SECONDS
        self.published.append((job, after_seconds))

    def only(self) -> tuple[AnswerDiscord, float]:
        """The only job that is to run later."""
        (published,) = self.published
        self.published.clear()
        return published


@dataclass
class World:
    """A shop with a guild that asked for a report."""

    shop: Shop
    discord: DiscordStandin
    using: DeliveryContext
    later: Later
    job: AnswerDiscord
    redis: Redis
    token: str = TOKEN
    logged: list[logging.LogRecord] = field(default_factory=list)

    def run(self, job: AnswerDiscord | None = None, *, now: datetime | None = None) -> None:
        deliver_report(job or self.job, self.using, now=now or instants.now())

    def over_and_over(self) -> None:
        """As a worker does, without waiting: until nothing is left to do."""
        job, now = self.job, instants.now()
        for _ in range(100):
            self.run(job, now=now)
            if not self.later.published:
                return
            job, seconds = self.later.only()
            now += timedelta(seconds=seconds)
            self.redis.delete("discord:pause")
        pytest.fail("it never ends")

    @property
    def edits(self) -> list[Edit]:
        return self.discord.edits.get(self.token, [])

    def promise(self) -> Promise | None:
        return PromiseStore(self.redis).get(self.job)

    def log(self) -> str:
        """Everything that was logged, as a service writes it."""
        formatter = JsonFormatter("worker")
        return "\n".join(formatter.format(each) for each in self.logged)


@pytest.fixture
def discord() -> Iterator[DiscordStandin]:
    with DiscordStandin().running() as standin:
        yield standin


@pytest.fixture
def world(
    shop: Shop, discord: DiscordStandin, cache: ReportCache, redis_client: Redis
) -> Iterator[World]:
    shop.load()
    later = Later(cache)
    using = create_delivery_context(
        shop.engine, redis_client, cache, later, api_base=discord.api_base
    )
    now = instants.now()
    guild = new_guild()
    row = DiscordConnection(
        guild_id=guild, tenant_id=shop.tenant_id, connected_at=now, connected_by=1
    )
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        session.add(row)
    by = int((now + timedelta(minutes=14)).timestamp())
    job = AnswerDiscord(shop.tenant_id, guild, 77, "revenue-overview", window(), answer_by=by)
    promise = Promise(APPLICATION_ID, TOKEN, LINK, datetime(2026, 11, 30, 12, tzinfo=UTC))
    PromiseStore(redis_client).put(job, promise)
    discord.promised(TOKEN)
    world = World(shop, discord, using, later, job, redis_client)
    handler = _Keeping(world.logged)
    root = logging.getLogger()
    before, root.level = root.level, logging.DEBUG
    root.addHandler(handler)
    yield world
    root.removeHandler(handler)
    root.setLevel(before)
    assert TOKEN not in world.log()
    assert LINK.rsplit("/", 1)[1] not in world.log()


class _Keeping(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


def test_a_report_nobody_computed_is_computed_and_delivered(world: World) -> None:
    world.run()
    (edit,) = world.edits
    net = next(each for each in edit.embed["fields"] if each["name"] == "Net sales")
    assert "EUR\u00a010.00" in net["value"]
    assert edit.embed["url"] == LINK
    assert f"<t:{int(datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp())}:f>" in str(edit.embed)
    assert list(edit.files) == ["files[0]:report.png"]
    assert world.promise() is None, "a token that is of no more use is kept nowhere"
    assert world.shop.meta() is not None


def test_a_cached_report_is_taken_and_one_of_old_data_is_not(world: World) -> None:
    world.run()
    first = world.shop.meta()
    again(world)
    assert world.shop.meta() == first
    world.using.cache.announce_data(world.shop.tenant_id, world.shop.load("o2"))
    again(world)
    shown = [each["value"] for each in world.edits[-1].embed["fields"]]
    assert any("EUR\u00a020.00" in value for value in shown)


def again(world: World) -> None:
    """As if the report were asked for again."""
    promise = Promise(APPLICATION_ID, TOKEN, LINK, datetime(2026, 11, 30, 12, tzinfo=UTC))
    PromiseStore(world.redis).put(world.job, promise)
    world.run()


def test_a_job_that_runs_twice_puts_the_same_answer_in_the_same_place(world: World) -> None:
    promise = world.promise()
    assert promise is not None
    world.run()
    PromiseStore(world.redis).put(world.job, promise)  # killed before it could forget
    world.run()
    one, other = world.edits
    assert one.message == other.message
    world.run()
    assert len(world.edits) == 2, "there is nothing left to do"


def test_while_another_worker_computes_the_job_comes_later(world: World) -> None:
    with world.using.leases.hold(world.job.computation.key):
        world.run()
    job, seconds = world.later.only()
    assert (job, world.edits) == (world.job, [])
    assert seconds <= 1


def test_a_limit_is_kept_to_also_when_it_is_long(world: World) -> None:
    world.discord.moods.append(limited(200.0))
    now = instants.now()
    world.run(now=now)
    job, seconds = world.later.only()
    assert seconds == MOST_WAIT_SECONDS
    assert job.not_before >= now.timestamp() + 200
    world.run(job, now=now + timedelta(seconds=60))
    job, _ = world.later.only()
    assert len(world.discord.attempts) == 1, "not before Discord wants it"
    world.run(job, now=now + timedelta(seconds=203))
    assert len(world.edits) == 1


def test_a_limit_for_all_holds_everybody(world: World) -> None:
    world.discord.moods.append(limited(50.0, everybody=True))
    world.run()
    world.later.only()
    other = structs.replace(world.job, interaction_id=78)
    PromiseStore(world.redis).put(other, world.promise() or pytest.fail("gone"))
    before = DiscordRateLimit(world.redis).pause_left()
    world.run(other)
    job, seconds = world.later.only()
    assert job == other
    after = DiscordRateLimit(world.redis).pause_left()
    assert 0 <= after <= seconds <= before + 0.5 <= 52, "until then, by Redis' own clock"
    assert len(world.discord.attempts) == 1


@pytest.mark.parametrize(
    "mood",
    [
        Mood(500),
        Mood(503),
        Mood(429),
        Mood(429, {"retry_after": "soon"}),
        Mood(429, {"retry_after": -5}, {"Retry-After": "Mon"}),
        Mood(429, {"retry_after": float("inf")}),
        Mood(404, {"code": 10015}),
    ],
)
def test_what_may_pass_is_tried_again(world: World, mood: Mood) -> None:
    world.discord.moods += [mood, mood]
    world.over_and_over()
    assert len(world.discord.attempts) == 3
    assert len(world.edits) == 1


def test_what_does_not_pass_is_dropped_when_the_time_is_over(world: World) -> None:
    world.discord.moods += [Mood(502)] * 100
    world.over_and_over()
    assert world.edits == []
    assert 10 < len(world.discord.attempts) < 30
    assert world.log().count("answer to Discord dropped") == 1


@pytest.mark.parametrize("status", [400, 401, 403, 405, 413])
def test_what_discord_never_takes_is_dropped_at_once(world: World, status: int) -> None:
    world.discord.moods.append(Mood(status, {"message": "no"}))
    world.run()
    assert world.later.published == []
    assert world.promise() is None
    assert f"answer to Discord dropped: {status}" in world.log()


def test_what_discord_does_not_know_is_dropped_after_a_while(world: World) -> None:
    world.discord.moods += [Mood(404)] * 20
    world.over_and_over()
    assert len(world.discord.attempts) == deliver.NOT_YET_ATTEMPTS + 1
    assert "answer to Discord dropped: 404" in world.log()


def test_too_late_nothing_is_sent(world: World) -> None:
    world.run(now=datetime.fromtimestamp(world.job.answer_by, UTC))
    assert world.discord.attempts == []
    assert "its time is over" in world.log()


def test_without_a_promise_nothing_is_sent(world: World) -> None:
    PromiseStore(world.redis).delete(world.job)
    world.run()
    assert (world.discord.attempts, world.later.published) == ([], [])


def test_a_silent_discord_costs_a_bounded_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ATTEMPT_SECONDS", 0.3)
    pauses: list[float] = []
    monkeypatch.setattr(DiscordRateLimit, "pause", lambda _, seconds: pauses.append(seconds))
    world.discord.moods.append(Mood(200, seconds=3))
    world.run()
    job, seconds = world.later.only()
    assert job.attempt == 1
    (paused,) = pauses
    assert paused > 5, "nobody else finds out as slowly"
    assert seconds >= 2


def test_a_discord_that_is_not_there_is_tried_again(world: World) -> None:
    using = replace(world.using, api_base="http://127.0.0.1:1/api/v10")
    deliver_report(world.job, using, now=instants.now())
    assert world.later.only()[0].attempt == 1


def test_one_at_a_time_speaks_to_discord(world: World) -> None:
    with DiscordRateLimit(world.redis).acquire() as ours:
        assert ours
        world.run()
        assert world.discord.attempts == []
        assert world.later.only()[0] == world.job
    world.run()
    assert len(world.edits) == 1


def test_a_turn_that_was_lost_is_not_taken_from_the_next(world: World) -> None:
    rate_limit = DiscordRateLimit(world.redis)
    with rate_limit.acquire():
        world.redis.delete("discord:turn")
        with rate_limit.acquire() as next_one:
            assert next_one
        with rate_limit.acquire():
            pass
        world.redis.set("discord:turn", "somebody")
    assert world.redis.get("discord:turn") == b"somebody"


def disconnect(world: World) -> None:
    access = Access(tenant_id=world.shop.tenant_id)
    with transaction(world.shop.engine, access) as session:
        session.execute(
            delete(DiscordConnection).where(DiscordConnection.guild_id == world.job.guild_id)
        )


def test_a_guild_that_was_disconnected_gets_no_figures(world: World) -> None:
    disconnect(world)
    world.run()
    (edit,) = world.edits
    assert edit.message["embeds"] == []
    assert edit.files == {}
    assert LINK not in str(edit.message)
    assert edit.message["content"] == deliver.NOT_SHARED


def test_a_shop_that_turned_sharing_off_meanwhile_shows_no_figures(world: World) -> None:
    access = Access(tenant_id=world.shop.tenant_id)
    with transaction(world.shop.engine, access) as session:
        session.add(SharingStop(tenant_id=world.shop.tenant_id, since=instants.now()))
    world.run()
    assert world.edits[0].message["content"] == deliver.NOT_SHARED


def test_a_disconnection_waits_for_what_is_being_sent(world: World) -> None:
    met, go = threading.Event(), threading.Event()
    was_there: list[bool] = []
    original = world.discord.edit

    def slow(*given: Any) -> Mood:
        met.set()
        assert go.wait(wait.PATIENCE_SECONDS)
        return original(*given)

    world.discord.edit = slow  # type: ignore[method-assign, assignment]

    def leave() -> None:
        disconnect(world)
        was_there.append(True)

    sending = threading.Thread(target=world.run)
    sending.start()
    assert met.wait(wait.PATIENCE_SECONDS)
    leaving = threading.Thread(target=leave)
    leaving.start()
    wait.until(lambda: somebody_waits(world.shop.engine))
    assert not was_there
    go.set()
    sending.join(wait.PATIENCE_SECONDS)
    leaving.join(wait.PATIENCE_SECONDS)
    assert was_there
    assert len(world.edits) == 1


def test_a_report_that_cannot_be_computed_ends_in_words(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("an inner secret")

    monkeypatch.setattr("worker.reports.single_flight.compute", fail)
    world.over_and_over()
    (edit,) = world.edits
    assert "could not be computed" in edit.message["content"]
    assert edit.message["embeds"] == []
    assert "inner secret" not in str(edit.message)


def test_without_redis_the_job_comes_later(world: World) -> None:
    dead = Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=1)
    using = replace(world.using, promises=PromiseStore(dead), rate_limit=DiscordRateLimit(dead))
    deliver_report(world.job, using, now=instants.now())
    assert world.later.only()[0].attempt == 1


def test_a_tenant_that_is_gone_is_not_connected(world: World) -> None:
    with transaction(world.shop.engine, Access(tenant_id=world.shop.tenant_id)) as session:
        assert session.scalar(select(DiscordConnection.tenant_id)) == world.shop.tenant_id
    job = structs.replace(world.job, guild_id=new_guild())
    world.run(job)
    assert world.edits[0].message["content"] == deliver.NOT_SHARED
