"""Reports in the console: drawn as visitors see them, of the admin's own shop alone."""

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from tests.integration.share_api.conftest import Service, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said
from tests.support.cached_reports import make_ready

from common.instants import now
from common.jobs.celery_config import QUEUE
from common.reports import registry
from common.reports.comparison import Comparison
from common.reports.window import Dates, Period, Window, window_of
from common.reports_cache.cache import (
    ReportCache,
    ReportKey,
    data_version_key,
)

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
SLUGS = [each.slug for each in registry.implemented()]


def week(zone: ZoneInfo = TOKYO) -> Window:
    return window_of(Period.WEEK, zone, now=now())


def preview(report: str = "revenue-overview", days: str = "7d") -> str:
    return f"/admin/reports/{report}/{days}/page"


@pytest.mark.parametrize("report", SLUGS)
def test_a_report_is_drawn_as_its_visitors_see_it_but_for_what_is_their_links(
    tab: Tab, world: World, redis_client: Redis, report: str
) -> None:
    key = make_ready(redis_client, world.tokyo, report, week())
    page = tab.open(f"/admin/reports/{report}", params={"period": "7d"})
    frame = f'<iframe class="preview" src="{preview(report)}"'
    assert frame in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    shown = tab.open(preview(report))
    assert shown.status_code == 200
    assert f"<h1>{registry.find(report).title}</h1>" in shown.text
    assert "Data as of" in said(shown)
    for only_of_links in ("Link valid until", "beacon", "/api/reports/", "og:title"):
        assert only_of_links not in shown.text
    policy = shown.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "form-action 'none'" in policy
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    rows = tab.client.get(f"{preview(report)}/rows")
    assert rows.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(rows.text.splitlines()) > 1
    redis_client.delete(key.cached)
    assert tab.client.get(f"{preview(report)}/rows").status_code == 404


def test_every_file_that_a_preview_asks_for_is_there(
    tab: Tab, world: World, redis_client: Redis
) -> None:
    make_ready(redis_client, world.tokyo, "revenue-overview", week())
    asked = re.findall(r'(?:src|href)="(/[^"#]+)"', tab.open(preview()).text)
    assert len(asked) == 5
    for path in asked:
        assert tab.client.get(path).status_code == 200, path


def test_what_is_not_there_is_asked_for_once_and_waited_for(
    tab: Tab, world: World, redis_client: Redis
) -> None:
    for _ in range(2):
        answer = tab.open(preview())
        assert answer.status_code == 202
        assert "Being prepared" in said(answer)
        assert '<meta http-equiv="refresh" content="2">' in answer.text
    assert redis_client.llen(QUEUE) == 1
    key = ReportKey(world.tokyo, "revenue-overview", week())
    ReportCache(redis_client, keep_seconds=60).fail(key)
    answer = tab.open(preview())
    assert answer.status_code == 503
    assert "cannot be computed right now" in said(answer)


def test_rows_that_are_still_to_be_written_are_asked_for_once(
    tab: Tab, world: World, redis_client: Redis
) -> None:
    key = make_ready(redis_client, world.tokyo, "revenue-overview", week())
    redis_client.hdel(key.cached, "csv")
    assert tab.open(preview()).status_code == 200
    assert not redis_client.llen(QUEUE), "the page is all that it shows"
    for _ in range(2):
        assert tab.client.get(f"{preview()}/rows").status_code == 404
    assert redis_client.llen(QUEUE) == 1


def test_what_newer_sales_have_overtaken_is_shown_and_computed_again(
    tab: Tab, world: World, redis_client: Redis
) -> None:
    make_ready(redis_client, world.tokyo, "revenue-overview", week())
    redis_client.set(data_version_key(world.tokyo), 10**9)
    assert "There is newer sales data" in said(tab.open(preview()))
    assert redis_client.llen(QUEUE) == 1


def test_nobody_sees_another_shops_report_by_any_address(
    tab: Tab, service: Service, world: World, redis_client: Redis
) -> None:
    make_ready(redis_client, world.berlin, "revenue-overview", week(BERLIN))
    make_ready(redis_client, world.berlin, "revenue-overview", week())
    assert tab.open(preview()).status_code == 202
    assert tab.client.get(f"{preview()}/rows").status_code == 404
    with a_tab(service) as stranger:
        assert stranger.open(preview()).headers["location"].startswith("/admin/login?next=")


