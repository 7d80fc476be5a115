"""Links that hide something, from the request to every form: what is hidden is in none of them.

The shop's amounts are numbers that nothing else is: they are looked for in all that a link's reader
can get, and in all that Redis keeps of its report.
"""

import gzip
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import pytest
import zstandard
from pypdf import PdfReader
from redis import Redis
from tests.integration.share_api.conftest import Serve, World, assert_problem
from tests.integration.share_api.test_frozen_links import path_of, viewer
from tests.integration.share_api.test_link_options import options_in, published_jobs
from tests.support.jobs_worker import JobsWorker

from common.jobs.publisher import JobPublisher
from common.links.options import LinkOptions
from common.links.token import KeyRing
from common.reports.redaction import Redaction
from ingest import data_version
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow

pytestmark = pytest.mark.anyio

SHARES = "/api/admin/analytics/shares"
FORMS: Final = ("", "/embed", "/csv", "/csv/spreadsheet", "/rows", "/data", "/xlsx", "/pdf")
ROWS: Final = ("/csv", "/csv/spreadsheet", "/rows")
PRICE, SHIPPING, TAX = 31_415_93, 27_182_83, 14_142_13
HIDE: Final = {"money": True, "sections": ["waterfall"]}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def share(report: str) -> str:
    return f"/api/admin/analytics/{report}/share"


def sell(world: World, jobs: JobPublisher, *ago: int) -> None:
    """Load an order of three pieces for each of so many days ago, and tell of it."""
    lines = []
    for position, days in enumerate(ago, 1):
        paid = datetime.now(UTC) - timedelta(days=days)
        lines.append(
            OrderLineRow(
                position=position, order_id=f"o{days}", line_id="1", placed_at=paid, paid_at=paid,
                channel="web", customer_id=None, country=None, region=None, coupon_code=None,
                order_discount=0, shipping=SHIPPING, tax=TAX, product_id=f"P-{days}",
                product_title=f"Of {days}", category=None, quantity=3, unit_price=PRICE,
                line_discount=0,
            )
        )  # fmt: skip
    load_sales(world.engine, world.berlin, order_lines=lines)
    data_version.loaded(world.engine, jobs, world.berlin)


def text_of(answer: httpx.Response) -> str:
    """All that can be read in a form."""
    kind = answer.headers["content-type"]
    if "spreadsheetml" in kind:
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return "\n".join(book.read(each).decode() for each in book.namelist())
    if kind == "application/pdf":
        pages = PdfReader(io.BytesIO(answer.content)).pages
        return "\n".join(each.extract_text() for each in pages)
    return answer.text


def told(text: str) -> set[str]:
    """The amounts of the shop that are in a text, however they are grouped."""
    digits = re.sub(r"(?<=\d)[.,\u00a0\u202f\u2009 ](?=\d)", "", text)
    amounts = {
        each * count
        for each in (PRICE * 3, PRICE, SHIPPING, TAX, PRICE * 3 + SHIPPING + TAX)
        for count in (1, 2, 3)
    }
    return {str(each) for each in amounts if str(each) in digits} | {
        each for each in ("€", "EUR") if each in text
    }


def cached(redis: Redis) -> dict[str, str]:
    """What Redis keeps of reports, unpacked, by the name of its key."""
    found = {}
    for name in map(bytes.decode, redis.keys("*:report:*")):  # type: ignore[arg-type]
        meta, document, csv = redis.hmget(name, ["meta", "document", "csv"])
        assert isinstance(meta, bytes)
        assert isinstance(document, bytes)
        assert isinstance(csv, bytes)
        unpacked = zstandard.ZstdDecompressor().decompress(document)
        found[name] = "\n".join(map(bytes.decode, (meta, unpacked, gzip.decompress(csv))))
    return found


@pytest.mark.parametrize("report", ["revenue-overview", "sales-velocity", "product-performance"])
async def test_no_amount_is_in_any_form_of_a_link_without_money(
    serve: Serve, world: World, worker: JobsWorker, redis_client: Redis, redis_url: str,
    secret: str, report: str,
) -> None:  # fmt: skip
    service = serve()
    sell(world, service.container.issuing.jobs, 2, 3, 9, 366)
    body = {"period": "7d", "ranges": ["30d"], "embed": ["https://a.example"]}
    with service.admin() as anna:
        plain = path_of(anna.post(share(report), json=body))
        hidden = path_of(anna.post(share(report), json=body | {"hide": {"money": True}}))
        frozen = path_of(anna.post(share(report), json={"frozen": True, "hide": {"money": True}}))
    async with viewer(redis_url, secret) as client:
        for form in FORMS:
            assert told(text_of(await client.get(plain + form))), f"{form} tells amounts"
        paths = [f"{hidden}{below}{form}" for form in FORMS for below in ("", "/r/30d")]
        paths += [f"{hidden}/vs/last-year{form}" for form in FORMS if form != "/embed"]
        paths += [f"{frozen}{form}" for form in FORMS if form != "/embed"]
        for path in paths:
            answer = await client.get(path, headers={"accept": "*/*", "accept-language": "de"})
            assert (answer.status_code, told(text_of(answer))) == (200, set()), path
            assert "amount=" not in answer.headers.get("x-data-notes", "")
        card = await client.get(hidden, headers={"user-agent": "Discordbot/2.0"})
        assert told(card.text) == set()
    kept = {name: text for name, text in cached(redis_client).items() if told(text)}
    assert kept
    assert not any("money" in name or "frozen" in name for name in kept)


