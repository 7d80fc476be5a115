"""A report in a frame of another site: shown where its link says so, and nowhere else."""

from dataclasses import replace
from uuid import uuid4

from playwright.sync_api import Page, Route
from redis import Redis
from tests.browser.accessibility import findings
from tests.browser.conftest import DESKTOP, Contexts
from tests.browser.reports import ready

from common.links.options import LinkOptions

SITE, STRANGER = "https://intranet.example.com", "https://stranger.example"
REPORTS = "https://reports.example.com"


def test_the_sites_of_a_link_frame_it_and_no_others(
    contexts: Contexts, viewer: str, redis_client: Redis
) -> None:
    link = replace(ready(redis_client, "revenue-overview"), link_id=uuid4())
    link.activate(redis_client, LinkOptions(embed=(SITE,)))
    address = f"{REPORTS}{link.path}/embed"

    def from_viewer(route: Route) -> None:
        """What the viewer answers: browsers let no page of elsewhere frame this machine."""
        path = route.request.url.removeprefix(REPORTS)
        route.fulfill(response=route.fetch(url=f"{viewer}{path}"))

    def framed(page: Page, site: str) -> None:
        html = f'<h1>Figures</h1><iframe src="{address}" width="720" height="560"></iframe>'
        page.route(f"{site}/", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.route(f"{REPORTS}/**", from_viewer)
        page.goto(f"{site}/")

    with contexts.new(viewport=DESKTOP) as context:
        page = context.new_page()
        framed(page, SITE)
        shown = page.frame_locator("iframe")
        shown.locator(".hero .kpi-value").wait_for()
        assert shown.locator("h1").inner_text() == "Revenue overview"
        assert shown.locator("body.compact .menu[data-downloads]").count() == 0
        link_out = shown.locator("a", has_text="Open the report")
        assert link_out.get_attribute("href") == link.path
        stranger = context.new_page()
        framed(stranger, STRANGER)
        assert stranger.frame_locator("iframe").locator(".hero").count() == 0
        alone = context.new_page()
        alone.set_viewport_size({"width": 320, "height": 480})
        alone.goto(f"{viewer}{link.path}/embed")
        assert findings(alone) == []
        assert alone.evaluate("document.documentElement.scrollWidth") <= 320
        assert alone.evaluate("seen.refused") == []
