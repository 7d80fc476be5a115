"""A page tells once that somebody sees it, and not before somebody does."""

import pytest
from playwright.sync_api import Page, Request
from redis import Redis
from tests.browser.conftest import PATIENCE, Open, Visit
from tests.support.samples import Sample
from tests.support.views import waiting_views

PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36"

# A browser without windows has no tabs behind others and draws nothing ahead of time.
HIDDEN = """
    window.behind = true;
    Object.defineProperty(document, "visibilityState", {
        get: () => (window.behind ? "hidden" : "visible"),
    });
"""
AHEAD = """
    window.ahead = true;
    Object.defineProperty(document, "prerendering", { get: () => window.ahead });
"""
HIDE = "behind = true; document.dispatchEvent(new Event('visibilitychange'))"
SHOW = "behind = false; document.dispatchEvent(new Event('visibilitychange'))"
SHOW_FIRST = "ahead = false; document.dispatchEvent(new Event('prerenderingchange'))"

LONG = 60_000
"""Milliseconds on the page's clock, which the tests put forward: more than it ever waits."""


@pytest.fixture
def sample(redis_client: Redis) -> Sample:
    made = Sample()
    made.activate(redis_client)
    made.store(redis_client)
    return made


@pytest.fixture
def open_page(visit: Open, sample: Sample):
    """Opens the report with the page's clock in the test's hand, and ``script`` run before all."""

    def opened(script: str = "", **options: object) -> Visit:
        def prepare(page: Page) -> None:
            page.clock.install()
            if script:
                page.add_init_script(script)

        return visit(sample.path, before=prepare, **{"user_agent": PERSON, **options})

    return opened


def beacons(visited: Visit) -> list[str]:
    return [each for each in visited.requests if each.endswith("/view")]


def until_told(visited: Visit, wake: str = "") -> Request:
    """The beacon that the page sends as its clock goes on."""
    page = visited.page
    with page.expect_request(lambda each: each.url.endswith("/view"), timeout=PATIENCE) as sent:
        if wake:
            page.evaluate(wake)
        page.clock.run_for(LONG)
    answer = sent.value.response()
    assert answer is not None
    assert answer.status == 204
    return sent.value


def counted(redis: Redis, sample: Sample) -> int:
    """The views of the link in Redis; the viewer adds them up by itself."""
    views = waiting_views(redis, sample.tenant_id).get(sample.link_id)
    return views.views if views is not None else 0


def test_a_page_that_is_seen_tells_once(open_page, sample: Sample, redis_client: Redis) -> None:
    visited = open_page()
    beacon = until_told(visited)
    assert beacon.method == "POST"
    assert len(beacon.post_data or "") == 32
    page = visited.page
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.run_for(LONG)
    again = open_page()
    assert until_told(again).post_data != beacon.post_data
    assert [len(beacons(each)) for each in (visited, again)] == [1, 1]
    assert visited.refused() == []
    assert visited.complaints == []
    assert page.context.cookies() == []
    for _ in range(600):
        if counted(redis_client, sample) >= 2:
            break
        again.page.wait_for_timeout(100)
    assert counted(redis_client, sample) == 2


def test_a_tab_that_nobody_looks_at_tells_nothing(open_page) -> None:
    visited = open_page(HIDDEN)
    visited.page.clock.run_for(LONG)
    for glance in (SHOW, HIDE):
        visited.page.evaluate(glance)
        visited.page.clock.run_for(300)
    visited.page.clock.run_for(LONG)
    assert beacons(visited) == []
    until_told(visited, SHOW)
    assert len(beacons(visited)) == 1


def test_a_page_drawn_ahead_of_time_tells_when_it_is_shown(open_page) -> None:
    visited = open_page(AHEAD)
    visited.page.clock.run_for(LONG)
    assert beacons(visited) == []
    until_told(visited, SHOW_FIRST)
    assert len(beacons(visited)) == 1


def test_a_browser_without_beacons_tells_as_well(open_page) -> None:
    visited = open_page("delete Navigator.prototype.sendBeacon;")
    assert until_told(visited).method == "POST"
    assert visited.complaints == []


def test_a_problem_page_tells_nothing(visit: Open) -> None:
    visited = visit("/api/reports/x", before=lambda page: page.clock.install(), user_agent=PERSON)
    visited.page.clock.run_for(LONG)
    assert "beacon" not in visited.page.content()
    assert beacons(visited) == []
