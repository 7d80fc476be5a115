"""Boards: several reports under one link, each a report of its own, all of them shut with it."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
import time_machine
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.integration.report_viewer.links.conftest import NOON
from tests.integration.report_viewer.links.test_live import jobs, name
from tests.integration.report_viewer.links.test_passwords import FORM, FORMS, PASSWORD
from tests.support.samples import Sample, document, with_last_year

from common.links import popularity, unlocking
from common.links.options import BoardReport, LinkOptions
from common.links.popularity import ViewedReport
from common.links.ranges import Range, parse_range
from common.links.reader_choice import ReaderChoice
from common.links.state import LinkStateStore
from common.reports.comparison import Comparison
from common.reports.redaction import Redaction
from report_viewer.loading.rate_limits import ComputationLimit, LinkThrottledError

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

FIRST, SECOND, THIRD = "revenue-overview", "sales-velocity", "product-performance"
REPORTS = (SECOND, FIRST, THIRD)
BOARD = tuple(map(BoardReport, REPORTS))
IN = f"/in/{SECOND}"


@pytest.fixture
def sample(redis_client: Redis) -> Sample:
    """A board whose reports are ready; the tab of the one that opens first is the second."""
    made = Sample(FIRST, expires_at=NOON + timedelta(days=30))
    ready(redis_client, made)
    made.activate(redis_client, LinkOptions(board=BOARD))
    name(redis_client, made)
    return made


def ready(redis: Redis, sample: Sample) -> None:
    for report in REPORTS:
        replace(sample, report=report).store(redis, csv=report.encode())


def other(redis: Redis, sample: Sample, options: LinkOptions) -> Sample:
    made = replace(sample, link_id=uuid4())
    made.activate(redis, options)
    return made


def paths(sample: Sample, below: str = IN) -> list[str]:
    return [f"{sample.path}{below}{form.value.decode()}" for form in FORMS]


async def statuses(client: httpx.AsyncClient, found: list[str]) -> set[int]:
    return {(await client.get(each)).status_code for each in found}


def tabs(page: str) -> list[tuple[str, bool, str]]:
    """The addresses of the tabs, whether each is the page's, and what it is called."""
    nav = re.search(r'<nav class="tabs".*?</nav>', page, re.DOTALL)
    link = r'<a href="([^"]+)"( aria-current="page")?>([^<]+)</a>'
    found = re.findall(link, nav[0]) if nav is not None else []
    return [(url, bool(current), words) for url, current, words in found]


async def test_each_report_is_a_page_of_its_own_with_every_form_below_it(
    run: Run, sample: Sample
) -> None:
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        for _ in range(2):  # the second is cached
            for report, below in ((FIRST, ""), (SECOND, IN), (THIRD, f"/in/{THIRD}")):
                page = await client.get(f"{sample.path}{below}", headers=BROWSER)
                csv = await client.get(f"{sample.path}{below}/csv?in={FIRST}")
                data = (await client.get(f"{sample.path}{below}/data")).json()
                assert (page.status_code, csv.text) == (200, report)
                assert (data["report"], data["board"]) == (report, list(REPORTS))
                assert report in csv.headers["content-disposition"]
                assert f'href="{sample.path}{below}/csv"' in page.text
                assert tabs(page.text) == [
                    (f"{sample.path}{IN}", report == SECOND, "Sales velocity"),
                    (sample.path, report == FIRST, "Revenue overview"),
                    (f"{sample.path}/in/{THIRD}", report == THIRD, "Product performance"),
                ]


