"""What has connected when a server is told to end is answered, by either event loop."""

import asyncio
import socket
from typing import Any

import pytest
import uvicorn
from tests.support import wait
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from common.infra.http_limits import BoundedProtocol, ConnectionLimits
from report_viewer.server.process import Server as ViewerServer
from share_api.server import Server as ShareServer

pytestmark = pytest.mark.anyio

POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@pytest.mark.parametrize(("kind", "proxies"), [(ShareServer, "127.0.0.1"), (ViewerServer, "")])
@pytest.mark.parametrize(
    "anyio_backend", [("asyncio", {"use_uvloop": each}) for each in (False, True)]
)
async def test_who_waits_to_be_accepted_is_answered_and_told_that_it_is_the_last(
    monkeypatch: pytest.MonkeyPatch, kind: type[uvicorn.Server], proxies: str
) -> None:
    monkeypatch.setattr("common.infra.draining.DRAIN_SECONDS", 3600)

    class Connection(BoundedProtocol, HttpToolsProtocol):
        bounds = ConnectionLimits(exempt=proxies, head_seconds=3600)

    server = kind(uvicorn.Config(app, port=0, http=Connection, lifespan="off", log_config=None))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    address = server.servers[0].sockets[0].getsockname()
    # Nobody is accepted before the loop has its next turn: it was busy when they came.
    waiting = [socket.create_connection(address) for _ in range(6)]
    *asking, silent = waiting
    for each in asking:
        each.sendall(POST)
    ending = asyncio.create_task(server.shutdown())
    for each in asking:
        each.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=each)
        async with asyncio.timeout(wait.PATIENCE_SECONDS):
            answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 204 ")
        assert b"\r\nconnection: close" in answer
        writer.close()
    assert [each.ending for each in server.server_state.connections] == [True]  # type: ignore[union-attr]
    silent.close()
    await ending
