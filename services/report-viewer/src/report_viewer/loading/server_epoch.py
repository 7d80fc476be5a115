"""Server epoch: the run of the server behind each connection, in which its answers count."""

from weakref import WeakKeyDictionary

from redis.asyncio.connection import AbstractConnection

from common.links.state import parse_epoch


class ServerEpoch:
    """The server's epoch, asked on every new connection: no run of a server outlives one.

    Connections may be to two servers, while another becomes the primary: each has its own epoch.
    """

    def __init__(self) -> None:
        self._runs: WeakKeyDictionary[AbstractConnection, str] = WeakKeyDictionary()

    def of(self, connection: AbstractConnection) -> str | None:
        """The run of the server behind a connection; None for one that was never made."""
        return self._runs.get(connection)

    async def on_connect(self, connection: AbstractConnection) -> None:
        """Set a new connection up and ask it.

        Raises:
            UnknownEpochError: the server does not say.
        """
        await connection.on_connect()
        await connection.send_command("INFO", "server")
        self._runs[connection] = parse_epoch(await connection.read_response())