async def test_a_hidden_section_is_in_no_form_and_its_rows_are_no_file(
    serve: Serve, world: World, worker: JobsWorker, redis_client: Redis, redis_url: str,
    secret: str,
) -> None:  # fmt: skip
    service = serve()
    sell(world, service.container.issuing.jobs, 2)
    with service.admin() as anna:
        one = path_of(anna.post(share("revenue-overview"), json={"hide": HIDE}))
        daily = {"hide": {"sections": ["daily"]}}
        answer = anna.post(share("revenue-overview"), json=daily)
        listed = anna.get(answer.headers["location"]).json()["hide"]
        assert listed == {"sections": ["daily"], "csv": True, "money": False, "margin": True}
        other = path_of(answer)
    async with viewer(redis_url, secret) as client:
        for form in FORMS[2:]:
            answer = await client.get(one + form)
            assert answer.status_code == 200
            for word in ("From gross to total", "reversals_", '"waterfall"'):
                assert word not in text_of(answer), form
        for form in ROWS:
            problem = await client.get(other + form)
            assert (problem.status_code, problem.json()["type"]) == (
                404, "urn:analytics:problem:csv-hidden",
            )  # fmt: skip
        for form in ("", "/data", "/xlsx", "/pdf"):
            answer = await client.get(other + form)
            assert (answer.status_code, "Day by day" in text_of(answer)) == (200, False), form
        assert "All rows" not in text_of(await client.get(f"{other}/xlsx"))
    for name, text in cached(redis_client).items():
        assert ("section.daily" in name) is ('"daily"' not in text)
        assert ("section.waterfall" in name) is ('"waterfall"' not in text)


def test_what_is_hidden_is_asked_for_listed_told_to_viewers_and_kept_when_issued_anew(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    wanted = {"sections": ["waterfall"], "csv": True, "money": True, "margin": True}
    answer = anna.post(share("revenue-overview"), json={"hide": wanted})
    assert answer.json().keys() == {"url", "expiresAt", "reportType", "period"}
    claims = ring.verify(path_of(answer).rpartition("/")[2], now=datetime.now(UTC))
    hidden = Redaction(sections=("waterfall",), csv=True, money=True)
    assert (claims.redacted, options_in(redis_client, claims)) == (True, LinkOptions(hide=hidden))
    assert anna.get(answer.headers["location"]).json()["hide"] == wanted
    address = anna.post(f"{answer.headers['location']}/address").json()["url"]
    assert address == answer.json()["url"]
    audited = anna.get("/api/admin/analytics/audit", params={"action": "link.issued"}).json()
    assert audited["items"][0]["details"]["hide"] == ["csv", "money", "section.waterfall"]
    bodies: list[dict[str, object]] = [{}, {"hide": {}}, {"hide": {"csv": False}}]
    for body in bodies:
        plain = anna.post(share("revenue-overview"), json=body)
        told = ring.verify(path_of(plain).rpartition("/")[2], now=datetime.now(UTC))
        assert (told.redacted, options_in(redis_client, told)) == (False, LinkOptions())
        nothing = {"sections": [], "csv": False, "money": False, "margin": True}
        assert anna.get(plain.headers["location"]).json()["hide"] == nothing
    assert [each.get("hidden") for each in published_jobs(redis_client)] == [
        "csv+money+section.waterfall", None,
    ]  # fmt: skip


def test_what_the_report_does_not_have_is_refused_by_its_place(anna: httpx.Client) -> None:
    body = {"hide": {"sections": ["waterfall", "weekdays"]}}
    problem = assert_problem(anna.post(share("revenue-overview"), json=body), 400)
    assert problem["type"] == "urn:analytics:problem:invalid-body"
    assert [each["pointer"] for each in problem["errors"]] == ["/hide/sections/1"]
    assert "daily, waterfall" in problem["errors"][0]["detail"]
    many = {"shares": [{"report": "revenue-overview"}, {"report": "revenue-overview", **body}]}
    problem = assert_problem(anna.post(f"{SHARES}/bulk", json=many), 400)
    assert [each["pointer"] for each in problem["errors"]] == ["/shares/1/hide/sections/1"]
    odd: list[object] = [None, [], "csv", {"csv": 1}, {"csv": None}, {"orders": True}]
    odd += [{"sections": each} for each in ([], ["daily", "daily"], "daily", [1], ["Daily"], None)]
    for each in odd:
        assert_problem(anna.post(share("revenue-overview"), json={"hide": each}), 400)
    assert anna.get(SHARES).json()["items"] == []
