"""Tenancy: whose rows a transaction may see, by row-level security.

The setting is local to the transaction (a pooled connection carries nothing to its next user) and
set again whenever the session begins another one. Without it every tenant's table is empty.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session, SessionTransaction

from common.db.engine import SETS_LIMITS, limits, settle

_ACCESS = "analytics.access"


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


@contextmanager
def transaction(engine: Engine, access: Access) -> Iterator[TenantSession]:
    """A transaction on behalf of ``access``; commits at the end, rolls back on an error."""
    with TenantSession(engine, access) as session, session.begin():
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
