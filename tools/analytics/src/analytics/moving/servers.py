"""The servers that tenants are spread over, as the role that owns their tables."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, text

from analytics.moving.errors import MoveError, told_plainly
from common.db import origin, revisions
from common.db.engine import create_database_engine

_PATIENCE_SECONDS: Final = 6 * 3600
"""For one statement: an insert of a part, or a delete of all."""
_PLACES: Final = text("SELECT id, arriving FROM tenants WHERE slug = :slug")


@dataclass(frozen=True, slots=True)
class Server:
    """A server by its name."""

    name: str
    engine: Engine


@dataclass(frozen=True, slots=True)
class Place:
    """A server that has rows of a tenant: as the one that holds it, or as a copy's."""

    server: Server
    tenant_id: int
    arriving: bool


@contextmanager
def owned(urls: Mapping[str, str]) -> Iterator[list[Server]]:
    """The servers at URLs of the owner, by name; nothing connects yet."""
    with ExitStack() as stack:
        servers = []
        for name, url in urls.items():
            engine = create_database_engine(
                url,
                application_name="analytics-move",
                pool_size=1,
                statement_timeout_seconds=_PATIENCE_SECONDS,
            )
            stack.callback(engine.dispose)
            servers.append(Server(name, engine))
        yield servers


def places_of(servers: Sequence[Server], slug: str) -> list[Place]:
    """Where rows of a tenant are; every server has to answer, as it might hold it.

    Raises:
        MoveError: one does not.
    """
    found = []
    for server in servers:
        with told_plainly(server.name), server.engine.connect() as connection:
            for tenant_id, arriving in connection.execute(_PLACES, {"slug": slug}):
                found.append(Place(server, tenant_id, arriving))
    return found


def check_alike(source: Connection, target: Connection) -> None:
    """Refuse servers whose tables are not those of this version, or that are restored copies.

    Raises:
        MoveError: a tenant cannot go from one to the other.
    """
    code = revisions.head()
    for which, connection in (("source", source), ("target", target)):
        revision = revisions.current(connection)
        if revision != code:
            raise MoveError(
                f"the {which}'s schema is at {revision or 'no revision'} and this version's is"
                f" {code}: bring every server to it with `analytics migrate`"
            )
        if origin.is_restored_copy(connection):
            raise MoveError(f"the {which} is a restored copy: see `analytics revocations import`")
