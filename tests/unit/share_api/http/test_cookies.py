"""Cookies are read by our grammar alone; the framework never sees the header."""

import asyncio
import http.cookies
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_viewer import app as viewer
from report_viewer.settings import ViewerSettings
from share_api import app as share_api
from share_api.auth.sessions import COOKIE
from share_api.http.cookies import read_cookies
from share_api.settings import ShareApiSettings

ID = "A" * 43


def read(*lines: bytes) -> dict[str, str]:
    return read_cookies([(b"cookie", line) for line in lines], (COOKIE,))


@pytest.mark.parametrize(
    "line",
    [
        f"{COOKIE}={ID}",
        f"a=b; {COOKIE}={ID}",
        f'a="x;y\\"; {COOKIE}={ID};',
        f";;  {COOKIE}={ID} ;z",
        f"{COOKIE}={ID}; {COOKIE}=other",
    ],
)
def test_the_cookie_is_found_among_others(line: str) -> None:
    assert read(line.encode()) == {COOKIE: ID}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        COOKIE.encode(),
        b'analytics_session="A"',
        b"analytics_session=a b",
        b"Analytics_Session=a",
    ],
)
def test_what_is_no_cookie_of_ours_is_none(line: bytes) -> None:
    assert read(line) == {}


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_any_bytes_are_read(lines: list[bytes]) -> None:
    assert set(read(*lines)) <= {COOKIE}


def test_headers_sent_twice_are_both_read() -> None:
    assert read(b"a=b", f"{COOKIE}={ID}".encode()) == {COOKIE: ID}


NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1",
    "PUBLIC_BASE_URL": "http://localhost",
}


@pytest.fixture(params=["share-api", "report-viewer"])
def service(request: pytest.FixtureRequest) -> Any:
    if request.param == "share-api":
        return share_api.create_app(ShareApiSettings.model_validate(NOWHERE))
    return viewer.create_app(ViewerSettings.model_validate(NOWHERE))


@pytest.mark.parametrize(
    "path", ["/healthz", "/docs", "/metrics", "/none", "/static/x", "/api/admin/session", "/api/"]
)
def test_the_framework_takes_no_cookie_apart(
    service: Any, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it does to one grows with the square of its length in Python before 3.11.10."""
    unquoted: list[str] = []
    unquote = http.cookies._unquote

    def noted(text: str) -> str:
        unquoted.append(text)
        return unquote(text)

    monkeypatch.setattr(http.cookies, "_unquote", noted)

    async def ask() -> int:
        transport = httpx.ASGITransport(app=service)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            answer = await client.get(path, headers={"cookie": 'a="\\"\\""; analytics_session="x"'})
            return answer.status_code

    assert asyncio.run(ask()) in {200, 403, 404}
    assert unquoted == []
