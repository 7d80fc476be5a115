"""A browser, and the viewer over HTTP with a real Redis behind it."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from tests.unit.report_viewer.samples import SECRET

from analytics.processes.sockets import free_port
from report_viewer.app import create_app
from report_viewer.settings import ViewerSettings

DESKTOP = {"width": 1280, "height": 900}


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
    port = free_port()
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
    while not server.started:
        assert thread.is_alive(), "the viewer did not start"
        time.sleep(0.01)
    yield address
    server.should_exit = True
    thread.join(10)


@dataclass
class Visit:
    """An opened page, and everything it complained of or asked of others."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, viewer: str) -> Iterator[Open]:
    contexts = []

    def opened(path: str, **options: object) -> Visit:
        context = browser.new_context(**{"viewport": DESKTOP, **options})  # type: ignore[arg-type]
        contexts.append(context)
        visit = Visit(context.new_page())
        visit.page.on("console", lambda message: visit.complaints.append(message.text))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.goto(viewer + path, wait_until="networkidle")
        return visit

    yield opened
    for context in contexts:
        context.close()
