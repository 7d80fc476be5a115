"""Connections to platforms: made, listed, rotated, paused and resumed.

A connection's public id names its tenant beside 122 random bits, so that an event is looked up on
behalf of that tenant alone. It is an address, and no credential: the signature decides.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select

from common.db.audit import Action, Author, record
from common.db.tenancy import TenantDb, TenantSession
from common.db.webhooks import IngestConnection
from common.http.problem import Problem
from common.http.wording import Wording
from ingest.webhooks.platforms import PLATFORMS
from ingest.webhooks.sealing import SecretBox

MOST_CONNECTIONS: Final = 50
LONGEST_NAME: Final = 200
GRACE: Final = timedelta(hours=24)
"""How long a secret that was rotated stays good by default: platforms retry for hours."""
MOST_GRACE: Final = timedelta(days=7)
_ID: Final = re.compile(r"([1-9][0-9]{0,8})-([0-9a-f]{32})")
_SECRET: Final = re.compile(r"[\x21-\x7e]{16,255}")
_SECRET_BYTES: Final = 32


class ConnectionUnknownError(Problem):
    """The tenant has no such connection; the answer does not tell whether another has."""

    status = HTTPStatus.NOT_FOUND
    type = "ingest-connection-not-found"
    title = "Connection not found"

    def __init__(self) -> None:
        super().__init__("There is no such connection.")


class InvalidConnectionError(Problem):
    """What a connection is to be made or changed with is not right."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-connection"
    title = "Invalid connection"


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection, without its secrets; ``id`` is the public one."""

    id: str
    platform: str
    name: str
    created_at: datetime
    rotated_at: datetime | None
    previous_until: datetime | None
    paused_at: datetime | None

    @property
    def path(self) -> str:
        """Where the platform sends its events to."""
        return f"/api/ingest/{self.id}/{self.platform}"


def public_id(tenant_id: int, connection_id: UUID) -> str:
    """What a connection is called outside."""
    return f"{tenant_id}-{connection_id.hex}"


def parse_id(text: str) -> tuple[int, UUID] | None:
    """The tenant and the connection of a public id in its one spelling; anything else is none."""
    match = _ID.fullmatch(text)
    return None if match is None else (int(match[1]), UUID(match[2]))


def create_connection(
    db: TenantDb,
    box: SecretBox,
    *,
    platform: str,
    name: str,
    secret: str | None,
    author: Author,
    at: datetime,
) -> tuple[Connection, str]:
    """Make a connection; it, and its secret, which is told this once. Without one it is drawn.

    Raises:
        ConnectionsNotConfiguredError: there is no key to seal it with.
        InvalidConnectionError: an unknown platform, no name or secret, or too many connections.
    """
    if platform not in PLATFORMS:
        raise InvalidConnectionError(
            Wording("the platform is one of %(platforms)s", platforms=", ".join(PLATFORMS))
        )
    if not 0 < len(name.strip()) <= LONGEST_NAME or "\0" in name:
        raise InvalidConnectionError(
            Wording("the name has one to %(most)s characters", most=LONGEST_NAME)
        )
    chosen = _chosen(secret)
    row = IngestConnection(
        tenant_id=db.tenant_id, id=uuid4(), platform=platform, name=name.strip(), created_at=at
    )
    row.secret = box.seal(row.id, chosen)
    with db.transaction() as session:
        of_tenant = IngestConnection.tenant_id == db.tenant_id
        count = select(func.count()).select_from(IngestConnection).where(of_tenant)
        if (session.scalar(count) or 0) >= MOST_CONNECTIONS:
            raise InvalidConnectionError(
                Wording("a shop has at most %(most)s connections", most=MOST_CONNECTIONS)
            )
        session.add(row)
        _tell(session, row, Action.CONNECTION_CREATED, author, at, platform=platform)
    return _told(row), chosen


def list_connections(db: TenantDb) -> tuple[Connection, ...]:
    """The tenant's connections, the oldest first."""
    query = (
        select(IngestConnection)
        .where(IngestConnection.tenant_id == db.tenant_id)
        .order_by(IngestConnection.created_at, IngestConnection.id)
    )
    with db.transaction() as session:
        return tuple(map(_told, session.scalars(query)))


def rotate_secret(
    db: TenantDb,
    box: SecretBox,
    connection: str,
    *,
    secret: str | None,
    grace: timedelta,
    author: Author,
    at: datetime,
) -> tuple[Connection, str]:
    """Give a connection another secret; the one before stays good for ``grace``.

    Raises:
        ConnectionsNotConfiguredError: there is no key to seal it with.
        ConnectionUnknownError: the tenant has no such connection.
        InvalidConnectionError: no secret, or too long a grace.
    """
    if not timedelta(0) <= grace <= MOST_GRACE:
        raise InvalidConnectionError(
            Wording("the old secret stays good for at most %(days)s d", days=MOST_GRACE.days)
        )
    chosen = _chosen(secret)
    with db.transaction() as session:
        row = _find(session, db, connection)
        row.previous = row.secret if grace else None
        row.previous_until = at + grace if grace else None
        row.secret, row.rotated_at = box.seal(row.id, chosen), at
        _tell(session, row, Action.CONNECTION_ROTATED, author, at)
        return _told(row), chosen


def set_paused(
    db: TenantDb, connection: str, *, paused: bool, author: Author, at: datetime
) -> Connection:
    """Pause a connection, whose events wait then, or resume it; doing so again changes nothing.

    Raises:
        ConnectionUnknownError: the tenant has no such connection.
    """
    with db.transaction() as session:
        row = _find(session, db, connection)
        if (row.paused_at is not None) is not paused:
            row.paused_at = at if paused else None
            action = Action.CONNECTION_PAUSED if paused else Action.CONNECTION_RESUMED
            _tell(session, row, action, author, at)
        return _told(row)


def _chosen(secret: str | None) -> str:
    if secret is None:
        return secrets.token_hex(_SECRET_BYTES)
    if not _SECRET.fullmatch(secret):
        raise InvalidConnectionError("a secret is 16 to 255 visible ASCII characters")
    return secret


def _find(session: TenantSession, db: TenantDb, connection: str) -> IngestConnection:
    named = parse_id(connection)
    if named is None or named[0] != db.tenant_id:
        raise ConnectionUnknownError
    row = session.get(IngestConnection, (db.tenant_id, named[1]), with_for_update=True)
    if row is None:
        raise ConnectionUnknownError
    return row


def _tell(
    session: TenantSession,
    row: IngestConnection,
    action: Action,
    author: Author,
    at: datetime,
    **details: object,
) -> None:
    record(session, row.tenant_id, action, author, at=at, subject=row.name, **details)


def _told(row: IngestConnection) -> Connection:
    return Connection(
        public_id(row.tenant_id, row.id),
        *(row.platform, row.name, row.created_at),
        *(row.rotated_at, row.previous_until, row.paused_at),
    )
