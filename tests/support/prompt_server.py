"""A server of uvicorn that ends when it is told to, and not at its next look at the clock."""

import asyncio
import threading
from typing import Any

import uvicorn
from tests.support import wait

_TICK_SECONDS = 0.1


class PromptServer(uvicorn.Server):
    """Serves in a thread of its own. Its own shutdown sleeps, which a thousand tests wait for."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._thread = threading.Thread(target=self.run)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.servers[0].sockets[0].getsockname()[1])

    def begin(self) -> None:
        """Serve, and come back when it listens."""

        def started() -> bool:
            assert self._thread.is_alive(), "the service did not start"
            return self.started

        self._thread.start()
        wait.until(started, "the service")

    def end(self) -> None:
        """Stop serving, and come back when it has."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)
        self._thread.join()

    async def main_loop(self) -> None:
        """As uvicorn's, which looks ten times a second whether it is to end."""
        self._loop = asyncio.get_running_loop()
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            try:
                async with asyncio.timeout(_TICK_SECONDS):
                    await self._told.wait()
            except TimeoutError:
                continue

    async def shutdown(self, *_: Any, **__: Any) -> None:
        """As uvicorn's, without its sleep: whoever is answered gets the whole answer."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # those without a request are gone now
        async with asyncio.timeout(wait.PATIENCE_SECONDS):
            await self._wait_tasks_to_complete()
        await self.lifespan.shutdown()
