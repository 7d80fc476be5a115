"""A browser, and the viewer over HTTP with a real Redis behind it."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from tests.support import wait
from tests.support.samples import SECRET

from devstack.processes.sockets import reserved_port
from report_viewer.app import create_app
from report_viewer.settings import ViewerSettings

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
PATIENCE = int(1000 * wait.PATIENCE_SECONDS)
"""Milliseconds that a loaded machine may take for what takes a moment."""


def find_browser() -> str | None:
    """The Chromium of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    given = os.environ.get("CHROMIUM")
    return given or next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one module: while it runs, no other event loop may in this process."""
    executable = find_browser()
    if executable is None:
        reason = "no Chromium found (Debian: apt install chromium; or set CHROMIUM=/path)"
        if os.environ.get("ANALYTICS_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield started
        started.close()


@pytest.fixture
def viewer(redis_url: str) -> Iterator[str]:
    """A viewer over HTTP; where it is."""
    port = reserved_port()
    address = f"http://127.0.0.1:{port}"
    app = create_app(
        ViewerSettings.model_validate(
            {
                "REDIS_URL": redis_url,
                "ANALYTICS_SHARE_SIGNING_SECRET": SECRET,
                "PUBLIC_BASE_URL": address,
                "REPORT_VIEWER_WAIT_SECONDS": 0.2,
            }
        )
    )
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, server_header=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()

    def started() -> bool:
        assert thread.is_alive(), "the viewer did not start"
        return server.started

    wait.until(started, "the viewer")
    yield address
    server.should_exit = True
    thread.join(wait.PATIENCE_SECONDS)


LISTENERS = """
    window.seen = { shifts: [], refused: [], themeAtFirst: undefined };
    const shifts = new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            if (entry.hadRecentInput) continue;
            const moved = entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 120));
            seen.shifts.push({ value: entry.value, moved });
        }
    });
    shifts.observe({ type: "layout-shift", buffered: true });
    document.addEventListener("securitypolicyviolation", (event) => {
        seen.refused.push(`${event.violatedDirective}: ${event.blockedURI}`);
    });
    new MutationObserver((_, observer) => {
        if (!document.body) return;
        seen.themeAtFirst = document.documentElement.dataset.theme ?? "";
        observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
"""
"""What a page's own scripts cannot know of themselves, written down before they run."""


@dataclass
class Visit:
    """An opened page, and everything it complained of or asked of others."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def refused(self) -> list[str]:
        """What the content policy refused."""
        return list(self.page.evaluate("seen.refused"))

    def shift(self) -> float:
        """By how much things moved that nobody had asked to move."""
        return float(self.page.evaluate("seen.shifts.reduce((sum, { value }) => sum + value, 0)"))


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, viewer: str) -> Iterator[Open]:
    """Opens a path in a context of its own. ``before`` gets the page before it goes there."""
    contexts = []

    def opened(
        path: str,
        *,
        before: Callable[[Page], object] = lambda _: None,
        until: str = "load",
        **options: object,
    ) -> Visit:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if options.get("java_script_enabled", True):
            context.add_init_script(LISTENERS)
        visit = Visit(context.new_page())
        visit.listen()
        before(visit.page)
        visit.page.goto(viewer + path, wait_until=until)  # type: ignore[arg-type]
        return visit

    yield opened
    for context in contexts:
        context.close()
