"""The fast path speaks HTTP as the server does: turn by turn, and to any client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import NamedTuple

import pytest
import uvicorn
from redis import Redis
from tests.support import wait
from tests.support.samples import CSV, SECRET, Sample

from report_viewer.app import create_app
from report_viewer.cache.response_cache import CacheEntry, ResponseCache
from report_viewer.server import fast_path
from report_viewer.server.fast_path import FastPathProtocol
from report_viewer.settings import ViewerSettings

pytestmark = pytest.mark.anyio

ROWS = b"".join(b"%d,%s\r\n" % (n, sha256(b"%d" % n).hexdigest().encode()) for n in range(20_000))


class Response(NamedTuple):
    status: int
    headers: dict[bytes, bytes]
    body: bytes


class Client:
    """A connection on which bytes are sent as they are given."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def receive(self, *, head: bool = False) -> Response:
        async with asyncio.timeout(wait.PATIENCE_SECONDS):
            start = await self._reader.readuntil(b"\r\n\r\n")
            status, *lines = start.rstrip().split(b"\r\n")
            headers = dict(line.split(b": ", 1) for line in lines)
            length = 0 if head else int(headers.get(b"content-length", b"0"))
            body = await self._reader.readexactly(length)
        return Response(int(status.split()[1]), headers, body)

    async def closed(self) -> bool:
        async with asyncio.timeout(wait.PATIENCE_SECONDS):
            return await self._reader.read() == b""


class Server:
    def __init__(self) -> None:
        self.port = 0
        self.fast_responses = 0
        self.connections: set[FastPathProtocol] = set()

    @property
    def only_connection(self) -> FastPathProtocol:
        (connection,) = self.connections
        return connection

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Client]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**24)
        try:
            yield Client(reader, writer)
        finally:
            writer.close()


