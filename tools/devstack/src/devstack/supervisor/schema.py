"""Bringing the database to this version's tables and the application's role to its rights."""

from collections.abc import Mapping

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from common.db.migrate import NewerSchemaError, upgrade
from common.db.revisions import Schema
from common.db.roles import ensure_service_role
from devstack.supervisor.errors import ExternalDatabaseError

Servers = Mapping[str, tuple[str, str | None]]
"""Further servers by name: the URL of who owns the tables, and the services' if there is one."""


def migrate_databases(owner_url: str, service_url: str | None, servers: Servers) -> Schema:
    """Migrate the home and every further server; the schema that the home has then.

    Raises:
        ExternalDatabaseError: as ``migrate_database``, naming the further server.
    """
    schema = migrate_database(owner_url, service_url)
    for name, (owner, service) in servers.items():
        try:
            migrate_database(owner, service)
        except ExternalDatabaseError as error:
            raise ExternalDatabaseError(f"{name}: {error}") from error
    return schema


def migrate_database(owner_url: str, service_url: str | None) -> Schema:
    """Migrate as the owner, then make sure that the application's role exists and owns nothing.

    The schema that the database has then: of this version, or of a later one that serves it.

    Raises:
        ExternalDatabaseError: no connection, a URL that names no role, an owner that may not do
            it, or tables of a later version that do not serve this one.
    """
    try:
        schema = upgrade(owner_url)
        if service_url is not None:
            ensure_service_role(owner_url, service_url)
    except (SQLAlchemyError, psycopg.Error) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise ExternalDatabaseError(f"the database cannot be migrated: {reason}") from error
    except NewerSchemaError as error:
        raise ExternalDatabaseError(f"the database cannot be migrated: {error}") from error
    except ValueError as error:
        raise ExternalDatabaseError(str(error)) from error
    return schema
