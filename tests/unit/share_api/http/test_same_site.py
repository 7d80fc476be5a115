import pytest
from starlette.datastructures import Headers

from share_api.http.same_site import CrossSiteRequestError, origin_of, require_same_site

HOST = {"host": "api.internal.example.com:8000"}
BASE = "https://app.example.com"
ALLOWED: list[dict[str, str]] = [
    {},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "same-origin", "origin": "https://behind.example.com"},
    {"origin": BASE},
    {"origin": "http://api.internal.example.com:8000"},
    {"origin": "https://api.internal.example.com:8000"},
]
REFUSED: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": ""},
    {"sec-fetch-site": "same-site", "origin": BASE},
    {"sec-fetch-site": "cross-site", "origin": "http://api.internal.example.com:8000"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "https://"},
    {"origin": "https://evil.example.com"},
    {"origin": "http://app.example.com"},
    {"origin": "https://app.example.com.evil.com"},
    {"origin": "https://app.example.com:444"},
    {"origin": "file://api.internal.example.com:8000"},
    {"origin": "http://api.internal.example.com"},
]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PURGE"])
@pytest.mark.parametrize("headers", REFUSED)
def test_other_sites_change_nothing(method: str, headers: dict[str, str]) -> None:
    with pytest.raises(CrossSiteRequestError):
        require_same_site(method, Headers(HOST | headers), public_base_url=BASE)


@pytest.mark.parametrize("headers", ALLOWED)
def test_our_own_site_and_programs_may(headers: dict[str, str]) -> None:
    require_same_site("POST", Headers(HOST | headers), public_base_url=BASE)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_not_asked(method: str) -> None:
    for headers in ALLOWED + REFUSED:
        require_same_site(method, Headers(HOST | headers), public_base_url=BASE)


def test_one_foreign_header_among_several_is_enough() -> None:
    for name, values in (
        (b"origin", (BASE, "https://evil.example.com")),
        (b"sec-fetch-site", ("same-origin", "cross-site")),
    ):
        raw = [(name, value.encode()) for value in values]
        with pytest.raises(CrossSiteRequestError):
            require_same_site("POST", Headers(raw=raw), public_base_url=BASE)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://App.Example.com:443/x", "https://app.example.com"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_spelled_as_browsers_do(url: str, origin: str) -> None:
    assert origin_of(url) == origin
