"""What a chat sees of a link: a card with names and days, and nothing that costs or tells."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import httpx
import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support.samples import HOSTILE, Sample, document

from common.jobs.celery_config import LINK_QUEUE, QUEUE
from common.links import tenant_names
from common.links.tenant_names import TenantName

pytestmark = pytest.mark.anyio

DISCORD = {"user-agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"}
SHOP = TenantName("Nordlicht & Söhne", "Europe/Berlin")
OTHER_SECRET = "3c" * 16 + "d4" * 16
PUBLIC = {"PUBLIC_BASE_URL": "https://reports.example.com"}


class Head(HTMLParser):
    """The meta elements of a page by name, but for the viewport, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        if tag == "meta" and (name := given.get("property") or given.get("name")):
            self.meta[name] = given.get("content") or ""
        self.meta.pop("viewport", None)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def sample(redis_client: Redis) -> Sample:
    """A link that opens, to a report that nobody has computed."""
    made = Sample()
    made.activate(redis_client)
    tenant_names.store(redis_client, made.tenant_id, SHOP)
    return made


async def card(client: httpx.AsyncClient, path: str, **headers: str) -> httpx.Response:
    return await client.get(path, headers=DISCORD | headers)


@pytest.mark.parametrize("suffix", ["", "/csv"])
@pytest.mark.parametrize("computed", [False, True])
async def test_a_card_has_names_and_days_and_no_figure(
    run: Run, sample: Sample, redis_client: Redis, suffix: str, *, computed: bool
) -> None:
    if computed:
        sample.store(redis_client)
    async with run(**PUBLIC) as client:
        answer = await card(client, sample.path + suffix)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "content-disposition" not in answer.headers
    head = Head(answer.text)
    assert head.meta["og:title"] == "Revenue overview · Nordlicht & Söhne"
    assert head.meta["og:site_name"] == "Nordlicht & Söhne"
    assert head.meta["og:description"].startswith("1 – 30 Apr 2026.") or head.meta[
        "og:description"
    ].startswith("1–30 Apr 2026.")
    assert head.meta["twitter:card"] == "summary_large_image"
    assert head.meta["robots"] == "noindex, nofollow"
    assert not head.tags & {"script", "link", "img", "iframe", "table"}
    said = [head.text, *(head.meta[name] for name in head.meta if "image" not in name)]
    numbers = set(re.findall(r"\d+", " ".join(said))) - {"1", "30", "2026"}
    assert not numbers, "the days of the window are the only numbers"


async def test_a_card_costs_nothing(run: Run, sample: Sample, redis_client: Redis) -> None:
    before = sorted(redis_client.keys("*"))
    async with run() as client:
        for path in (sample.path, f"{sample.path}/csv") * 5:
            assert (await card(client, path)).status_code == 200
            assert (await client.head(path, headers=DISCORD)).status_code == 200
    assert sorted(redis_client.keys("*")) == before
    assert redis_client.llen(QUEUE) == redis_client.llen(LINK_QUEUE) == 0


async def test_a_card_is_no_copy_for_people(run: Run, sample: Sample, redis_client: Redis) -> None:
    sample.store(redis_client)
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        for _ in range(3):
            preview = await card(client, sample.path)
            page = await client.get(sample.path, headers=BROWSER)
            assert "<table" not in preview.text
            assert "<table" in page.text
            assert "user-agent" in preview.headers["vary"].lower()
            assert "user-agent" in page.headers["vary"].lower()


