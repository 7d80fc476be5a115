"""What a connection may cost share-api: real sockets, clients that are slow, endless or many."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from tests.integration.share_api.conftest import Serve, Service, World, assert_problem
from tests.support import wait

SHARE = "/api/admin/analytics/revenue-overview/share"
UNFINISHED = b"GET /healthz HTTP/1.1\r\nHost: x"
SAFE = (
    b"x-content-type-options: nosniff",
    b"cache-control: no-store",
    b"content-security-policy: default-src 'none'",
    b"strict-transport-security: max-age=",
)


@contextmanager
def connection(service: Service, address: str = "127.0.0.1") -> Iterator[socket.socket]:
    url = urlsplit(service.url)
    with socket.create_connection(
        (url.hostname, url.port),
        timeout=wait.PATIENCE_SECONDS,
        source_address=(address, 0),
    ) as opened:
        yield opened


def said(client: socket.socket) -> bytes:
    """All that the service says before it closes."""
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


def assert_refused(answer: bytes, status: int) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"content-type: application/problem+json" in head
    assert all(each in head for each in SAFE)
    assert json.loads(body)["status"] == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x00\xa5\x01\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n", 431),
        (b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 70_000, 431),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_safe_headers(
    service: Service, sent: bytes, status: int
) -> None:
    with connection(service) as client:
        client.sendall(sent)
        assert_refused(said(client), status)


def test_too_many_connections_are_told_so(serve: Serve, world: World) -> None:
    service = serve(SHARE_API_MAX_CONNECTIONS=1)
    with connection(service) as busy:
        busy.sendall(UNFINISHED)
        with connection(service) as another:
            answer = said(another)
    assert_refused(answer, 503)
    assert b"retry-after: 5" in answer


def test_one_address_takes_no_more_than_its_part(serve: Serve, world: World) -> None:
    service = serve(SHARE_API_CONNECTIONS_PER_ADDRESS=2)
    with connection(service) as one, connection(service) as two:
        for busy in (one, two):
            busy.sendall(UNFINISHED)
        with connection(service) as three:
            answer = said(three)
        assert_refused(answer, 429)
        assert b"retry-after: 5" in answer
        with connection(service, address="127.0.0.2") as another:
            another.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert said(another).startswith(b"HTTP/1.1 200 ")


def test_who_is_idle_gives_up_their_place(serve: Serve, world: World) -> None:
    service = serve(SHARE_API_CONNECTIONS_PER_ADDRESS=1)
    with service.client() as client, connection(service) as late:
        late.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert said(late).startswith(b"HTTP/1.1 200 ")
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("host", [b"", b"Host: x\r\nHost: x\r\n", b"Host: a b\r\n", b"Host:\r\n"])
def test_a_request_that_does_not_name_one_host_is_refused(service: Service, host: bytes) -> None:
    with connection(service) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\n%b\r\n" % host)
        assert_refused(said(client), 400)


def test_a_body_that_does_not_come_is_given_up(
    anna: httpx.Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("share_api.http.bounded_body.BODY_SECONDS", 0.2)
    with connection(service) as client:
        client.sendall(
            f"POST {SHARE} HTTP/1.1\r\nHost: x\r\nCookie: {anna.headers['cookie']}\r\n"
            "Content-Length: 10\r\n\r\n{".encode()
        )
        head = client.recv(65536)
    assert head.startswith(b"HTTP/1.1 408 ")
    assert all(each in head for each in SAFE)
    assert len(anna.get("/api/admin/analytics/shares").json()["items"]) == 0


def test_an_upload_that_stops_is_given_up_and_leaves_nothing(
    anna: httpx.Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("share_api.http.bounded_body.PIECE_SECONDS", 0.2)
    with connection(service) as client:
        client.sendall(
            f"POST /api/admin/imports HTTP/1.1\r\nHost: x\r\nCookie: {anna.headers['cookie']}\r\n"
            "Content-Type: text/csv\r\nContent-Length: 1000000\r\n\r\norder_id".encode()
        )
        assert client.recv(65536).startswith(b"HTTP/1.1 408 ")
    assert anna.get("/api/admin/imports").json()["items"] == []


def test_a_long_address_is_refused(service: Service) -> None:
    with service.client() as client:
        assert_problem(client.get("/" + "a" * 60_000), 404)
