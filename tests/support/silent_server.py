"""A way to a PostgreSQL server that hangs when it is told to: it takes connections, says no more.

What hangs is the way, not the server: other tests use that at the same time.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

from common.db.engine import psycopg_url

_PIECE = 65536


@dataclass
class SilentServer:
    """Passes connections on to a server until it is ``silent``; ``url`` leads through it.

    ``taken`` counts the connections that it took and said nothing to.
    """

    url: str
    silent: Event = field(default_factory=Event)
    taken: int = 0
    _open: list[socket.socket] = field(default_factory=list)

    def serve(self, listener: socket.socket, target: tuple[str, int]) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                self._open.append(client)
                if self.silent.is_set():
                    self.taken += 1
                    continue
                server = socket.create_connection(target)
                self._open.append(server)
                for source, sink in ((client, server), (server, client)):
                    Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if not self.silent.is_set():
                    sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End all connections."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextmanager
def silent_server(url: str) -> Iterator[SilentServer]:
    """A way to the server of ``url``, which has to be reached by TCP."""
    told = psycopg_url(url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        through = told.set(host="127.0.0.1", port=listener.getsockname()[1])
        way = SilentServer(through.render_as_string(hide_password=False))
        target = (told.host or "127.0.0.1", told.port or 5432)
        Thread(target=way.serve, args=(listener, target), daemon=True).start()
        try:
            yield way
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            way.close()