def test_days_of_the_calendar_are_those_of_the_shop_and_over(
    tab: Tab, world: World, redis_client: Redis
) -> None:
    today = now().astimezone(TOKYO).date()
    first, last = today - timedelta(days=20), today - timedelta(days=1)
    window = window_of(Dates(first, last), TOKYO, now=now())
    make_ready(redis_client, world.tokyo, "revenue-overview", window)
    assert tab.open(preview(days=f"{first}..{last}")).status_code == 200
    wrong = [f"{last}..{first}", f"{first}..{today}", f"{first}..", "..", f"{first}_{last}"]
    for days in (*wrong, "1999-01-01..1999-01-02", "2026-02-30..2026-03-01", "8d", "7D", "7d..7d"):
        assert tab.open(preview(days=days)).status_code == 404, days
    chosen = {"period": "dates", "first": str(last), "last": str(first)}
    page = tab.open("/admin/reports/revenue-overview", params=chosen)
    assert "Choose past days" in said(page)
    assert "<iframe" not in page.text


def test_a_report_is_shown_beside_last_year(tab: Tab, world: World, redis_client: Redis) -> None:
    chosen = {"period": "7d", "compare": "last-year"}
    page = tab.open("/admin/reports/revenue-overview", params=chosen)
    assert f'src="{preview(days="7d,last-year")}"' in page.text
    assert "period=7d&amp;compare=last-year" in page.text
    make_ready(redis_client, world.tokyo, "revenue-overview", week())
    assert tab.open(preview(days="7d,last-year")).status_code == 202
    (message,) = redis_client.lrange(QUEUE, 0, -1)
    _, job, _ = json.loads(base64.b64decode(json.loads(message)["body"]))
    assert job["comparison"] == "last-year"
    key = make_ready(redis_client, world.tokyo, "revenue-overview", week())
    redis_client.rename(key.cached, replace(key, comparison=Comparison.LAST_YEAR).cached)
    assert tab.open(preview(days="7d,last-year")).status_code == 200
    assert tab.client.get(f"{preview(days='7d,last-year')}/rows").status_code == 200
    redis_client.hdel(replace(key, comparison=Comparison.LAST_YEAR).cached, "csv")
    redis_client.delete(QUEUE, replace(key, comparison=Comparison.LAST_YEAR).requested)
    assert tab.client.get(f"{preview(days='7d,last-year')}/rows").status_code == 404
    (message,) = redis_client.lrange(QUEUE, 0, -1)
    _, job, _ = json.loads(base64.b64decode(json.loads(message)["body"]))
    assert job["comparison"] == "last-year", "a CSV that its page has to do without"
    assert tab.open(preview()).status_code == 202
    for days in ("7d,previous", "7d,", "7d,last_year", ",last-year", "7d,last-year,last-year"):
        assert tab.open(preview(days=days)).status_code == 404, days


def test_other_reports_are_not_found(tab: Tab) -> None:
    for report in ("nothing", "no_such", SLUGS[0].upper()):
        assert tab.open(f"/admin/reports/{report}").status_code == 404
        assert tab.open(preview(report)).status_code == 404


def test_the_form_of_a_link_shows_what_it_is_for(tab: Tab) -> None:
    chosen = {"report": "sales-velocity", "period": "90d"}
    page = tab.open("/admin/reports/sales-velocity", params=chosen)
    assert "/admin/links/new?report=sales-velocity&amp;period=90d" in page.text
    form = tab.open("/admin/links/new", params=chosen)
    assert f'src="{preview("sales-velocity", "90d")}"' in form.text
    assert "frame-src 'self'" in form.headers["content-security-policy"]
    assert "frame-src" not in tab.open("/admin/links").headers["content-security-policy"]


def test_a_viewer_sees_reports_and_no_way_to_share_them(service: Service, world: World) -> None:
    world.join("carl", world.tokyo, "viewer")
    with a_tab(service) as carl:
        carl.log_in("carl")
        page = carl.open("/admin/reports/revenue-overview")
        assert page.status_code == 200
        assert "/admin/links/new" not in page.text
        assert carl.open(preview()).status_code == 202


def test_previews_are_not_computed_without_end(
    tab: Tab, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("share_api.rate_limits.PREVIEWS_PER_TENANT", 2)
    for days in ("7d", "30d", "7d"):
        assert tab.open(preview(days=days)).status_code == 202
    answer = tab.open(preview(days="90d"))
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert redis_client.llen(QUEUE) == 2


@pytest.mark.parametrize("days", ["9999-12-01..9999-12-31", "0001-01-01..0001-01-02"])
def test_days_at_the_ends_of_the_calendar_show_nothing(tab: Tab, days: str) -> None:
    assert tab.client.get(preview(days=days)).status_code == 404
    assert tab.client.get(f"{preview(days=days)}/rows").status_code == 404
    first, _, last = days.partition("..")
    chosen = {"period": "dates", "first": first, "last": last}
    page = tab.open(f"/admin/reports/{SLUGS[0]}", params=chosen)
    assert "Choose past days" in said(page)
