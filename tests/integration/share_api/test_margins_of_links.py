"""Margins are shown by links that were issued to show them, and by no other, in any form."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.share_api.conftest import Serve, World, assert_problem
from tests.integration.share_api.test_frozen_links import SHARE, path_of, viewer
from tests.support.forms import text_of
from tests.support.jobs_worker import JobsWorker

from ingest import data_version
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow, ProductRow

pytestmark = pytest.mark.anyio

FORMS = ("", "/csv", "/data", "/xlsx", "/pdf")
EARNED = ("Gross margin", "gross_margin", "Gross profit", "gross_profit")
REVENUE = "/api/admin/analytics/revenue-overview/share"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def sell(world: World, product: str, title: str, cost: int | None) -> None:
    paid = datetime.now(UTC) - timedelta(days=2)
    line = OrderLineRow(
        position=1, order_id=product, line_id="1", placed_at=paid, paid_at=paid,
        channel="web", customer_id=None, country=None, region=None, coupon_code=None,
        order_discount=0, shipping=0, tax=0, product_id=product, product_title=title,
        category=None, quantity=2, unit_price=1000, line_discount=0,
    )  # fmt: skip
    load_sales(
        world.engine,
        world.berlin,
        products=[ProductRow(1, product, title, None, None, cost)],
        order_lines=[line],
    )


async def test_a_link_shows_margins_where_it_says_so(
    serve: Serve, world: World, worker: JobsWorker, redis_url: str, secret: str
) -> None:
    service = serve()
    sell(world, "P-1", "Known mug", 400)
    sell(world, "P-2", "Unknown mug", None)
    data_version.loaded(world.engine, service.container.issuing.jobs, world.berlin)
    with service.admin() as anna:
        issued = anna.post(SHARE, json={"hide": {"margin": False}})
        entry = anna.get(issued.headers["location"]).json()
        assert entry["hide"] == {"sections": [], "csv": False, "money": False, "margin": False}
        without = anna.post(SHARE, json={"hide": {"margin": False, "sections": ["products"]}})
        plain = [path_of(anna.post(SHARE, json=body)) for body in ({}, {"hide": {"csv": True}})]
    async with viewer(redis_url, secret) as client:
        data = (await client.get(f"{path_of(issued)}/data")).json()
        found = {each["key"]: each["value"] for each in data["kpis"]}
        assert found["gross_profit"] == 12
        assert found["gross_margin_percent"] == 60
        assert found["cost_known_percent"] == 50
        (margins,) = (each for each in data["sections"] if each["key"] == "margins")
        assert [row[0] for row in margins["rows"]] == ["Known mug"]
        page = await client.get(path_of(issued), headers={"accept": "text/html"})
        assert "Gross margin" in page.text
        assert "The cost of 1 product is not known: it is not in any profit" in page.text
        assert page.text.count("Incomplete") >= 2, "beside profit and margin"
        assert "costs-not-known;window=1" in page.headers["x-data-notes"]
        assert [each["kind"] for each in data["gaps"]].count("costs-not-known") == 1
        csv = await client.get(f"{path_of(issued)}/csv")
        assert csv.text == (await client.get(f"{plain[0]}/csv")).text, "the CSV is as contracted"
        hidden = (await client.get(f"{path_of(without)}/data")).json()
        assert "margins" not in {each["key"] for each in hidden["sections"]}
        assert "costs-not-known" not in (await client.get(plain[0])).headers.get("x-data-notes", "")
        for path in plain:
            for form in FORMS:
                answer = await client.get(path + form, headers={"accept": "*/*"})
                told = text_of(answer.content)
                assert not any(each in told for each in EARNED), (path, form)


def test_margins_are_of_a_report_that_has_them_and_told_in_amounts(
    serve: Serve, world: World
) -> None:
    with serve().admin() as anna:
        problem = assert_problem(anna.post(REVENUE, json={"hide": {"margin": False}}), 400)
        assert problem["errors"][0]["pointer"] == "/hide/margin"
        both = {"hide": {"margin": False, "money": True}}
        problem = assert_problem(anna.post(SHARE, json=both), 422)
        assert problem["errors"][0]["pointer"] == "/hide/margin"
        assert_problem(anna.post(SHARE, json={"hide": {"margin": "no"}}), 400)
