"""Connections to platforms and their dead letters, for commands."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from pydantic import ValidationError

from accounts.errors import UnknownTenantError
from accounts.provisioning import accounts_engine, tenant_id_of
from common.db.audit import COMMAND_LINE
from common.db.tenancy import TenantDb
from common.instants import now
from common.settings import ConnectionSettings
from ingest.webhooks import connections, dead_letters
from ingest.webhooks.connections import Connection
from ingest.webhooks.dead_letters import DeadLetter
from ingest.webhooks.sealing import SecretBox


class ConnectionKeysError(Exception):
    """The key that seals the secrets of connections is not usable here."""


def secret_box(secret: str | None = None) -> SecretBox:
    """The keys of the environment; ``secret`` is the one that seals, where it is known otherwise.

    Raises:
        ConnectionKeysError: one of them is unusable.
    """
    given = {} if secret is None else {"ANALYTICS_CONNECTION_SECRET": secret}
    try:
        settings = ConnectionSettings.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        reasons = (f"{each['loc'][0]}: {each['msg']}" for each in found)
        raise ConnectionKeysError("; ".join(reasons)) from None
    return SecretBox(settings.connection_keys())


@contextmanager
def _db(service_url: str, tenant: str) -> Iterator[TenantDb]:
    """The rows of a shop by its slug.

    Raises:
        AccountError: there is no such shop, or the database cannot be used.
    """
    with accounts_engine(service_url) as engine:
        tenant_id = tenant_id_of(engine, tenant)
        if tenant_id is None:
            raise UnknownTenantError(tenant)
        yield TenantDb(engine, tenant_id)


def create(
    service_url: str, box: SecretBox, *, tenant: str, platform: str, name: str, secret: str | None
) -> tuple[Connection, str]:
    """Make a connection; it and its secret."""
    with _db(service_url, tenant) as db:
        return connections.create_connection(
            db, box, platform=platform, name=name, secret=secret, author=COMMAND_LINE, at=now()
        )


def list_of(service_url: str, *, tenant: str) -> tuple[Connection, ...]:
    """The connections of a shop."""
    with _db(service_url, tenant) as db:
        return connections.list_connections(db)


def rotate(
    service_url: str,
    box: SecretBox,
    *,
    tenant: str,
    connection: str,
    secret: str | None,
    grace: timedelta,
) -> tuple[Connection, str]:
    """Give a connection another secret; it and the secret."""
    with _db(service_url, tenant) as db:
        return connections.rotate_secret(
            db, box, connection, secret=secret, grace=grace, author=COMMAND_LINE, at=now()
        )


def pause(service_url: str, *, tenant: str, connection: str, paused: bool) -> Connection:
    """Pause or resume a connection."""
    with _db(service_url, tenant) as db:
        return connections.set_paused(db, connection, paused=paused, author=COMMAND_LINE, at=now())


def list_dead(service_url: str, *, tenant: str, most: int) -> tuple[DeadLetter, ...]:
    """The dead letters of a shop, the latest first."""
    with _db(service_url, tenant) as db:
        return dead_letters.list_dead_letters(db, most=most)


def replay_dead(service_url: str, *, tenant: str, ids: Collection[int] | None) -> int:
    """Have dead letters tried again; how many."""
    with _db(service_url, tenant) as db:
        return dead_letters.replay_dead_letters(db, ids, author=COMMAND_LINE, at=now())
