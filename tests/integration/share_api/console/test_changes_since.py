"""What has changed since a link was frozen, as admins of its shop see it."""

import pytest
from redis import Redis
from sqlalchemy import delete
from tests.integration.share_api.conftest import Serve, Service, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said
from tests.integration.share_api.test_frozen_links import SHARE, sell
from tests.support import wait
from tests.support.jobs_worker import JobsWorker

from common.db.frozen_reports import FrozenReport
from common.db.tenancy import TenantDb
from common.jobs.celery_config import QUEUE
from common.reports_cache.cache import REPORT_NAMES

BOARD = ["product-performance", "revenue-overview"]


@pytest.fixture
def service(serve: Serve, worker: JobsWorker) -> Service:
    return serve()


def issued(service: Service, **body: object) -> str:
    """The page of a new link of berlin's."""
    with service.admin() as anna:
        answer = anna.post(SHARE, json=body)
    assert answer.status_code == 201, answer.text
    return f"/admin/links/{answer.headers['location'].rpartition('/')[2]}"


def at_berlin(tab: Tab) -> Tab:
    tab.log_in("anna")
    tab.open("/admin/shops")
    tab.send("/admin/shops", tenant="berlin")
    return tab


def told(tab: Tab, path: str) -> str:
    """What the frame says once it is there."""
    wait.until(lambda: tab.open(path).status_code == 200, f"{path} is prepared")
    return said(tab.open(path))


@pytest.mark.parametrize("changes", [False, True])
def test_an_admin_sees_what_has_changed_whatever_readers_see(
    service: Service, world: World, changes: bool
) -> None:
    jobs = service.container.issuing.jobs
    sell(world, world.berlin, "first", jobs)
    path = issued(service, frozen=True, changes=changes)
    with a_tab(service) as stranger:
        tab = at_berlin(stranger)
        assert f'href="{path}/changed"' in tab.open(path).text
        page = tab.open(f"{path}/changed")
        assert ("Readers of the link see this too" in said(page)) is changes
        assert f'<iframe class="preview" src="{path}/changed/product-performance"' in page.text
        frame = f"{path}/changed/product-performance"
        assert "Nothing has changed since." in told(tab, frame)
        sell(world, world.berlin, "second", jobs)
        wait.until(
            lambda: "totals have changed" in told(tab, frame), "the report of now is refreshed"
        )
        drawn = tab.open(frame)
        assert "Of second" in drawn.text
        assert "/api/reports/" not in drawn.text
        assert "frame-ancestors 'self'" in drawn.headers["content-security-policy"]
        assert "form-action 'none'" in drawn.headers["content-security-policy"]


def test_a_board_has_each_of_its_reports_and_nothing_that_it_hides(
    service: Service, world: World
) -> None:
    sell(world, world.berlin, "first", service.container.issuing.jobs)
    path = issued(service, frozen=True, reports=BOARD, hide={"money": True})
    with a_tab(service) as stranger:
        tab = at_berlin(stranger)
        first, second = (tab.open(f"{path}/changed?report={each}") for each in BOARD)
        for page, shown in ((first, BOARD[0]), (second, BOARD[1])):
            assert f'src="{path}/changed/{shown}"' in page.text
            assert page.text.count("?report=") == len(BOARD)
        for report in BOARD:
            frame = told(tab, f"{path}/changed/{report}")
            assert "Amounts are not compared" in frame
            assert "EUR" not in frame
        for odd in ("sales-velocity", "nothing"):
            assert tab.open(f"{path}/changed/{odd}").status_code == 404
        assert tab.open(f"{path}/changed?report=sales-velocity").status_code == 404


def test_of_what_is_not_frozen_or_over_or_of_another_shop_there_is_nothing(
    service: Service, world: World
) -> None:
    sell(world, world.berlin, "first", service.container.issuing.jobs)
    plain, frozen = issued(service), issued(service, frozen=True)
    with a_tab(service) as stranger, a_tab(service) as of_ben:
        tab = at_berlin(stranger)
        of_ben.log_in("ben")
        for below in ("/changed", "/changed/product-performance"):
            assert tab.open(f"{plain}{below}").status_code == 404
            assert of_ben.open(f"{frozen}{below}").status_code == 404
            with a_tab(service) as nobody:
                assert nobody.open(f"{frozen}{below}").status_code == 303
        assert "/changed" not in tab.open(plain).text
        tab.open(frozen)
        tab.send("/admin/links/revoke", share=frozen.rpartition("/")[2])
        for below in ("/changed", "/changed/product-performance"):
            assert tab.open(f"{frozen}{below}").status_code == 404


def test_a_copy_that_is_gone_is_said_to_be(service: Service, world: World) -> None:
    sell(world, world.berlin, "first", service.container.issuing.jobs)
    path = issued(service, frozen=True)
    with TenantDb(service.container.engine, world.berlin).transaction() as session:
        session.execute(delete(FrozenReport))
    with a_tab(service) as stranger:
        frame = at_berlin(stranger).open(f"{path}/changed/product-performance")
    assert frame.status_code == 410
    assert "What was frozen is no longer kept" in said(frame)
    assert "days" not in said(frame)
    assert "http-equiv" not in frame.text, "it is not asked for again"
    assert "frame-ancestors 'self'" in frame.headers["content-security-policy"]


@pytest.mark.parametrize("field", ["document", "csv"])
def test_a_report_of_now_that_cannot_be_read_is_computed_anew(
    service: Service, world: World, redis_client: Redis, field: str
) -> None:
    sell(world, world.berlin, "first", service.container.issuing.jobs)
    frame = f"{issued(service, frozen=True)}/changed/product-performance"
    with a_tab(service) as stranger:
        tab = at_berlin(stranger)
        told(tab, frame)
        for name in redis_client.scan_iter(REPORT_NAMES):
            redis_client.hset(name, field, b"garbage")
        assert tab.open(frame).status_code == 202
        assert "Nothing has changed since." in told(tab, frame)


def test_a_report_of_now_without_its_rows_is_prepared(
    service: Service, world: World, worker: JobsWorker, redis_client: Redis
) -> None:
    sell(world, world.berlin, "first", service.container.issuing.jobs)
    frame = f"{issued(service, frozen=True)}/changed/product-performance"
    with a_tab(service) as stranger:
        tab = at_berlin(stranger)
        told(tab, frame)
        worker.stop()
        for name in redis_client.scan_iter(REPORT_NAMES):
            redis_client.hdel(name, "csv")
        for _ in range(2):
            answer = tab.open(frame)
            assert (answer.status_code, "Being prepared" in said(answer)) == (202, True)
        assert redis_client.llen(QUEUE) == 1
