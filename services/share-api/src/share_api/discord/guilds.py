"""Guild connections: which Discord guild shows which tenant's reports."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects.postgresql import insert

from common.db.across import find_on_any, one_at_a_time
from common.db.audit import Action, Author, record
from common.db.discord import DiscordConnection
from common.db.shards import further_servers
from common.db.tenancy import Access, TenantDb
from common.http.problem import Problem

_ID: Final = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


class ConnectionNotFoundError(Problem):
    """The tenant has no connection to that guild; the answer does not tell whether another has."""

    status = HTTPStatus.NOT_FOUND
    type = "connection-not-found"
    title = "Connection not found"

    def __init__(self, guild_id: object) -> None:
        super().__init__("There is no such connection.")
        self.guild_id = guild_id


class AlreadyConnectedError(Exception):
    """The guild shows a tenant's reports already, and only one's."""

    def __init__(self, guild_id: int) -> None:
        super().__init__("This server is connected to a shop already.")
        self.guild_id = guild_id


@dataclass(frozen=True, slots=True)
class Connection:
    """A guild of a tenant; ``connected_by`` is the Discord user who used the code."""

    guild_id: int
    connected_at: datetime
    connected_by: int


def parse_guild_id(text: str) -> int:
    """The guild of an id in its one spelling; anything else names none.

    Raises:
        ConnectionNotFoundError: no guild has that id.
    """
    if _ID.fullmatch(text) and int(text) < 2**63:
        return int(text)
    raise ConnectionNotFoundError(text)


def author_of(user_id: int) -> Author:
    """A Discord user as the one who does something."""
    return Author(f"Discord user {user_id}")


def tenant_of_guild(engine: Engine, guild_id: int) -> int | None:
    """The tenant whose reports the guild shows, if it is connected."""
    query = select(DiscordConnection.tenant_id).where(DiscordConnection.guild_id == guild_id)
    return find_on_any(
        engine, Access(guild_id=guild_id), lambda session: session.scalar(query), int
    )


@contextmanager
def _kept_free(engine: Engine, guild_id: int) -> Iterator[None]:
    """Keep others from connecting the guild: of several servers one's key knows no other's."""
    with one_at_a_time(engine):
        if further_servers(engine) and tenant_of_guild(engine, guild_id) is not None:
            raise AlreadyConnectedError(guild_id)
        yield


def connect(db: TenantDb, made: Connection, *, allowed_by: str) -> None:
    """Connect a guild that is not connected; ``allowed_by`` is the admin who gave the code.

    Raises:
        AlreadyConnectedError: it is, to this tenant or to another.
    """
    row = insert(DiscordConnection).values(
        guild_id=made.guild_id,
        tenant_id=db.tenant_id,
        connected_at=made.connected_at,
        connected_by=made.connected_by,
    )
    with _kept_free(db.engine, made.guild_id), db.transaction() as session:
        added = session.execute(
            row.on_conflict_do_nothing().returning(DiscordConnection.guild_id)
        ).scalar()
        if added is None:
            raise AlreadyConnectedError(made.guild_id)
        record(
            session,
            db.tenant_id,
            Action.DISCORD_CONNECTED,
            author_of(made.connected_by),
            at=made.connected_at,
            subject=made.guild_id,
            allowedBy=allowed_by,
        )


def list_connections(db: TenantDb) -> tuple[Connection, ...]:
    """The tenant's connections, the latest first."""
    query = (
        select(DiscordConnection)
        .where(DiscordConnection.tenant_id == db.tenant_id)
        .order_by(DiscordConnection.connected_at.desc(), DiscordConnection.guild_id)
    )
    with db.transaction() as session:
        return tuple(
            Connection(each.guild_id, each.connected_at, each.connected_by)
            for each in session.scalars(query)
        )


def disconnect(db: TenantDb, guild_id: int, *, author: Author, at: datetime) -> None:
    """End a connection: nothing of the tenant is sent there once this has returned.

    A worker that is about to send holds the row; this waits for it, some seconds at most.

    Raises:
        ConnectionNotFoundError: the tenant has no connection to that guild.
    """
    with db.transaction() as session:
        gone = session.execute(
            delete(DiscordConnection)
            .where(
                DiscordConnection.tenant_id == db.tenant_id, DiscordConnection.guild_id == guild_id
            )
            .returning(DiscordConnection.guild_id)
        ).scalar()
        if gone is None:
            raise ConnectionNotFoundError(guild_id)
        record(session, db.tenant_id, Action.DISCORD_DISCONNECTED, author, at=at, subject=guild_id)