async def test_what_is_not_on_the_board_is_nowhere(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    pair = other(redis_client, sample, LinkOptions(board=BOARD[:2]))
    plain = other(redis_client, sample, LinkOptions())
    ranged = other(redis_client, sample, LinkOptions(ranges=(Range.WEEK,)))
    stubs = (f"/in/{THIRD}", f"/in/{FIRST}", "/in/coupon-impact", "/in/no-such-report")
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        unknown = json.loads((await client.get(f"{sample.path}/nothing")).content)
        for link in (pair, plain, ranged):
            assert await statuses(client, [link.path, f"{link.path}/csv"]) == {200}
            for below in stubs:
                assert await statuses(client, paths(link, below)) == {404}
                gone = await client.get(f"{link.path}{below}")
                assert json.loads(gone.content) == unknown
                view = await client.post(f"{link.path}{below}/view", content="a-load-of-it")
                assert view.status_code == 404
        assert await statuses(client, paths(plain)) == {404}
        assert tabs((await client.get(plain.path, headers=BROWSER)).text) == []
        assert (await client.get(f"{plain.path}/data")).json()["board"] == []
    assert jobs(redis_client) == []


async def test_a_report_type_that_is_gone_has_no_tab_and_opens_no_more(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    board = (*BOARD, BoardReport("gone-by-now"), BoardReport("coupon-impact"))
    link = other(redis_client, sample, LinkOptions(board=board))
    async with run() as client:
        assert len(tabs((await client.get(link.path, headers=BROWSER)).text)) == len(BOARD)
        assert await statuses(client, paths(link, "/in/gone-by-now")) == {422}
        assert await statuses(client, paths(link, "/in/coupon-impact")) == {422}


async def test_days_and_comparison_are_kept_from_tab_to_tab(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    options = LinkOptions(board=BOARD, ranges=tuple(Range), embed=("https://a.example",))
    link = other(redis_client, sample, options)
    chosen = parse_range("7d")
    assert chosen is not None
    window = chosen.window(tuple(Range), ZoneInfo("Europe/Berlin"), now=NOON)
    assert window is not None
    over = replace(sample, report=SECOND, window=window)
    over.store(redis_client, with_last_year(document(SECOND, window)))
    beside = replace(over, comparison=Comparison.LAST_YEAR)
    beside.store(redis_client, csv=b"beside")
    async with run() as client:
        page = (await client.get(f"{link.path}{IN}/r/7d", headers=BROWSER)).text
        both = f"{link.path}{IN}/r/7d/vs/last-year"
        frame = (await client.get(f"{both}/embed", headers=BROWSER)).text
        assert (await client.get(f"{both}/csv")).text == "beside"
        body = "first=2031-04-01&last=2031-04-10"
        led = await client.post(f"{link.path}{IN}/vs/last-year/r", content=body, headers=FORM)
        oembed = (await client.get(f"{both}/oembed")).json()
    assert [url for url, *_ in tabs(page)] == [
        f"{link.path}{IN}/r/7d", f"{link.path}/r/7d", f"{link.path}/in/{THIRD}/r/7d"
    ]  # fmt: skip
    assert f'<a href="{link.path}{IN}/r/month">Month to yesterday</a>' in page
    assert f'<a href="{both}">Last year</a>' in page
    assert [url for url, *_ in tabs(frame)][1] == f"{link.path}/r/7d/vs/last-year/embed"
    assert led.headers["location"] == f"{link.path}{IN}/r/2031-04-01..2031-04-10/vs/last-year"
    assert (oembed["title"], f"{both}/embed" in oembed["html"]) == ("Sales velocity", True)


async def test_it_is_revoked_expires_and_is_locked_as_one(
    run: Run, redis_client: Redis, sample: Sample, clock: time_machine.Traveller
) -> None:
    late = other(redis_client, sample, LinkOptions(board=BOARD))
    stored = unlocking.hash_of(PASSWORD)
    locked = other(redis_client, sample, LinkOptions(board=BOARD, password=stored, revision=1))
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0) as client:
        assert 200 in await statuses(client, paths(sample))
        LinkStateStore(redis_client).revoke([sample.ref])
        for below in ("", IN, "/in/no-such-report"):
            assert await statuses(client, paths(sample, below)) == {403}
            assert await statuses(client, paths(locked, below)) == {401}
        asked = await client.get(f"{locked.path}{IN}", headers=BROWSER)
        assert f'action="{locked.path}{IN}/unlock"' in asked.text
        opened = await client.post(
            f"{locked.path}{IN}/unlock", data={"password": PASSWORD}, headers=BROWSER
        )
        cookie = opened.headers["set-cookie"].partition(";")[0]
        for below in ("", IN, f"/in/{THIRD}"):
            page = await client.get(f"{locked.path}{below}", headers=BROWSER | {"cookie": cookie})
            assert page.status_code == 200
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        assert (await client.get(f"{late.path}{IN}")).status_code == 200
        clock.move_to(NOON + timedelta(days=31))
        assert await statuses(client, paths(late)) == {403}


async def test_each_report_hides_what_of_it_is_hidden(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    """On a board one report may be whole, and its file open, where another one's is not."""
    hidden = Redaction(sections=("products",), csv=True)
    hide = Redaction(sections=("products",))
    link = replace(sample, link_id=uuid4(), hidden=hide)
    board = (BoardReport(FIRST), BoardReport(THIRD, hidden))
    link.activate(redis_client, LinkOptions(hide=hide, board=board))
    replace(link, report=THIRD, hidden=hidden).store(redis_client, csv=b"header")
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        assert (await client.get(f"{link.path}/csv")).text == FIRST
        refused = await client.get(f"{link.path}/in/{THIRD}/csv")
        page = (await client.get(f"{link.path}/in/{THIRD}", headers=BROWSER)).text
    assert json.loads(refused.content)["type"] == "urn:analytics:problem:csv-hidden"
    assert page.count(f"{link.path}/in/{THIRD}/xlsx") == 1


async def test_what_is_missing_is_asked_for_of_its_own_shop_and_report_alone(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    stranger = replace(sample, link_id=uuid4(), tenant_id=sample.tenant_id + 1)
    stranger.activate(redis_client, LinkOptions(board=BOARD))
    name(redis_client, stranger)
    async with run(REPORT_VIEWER_WAIT_SECONDS=0.2, REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        assert (await client.get(f"{sample.path}{IN}")).status_code == 200
        for form in FORMS:
            answer = await client.get(f"{stranger.path}{IN}{form.value.decode()}")
            assert answer.status_code == 503
    (job,) = jobs(redis_client)
    assert (job["tenant_id"], job["report"]) == (stranger.tenant_id, SECOND)


async def test_views_are_the_link_s_and_keep_the_report_ready_that_was_seen(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    async with run() as client:
        for n, below in enumerate(["", IN, IN]):
            await client.post(
                f"{sample.path}{below}/view",
                content=f"a-load-of-it-{n}",
                headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"},
            )
    viewed = popularity.top(redis_client, sample.tenant_id, 5)
    assert viewed == tuple(ViewedReport(each, sample.window) for each in (SECOND, FIRST))
    (batch,) = redis_client.lrange(f"{{{sample.tenant_id}}}:view-batches", 0, -1)
    (views,) = json.loads(batch)["views"].items()
    assert (views[0], views[1]["views"]) == (str(sample.link_id), 3)


async def test_frozen_it_has_each_report_by_itself(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    link = other(redis_client, sample, LinkOptions(frozen=True, board=BOARD))
    for report in REPORTS[:2]:
        key = replace(sample, report=report).key
        redis_client.copy(key.cached, replace(key, frozen=link.link_id).cached)
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8, REPORT_VIEWER_WAIT_SECONDS=0.2) as client:
        for report, below in ((FIRST, ""), (SECOND, IN)):
            answer = await client.get(f"{link.path}{below}/csv")
            assert (answer.text, answer.headers["x-data-status"]) == (report, "frozen")
        assert (await client.get(f"{link.path}/in/{THIRD}")).status_code == 503, "brought back"


async def test_computations_are_limited_by_report(redis_client: Redis) -> None:
    claims = Sample().claims
    limit = ComputationLimit(redis_client, per_link=1, per_tenant=100)
    asked = [(report, days) for report in (None, SECOND, THIRD) for days in ("", "7d")]
    refused = []
    for report, days in [*asked, *asked]:
        choice = ReaderChoice(report=report, days=parse_range(days))
        try:
            limit.check(replace(claims, choice=choice))
        except LinkThrottledError:
            refused.append((report, days))
    assert refused == asked


async def test_previewers_get_the_card_of_the_report(run: Run, sample: Sample) -> None:
    async with run() as client:
        card = await client.get(f"{sample.path}{IN}", headers={"user-agent": "Slackbot 1.0"})
    assert "Sales velocity" in card.text
    assert "Revenue overview" not in card.text
