"""What every answer has in common: headers, problems, own site only, nothing private in logs."""

import json
import logging
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from tests.integration.share_api.conftest import (
    PASSWORD,
    Serve,
    Service,
    assert_problem,
    log_in,
)

from common.db.engine import create_database_engine
from common.infra.telemetry import JsonFormatter

SHARE = "/api/admin/analytics/revenue-overview/share"
SESSION = "/api/admin/session"
SAFE_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
}


def break_issuing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("an inner secret")

    monkeypatch.setattr("share_api.routes.issuing.issue_once", fail)


def test_every_answer_carries_the_safe_headers(
    anna: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_issuing(monkeypatch)
    for answer, status in (
        (anna.get("/healthz"), 200),
        (anna.get(SESSION), 200),
        (anna.delete(f"{SESSION}x"), 404),
        (anna.patch(SESSION), 405),
        (anna.post(SHARE, content=b"{"), 400),
        (anna.post(SHARE), 500),
        (anna.get("/openapi.json"), 200),
        (anna.get("/metrics"), 200),
    ):
        assert answer.status_code == status
        assert SAFE_HEADERS.items() <= dict(answer.headers).items()
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert len(answer.headers["x-request-id"]) == 32
        assert "server" not in answer.headers


def test_no_hsts_without_tls(serve: Serve) -> None:
    with serve(PUBLIC_BASE_URL="http://localhost:8001").client() as client:
        assert "strict-transport-security" not in client.get("/healthz").headers


def test_hsts_is_for_hosts_below_where_that_is_configured(serve: Serve) -> None:
    https = {"PUBLIC_BASE_URL": "https://app.example.com"}
    for given, said in (({}, False), ({"HSTS_INCLUDE_SUBDOMAINS": "true"}, True)):
        with serve(**https, **given).client() as client:
            for path in ("/healthz", "/nothing"):
                header = client.get(path).headers["strict-transport-security"]
                assert header.startswith("max-age=31536000")
                assert header.endswith("; includeSubDomains") is said


def test_a_plain_request_id_is_kept(service: Service) -> None:
    with service.client() as client:
        for given, kept in (("abc-1.2_3", True), ("a b", False), ("x" * 65, False), ("", False)):
            answer = client.get("/healthz", headers={"X-Request-ID": given})
            assert (answer.headers["x-request-id"] == given) is kept


def test_errors_of_http_are_problems_too(anna: httpx.Client) -> None:
    for path in ("/", "/nothing", "/api/admin/session/", "/redoc", "/api/reports/x"):
        assert assert_problem(anna.get(path), 404)["type"] == "about:blank"
    wrong = anna.put(SESSION)
    assert_problem(wrong, 405)
    assert wrong.headers["allow"]


def test_a_500_says_nothing_about_the_inside(
    anna: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.setFormatter(JsonFormatter("share-api"))
    break_issuing(monkeypatch)
    answer = anna.post(SHARE)
    assert_problem(answer, 500)
    assert "inner" not in answer.text
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert record.exc_info is not None
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    told = {line["request_id"] for line in lines if line["message"] in {"request", record.message}}
    assert told == {answer.headers["x-request-id"]}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
    ],
)
def test_another_site_changes_nothing(
    service: Service, anna: httpx.Client, headers: dict[str, str]
) -> None:
    login = {"email": "anna@example.com", "password": PASSWORD}
    for method, path in (
        ("POST", SESSION),
        ("DELETE", SESSION),
        ("PUT", f"{SESSION}/tenant"),
        ("POST", SHARE),
        ("POST", "/api/admin/analytics/shares/revoke-all"),
        ("DELETE", "/api/admin/analytics/shares/x"),
    ):
        body = login if path == SESSION and method == "POST" else None
        answer = anna.request(method, path, json=body, headers=headers)
        assert "other sites" in assert_problem(answer, 403)["detail"]
    assert anna.get(SESSION, headers=headers).status_code == 200


def test_our_own_pages_may(anna: httpx.Client, service: Service) -> None:
    for headers in (
        {"Sec-Fetch-Site": "same-origin", "Origin": service.url},
        {"Origin": service.url},
        {"Origin": "https://app.example.com"},
        {},
    ):
        assert anna.post(SHARE, headers=headers).status_code == 201


def test_a_body_without_end_is_cut_off(anna: httpx.Client) -> None:
    def endless() -> Any:
        for _ in range(1000):
            yield b" " * 1000

    assert_problem(anna.post(SHARE, content=endless()), 400)


def test_nothing_private_is_logged(
    service: Service, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with service.admin() as client:
        token = client.post(SHARE).json()["url"].rsplit("/", 1)[1]
        client.get(f"/api/reports/{token}")
        client.delete(f"/api/admin/analytics/shares/{token}")
        cookie = client.headers["cookie"].partition("=")[2]
        log_in(client, "anna", "a wrong password")
    lines = [JsonFormatter("share-api").format(record) for record in caplog.records]
    assert any(json.loads(line).get("route") == "-" for line in lines)
    ours = [line for line in lines if json.loads(line)["logger"].startswith(("share_api", "uvi"))]
    for private in (token, cookie, secret, PASSWORD, "a wrong password", "anna@example.com"):
        assert not any(private in line for line in ours)
    assert not any(token in line or secret in line for line in lines)


def test_requests_are_counted_by_route(anna: httpx.Client) -> None:
    anna.post("/api/admin/analytics/nonsense/share")
    anna.get("/api/admin/secret-path")
    anna.request("PROPFIND", "/api/admin/session")
    answer = anna.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert (
        'share_api_requests_total{method="POST",route="/api/admin/analytics/{report}/share",'
        'status="400"} 1.0'
    ) in answer.text
    assert 'route="-",status="404"} 1.0' in answer.text
    assert 'method="other"' in answer.text
    assert "secret-path" not in answer.text
    assert "nonsense" not in answer.text


def test_ready_means_this_schema(service: Service, owner_url: str) -> None:
    with service.client() as client:
        assert client.get("/readyz").json() == {"status": "ready", "degraded": []}
        owner = create_database_engine(owner_url, application_name="tests")
        with owner.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        owner.dispose()
        assert "0001" in assert_problem(client.get("/readyz"), 503)["detail"]


def test_the_documentation_needs_nobody_else(service: Service) -> None:
    with service.client() as client:
        page = client.get("/docs")
        assert page.headers["content-type"].startswith("text/html")
        assert "script-src 'self';" in page.headers["content-security-policy"]
        assert "//" not in page.text.replace("<!doctype html>", "")
        for name in ("swagger-ui.css", "docs.css", "theme.js", "swagger-ui-bundle.js", "start.js"):
            path = f"docs/{name}"
            assert f'"{path}"' in page.text
            asset = client.get(f"/{path}")
            assert asset.status_code == 200
            assert asset.headers["x-content-type-options"] == "nosniff"
        assert client.get("/openapi.json").json()["openapi"].startswith("3.1")