async def test_a_shop_that_is_not_known_is_not_named(run: Run, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    async with run() as client:
        unknown = Head((await card(client, sample.path)).text).meta
        redis_client.set(tenant_names.key(sample.tenant_id), b"\xffnot json")
        unreadable = Head((await card(client, sample.path)).text).meta
    assert unknown == unreadable
    assert unknown["og:title"] == "Revenue overview"
    assert "og:site_name" not in unknown
    assert "2026" not in unknown["og:description"]


async def test_a_hostile_shop_stays_text(run: Run, sample: Sample, redis_client: Redis) -> None:
    tenant_names.store(redis_client, sample.tenant_id, TenantName(HOSTILE, "Asia/Tokyo"))
    async with run() as client:
        html = (await card(client, sample.path)).text
    head = Head(html)
    assert head.meta["og:site_name"] == HOSTILE
    assert not head.tags & {"script", "img"}


@pytest.mark.parametrize("suffix", ["", "/csv"])
async def test_what_does_not_open_has_a_neutral_card(
    run: Run, sample: Sample, redis_client: Redis, suffix: str
) -> None:
    revoked, ended = Sample(), Sample(expires_at=datetime(2026, 5, 2, tzinfo=UTC))
    revoked.activate(redis_client)
    revoked.revoke(redis_client)
    forged = f"/api/reports/{sample.token(OTHER_SECRET)}"
    async with run(**PUBLIC) as client:
        told = [await card(client, path + suffix) for path in (forged, revoked.path)]
        over = await card(client, ended.path + suffix)
        page = await client.get(forged + suffix, headers=BROWSER)
    assert told[0].content == told[1].content == page.content
    for refused in (*told, over):
        assert refused.status_code == 403
        assert refused.headers["content-type"] == "text/html; charset=utf-8"
        head = Head(refused.text).meta
        assert "Nordlicht" not in refused.text
        assert "og:site_name" not in head
        assert "Revenue" not in refused.text
        assert "/static/preview-sales-report." in head["og:image"]
        assert "Open the link" not in head["og:description"]
        assert "Ask whoever sent it" in head["og:description"]


async def test_a_stub_has_no_card(run: Run, redis_client: Redis) -> None:
    sample = Sample(report="coupon-impact")
    sample.activate(redis_client)
    async with run() as client:
        assert (await card(client, sample.path)).status_code == 422


async def test_a_link_of_unknown_state_is_looked_up_and_not_believed(
    run: Run, redis_client: Redis
) -> None:
    sample = Sample()
    async with run() as client:
        assert (await card(client, sample.path)).status_code == 503
    assert redis_client.llen(QUEUE) == 0


@pytest.mark.parametrize("report", ["revenue-overview", "sales-velocity", "product-performance"])
async def test_a_picture_is_named_in_full_and_is_there(
    run: Run, redis_client: Redis, report: str
) -> None:
    sample = Sample(report)
    sample.activate(redis_client)
    sample.store(redis_client)
    async with run(**PUBLIC) as client:
        hostile = {"host": "evil.example", "x-forwarded-host": "evil.example"}
        preview = Head((await card(client, sample.path, **hostile)).text).meta
        page = Head((await client.get(sample.path, headers=BROWSER | hostile)).text).meta
        address = preview["og:image"]
        assert address.startswith(f"https://reports.example.com/static/preview-{report}.")
        picture = await client.get(address.removeprefix("https://reports.example.com"))
    assert page["og:image"] == page["twitter:image"] == address
    assert picture.status_code == 200
    assert picture.headers["content-type"] == "image/png"
    assert "immutable" in picture.headers["cache-control"]
    assert picture.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_a_page_has_the_same_card_in_its_head(
    run: Run, sample: Sample, redis_client: Redis
) -> None:
    """For previewers that are on no list."""
    sample.store(redis_client, document(sample.report, tenant_name=SHOP.name))
    async with run() as client:
        preview = Head((await card(client, sample.path)).text).meta
        page = Head((await client.get(sample.path, headers=BROWSER)).text).meta
    for name, content in preview.items():
        if name.startswith(("og:", "twitter:")):
            assert page[name] == content


async def test_nothing_of_a_link_leaks(run: Run, sample: Sample, redis_client: Redis) -> None:
    """No index, no referrer, no cookie, no address but our own."""
    sample.store(redis_client)
    async with run() as client:
        answers = [
            await client.get(sample.path, headers=BROWSER),
            await client.get(f"{sample.path}/csv"),
            await card(client, sample.path),
            await client.get("/api/reports/x", headers=BROWSER),
            await client.get(f"{sample.path}x"),
            await client.post(f"{sample.path}/view", content=b"0123456789"),
        ]
    for answer in answers:
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "http" not in policy
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert Head(answer.text).meta["robots"] == "noindex, nofollow"
            assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', answer.text)
