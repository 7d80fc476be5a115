"""Links whose readers choose the days: each range is a report of its own, shut with the link."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
import time_machine
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.integration.report_viewer.links.conftest import NOON
from tests.integration.report_viewer.links.test_live import jobs, name
from tests.integration.report_viewer.links.test_passwords import FORM, FORMS, PASSWORD, cookie_of
from tests.integration.report_viewer.links.test_passwords import unlock as unlock_link
from tests.support import wait
from tests.support.samples import Sample

from common.links import popularity, unlocking
from common.links.options import BoardReport, LinkOptions
from common.links.ranges import Range, parse_range
from common.links.reader_choice import ReaderChoice
from common.links.state import LinkStateStore
from common.reports_cache.cache import data_version_key
from report_viewer.loading.rate_limits import ComputationLimit, LinkThrottledError

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

BERLIN = ZoneInfo("Europe/Berlin")
ALL = LinkOptions(ranges=tuple(Range))
CUSTOM = "2031-04-01..2031-04-10"
BOARD = (BoardReport("revenue-overview"), BoardReport("sales-velocity"))
SHOWN = ("7d", "90d", "month", "last-month", CUSTOM)


@pytest.fixture
def sample(redis_client: Redis) -> Sample:
    """A link that lets its readers choose anything; all that it may show is ready."""
    made = Sample(expires_at=NOON + timedelta(days=30))
    made.store(redis_client, csv=b"as shared")
    for each in SHOWN:
        of_range(made, each).store(redis_client, csv=each.encode())
    made.activate(redis_client, ALL)
    name(redis_client, made)
    return made


def of_range(sample: Sample, text: str, now: datetime = NOON) -> Sample:
    """A link to the days of a range alone."""
    chosen = parse_range(text)
    window = chosen.window(tuple(Range), BERLIN, now=now) if chosen is not None else None
    assert window is not None
    return replace(sample, window=window)


def paths(sample: Sample, text: str) -> list[str]:
    """Where every form of a range is."""
    return [f"{sample.path}/r/{text}{form.value.decode()}" for form in FORMS]


async def statuses(client: httpx.AsyncClient, found: list[str], **headers: str) -> set[int]:
    return {(await client.get(each, headers=headers)).status_code for each in found}


async def test_each_range_is_the_report_of_its_days_cached_and_by_itself(
    run: Run, sample: Sample
) -> None:
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        plain = await client.get(sample.path, headers=BROWSER)
        tags = {plain.headers["etag"]}
        for text in SHOWN:
            path = f"{sample.path}/r/{text}"
            for _ in range(2):  # the second is cached
                page = await client.get(path, headers=BROWSER)
                csv = await client.get(f"{path}/csv?r=7d")
                assert (page.status_code, csv.text) == (200, text)
            window = of_range(sample, text).window
            said = [f"{each:%Y-%m-%dT%H:%M:%S}.000Z" for each in (window.start, window.end)]
            for answer in (page, csv):
                assert answer.headers["x-window-kind"] == "chosen"
                assert answer.headers["x-window"] == "/".join(said)
            assert f'href="{path}/csv"' in page.text
            tag = {"if-none-match": page.headers["etag"]}
            assert (await client.get(path, headers=BROWSER | tag)).status_code == 304
            tags.add(page.headers["etag"])
        assert len(tags) == len(SHOWN) + 1
        assert (await client.get(sample.path, headers=BROWSER)).content == plain.content
        assert (await client.get(f"{sample.path}/csv")).text == "as shared"


async def test_the_picker_has_what_is_allowed_and_marks_what_is_shown(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    some = replace(sample, link_id=Sample().link_id)
    some.activate(redis_client, LinkOptions(ranges=(Range.WEEK, Range.LAST_MONTH)))
    plain = replace(sample, link_id=Sample().link_id)
    plain.activate(redis_client)
    async with run() as client:
        page = (await client.get(f"{some.path}/r/7d", headers=BROWSER)).text
        whole = await client.get(f"{sample.path}/r/{CUSTOM}", headers=BROWSER)
        without = await client.get(plain.path, headers=BROWSER)
    assert f'<a href="{some.path}/r/7d" aria-current="page">7 days</a>' in page
    assert f'<a href="{some.path}/r/last-month">Last month</a>' in page
    assert f'<a href="{some.path}">As shared</a>' in page
    assert "/r/30d" not in page
    assert "<form" not in page
    assert f'method="post" action="{sample.path}/r"' in whole.text
    assert 'name="last" value="2031-04-10"' in whole.text
    assert "form-action 'self'" in whole.headers["content-security-policy"]
    assert 'class="days"' not in without.text
    assert "form-action 'none'" in without.headers["content-security-policy"]


@pytest.mark.parametrize(
    "text", ["30d", "month", CUSTOM, "2031-05-02..2031-05-02", "2031-05-01..2031-05-09"]
)
async def test_what_is_not_allowed_is_nowhere_in_any_form(
    run: Run, redis_client: Redis, sample: Sample, text: str
) -> None:
    allowed = (Range.WEEK, Range.LAST_MONTH)
    if "05-0" in text:  # days that are not over
        allowed = (Range.CUSTOM, Range.WEEK)
    for options in (LinkOptions(ranges=allowed), LinkOptions()):
        other = replace(sample, link_id=Sample().link_id)
        other.activate(redis_client, options)
        async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
            assert await statuses(client, [other.path, f"{other.path}/csv"]) == {200}
            assert await statuses(client, paths(other, text)) == {404}
            view = await client.post(f"{other.path}/r/{text}/view", content="a-load-of-it")
            assert view.status_code == 404
    assert jobs(redis_client) == []


async def test_a_day_later_the_days_have_moved(
    run: Run, redis_client: Redis, sample: Sample, clock: time_machine.Traveller
) -> None:
    moved = of_range(sample, "7d", NOON + timedelta(days=1))
    clock.shift(1)  # computed at another moment than the others
    moved.store(redis_client, csv=b"moved")
    path = f"{sample.path}/r/7d/csv"
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        assert (await client.get(path)).text == "7d"
        clock.move_to(datetime(2031, 5, 2, 21, 59, 59, tzinfo=UTC))
        assert (await client.get(path)).text == "7d"
        clock.move_to(datetime(2031, 5, 2, 22, tzinfo=UTC))  # midnight in Berlin
        assert (await client.get(path)).text == "moved"
        assert (await client.get(f"{sample.path}/r/{CUSTOM}/csv")).text == CUSTOM


async def test_revoked_and_expired_it_opens_in_no_range(
    run: Run, redis_client: Redis, sample: Sample, clock: time_machine.Traveller
) -> None:
    every = [each for text in SHOWN for each in paths(sample, text)]
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0) as client:
        assert 200 in await statuses(client, every)
        LinkStateStore(redis_client).revoke([sample.ref])
        assert await statuses(client, every) == {403}
    other = replace(sample, link_id=Sample().link_id)
    other.activate(redis_client, ALL)
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        assert (await client.get(f"{other.path}/r/7d")).status_code == 200
        clock.move_to(NOON + timedelta(days=31))
        assert await statuses(client, paths(other, "7d")) == {403}


async def test_another_links_ranges_are_not_its_own(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    """Of the same shop and report, and of another shop."""
    sibling = replace(sample, link_id=Sample().link_id)
    sibling.activate(redis_client)
    stranger = replace(sample, link_id=Sample().link_id, tenant_id=sample.tenant_id + 1)
    stranger.activate(redis_client, ALL)
    name(redis_client, stranger)
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        assert (await client.get(f"{sample.path}/r/7d")).status_code == 200
        assert (await client.get(f"{sibling.path}/r/7d")).status_code == 404
        assert (await client.get(f"{stranger.path}/r/7d")).status_code == 503
    (job,) = jobs(redis_client)
    assert job["tenant_id"] == stranger.tenant_id


async def test_with_a_password_no_range_is_shown_without_it(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    locked = replace(sample, link_id=Sample().link_id)
    stored = unlocking.hash_of(PASSWORD)
    options = LinkOptions(ranges=tuple(Range), password=stored, revision=1)
    locked.activate(redis_client, options)
    path = f"{locked.path}/r/7d"
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        for text in ("7d", CUSTOM, "2031-05-02..2031-05-02"):  # nor what is not shown at all
            assert await statuses(client, paths(locked, text)) == {401}
        asked = await client.get(path, headers=BROWSER)
        assert f'action="{path}/unlock"' in asked.text
        opened = await client.post(
            f"{path}/unlock",
            content=f"password={PASSWORD.replace(' ', '+')}",
            headers=BROWSER | FORM,
        )
        assert opened.headers["location"] == path
        client.cookies.clear()
        cookie = cookie_of(opened)
        assert await statuses(client, [path, f"{path}/csv", locked.path], **cookie) == {200}
        assert await statuses(client, [path]) == {401}
        assert cookie_of(await unlock_link(client, locked))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("first=2031-04-01&last=2031-04-10", 303),
        ("first=2031-04-10&last=2031-04-01", 400),
        ("first=2031-05-01&last=2031-05-02", 400),
        ("first=2031-04-01&first=2031-04-02&last=2031-04-10", 400),
        ("first=7d&last=", 400),
        ("first=2031-04-01..2031-04-02&last=2031-04-10", 400),
        ("", 400),
        ("first=%FF&last=2031-04-10", 400),
        ("first=2031-04-01&last=2031-04-10%0d%0aX: y", 400),
        ("x" * 600, 413),
    ],
)
async def test_days_that_are_posted_lead_to_their_address(
    run: Run, redis_client: Redis, sample: Sample, body: str, status: int
) -> None:
    none = replace(sample, link_id=Sample().link_id)
    none.activate(redis_client, LinkOptions(ranges=(Range.WEEK,)))
    async with run() as client:
        answer = await client.post(f"{sample.path}/r", content=body, headers=FORM)
        assert answer.status_code == status
        if status == 303:
            assert answer.headers["location"] == f"{sample.path}/r/{CUSTOM}"
            assert answer.headers["cache-control"].startswith("no-store")
        refused = await client.post(f"{none.path}/r", content=body, headers=FORM)
        assert refused.status_code in {400, 404, 413}
        LinkStateStore(redis_client).revoke([sample.ref])
        assert (await client.post(f"{sample.path}/r", content=body)).status_code == 403
    assert jobs(redis_client) == []


NOT_SHOWN = (
    "2031-05-01..2031-05-02",  # not over
    "2030-01-01..2031-05-01",  # more than 366
    "2031-04-10..2031-04-01",  # turned round
    "2031-04-01..2039-01-01",
    "1999-12-31..2000-01-02",
    "2031-02-30..2031-03-01",
)
"""Days that no link shows on the second of May 2031."""


@pytest.mark.parametrize("text", NOT_SHOWN)
async def test_an_address_of_days_that_cannot_be_shown_leaves_a_way_on(
    run: Run, redis_client: Redis, sample: Sample, text: str
) -> None:
    """To the report, and to other days where the link offers any, beside what else was chosen."""
    week, board = (replace(sample, link_id=Sample().link_id) for _ in range(2))
    week.activate(redis_client, LinkOptions(ranges=(Range.WEEK,)))
    board.activate(redis_client, LinkOptions(ranges=tuple(Range), board=BOARD))
    first, last = text.split("..")
    async with run() as client:
        for link, below in (
            (sample, ""),
            (sample, "/vs/last-year"),
            (board, f"/in/{BOARD[1].report}"),
        ):
            at, _, beside = below.partition("/vs")
            path = f"{link.path}{at}/r/{text}{'/vs' if beside else ''}{beside}"
            answer = await client.get(path, headers=BROWSER)
            assert answer.status_code == 404
            assert f'href="{link.path}"' in answer.text
            assert f'action="{link.path}{below}/r"' in answer.text
            assert "form-action 'self'" in answer.headers["content-security-policy"]
            for field, value in (("first", first), ("last", last)):
                bounds = 'min="2000-01-01" max="2031-05-01"'  # yesterday in Berlin
                assert f'name="{field}" value="{value}" {bounds}' in answer.text
        for path in (
            f"{week.path}/r/{text}",
            f"{sample.path}/in/{BOARD[1].report}/r/{text}",
            f"{board.path}/in/product-performance/r/{text}",
            f"{board.path}/in/{BOARD[0].report}/r/{text}",  # what the link shows anyway
            f"{sample.path}/r/{text}/vs/previous",
        ):
            hidden = await client.get(path, headers=BROWSER)
            assert hidden.status_code == 404
            assert "There is nothing here" in hidden.text
            assert sample.path not in hidden.text
            assert board.path not in hidden.text
        told = (await client.get(f"{sample.path}/r/{text}")).json()
        assert (told["type"], told["status"]) == ("urn:analytics:problem:not-found", 404)
        LinkStateStore(redis_client).revoke([sample.ref])
        assert (await client.get(f"{sample.path}/r/{text}")).status_code == 403
    assert jobs(redis_client) == []


@pytest.mark.parametrize(
    ("posted", "first", "last"),
    [
        ("first=2031-05-01&last=2031-05-02", "2031-05-01", "2031-05-02"),
        ("first=7d&last=x", "7d", "x"),
        ("first=2031-04-01&last=", "2031-04-01", ""),
        ("first=&last=2031-04-10", "", "2031-04-10"),
        ("last=2031-04-10", "", "2031-04-10"),
        ("first=2031-04-01&last=2031-04-02&last=2031-04-03", "2031-04-01", ""),
        ("", "", ""),
    ],
)
async def test_days_that_are_posted_and_cannot_be_shown_are_given_back(
    run: Run, sample: Sample, posted: str, first: str, last: str
) -> None:
    async with run() as client:
        answer = await client.post(f"{sample.path}/r", content=posted, headers=FORM | BROWSER)
    assert answer.status_code == 400
    assert f'href="{sample.path}"' in answer.text
    assert f'action="{sample.path}/r"' in answer.text
    for field, value in (("first", first), ("last", last)):
        bounds = 'min="2000-01-01" max="2031-05-01"'
        assert f'name="{field}" value="{value}" {bounds}' in answer.text


async def test_the_last_day_that_can_be_chosen_is_over_where_the_shop_is(
    run: Run, redis_client: Redis, sample: Sample, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2031, 5, 2, 22, tzinfo=UTC))  # midnight in Berlin
    path = f"{sample.path}/r/2031-05-03..2031-05-03"
    async with run() as client:
        assert 'max="2031-05-02"' in (await client.get(path, headers=BROWSER)).text
        name(redis_client, sample, "America/New_York")
        assert 'max="2031-05-01"' in (await client.get(path, headers=BROWSER)).text


async def test_computations_are_limited_by_range_and_custom_ones_together(
    redis_client: Redis,
) -> None:
    claims = Sample().claims
    limit = ComputationLimit(redis_client, per_link=1, per_tenant=100)
    refused = []
    for text in ("7d", "90d", CUSTOM, "2031-04-01..2031-04-11", "1999-12-31", "month", "7d"):
        asked = replace(claims, choice=ReaderChoice(days=parse_range(text)))
        try:
            limit.check(asked)
        except LinkThrottledError as error:
            refused.append((text, error.is_of(asked), error.is_of(claims)))
    # What is no range is the link itself, whose own days are counted by themselves.
    assert refused == [("2031-04-01..2031-04-11", True, False), ("7d", True, False)]


async def test_days_that_a_reader_named_are_computed_again_as_often_as_others(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    other = "2031-04-02..2031-04-09"
    of_range(sample, other).store(redis_client, csv=other.encode())
    redis_client.set(data_version_key(sample.tenant_id), b"4")
    async with run(REPORT_VIEWER_COLD_PER_LINK=1) as client:
        assert (await client.get(f"{sample.path}/r/{CUSTOM}/csv")).text == CUSTOM
        await wait.until_async(lambda: len(jobs(redis_client)) == 1)
        assert (await client.get(f"{sample.path}/r/{other}/csv")).text == other
        assert (await client.get(f"{sample.path}/r/7d/csv")).text == "7d"
        await wait.until_async(lambda: len(jobs(redis_client)) >= 2)
    asked = {(job["start"], job["end"]) for job in jobs(redis_client)}
    windows = [of_range(sample, text).window for text in (CUSTOM, "7d")]
    assert asked == {(int(w.start.timestamp()), int(w.end.timestamp())) for w in windows}


async def test_what_is_viewed_is_kept_ready_but_for_days_of_one_reader(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    async with run() as client:
        for text in ("7d", "month", CUSTOM):
            await client.post(
                f"{sample.path}/r/{text}/view",
                content=f"a-load-of-{text[:2]}",
                headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"},
            )
    viewed = {each.window for each in popularity.top(redis_client, sample.tenant_id, 10)}
    assert viewed == {of_range(sample, text).window for text in ("7d", "month")}
