"""What readers compare with: each comparison is a report of its own, shut with the link."""

import json
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
from common.links.options import LinkOptions, encode
from common.links.popularity import ViewedReport
from common.links.ranges import Range, parse_range
from common.links.reader_choice import ReaderChoice
from common.links.state import LinkStateStore
from common.reports.comparison import Comparison
from report_viewer.loading.rate_limits import ComputationLimit, LinkThrottledError

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

BERLIN = ZoneInfo("Europe/Berlin")
AGAINST = "/vs/last-year"
OWN = LinkOptions(compare=Comparison.LAST_YEAR)


@pytest.fixture
def sample(redis_client: Redis) -> Sample:
    """A link whose report is ready beside the days before, and beside last year."""
    made = Sample(expires_at=NOON + timedelta(days=30))
    ready(redis_client, made)
    made.activate(redis_client)
    name(redis_client, made)
    return made


def ready(redis: Redis, sample: Sample) -> None:
    for each in Comparison:
        one = replace(sample, comparison=each)
        made = document(one.report, one.window, comparison=each)
        if each is Comparison.PREVIOUS:
            made = with_last_year(made)
        one.store(redis, made, csv=each.value.encode())


def other(redis: Redis, sample: Sample, options: LinkOptions) -> Sample:
    """Another link to the same report."""
    made = replace(sample, link_id=uuid4())
    made.activate(redis, options)
    return made


def paths(sample: Sample, below: str = AGAINST) -> list[str]:
    """Where every form of it is."""
    return [f"{sample.path}{below}{form.value.decode()}" for form in FORMS]


async def statuses(client: httpx.AsyncClient, found: list[str], **headers: str) -> set[int]:
    return {(await client.get(each, headers=headers)).status_code for each in found}


async def test_it_is_a_report_of_its_own_cached_by_itself(run: Run, sample: Sample) -> None:
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        plain = await client.get(sample.path, headers=BROWSER)
        for _ in range(2):  # the second is cached
            page = await client.get(f"{sample.path}{AGAINST}", headers=BROWSER)
            csv = await client.get(f"{sample.path}{AGAINST}/csv?vs=previous")
            data = (await client.get(f"{sample.path}{AGAINST}/data")).json()
            assert (page.status_code, csv.text) == (200, "last-year")
            assert (data["comparison"], data["lastYearDays"]) == ("last-year", None)
            for answer in (page, csv):
                assert answer.headers["x-compared-with"] == "last-year"
        assert f'href="{sample.path}{AGAINST}/csv"' in page.text
        tag = {"if-none-match": page.headers["etag"]}
        path = f"{sample.path}{AGAINST}"
        assert (await client.get(path, headers=BROWSER | tag)).status_code == 304
        assert (await client.get(sample.path, headers=BROWSER | tag)).status_code == 200
        assert page.headers["etag"] != plain.headers["etag"]
        assert (await client.get(sample.path, headers=BROWSER)).content == plain.content
        own = await client.get(f"{sample.path}/csv")
        assert (own.text, own.headers.get("x-compared-with")) == ("previous", None)
        assert own.headers["etag"] != csv.headers["etag"]
        assert (await client.get(f"{sample.path}/data")).json()["comparison"] == "previous"


