"""Tenancy: whose rows a transaction may see, by row-level security.

The setting is local to the transaction (a pooled connection carries nothing to its next user) and
set again whenever the session begins another one. Without it every tenant's table is empty.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.orm import Session, SessionTransaction

from common.db.engine import SETS_LIMITS, limits, settle
from common.db.shards import DIRECTORY, TenantElsewhereError, directory_of

_ACCESS = "analytics.access"
_HELD = "analytics.held"
_ENTER = text("SELECT enter_tenant(:tenant_id)")
_LOOK = text("SELECT holds_tenant(:tenant_id)")


@dataclass(frozen=True, slots=True)
class Access:
    """On whose behalf a transaction runs: a tenant, who looks for one, or neither.

    An admin looks for their tenants, a Discord guild and an API key for their own.
    """

    tenant_id: int | None = None
    admin_id: int | None = None
    guild_id: int | None = None
    key_digest: bytes | None = None


def settings_of(access: Access) -> str:
    """The statements that hold a transaction to ``access``."""
    digest = "" if access.key_digest is None else access.key_digest.hex()
    return (
        f"SET LOCAL app.tenant_id = '{_number(access.tenant_id)}';"
        f" SET LOCAL app.admin_id = '{_number(access.admin_id)}';"
        f" SET LOCAL app.guild_id = '{_number(access.guild_id)}';"
        f" SET LOCAL app.key_digest = '{digest}'"
    )


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:d}"


class TenantSession(Session):
    """A session whose every transaction is held to one ``Access`` by row-level security."""

    def __init__(self, engine: Engine, access: Access) -> None:
        limited = engine.execution_options(**{SETS_LIMITS: True})
        super().__init__(limited, expire_on_commit=False, info={_ACCESS: access})


@event.listens_for(TenantSession, "after_begin")
def _set_access(session: Session, _: SessionTransaction, connection: Connection) -> None:
    access: Access = session.info[_ACCESS]
    settle(connection, f"{limits(connection)}; {settings_of(access)}")
    if access.tenant_id is None or _HELD not in session.info:
        return
    entering = _LOOK if connection.get_execution_options().get("postgresql_readonly") else _ENTER
    held = connection.scalar(entering, {"tenant_id": access.tenant_id})
    if not held and (held is False or session.info[_HELD]):
        raise TenantElsewhereError(access.tenant_id)


def like(engine: Engine, server: Engine) -> Engine:
    """The engine of a server with the options of another, its directory left out."""
    options = engine.get_execution_options()
    return server.execution_options(**{k: v for k, v in options.items() if k != DIRECTORY})


def _begin(engine: Engine, access: Access) -> TenantSession:
    """A session that has begun: with several servers, on the one that holds the tenant."""
    directory = directory_of(engine)
    if directory is None or access.tenant_id is None:
        session = TenantSession(engine, access)
        session.begin()
        return session

    def begin_there(server: Engine, held: bool) -> TenantSession:
        session = TenantSession(like(engine, server), access)
        session.info[_HELD] = held
        try:
            session.connection()
        except BaseException:
            session.close()
            raise
        return session

    fenced = not engine.get_execution_options().get("postgresql_readonly")
    return directory.on_holder(access.tenant_id, begin_there, fenced=fenced)


def _begun(session: TenantSession) -> SessionTransaction:
    begun = session.get_transaction()
    assert begun is not None  # noqa: S101 - ``_begin`` began it
    return begun


@contextmanager
def transaction(engine: Engine, access: Access) -> Iterator[TenantSession]:
    """A transaction on behalf of ``access``; commits at the end, rolls back on an error.

    With several servers it is on the one that holds the tenant, and the tenant does not move while
    it runs.
    """
    with _begin(engine, access) as session, _begun(session):
        yield session


@contextmanager
def snapshot(engine: Engine, access: Access) -> Iterator[TenantSession]:
    """A read-only transaction that sees one moment of the data, whatever is written meanwhile."""
    frozen = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with transaction(frozen, access) as session:
        yield session


@dataclass(frozen=True, slots=True)
class TenantDb:
    """The rows of one tenant in a database. Connects when it is used."""

    engine: Engine
    tenant_id: int

    def transaction(self) -> AbstractContextManager[TenantSession]:
        """A transaction on the tenant's behalf; commits at the end, rolls back on an error."""
        return transaction(self.engine, Access(tenant_id=self.tenant_id))

    def snapshot(self) -> AbstractContextManager[TenantSession]:
        """A read-only transaction on the tenant's behalf that sees one moment of the data."""
        return snapshot(self.engine, Access(tenant_id=self.tenant_id))
