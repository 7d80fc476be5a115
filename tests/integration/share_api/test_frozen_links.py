"""Frozen links: page and files are those of the issue, whatever is imported or lost later."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from redis import Redis
from sqlalchemy import select
from tests.integration.share_api.conftest import Serve, World, assert_problem
from tests.support.jobs_worker import JobsWorker

from common.db.frozen_reports import FrozenReport
from common.db.tenancy import Access, TenantDb, transaction
from common.instants import now
from common.jobs.publisher import JobPublisher
from ingest import data_version
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow
from report_viewer.app import create_app
from report_viewer.settings import ViewerSettings
from share_api.container import Container
from sharing import freezing
from worker.links import frozen

pytestmark = pytest.mark.anyio

SHARES = "/api/admin/analytics/shares"
SHARE = "/api/admin/analytics/product-performance/share"
FORMS = ("", "/csv", "/data")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def sell(world: World, tenant_id: int, order: str, jobs: JobPublisher) -> None:
    """Load an order of the day before yesterday, and tell of it."""
    paid = datetime.now(UTC) - timedelta(days=2)
    line = OrderLineRow(
        position=1, order_id=order, line_id="1", placed_at=paid, paid_at=paid,
        channel="web", customer_id=None, country=None, region=None, coupon_code=None,
        order_discount=0, shipping=0, tax=0, product_id=f"P-{order}", product_title=f"Of {order}",
        category=None, quantity=1, unit_price=1000, line_discount=0,
    )  # fmt: skip
    load_sales(world.engine, tenant_id, order_lines=[line])
    data_version.loaded(world.engine, jobs, tenant_id)


@asynccontextmanager
async def viewer(
    redis_url: str, secret: str, *, wait: float = 60
) -> AsyncIterator[httpx.AsyncClient]:
    given = {
        "REDIS_URL": redis_url,
        "ANALYTICS_SHARE_SIGNING_SECRET": secret,
        "REPORT_VIEWER_WAIT_SECONDS": wait,
        "REPORT_VIEWER_LOCAL_SECONDS": 0,
    }
    app = create_app(ViewerSettings.model_validate(given))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.api.router.lifespan_context(app.api),
        httpx.AsyncClient(transport=transport, base_url="http://viewer") as client,
    ):
        yield client


def path_of(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    return httpx.URL(answer.json()["url"]).path


async def shown(client: httpx.AsyncClient, path: str) -> list[tuple[bytes, str]]:
    answers = [await client.get(path + form, headers={"accept": "*/*"}) for form in FORMS]
    assert [each.status_code for each in answers] == [200] * len(FORMS)
    return [(each.content, each.headers["etag"]) for each in answers]


async def test_it_stays_whatever_is_imported_and_whatever_redis_loses(
    serve: Serve, world: World, worker: JobsWorker, redis_client: Redis, redis_url: str, secret: str
) -> None:
    service = serve()
    jobs = service.container.issuing.jobs
    sell(world, world.berlin, "first", jobs)
    with service.admin() as anna:
        issued = anna.post(SHARE, json={"frozen": True})
        assert issued.json().keys() == {"url", "expiresAt", "reportType", "period"}
        assert anna.get(issued.headers["location"]).json()["kind"] == "frozen"
        plain = anna.post(SHARE, json={})
        sell(world, world.berlin, "second", jobs)
        again = anna.post(SHARE, json={"frozen": True})
        async with viewer(redis_url, secret) as client:
            first = await shown(client, path_of(issued))
            assert b"Frozen on" in first[0][0]
            assert b"Of second" not in first[1][0]
            for path in (path_of(plain), path_of(again)):
                assert b"Of second" in (await client.get(f"{path}/csv")).content
            page = await client.get(path_of(issued))
            assert page.headers["x-data-status"] == "frozen"
            redis_client.flushdb()
            assert await shown(client, path_of(issued)) == first
        async with viewer(redis_url, secret) as another:
            assert await shown(another, path_of(issued)) == first
            reports = redis_client.keys("*:report:frozen:*")
            assert len(reports) == 1
            redis_client.delete(*reports)  # made room for others
            assert await shown(another, path_of(issued)) == first
            with service.admin() as session:
                assert session.delete(issued.headers["location"]).status_code == 204
            for form in FORMS:
                assert (await another.get(path_of(issued) + form)).status_code == 403
    assert frozen.drop_ended(world.engine, now=now()) == 1


async def test_it_is_frozen_beside_what_it_was_to_be_shown_beside(
    serve: Serve, world: World, worker: JobsWorker, redis_client: Redis, redis_url: str, secret: str
) -> None:
    service = serve()
    sell(world, world.berlin, "first", service.container.issuing.jobs)
    with service.admin() as anna:
        issued = anna.post(SHARE, json={"frozen": True, "compare": "last-year"})
    async with viewer(redis_url, secret) as client:
        for _ in range(2):
            data = await client.get(f"{path_of(issued)}/data")
            assert data.json()["comparison"] == "last-year"
            assert data.headers["x-compared-with"] == "last-year"
            assert (await client.get(f"{path_of(issued)}/vs/previous")).status_code == 404
            redis_client.flushdb()


def kept(world: World, tenant_id: int) -> int:
    with transaction(world.engine, Access(tenant_id=tenant_id)) as session:
        return len(session.scalars(select(FrozenReport.link_id)).all())


def test_no_link_without_its_report_and_no_report_without_its_link(
    serve: Serve, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def impatient(container: Container) -> Container:
        freezer = replace(container.issuing.freezer, patience_seconds=0.0)
        return replace(container, issuing=replace(container.issuing, freezer=freezer))

    with serve(impatient).admin() as anna:
        refused = anna.post(SHARE, json={"frozen": True}, headers={"Idempotency-Key": "k"})
        assert_problem(refused, 503)
        assert refused.headers["retry-after"]
        assert anna.get(SHARES).json()["items"] == []
        assert kept(world, world.berlin) == 0


def test_frozen_links_are_bounded_deleted_and_of_their_tenant(
    serve: Serve, world: World, worker: JobsWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "MOST_FROZEN", 2)
    service = serve()
    with service.admin() as anna, service.admin("ben", "tokyo") as ben:
        both = {"report": "revenue-overview", "frozen": True, "expiresInSeconds": 60}
        assert_problem(anna.post(f"{SHARES}/bulk", json={"shares": [both] * 3}), 409)
        assert kept(world, world.berlin) == 0
        assert anna.post(f"{SHARES}/bulk", json={"shares": [both] * 2}).status_code == 201
        assert_problem(anna.post(SHARE, json={"frozen": True}), 409)
        assert ben.post(SHARE, json={"frozen": True}).status_code == 201
        assert (kept(world, world.berlin), kept(world, world.tokyo)) == (2, 1)
        assert frozen.drop_ended(world.engine, now=now()) == 0
        assert frozen.drop_ended(world.engine, now=now() + timedelta(minutes=2)) == 2
        assert (kept(world, world.berlin), kept(world, world.tokyo)) == (0, 1)


def test_what_is_too_large_is_not_frozen(
    serve: Serve, world: World, worker: JobsWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "MOST_BYTES", 100)
    with serve().admin() as anna:
        assert_problem(anna.post(SHARE, json={"frozen": True}), 409)
        assert anna.get(SHARES).json()["items"] == []


def test_a_link_moves_or_stays(serve: Serve, world: World) -> None:
    with serve().admin() as anna:
        body = {"live": True, "frozen": True}
        problem = assert_problem(anna.post(SHARE, json=body), 422)
        assert problem["errors"][0]["pointer"] == "/frozen"
        shares = [{"report": "revenue-overview"}, {"report": "revenue-overview", **body}]
        problem = assert_problem(anna.post(f"{SHARES}/bulk", json={"shares": shares}), 422)
        assert problem["errors"][0]["pointer"] == "/shares/1/frozen"
        assert anna.get(SHARES).json()["items"] == []


def test_an_announcement_that_was_lost_freezes_no_old_data(
    serve: Serve, world: World, worker: JobsWorker, redis_client: Redis
) -> None:
    service = serve()
    jobs = service.container.issuing.jobs
    sell(world, world.berlin, "first", jobs)
    with service.admin() as anna:
        assert anna.post(SHARE, json={"frozen": True}).status_code == 201
        version = data_version.look(world.engine, world.berlin)
        assert version is not None
        paid = datetime.now(UTC) - timedelta(days=2)
        row = OrderLineRow(
            position=1, order_id="untold", line_id="1", placed_at=paid, paid_at=paid,
            channel=None, customer_id=None, country=None, region=None, coupon_code=None,
            order_discount=0, shipping=0, tax=0, product_id="P", product_title="Untold",
            category=None, quantity=1, unit_price=1000, line_discount=0,
        )  # fmt: skip
        load_sales(world.engine, world.berlin, order_lines=[row])
        answer = anna.post(SHARE, json={"frozen": True}, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 201
        replayed = anna.post(SHARE, json={"frozen": True}, headers={"Idempotency-Key": "k"})
        assert replayed.content == answer.content
    db = TenantDb(world.engine, world.berlin)
    with db.transaction() as session:
        rows = session.scalars(select(FrozenReport.fields).order_by(FrozenReport.frozen_at)).all()
    assert len(rows) == 2
    assert f'"data_version":{version.data_version + 1}'.encode() in rows[1]
