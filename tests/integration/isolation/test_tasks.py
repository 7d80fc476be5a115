"""Every task of the worker, with one shop's id and another's: theirs stays theirs.

The registry is walked: a task without a case, or one that takes no shop and yet takes arguments,
fails.
"""

import gzip
import inspect
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from redis import Redis
from tests.support.forms import text_of
from tests.support.shops import GUILD, THEIR_TITLE, Shops

from common import instants
from common.db.engine import create_service_engine
from common.jobs.celery_config import create_celery
from common.jobs.discord_promises import Promise, PromiseStore
from common.jobs.payloads import (
    AnswerDiscord,
    ComputeReport,
    MakeForm,
    RestoreLink,
    RunImport,
    WarmTenant,
    WorkWebhooks,
)
from common.jobs.publisher import JobPublisher
from common.links.state import LinkState, parse_link, state_key
from common.reports import registry
from common.reports.window import Period, Window, window_of
from common.reports_cache.cache import (
    ReportCache,
    ReportKey,
)
from common.reports_cache.forms import Form
from worker import schedule, tasks
from worker.app import create_app
from worker.discord.deliver import create_delivery_context
from worker.links import frozen, revocation_sweep, view_transfer
from worker.operations import cache_eviction, heartbeat, held_twice, retention, waiting_work
from worker.settings import Kept, WorkerSettings
from worker.warming import midnight, popular
from worker.warming.popular import WarmingContext
from worker.webhooks import sweep

SLUGS = [definition.slug for definition in registry.implemented()]

KEPT = Kept(audit=730, views=7, shares=730, imports=730, access=365)

OF_ALL_SHOPS = {
    heartbeat.TASK: "says that workers work",
    revocation_sweep.TASK: "revocations of all shops, by ids alone",
    retention.TASK: "forgets old rows of each shop, in its own transaction",
    held_twice.TASK: "compares which shops servers hold, by ids alone",
    waiting_work.TASK: "counts what waits of all shops, by ids, numbers and times alone",
    frozen.TASK: "deletes reports of each shop's ended links, in its own transaction",
    cache_eviction.TASK: "drops reports that nobody read",
    view_transfer.TASK: "each shop's counts in a transaction of its own",
    popular.POPULAR: "asks for each shop's reports",
    midnight.MIDNIGHT: "asks for each shop's reports",
    sweep.SWEEP: "asks for each shop's events, and deletes old ones, each in its own transaction",
    schedule.RESUME_IMPORTS: "asks for the oldest import, by ids alone",
}
"""Tasks of the clock: they take nothing, so that nobody can point them at a shop."""


class Discord(BaseHTTPRequestHandler):
    """Takes every message."""

    taken: ClassVar[list[str]]

    def do_PATCH(self) -> None:
        length = int(self.headers["content-length"])
        self.taken.append(self.rfile.read(length).decode("utf-8", errors="replace"))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def discord() -> Iterator[tuple[str, list[str]]]:
    """Where a stand-in for Discord listens, and what it was told."""

    class Recording(Discord):
        taken: ClassVar[list[str]] = []

    with ThreadingHTTPServer(("127.0.0.1", 0), Recording) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", Recording.taken
        server.shutdown()
        thread.join()


@pytest.fixture
def worker(
    service_url: str, redis_url: str, redis_client: Redis, discord: tuple[str, list[str]]
) -> Iterator[Celery]:
    """The tasks as the worker wires them, on connections that end with the test."""
    app = create_celery(redis_url)
    engine = create_service_engine(service_url, application_name="tests", pool_size=3)
    cache = ReportCache(redis_client, keep_seconds=600)
    jobs = JobPublisher(app, cache)
    tasks.register(app, engine, redis_client, cache, kept=KEPT)
    warming = WarmingContext(engine, cache, jobs, most_viewed=10, per_minute=300)
    tasks.register_warming(app, warming)
    answering = create_delivery_context(engine, redis_client, cache, jobs, api_base=discord[0])
    tasks.register_discord(app, answering)
    tasks.register_imports(app, engine, jobs, slots=2, seconds=3600)
    tasks.register_webhooks(app, engine, jobs, keep_days=30)
    yield app
    app.close()
    engine.dispose()


def window() -> Window:
    return window_of(Period.MONTH, ZoneInfo("UTC"), now=instants.now())


def run(worker: Celery, job: Any) -> None:
    worker.tasks[job.task](**job.payload())