@pytest.fixture
async def server(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    made = Server()
    take = FastPathProtocol._respond_from_cache

    def counted(self: FastPathProtocol) -> bool:
        taken = take(self)
        made.fast_responses += taken
        return taken

    monkeypatch.setattr(fast_path.FastPathProtocol, "_respond_from_cache", counted)
    app = create_app(
        ViewerSettings.model_validate(
            {"REDIS_URL": redis_url, "ANALYTICS_SHARE_SIGNING_SECRET": SECRET}
        )
    )
    app.reports._cache.fresh_seconds = 600  # however slow the machine is: it is asked once
    config = uvicorn.Config(
        app,
        port=0,
        http=FastPathProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
    )
    running = uvicorn.Server(config)
    task = asyncio.create_task(running._serve())
    while not running.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    made.connections = running.server_state.connections  # type: ignore[assignment]
    made.port = running.servers[0].sockets[0].getsockname()[1]
    yield made
    running.should_exit = True
    await task


def get(path: str, *lines: str, method: str = "GET", version: str = "1.1") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: x", *lines, "", ""]).encode()


async def test_the_fast_path_says_what_the_long_way_says(server: Server, sample: Sample) -> None:
    async with server.connect() as client:
        for path in (sample.path, f"{sample.path}/csv"):
            for lines in ((), ("Accept-Encoding: gzip",), ("accept-encoding:   gzip, zstd  ",)):
                answers = []
                for _ in range(3):
                    client.send(get(path, *lines))
                    answers.append(await client.receive())
                for each in answers:
                    each.headers.pop(b"date")
                assert answers[0].status == 200
                assert answers[0] == answers[1] == answers[2]
                known = f"If-None-Match: {answers[0].headers[b'etag'].decode()}"
                client.send(get(path, *lines, known))
                assert (await client.receive()).status == 304
    assert server.fast_responses >= 2 * 3 * 3


async def test_a_miss_asks_the_response_cache_once(
    server: Server, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    fresh_entry = ResponseCache.fresh_entry

    def counted(self: ResponseCache, path: bytes) -> CacheEntry | None:
        asked.append(path)
        return fresh_entry(self, path)

    monkeypatch.setattr(ResponseCache, "fresh_entry", counted)
    path = sample.path.encode()
    async with server.connect() as client:
        client.send(get(sample.path))
        assert (await client.receive()).status == 200
        assert asked == [path], "not again where the fast path has asked"
        client.send(get(sample.path))
        assert (await client.receive()).status == 200
        assert asked == [path] * 2
        client.send(get(sample.path, method="HEAD"))
        assert (await client.receive(head=True)).status == 200
        assert asked == [path] * 3, "the server's own way asks where the fast path has not"
    assert server.fast_responses == 1


async def test_pipelined_requests_are_answered_in_their_order(
    server: Server, sample: Sample
) -> None:
    async with server.connect() as client:
        client.send(get(sample.path))
        assert (await client.receive()).status == 200
        paths = [sample.path, "/api/reports/x", f"{sample.path}/csv", "/healthz", sample.path]
        client.send(b"".join(map(get, paths)))
        assert [(await client.receive()).status for _ in paths] == [200, 403, 200, 200, 200]


async def test_what_is_no_plain_get_goes_the_long_way(server: Server, sample: Sample) -> None:
    async with server.connect() as client:
        client.send(get(sample.path))
        await client.receive()
        taken = server.fast_responses
        client.send(get(sample.path, method="HEAD"))
        assert (await client.receive(head=True)).status == 200
        client.send(get(sample.path, method="POST"))
        assert (await client.receive()).status == 405
        client.send(get(sample.path, "Content-Length: 5") + b"hello" + get("/healthz"))
        assert (await client.receive()).status == 200
        assert b"ok" in (await client.receive()).body
        client.send(get(sample.path, "Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n")
        assert (await client.receive()).status == 200
        client.send(get(sample.path, "Accept-Encoding: gzip;q=0.5", "Accept-Encoding: zstd"))
        assert (await client.receive()).headers[b"content-encoding"] == b"zstd"
        client.send(get(sample.path, "Upgrade: websocket", "Connection: upgrade"))
        assert (await client.receive()).status == 200
        assert server.fast_responses == taken


async def answered_from_cache(server: Server, client: Client, path: str) -> None:
    """The last of some answers comes from the cache."""
    taken = server.fast_responses
    while server.fast_responses == taken:
        client.send(get(path))
        assert (await client.receive()).status == 200


@pytest.mark.parametrize("last", ["", "/healthz"])
async def test_a_connection_on_which_nothing_is_asked_ends(
    server: Server, sample: Sample, last: str
) -> None:
    async with server.connect() as client:
        await answered_from_cache(server, client, sample.path)
        connection = server.only_connection
        if last:  # what is answered the server's way has a timer of its own
            client.send(get(last))
            assert (await client.receive()).status == 200
        assert connection._idle is not None
        connection._idle.cancel()
        connection.timeout_keep_alive = 0
        connection._look_whether_idle()
        assert await client.closed()


async def test_a_connection_that_is_used_is_looked_at_again(server: Server, sample: Sample) -> None:
    async with server.connect() as client:
        await answered_from_cache(server, client, sample.path)
        connection = server.only_connection
        first = connection._idle
        since = connection.idle_since()
        await answered_from_cache(server, client, sample.path)
        assert connection._idle is first, "an answer sets no timer"
        assert since is not None
        assert (connection.idle_since() or 0) > since, "it is another place in the row of the idle"
        assert first is not None
        first.cancel()
        connection.timeout_keep_alive = 600
        connection._look_whether_idle()
        assert not connection.transport.is_closing()
        assert connection._idle is not first
        assert connection._idle is not None
        connection._idle.cancel()
        connection.flow.write_paused = True  # the client does not read: that has its own bound
        connection.timeout_keep_alive = 1
        connection._look_whether_idle()
        assert not connection.transport.is_closing()
        connection.flow.write_paused = False
        assert await client.closed(), "looked at again"


async def test_a_connection_that_is_over_leaves_no_timer(server: Server, sample: Sample) -> None:
    async with server.connect() as client:
        await answered_from_cache(server, client, sample.path)
        connection = server.only_connection
    await wait.until_async(lambda: not server.connections)
    assert connection._idle is not None
    assert connection._idle.cancelled()


async def test_a_connection_ends_when_its_client_says_so(server: Server, sample: Sample) -> None:
    for request in (get(sample.path, "Connection: close"), get(sample.path, version="1.0")):
        for _ in range(2):
            async with server.connect() as client:
                client.send(request)
                answer = await client.receive()
                assert answer.status == 200
                assert answer.headers[b"connection"] == b"close"
                assert await client.closed()


async def test_a_request_in_pieces(server: Server, sample: Sample) -> None:
    async with server.connect() as client:
        client.send(get(sample.path))
        whole = await client.receive()
        for byte in get(sample.path):
            client.send(bytes([byte]))
            await asyncio.sleep(0)
        assert (await client.receive()).body == whole.body


async def test_a_long_csv_is_whole_for_many_slow_readers(
    server: Server, sample: Sample, redis_client: Redis
) -> None:
    sample.store(redis_client, csv=CSV + ROWS)

    async def read(coding: str) -> bytes:
        async with server.connect() as client:
            body = b""
            for _ in range(2):
                client.send(get(f"{sample.path}/csv", f"Accept-Encoding: {coding}"))
                await asyncio.sleep(0.05)
                body = (await client.receive()).body
            return body

    plain = await asyncio.gather(*(read("identity") for _ in range(5)))
    packed = await asyncio.gather(*(read("gzip") for _ in range(5)))
    assert set(plain) == {CSV + ROWS}
    assert len(set(packed)) == 1
    assert len(packed[0]) > 256 * 1024


async def test_a_damaged_long_csv_breaks_off(
    server: Server, sample: Sample, redis_client: Redis
) -> None:
    sample.store(redis_client, csv=CSV + ROWS)
    stored = redis_client.hget(sample.key.cached, "csv")
    assert isinstance(stored, bytes)
    packed = bytearray(stored)
    middle = len(packed) // 2
    packed[middle : middle + 1000] = bytes(1000)
    redis_client.hset(sample.key.cached, "csv", bytes(packed))
    async with server.connect() as client:
        client.send(get(f"{sample.path}/csv"))
        with pytest.raises(asyncio.IncompleteReadError):
            await client.receive()


async def test_a_404_and_nonsense(server: Server) -> None:
    async with server.connect() as client:
        client.send(get("/nothing"))
        assert (await client.receive()).status == 404
        client.send(b"nonsense\r\n\r\n")
        assert (await client.receive()).status == 400
