"""What has changed since a report was frozen: for links that say so, and for no other."""

import httpx
import pytest
from redis import Redis
from tests.integration.share_api.conftest import Serve, World, assert_problem
from tests.integration.share_api.test_frozen_links import (
    SHARE,
    SHARES,
    path_of,
    sell,
    shown,
    viewer,
)
from tests.support.jobs_worker import JobsWorker

from report_pages.report import OUTDATED

pytestmark = pytest.mark.anyio

CHANGED = ("/changed", "/changed/csv", "/changed/data")
BROWSER = {"accept": "text/html"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def figures(data: httpx.Response) -> dict[str, tuple[object, object, object]]:
    return {
        each["key"]: (each["frozen"], each["now"], each["difference"])
        for each in data.json()["figures"]
    }


async def test_a_later_import_is_told_beside_what_was_frozen(
    serve: Serve, world: World, worker: JobsWorker, redis_client: Redis, redis_url: str, secret: str
) -> None:
    service = serve()
    jobs = service.container.issuing.jobs
    sell(world, world.berlin, "first", jobs)
    with service.admin() as anna:
        issued = anna.post(SHARE, json={"frozen": True, "changes": True})
        assert anna.get(issued.headers["location"]).json()["changes"] is True
    path = path_of(issued)
    async with viewer(redis_url, secret) as client:
        before = await shown(client, path)
        assert b"/changed" in before[0][0]
        same = await client.get(f"{path}/changed", headers=BROWSER)
        assert "Nothing has changed since." in same.text
        untouched = (await client.get(f"{path}/changed/data")).json()
        assert (untouched["changed"], untouched["rows"]) == (False, [])
        sell(world, world.tokyo, "elsewhere", jobs)
        sell(world, world.berlin, "second", jobs)
        data = await client.get(f"{path}/changed/data")
        while not data.json()["changed"]:  # the report of now is refreshed behind the first answer
            data = await client.get(f"{path}/changed/data")
        assert figures(data)["net_sales"] == (10, 20, 10)
        assert figures(data)["units_sold"] == (1, 2, 1)
        net = next(each for each in data.json()["rows"] if each["key"] == "net_sales")
        assert net["count"] == 1
        assert net["rows"] == [
            {"key": "P-second", "name": "Of second", "frozen": None, "now": 10, "difference": 10}
        ]
        told = await client.get(f"{path}/changed/csv")
        assert told.headers["content-disposition"].endswith('-changed.csv"')
        lines = told.text.removeprefix("\ufeff").split("\r\n")
        assert lines[0] == "figure,row,name,frozen,now,difference"
        assert "net_sales,,,10.00,20.00,10.00" in lines
        assert "net_sales,P-second,Of second,,10.00,10.00" in lines
        page = await client.get(f"{path}/changed?period=90d", headers=BROWSER)
        assert page.headers["x-window-kind"] == "frozen"
        assert "Of second" in page.text
        assert "elsewhere" not in page.text
        again = {"if-none-match": page.headers["etag"], **BROWSER}
        assert (await client.get(f"{path}/changed", headers=again)).status_code == 304
        german = await client.get(f"{path}/changed", headers={"accept-language": "de", **BROWSER})
        assert "Was sich seither geändert hat" in german.text
        assert (await client.head(f"{path}/changed")).content == b""
        assert (await client.post(f"{path}/changed")).status_code == 405
        as_json = await client.get(f"{path}/changed", headers={"accept": "application/json"})
        assert figures(as_json) == figures(data)
        assert await shown(client, path) == before, "what is frozen is as it was"
        redis_client.flushdb()
        assert figures(await client.get(f"{path}/changed/data")) == figures(data)
        with service.admin() as anna:
            assert anna.delete(issued.headers["location"]).status_code == 204
        for form in CHANGED:
            assert (await client.get(path + form)).status_code == 403


async def test_newer_data_that_wait_are_told_where_nothing_has_changed_yet(
    serve: Serve, world: World, worker: JobsWorker, redis_url: str, secret: str
) -> None:
    service = serve()
    jobs = service.container.issuing.jobs
    sell(world, world.berlin, "first", jobs)
    with service.admin() as anna:
        path = path_of(anna.post(SHARE, json={"frozen": True, "changes": True}))
    async with viewer(redis_url, secret) as client:
        assert OUTDATED not in (await client.get(f"{path}/changed", headers=BROWSER)).text
        sell(world, world.berlin, "second", jobs)
        page = await client.get(f"{path}/changed", headers=BROWSER)
        while "Of second" not in page.text:
            assert OUTDATED in page.text, "what has changed by then is not shown yet"
            page = await client.get(f"{path}/changed", headers=BROWSER)
        assert OUTDATED not in page.text


async def test_no_other_link_has_it_and_none_tells_more_than_it_shows(
    serve: Serve, world: World, worker: JobsWorker, redis_url: str, secret: str
) -> None:
    service = serve()
    jobs = service.container.issuing.jobs
    sell(world, world.berlin, "first", jobs)
    bodies: tuple[dict[str, object], ...] = (
        {},
        {"live": True},
        {"frozen": True},
        {"ranges": ["7d"]},
        {"hide": {"money": True}},
    )
    allowed = {"frozen": True, "changes": True}
    with service.admin() as anna:
        others = [path_of(anna.post(SHARE, json=body)) for body in bodies]
        locked = path_of(anna.post(SHARE, json={**allowed, "password": "of this test"}))
        hide = {"money": True, "csv": True}
        hidden = path_of(anna.post(SHARE, json={**allowed, "hide": hide}))
        indexed = path_of(anna.post(SHARE, json={**allowed, "hide": {"money": True}}))
    async with viewer(redis_url, secret) as client:
        for path in others:
            for form in CHANGED:
                answer = await client.get(path + form)
                assert answer.status_code == 404, (path, form)
            assert "/changed" not in (await client.get(path, headers=BROWSER)).text
        for form in CHANGED:
            assert (await client.get(locked + form)).status_code == 401
            for below in ("/r/7d", "/vs/last-year", "/embed"):
                assert (await client.get(f"{indexed}{below}{form}")).status_code == 404
        sell(world, world.berlin, "second", jobs)
        for path in (hidden, indexed):
            data = await client.get(f"{path}/changed/data")
            while not data.json()["changed"]:
                data = await client.get(f"{path}/changed/data")
            assert data.json()["amountsCompared"] is False
            assert "money" not in data.text
            assert "net_sales" not in figures(data)
            assert figures(data)["units_sold"] == (1, 2, 1)
            page = (await client.get(f"{path}/changed", headers=BROWSER)).text
            assert "Amounts are not compared" in page
            assert "€" not in page
            assert "EUR" not in page
        assert (await client.get(f"{hidden}/changed/data")).json()["rowsCompared"] == "hidden"
        assert "Of second" not in (await client.get(f"{hidden}/changed/csv")).text


def test_only_what_is_frozen_has_changed_since(
    serve: Serve, world: World, worker: JobsWorker
) -> None:
    with serve().admin() as anna:
        problem = assert_problem(anna.post(SHARE, json={"changes": True}), 422)
        assert problem["errors"][0]["pointer"] == "/changes"
        shares = [{"report": "revenue-overview", "live": True, "changes": True}]
        problem = assert_problem(anna.post(f"{SHARES}/bulk", json={"shares": shares}), 422)
        assert problem["errors"][0]["pointer"] == "/shares/0/changes"
        assert_problem(anna.post(SHARE, json={"frozen": True, "changes": "yes"}), 400)
        assert anna.get(SHARES).json()["items"] == []
