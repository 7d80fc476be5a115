"""What a connection may cost: real sockets, and clients that are slow, endless or many."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256

import pytest
import uvicorn
from redis import Redis
from tests.support import wait
from tests.support.samples import SECRET, Sample

from common.infra.http_limits import ConnectionLimits
from common.infra.open_files import raise_open_file_limit
from report_viewer.app import create_app
from report_viewer.server.fast_path import FastPathProtocol
from report_viewer.settings import ViewerSettings

pytestmark = pytest.mark.anyio

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
REST = b"\r\n\r\n"
SAFE = (b"x-content-type-options: nosniff", b"cache-control: no-store", b"content-security-policy:")
ROWS = b"".join(b"%d,%s\r\n" % (n, sha256(b"%d" % n).hexdigest().encode()) for n in range(60_000))

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Server:
    port: int
    server: uvicorn.Server
    bounds: ConnectionLimits

    @asynccontextmanager
    async def connect(self, address: str = "127.0.0.1") -> AsyncIterator[Client]:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(address, 0)
        )
        try:
            yield reader, writer
        finally:
            writer.close()

    def hurry(self, seconds: float) -> None:
        """From now on a head may take so long: not before, that a slow machine is not refused."""
        object.__setattr__(self.bounds, "head_seconds", seconds)

    @property
    def open(self) -> int:
        return len(self.server.server_state.connections)

    @property
    def busy(self) -> int:
        """Connections on which something is under way."""
        return sum(not each.whole for each in self.server.server_state.connections)  # type: ignore[union-attr]


Serve = Callable[..., Awaitable[Server]]


@pytest.fixture
async def serve(redis_url: str) -> AsyncIterator[Serve]:
    """Start a viewer with other bounds than usual."""
    running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    async def start(**bounds: float | str) -> Server:
        app = create_app(
            ViewerSettings.model_validate(
                {"REDIS_URL": redis_url, "ANALYTICS_SHARE_SIGNING_SECRET": SECRET}
            )
        )
        app = replace(app, bounds=replace(app.bounds, **bounds))  # type: ignore[arg-type]
        server = uvicorn.Server(
            uvicorn.Config(
                app, port=0, http=FastPathProtocol, ws="none", log_config=None, proxy_headers=False
            )
        )
        task = asyncio.create_task(server._serve())
        while not server.started:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        running.append((server, task))
        return Server(server.servers[0].sockets[0].getsockname()[1], server, app.bounds)

    yield start
    for server, task in running:
        server.should_exit = True
        await task


async def said(client: Client) -> bytes:
    """All that the server says before it closes."""
    async with asyncio.timeout(wait.PATIENCE_SECONDS):
        return await client[0].read()


async def answered(client: Client) -> int:
    """The status of the next answer, on a connection that stays."""
    async with asyncio.timeout(wait.PATIENCE_SECONDS):
        head = await client[0].readuntil(b"\r\n\r\n")
        (length,) = [
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.startswith(b"content-length")
        ]
        await client[0].readexactly(length)
    return int(head.split()[1])


def assert_refused(answer: bytes, status: int) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    assert all(each in head for each in SAFE)
    assert json.loads(body)["status"] == status


async def test_a_silent_connection_is_closed(serve: Serve) -> None:
    server = await serve(head_seconds=0.2)
    async with server.connect() as client:
        assert await said(client) == b""


@pytest.mark.parametrize("begun", [b"G", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: "])
async def test_a_head_that_does_not_end_is_given_up_however_it_drips(
    serve: Serve, begun: bytes
) -> None:
    server = await serve(head_seconds=0.3)
    async with server.connect() as client:
        client[1].write(begun)

        async def drip() -> None:
            while not client[1].is_closing():
                client[1].write(b"a")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        try:
            async with asyncio.timeout(wait.PATIENCE_SECONDS):
                answer = await client[0].readuntil(b"}")
        finally:
            dripping.cancel()
        assert_refused(answer, 408 if begun != b"G" else int(answer.split()[1]))


async def test_a_second_head_is_bounded_as_the_first(serve: Serve) -> None:
    server = await serve(head_seconds=600)
    async with server.connect() as client:
        client[1].write(HEALTH)
        assert await answered(client) == 200
        server.hurry(0.2)
        client[1].write(HEALTH[:20])
        assert_refused(await said(client), 408)


async def test_a_connection_may_be_idle_between_requests(serve: Serve) -> None:
    server = await serve(head_seconds=600)
    async with server.connect() as client:
        client[1].write(HEALTH)
        assert await answered(client) == 200
        server.hurry(0.05)
        for _ in range(2):
            client[1].write(HEALTH)
            assert await answered(client) == 200
            await asyncio.sleep(0.3)
        client[1].write(HEALTH)
        assert await answered(client) == 200


async def test_a_head_that_is_slow_but_in_time(serve: Serve) -> None:
    server = await serve(head_seconds=600)
    async with server.connect() as client:
        for byte in HEALTH:
            client[1].write(bytes([byte]))
            await asyncio.sleep(0)
        assert await answered(client) == 200


@pytest.mark.parametrize(
    "line", [b"X-Long: " + b"a" * 10_000, b"\r\n".join(b"X-%d: a" % n for n in range(2000))]
)
async def test_a_head_is_not_endless(serve: Serve, line: bytes) -> None:
    server = await serve(head_bytes=4096)
    async with server.connect() as client:
        client[1].write(b"GET /healthz HTTP/1.1\r\n")
        await client[1].drain()
        client[1].write(line)
        assert_refused(await said(client), 431)


async def test_a_head_that_ends_is_measured_too(serve: Serve, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client)
    server = await serve(head_bytes=4096)
    for path in ("/healthz", sample.path, sample.path):  # the last one at once, from a copy
        for length, status in ((3000, 200), (5000, 431)):
            async with server.connect() as client:
                client[1].write(f"GET {path} HTTP/1.1\r\nHost: x\r\n".encode())
                await client[1].drain()
                client[1].write(b"Connection: keep-alive\r\nX-A: " + b"a" * length + b"\r\n\r\n")
                assert await answered(client) == status


async def test_a_body_is_no_part_of_the_head_that_it_comes_with(serve: Serve) -> None:
    server = await serve(head_bytes=4096)
    async with server.connect() as client:
        head = b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n"
        client[1].write(head + b"a" * 9000)
        assert await answered(client) == 405


async def test_what_is_no_http_is_refused_like_anything_else(serve: Serve) -> None:
    server = await serve()
    for sent in (b"\x16\x03\x01\x00\xa5\x01\r\n\r\n", b"GET\r\n\r\n", b"\0" * 100):
        async with server.connect() as client:
            client[1].write(sent)
            assert_refused(await said(client), 400)


async def test_too_many_connections_are_told_so(serve: Serve) -> None:
    server = await serve(connections=2, head_seconds=600)
    async with server.connect() as one, server.connect() as two:
        for client in (one, two):
            await begin(server, client)
        async with server.connect() as three:
            answer = await said(three)
            assert_refused(answer, 503)
            assert b"retry-after: 5" in answer
        one[1].write(REST)
        assert await answered(one) == 200
    await gone(server)
    async with server.connect() as client:
        client[1].write(HEALTH)
        assert await answered(client) == 200


async def test_who_is_idle_gives_up_their_place_the_longest_idle_first(serve: Serve) -> None:
    server = await serve(connections=3, head_seconds=600)
    async with server.connect() as busy, server.connect() as one, server.connect() as two:
        await begin(server, busy)
        for client in (one, two):
            client[1].write(HEALTH)
            assert await answered(client) == 200
        async with server.connect() as three, server.connect() as four:
            for idle, late in ((one, three), (two, four)):
                late[1].write(HEALTH)
                assert await said(idle) == b""
                assert await answered(late) == 200
        busy[1].write(REST)
        assert await answered(busy) == 200


async def test_one_address_takes_no_more_than_its_part(serve: Serve) -> None:
    server = await serve(connections=10, per_address=2, head_seconds=600)
    async with server.connect() as one, server.connect() as two:
        for client in (one, two):
            await begin(server, client)
        async with server.connect() as three:
            answer = await said(three)
            assert_refused(answer, 429)
            assert b"retry-after: 5" in answer
        async with server.connect(address="127.0.0.2") as another:
            another[1].write(HEALTH)
            assert await answered(another) == 200


async def test_a_trusted_proxy_holds_connections_for_many(serve: Serve) -> None:
    server = await serve(connections=10, per_address=1, exempt="10.0.0.0/8, 127.0.0.1")
    async with server.connect() as one, server.connect() as two:
        await begin(server, one)
        two[1].write(HEALTH)
        assert await answered(two) == 200


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b"Host: x\r\nHost: x\r\n",
        b"Host: x\r\nhOST: y\r\n",
        *(b"Host: %b\r\n" % each for each in (b"", b"a b", b"a/b", b"a@b", b"a,b:1:2")),
    ],
)
async def test_a_request_that_does_not_name_one_host_is_refused(
    serve: Serve, redis_client: Redis, host: bytes
) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client)
    server = await serve()
    for path in ("/healthz", "/api/reports/x", sample.path):
        async with server.connect() as client:
            hot = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            client[1].write(hot * 2)
            assert await answered(client) == await answered(client)
            client[1].write(b"GET %b HTTP/1.1\r\n%b\r\n" % (path.encode(), host))
            assert_refused(await said(client), 400)


async def test_an_older_client_need_not_name_a_host(serve: Serve) -> None:
    server = await serve()
    for host, status in (
        (b"", b"200"),
        (b"Host: [::1]:80\r\n", b"200"),
        (b"Host: a\r\n" * 2, b"400"),
    ):
        async with server.connect() as client:
            client[1].write(b"GET /healthz HTTP/1.0\r\n%b\r\n" % host)
            assert (await said(client)).split()[1] == status


async def begin(server: Server, client: Client) -> None:
    """Begin a request that does not end, and return when the server has heard of it."""
    before = server.busy
    client[1].write(HEALTH[: -len(REST)])
    async with asyncio.timeout(wait.PATIENCE_SECONDS):
        while server.busy == before:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)


async def test_a_body_that_nobody_reads_ends(serve: Serve) -> None:
    server = await serve(head_seconds=600)
    async with server.connect() as client:
        client[1].write(b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        assert await answered(client) == 405
        server.hurry(0.2)

        async def drip() -> None:
            while not client[1].is_closing():
                client[1].write(b"a")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        try:
            await gone(server)
        finally:
            dripping.cancel()


async def test_who_does_not_read_is_dropped(serve: Serve, redis_client: Redis) -> None:
    sample = Sample()
    sample.activate(redis_client)
    sample.store(redis_client, csv=ROWS)
    server = await serve(stall_seconds=0.3)
    async with server.connect() as client:
        client[1].write(f"GET {sample.path}/csv HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 20)
        await gone(server)


async def gone(server: Server) -> None:
    """Return when the server has no connection any more."""
    async with asyncio.timeout(wait.PATIENCE_SECONDS):
        while server.open:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.02)


def test_as_many_connections_as_there_may_be_files(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [(256, 1024)]
    monkeypatch.setattr("resource.getrlimit", lambda _: limits[-1])
    monkeypatch.setattr("resource.setrlimit", lambda _, given: limits.append(given))
    assert raise_open_file_limit(500) == 500
    assert limits[-1] == (600, 1024)
    assert raise_open_file_limit(10_000) == 924
    assert limits[-1] == (1024, 1024)
    limits.append((-1, -1))
    assert raise_open_file_limit(10_000) == 10_000
    assert ConnectionLimits().connections == 10_000


async def test_what_a_proxy_sends_to_a_server_that_ends_is_answered_and_is_the_last(
    serve: Serve, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others' idle connections are closed at once: nobody sends their request anew."""
    monkeypatch.setattr("common.infra.draining.DRAIN_SECONDS", 3600)
    server = await serve(exempt="127.0.0.1")
    page = f"GET {sample.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    async with server.connect() as proxy, server.connect("127.0.0.2") as direct:
        for client in (proxy, proxy, direct):
            client[1].write(page)
            assert await answered(client) == 200
        server.server.should_exit = True
        assert await said(direct) == b""
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", server.port)
        proxy[1].write(page)
        head, _, body = (await said(proxy)).partition(REST)
        assert head.startswith(b"HTTP/1.1 200 ")
        assert b"\r\nconnection: close" in head
        assert body.startswith(b"<!doctype html>")
