"""Response schemas of Discord, in camelCase; its ids are strings, as it writes them."""

from typing import Self

from pydantic import Field

from share_api.discord.connect_codes import IssuedCode
from share_api.discord.guilds import Connection
from share_api.schemas.api_model import ApiModel
from share_api.schemas.responses import Instant
from sharing.discord_command import CONNECT, NAME


class CodeView(ApiModel):
    """A one-time code; it is shown once."""

    code: str = Field(examples=["K7QF-29MX-PA4W-6TBN-C3HR-8VZD"])
    command: str = Field(description="What is typed in the Discord server.")
    expires_at: Instant

    @classmethod
    def of(cls, issued: IssuedCode) -> Self:
        """As clients see it."""
        return cls(
            code=issued.code,
            command=f"/{NAME} {CONNECT} code:{issued.code}",
            expires_at=issued.expires_at,
        )


class ConnectionView(ApiModel):
    """A Discord server that shows the tenant's reports."""

    id: str = Field(description="The server's id at Discord.")
    connected_at: Instant
    connected_by: str = Field(description="The id of the Discord user who used the code.")

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """As clients see it."""
        return cls(
            id=str(connection.guild_id),
            connected_at=connection.connected_at,
            connected_by=str(connection.connected_by),
        )


class ConnectionsView(ApiModel):
    """All connections of the tenant."""

    items: tuple[ConnectionView, ...]

    @classmethod
    def of(cls, connections: tuple[Connection, ...]) -> Self:
        """As clients see it."""
        return cls(items=tuple(map(ConnectionView.of, connections)))
