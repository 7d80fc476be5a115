"""HTTP as it should be: HEAD, Allow, repeated parameters, the Host header, our own site only."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.integration.share_api.conftest import Serve, Service, World, assert_problem, log_in

SHARE = "/api/admin/analytics/revenue-overview/share"
SHARES = "/api/admin/analytics/shares"
SESSION = "/api/admin/session"


def operations(client: httpx.Client) -> list[tuple[str, str]]:
    """Every method and path that the service publishes, with something for each parameter."""
    paths: dict[str, dict[str, Any]] = client.get("/openapi.json").json()["paths"]
    return [
        (method.upper(), path.replace("{report}", "revenue-overview").format_map(Anything()))
        for path, methods in paths.items()
        for method in methods
    ]


class Anything(dict[str, str]):
    def __missing__(self, _: str) -> str:
        return str(uuid4())


def test_head_is_get_without_a_body(anna: httpx.Client) -> None:
    reads = [path for method, path in operations(anna) if method == "GET"]
    assert len(reads) > 5
    for path in [*reads, "/docs", "/openapi.json"]:
        got, asked = anna.get(path), anna.head(path)
        assert asked.status_code == got.status_code, path
        assert asked.content == b""
        assert asked.headers["content-type"] == got.headers["content-type"]
        if path != "/metrics":  # which counts the two
            length = got.headers.get("content-length")  # none of what is streamed
            assert asked.headers.get("content-length") == length


def test_head_is_counted_as_such(anna: httpx.Client) -> None:
    anna.head(SESSION)
    text = anna.get("/metrics").text
    assert 'method="HEAD",route="/api/admin/session",status="200"} 1.0' in text


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", SESSION, {"GET", "HEAD", "POST", "DELETE"}),
        ("GET", SHARE, {"POST"}),
        ("HEAD", SHARE, {"POST"}),
        ("OPTIONS", f"{SESSION}/tenant", {"PUT"}),
        ("POST", "/healthz", {"GET", "HEAD"}),
        ("PROPFIND", "/openapi.json", {"GET", "HEAD"}),
    ],
)
def test_a_405_names_every_method_of_the_address(
    service: Service, method: str, path: str, allow: set[str]
) -> None:
    with service.client() as client:
        answer = client.request(method, path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == allow


def test_no_route_takes_a_change_from_another_site(anna: httpx.Client) -> None:
    changes = [each for each in operations(anna) if each[0] != "GET"]
    assert len(changes) > 8
    for method, path in changes:
        answer = anna.request(method, path, headers={"Sec-Fetch-Site": "cross-site"})
        assert assert_problem(answer, 403)["type"].endswith(":cross-site-request"), (method, path)
    assert anna.get(SESSION).status_code == 200


def test_no_admin_route_answers_without_a_session(service: Service) -> None:
    with service.client() as client:
        guarded = [
            each
            for each in operations(client)
            if each[1].startswith("/api/admin/") and each != ("POST", SESSION)
        ]
        assert len(guarded) > 10
        for method, path in guarded:
            answer = client.request(method, path)
            if (method, path) == ("DELETE", SESSION):
                assert answer.status_code == 204
            else:
                assert_problem(answer, 403)


def test_a_parameter_counts_once(anna: httpx.Client) -> None:
    problem = assert_problem(anna.get(f"{SHARES}?limit=1&limit=2&state=active"), 400)
    assert problem["errors"] == [{"parameter": "limit", "detail": "is there more than once"}]
    assert anna.get(f"{SESSION}?x=1&x=2").status_code == 200, "no parameter is read here"


def test_a_number_of_many_digits_is_json_and_too_long(anna: httpx.Client) -> None:
    for digits in (1001, 5000):
        body = b'{"expiresInSeconds": %b}' % (b"9" * digits)
        (fault,) = assert_problem(anna.post(SHARE, content=body), 400)["errors"]
        assert "digits" in fault["detail"]
    (fault,) = assert_problem(anna.post(SHARE, json={"expiresInSeconds": 10**900}), 400)["errors"]
    assert fault["pointer"] == "/expiresInSeconds"


def test_links_do_not_follow_the_host_header(anna: httpx.Client) -> None:
    headers = {
        "Host": "evil.example.com",
        "X-Forwarded-Host": "evil.example.com",
        "X-Forwarded-Proto": "gopher",
        "Forwarded": "host=evil.example.com",
    }
    answer = anna.post(SHARE, headers=headers)
    assert answer.status_code == 201
    assert answer.json()["url"].startswith("https://app.example.com/api/reports/")
    assert answer.headers["location"].startswith("/api/admin/")
    assert "evil" not in str(answer.headers) + answer.text


def test_nothing_redirects(anna: httpx.Client) -> None:
    for path in ("//evil.example.com", "/docs/", "/api/admin/session/", "/openapi.json/", "/%2f"):
        answer = anna.get(f"{path}?next=https://evil.example.com")
        assert_problem(answer, 404)
        assert "location" not in answer.headers


def test_metrics_stand_in_the_description(anna: httpx.Client) -> None:
    assert ("GET", "/metrics") in operations(anna)


def test_a_tenant_has_so_many_links_an_hour(serve: Serve, world: World) -> None:
    service = serve(SHARE_API_SHARES_PER_TENANT=2)
    with service.admin() as client:
        statuses = [client.post(SHARE).status_code for _ in range(3)]
        assert statuses == [201, 201, 429]
        answer = client.post(SHARE)
        assert assert_problem(answer, 429)["type"].endswith(":too-many-shares")
        assert 3590 < int(answer.headers["retry-after"]) <= 3600
        assert_problem(client.post(SHARE, json={"period": "x"}), 400)
        assert client.get(SHARES).status_code == 200
    with service.client() as client:
        assert log_in(client, "ben").status_code == 200
        assert client.post(SHARE).status_code == 201, "another tenant's count is its own"
