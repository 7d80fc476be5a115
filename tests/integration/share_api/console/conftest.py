"""The console as a browser without script uses it: pages are opened, forms are sent."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.integration.share_api.conftest import PASSWORD, Service, World

CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@dataclass
class Tab:
    """A browser's tab: it keeps cookies, and sends the token of the page it has open."""

    client: httpx.Client
    csrf: str = ""

    def open(self, path: str, **options: Any) -> httpx.Response:
        """Open a page."""
        answer = self.client.get(path, **options)
        self._keep(answer)
        return answer

    def send(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form of the page that is open."""
        answer = self.client.post(path, data={"csrf": self.csrf, **fields})
        self._keep(answer)
        return answer

    def log_in(self, name: str = "anna", password: str = PASSWORD, **fields: Any) -> httpx.Response:
        """Log in by the form."""
        email = f"{name}@example.com"
        return self.send("/admin/login", email=email, password=password, **fields)

    def _keep(self, answer: httpx.Response) -> None:
        """The session's cookie is kept although the test does not speak TLS."""
        for cookie in answer.headers.get_list("set-cookie"):
            if cookie.startswith("analytics_session="):
                self.client.headers["Cookie"] = cookie.partition(";")[0]
        found = CSRF.search(answer.text)
        if found:
            self.csrf = found[1]


@contextmanager
def a_tab(service: Service) -> Iterator[Tab]:
    """A tab without a session."""
    with service.client(follow_redirects=False) as client:
        yield Tab(client)


@pytest.fixture
def stranger(service: Service) -> Iterator[Tab]:
    """A tab of somebody who is not logged in."""
    with a_tab(service) as tab:
        yield tab


@pytest.fixture
def tab(service: Service, world: World) -> Iterator[Tab]:
    """Ben's tab: his only shop is tokyo."""
    with a_tab(service) as tab:
        assert tab.log_in("ben").status_code == 303
        tab.open("/admin/settings")
        assert tab.csrf
        yield tab


def said(answer: httpx.Response) -> str:
    """What a page says, without its tags."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8", answer.text
    text = re.sub(r"<[^>]+>", " ", answer.text.replace("<wbr>", ""))
    return " ".join(html.unescape(text).split())
