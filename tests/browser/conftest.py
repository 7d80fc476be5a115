"""A browser, and the viewer over HTTP with a real Redis behind it: one each for all these tests.

Starting either, or only a context of a browser, takes more than most tests do with it.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    sync_playwright,
)
from redis import Redis
from tests.browser.chromium import SWITCHES, find_browser
from tests.support import wait
from tests.support.password_hashes import CHEAP
from tests.support.patient_redis import be_patient_with_redis
from tests.support.samples import SECRET

from devstack.processes.sockets import reserved_port
from report_viewer.app import create_app
from report_viewer.loading import worker_heartbeat
from report_viewer.settings import ViewerSettings

DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
PATIENCE = int(1000 * wait.PATIENCE_SECONDS)
"""Milliseconds that a loaded machine may take for what takes a moment."""


@pytest.fixture(autouse=True)
def _at_ease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed at no cost, and Redis is waited for however slow the machine is."""
    monkeypatch.setattr("common.password_hashing._HASHER", CHEAP)
    be_patient_with_redis(monkeypatch)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser for these tests alone: while it runs, no other event loop may in this process."""
    executable = find_browser()
    if executable is None:
        reason = "no Chromium found (Debian: apt install chromium; or set CHROMIUM=/path)"
        if os.environ.get("ANALYTICS_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture(scope="package")
def served(redis_address: str) -> Iterator[str]:
    """A viewer over HTTP; where it is."""
    port = reserved_port()
    address = f"http://127.0.0.1:{port}"
    app = create_app(
        ViewerSettings.model_validate(
            {
                "REDIS_URL": redis_address,
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


@pytest.fixture
def viewer(served: str, redis_client: Redis) -> str:
    """Where the viewer is; its Redis knows of workers, and of nothing else."""
    redis_client.set(worker_heartbeat.KEY, 1)
    return served


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


def complaints_in(message: ConsoleMessage) -> list[str]:
    """What the browser says of a page that is wrong with it: not that somebody was quicker to type
    than the page was to set its focus, as on a busy machine.
    """
    quicker = message.text.startswith("Autofocus processing was blocked")
    return [] if quicker else [message.text]


@dataclass
class Visit:
    """An opened page, and everything it complained of or asked of others."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", lambda message: self.complaints.extend(complaints_in(message)))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def refused(self) -> list[str]:
        """What the content policy refused."""
        return list(self.page.evaluate("seen.refused"))

    def shift(self) -> float:
        """By how much things moved that nobody had asked to move."""
        return float(self.page.evaluate("seen.shifts.reduce((sum, { value }) => sum + value, 0)"))


Open = Callable[..., Visit]


def status_of(page: Page, address: str) -> int:
    """Open an address; the status of its answer."""
    answer = page.goto(address)
    assert answer is not None, "the same page, at another fragment"
    return answer.status


@dataclass
class Contexts:
    """The contexts of a browser, by what they are made with."""

    browser: Browser
    origin: str
    _free: dict[str, list[BrowserContext]] = field(default_factory=dict, init=False)

    @contextmanager
    def new(self, **options: Any) -> Iterator[BrowserContext]:
        """A context that nobody had before."""
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        if options.get("java_script_enabled", True):
            context.add_init_script(LISTENERS)
        yield context
        context.close()

    @contextmanager
    def cleared(self, **options: Any) -> Iterator[BrowserContext]:
        """A context that has no page and remembers nothing; kept for others afterwards."""
        free = self._free.setdefault(repr(sorted(options.items())), [])
        with ExitStack() as stack:
            context = free.pop() if free else stack.enter_context(self.new(**options))
            yield context
            self._clear(context)
            free.append(context)
            stack.pop_all()

    def _clear(self, context: BrowserContext) -> None:
        session = context.new_cdp_session(context.pages[0])
        every = {"origin": self.origin, "storageTypes": "all"}
        session.send("Storage.clearDataForOrigin", every)
        context.clear_cookies()
        for page in context.pages:
            page.close()


@pytest.fixture(scope="package")
def contexts(browser: Browser, served: str) -> Contexts:
    return Contexts(browser, served)


@pytest.fixture
def visit(contexts: Contexts, viewer: str) -> Iterator[Open]:
    """Opens a path as a reader who was never there, each time another one.

    ``before`` gets the page before it goes there; what it does may concern more than that page.
    """
    with ExitStack() as stack:

        def opened(
            path: str,
            *,
            before: Callable[[Page], object] | None = None,
            until: str = "load",
            viewport: ViewportSize = DESKTOP,
            color_scheme: Any = None,
            **options: object,
        ) -> Visit:
            give = contexts.cleared if before is None else contexts.new
            # Made with its size: a page that is given another as it opens may be drawn twice.
            given = {"locale": "en-GB", "viewport": viewport, **options}
            visit = Visit(stack.enter_context(give(**given)).new_page())
            if color_scheme is not None:
                visit.page.emulate_media(color_scheme=color_scheme)
            visit.listen()
            if before is not None:
                before(visit.page)
            visit.page.goto(viewer + path, wait_until=until)  # type: ignore[arg-type]
            return visit

        yield opened