async def test_the_page_says_what_it_is_compared_with_and_leads_to_the_other(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    async with run() as client:
        plain = (await client.get(sample.path, headers=BROWSER)).text
        page = (await client.get(f"{sample.path}{AGAINST}", headers=BROWSER)).text
    redis_client.delete(sample.key.cached)
    sample.store(redis_client)
    async with run() as client:
        without = (await client.get(sample.path, headers=BROWSER)).text
    assert f'<a href="{sample.path}{AGAINST}">Last year</a>' in plain
    assert f'<a href="{sample.path}" aria-current="page">5 weeks earlier</a>' in plain
    assert "on the same weekdays 5 weeks earlier" in plain
    assert f'<a href="{sample.path}">5 weeks earlier</a>' in page
    assert f'<a href="{sample.path}{AGAINST}" aria-current="page">Last year</a>' in page
    assert "on the same weekdays a year before" in page
    assert "weeks earlier</" not in page.replace("5 weeks earlier</a>", "")
    assert '"previousWindow":"Last year"' in page
    assert "/vs/" not in without, "nothing is known of a year ago"


async def test_a_link_of_its_own_comparison_shows_that_first_and_leads_to_the_days_before(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    link = other(redis_client, sample, OWN)
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        for _ in range(2):
            page = await client.get(link.path, headers=BROWSER)
            assert page.headers["x-compared-with"] == "last-year"
            assert f'<a href="{link.path}" aria-current="page">Last year</a>' in page.text
            assert (await client.get(f"{link.path}/csv")).text == "last-year"
            assert (await client.get(f"{link.path}/vs/previous/csv")).text == "previous"
        assert await statuses(client, paths(link)) == {404}, "another spelling of its own page"
    redis_client.delete(sample.key.cached)
    sample.store(redis_client)
    async with run() as client:
        back = (await client.get(f"{link.path}/vs/previous", headers=BROWSER)).text
    assert f'<a href="{link.path}">Last year</a>' in back, "a way back without any data of then"


async def test_what_is_its_own_comparison_or_frozen_is_nowhere_in_any_form(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    frozen = other(redis_client, sample, LinkOptions(frozen=True))
    redis_client.copy(sample.key.cached, replace(sample.key, frozen=frozen.link_id).cached)
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        for link, below in [(sample, "/vs/previous"), *((frozen, f"/vs/{e}") for e in Comparison)]:
            assert await statuses(client, [link.path, f"{link.path}/csv"]) == {200}
            assert await statuses(client, paths(link, below)) == {404}
            view = await client.post(f"{link.path}{below}/view", content="a-load-of-it")
            assert view.status_code == 404
        assert "/vs/" not in (await client.get(frozen.path, headers=BROWSER)).text
    assert jobs(redis_client) == []


async def test_days_and_comparison_are_chosen_by_themselves(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    link = other(redis_client, sample, LinkOptions(ranges=tuple(Range)))
    chosen = parse_range("7d")
    window = chosen.window(tuple(Range), BERLIN, now=NOON) if chosen is not None else None
    assert window is not None
    ready(redis_client, replace(sample, window=window))
    path = f"{link.path}/r/7d{AGAINST}"
    body = "first=2031-04-01&last=2031-04-10"
    async with run() as client:
        page = (await client.get(path, headers=BROWSER)).text
        csv = await client.get(f"{path}/csv")
        led = await client.post(f"{link.path}{AGAINST}/r", content=body, headers=FORM)
        assert (await client.post(f"{path}/r", content=body, headers=FORM)).status_code == 404
        own = f"{link.path}/vs/previous/r"
        assert (await client.post(own, content=body, headers=FORM)).status_code == 404
    assert csv.text == "last-year"
    assert csv.headers["x-window-kind"] == "chosen"
    assert f'<a href="{link.path}/r/7d">1 week earlier</a>' in page
    assert f'<a href="{link.path}/r/month{AGAINST}">Month to yesterday</a>' in page
    assert f'action="{link.path}{AGAINST}/r"' in page
    assert led.headers["location"] == f"{link.path}/r/2031-04-01..2031-04-10{AGAINST}"


async def test_revoked_and_expired_it_opens_beside_nothing(
    run: Run, redis_client: Redis, sample: Sample, clock: time_machine.Traveller
) -> None:
    late = other(redis_client, sample, LinkOptions())
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0) as client:
        assert 200 in await statuses(client, paths(sample))
        LinkStateStore(redis_client).revoke([sample.ref])
        assert await statuses(client, paths(sample)) == {403}
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        assert (await client.get(f"{late.path}{AGAINST}")).status_code == 200
        clock.move_to(NOON + timedelta(days=31))
        assert await statuses(client, paths(late)) == {403}


async def test_with_a_password_it_is_not_shown_without_it(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    stored = unlocking.hash_of(PASSWORD)
    locked = other(redis_client, sample, LinkOptions(password=stored, revision=1))
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        for below in (AGAINST, "/vs/previous"):
            assert await statuses(client, paths(locked, below)) == {401}
        asked = await client.get(f"{locked.path}{AGAINST}", headers=BROWSER)
    assert f'action="{locked.path}{AGAINST}/unlock"' in asked.text


async def test_what_is_missing_is_asked_for_of_its_own_shop_and_comparison_alone(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    stranger = replace(sample, link_id=uuid4(), tenant_id=sample.tenant_id + 1)
    stranger.activate(redis_client)
    name(redis_client, stranger)
    async with run(REPORT_VIEWER_LOCAL_SECONDS=0.8) as client:
        assert (await client.get(f"{sample.path}{AGAINST}")).status_code == 200
        assert (await client.get(f"{stranger.path}{AGAINST}")).status_code == 503
        assert (await client.get(f"{stranger.path}{AGAINST}")).status_code == 503
    (job,) = jobs(redis_client)
    assert (job["tenant_id"], job["comparison"]) == (stranger.tenant_id, "last-year")


async def test_computations_are_limited_by_range_and_comparison(redis_client: Redis) -> None:
    claims = Sample().claims
    limit = ComputationLimit(redis_client, per_link=1, per_tenant=100)
    refused = []
    asked = [(days, against) for days in ("", "7d") for against in (None, Comparison.LAST_YEAR)]
    for days, against in [*asked, *asked]:
        try:
            choice = ReaderChoice(days=parse_range(days), against=against)
            limit.check(replace(claims, choice=choice))
        except LinkThrottledError:
            refused.append((days, against))
    assert refused == asked


async def test_what_is_viewed_beside_last_year_is_kept_ready_so(
    run: Run, redis_client: Redis, sample: Sample
) -> None:
    async with run() as client:
        for n, below in enumerate(["", AGAINST, AGAINST]):
            await client.post(
                f"{sample.path}{below}/view",
                content=f"a-load-of-it-{n}",
                headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"},
            )
    viewed = [ViewedReport(sample.report, sample.window, each) for each in Comparison]
    assert popularity.top(redis_client, sample.tenant_id, 10) == (viewed[1], viewed[0])


async def test_a_state_says_it_only_where_it_is_not_with_the_days_before() -> None:
    assert json.loads(encode(OWN)) == {"compare": "last-year"}
    assert json.loads(encode(LinkOptions(compare=Comparison.PREVIOUS))) == {}