def cached(shops: Shops, tenant_id: int, slug: str) -> str:
    """A report of a shop as it lies in the cache, CSV and all."""
    fields: Any = shops.redis.hgetall(ReportKey(tenant_id, slug, window()).cached)
    return b"\n".join(map(_plain, fields.values())).decode("utf-8", errors="replace")


def _plain(value: bytes) -> bytes:
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            return unpack(value)
        except (OSError, zlib.error, EOFError):
            continue
    return value


def compute(worker: Celery, shops: Shops) -> None:
    for slug in SLUGS:
        run(worker, ComputeReport(shops.ours, slug, window()))
        assert not shops.told(cached(shops, shops.ours, slug))
        assert cached(shops, shops.ours, slug)


def forms_of(worker: Celery, shops: Shops, tenant_id: int, slug: str) -> Iterator[str]:
    """What every form of a shop's report says."""
    run(worker, ComputeReport(tenant_id, slug, window()))
    for form in Form:
        job = MakeForm(tenant_id, slug, window(), form, "en")
        run(worker, job)
        body: Any = shops.redis.hget(job.key.cached, "body")
        yield text_of(body)


def make_forms(worker: Celery, shops: Shops) -> None:
    for slug in SLUGS:
        assert not any(shops.told(each) for each in forms_of(worker, shops, shops.ours, slug))


def restore(worker: Celery, shops: Shops) -> None:
    run(worker, RestoreLink(shops.ours, shops.link_id))
    state: Any = shops.redis.get(state_key(shops.ours, shops.link_id))
    assert parse_link(state, epoch=None).state is LinkState.REVOKED


def bring_in(worker: Celery, shops: Shops) -> None:
    run(worker, RunImport(shops.ours, shops.import_id))


def work_off(worker: Celery, shops: Shops) -> None:
    run(worker, WorkWebhooks(shops.ours))


def warm_after_import(worker: Celery, shops: Shops) -> None:
    run(worker, WarmTenant(shops.ours))


def answer(worker: Celery, shops: Shops) -> None:
    """Our report is not told to their server, nor theirs to one that is not connected to them."""
    for tenant_id, guild_id in ((shops.ours, GUILD), (shops.theirs, GUILD + 1)):
        until = int(instants.now().timestamp()) + 600
        job = AnswerDiscord(tenant_id, guild_id, 42, SLUGS[-1], window(), answer_by=until)
        promise = Promise(1, "a-token", "https://a.example/link", instants.now())
        PromiseStore(shops.redis).put(job, promise)
        run(worker, job)


CASES: Mapping[str, Callable[[Celery, Shops], None]] = {
    ComputeReport.task: compute,
    MakeForm.task: make_forms,
    RestoreLink.task: restore,
    RunImport.task: bring_in,
    WarmTenant.task: warm_after_import,
    WorkWebhooks.task: work_off,
    AnswerDiscord.task: answer,
}


def names_of(worker: Celery) -> set[str]:
    return {name for name in worker.tasks if not name.startswith("celery.")}


def test_every_task_has_a_case_or_takes_nothing(worker: Celery) -> None:
    given = {"DATABASE_URL": "postgresql://nobody@localhost/none", "REDIS_URL": "redis://localhost"}
    assert names_of(create_app(WorkerSettings.model_validate(given))) == names_of(worker)
    assert names_of(worker) == set(CASES) | set(OF_ALL_SHOPS)
    for name in OF_ALL_SHOPS:
        assert not inspect.signature(worker.tasks[name].run).parameters


@pytest.mark.parametrize("name", CASES)
def test_a_task_leaves_the_other_shop_alone(
    worker: Celery, shops: Shops, discord: tuple[str, list[str]], name: str
) -> None:
    before = shops.fingerprint()
    CASES[name](worker, shops)
    if name != AnswerDiscord.task:
        assert shops.fingerprint() == before
    else:
        assert len(discord[1]) == 2
    assert not [mark for told in discord[1] for mark in shops.told(told)]


def test_their_own_task_shows_what_is_theirs(worker: Celery, shops: Shops) -> None:
    """Else the marks looked for above would say nothing."""
    slug = "product-performance"
    run(worker, ComputeReport(shops.theirs, slug, window()))
    assert THEIR_TITLE in cached(shops, shops.theirs, slug)
    for told in forms_of(worker, shops, shops.theirs, slug):
        assert THEIR_TITLE in told
