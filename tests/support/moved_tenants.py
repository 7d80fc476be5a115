"""Servers that a tenant moves between, and a tenant with a row of every table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from redis import Redis
from sqlalchemy import Connection, Engine, Table, insert, text
from tests.integration.isolation.test_rows import OURS, TABLES, THEIRS, value
from tests.support.password_hashes import CHEAP

from analytics.admin.tenant_tables import on_behalf_of
from analytics.moving.move import Move
from analytics.moving.rows import columns_of, fingerprint, tenant_tables, write_alike
from analytics.moving.servers import Server, owned
from common import instants
from common.db.metadata import Model
from common.db.tables import TENANT_TABLES

__all__ = ["OURS", "TABLES", "THEIRS"]

SLUG = f"shop-{THEIRS}"
_HASH = CHEAP.hash("correct horse battery")


@dataclass
class Fleet:
    """Servers by name, the home first."""

    servers: dict[str, Server]
    redis: Redis

    def move(self, to: str, slug: str = SLUG, *, patience_seconds: float = 60) -> list[str]:
        """Move a tenant; what was told of it."""
        told: list[str] = []
        Move(
            list(self.servers.values()),
            self.redis,
            slug,
            to,
            instants.now(),
            patience_seconds,
            told.append,
        ).run()
        return told

    def engine(self, name: str) -> Engine:
        """The owner's engine of a server."""
        return self.servers[name].engine

    def number(self, name: str, query: str) -> int:
        """What a query of the owner's, for whom no policy holds, counts."""
        with self.engine(name).connect() as connection:
            found: int = connection.execute(text(query)).scalar_one()
            return found

    def run(self, name: str, statement: str) -> None:
        """Execute and commit a statement as the owner."""
        with self.engine(name).begin() as connection:
            connection.execute(text(statement))

    def rows(self, name: str, tenant_id: int = THEIRS) -> dict[str, object]:
        """The fingerprint of each table of a tenant on a server, where it has rows."""
        with self.engine(name).connect() as connection:
            on_behalf_of(connection, tenant_id)
            write_alike(connection)
            found = {
                table.name: fingerprint(connection, table, tenant_id)
                for table in tenant_tables(columns_of(connection))
            }
        return {name: each for name, each in found.items() if each.rows}


@contextmanager
def fleet_of(urls: Mapping[str, str], redis: Redis) -> Iterator[Fleet]:
    """The servers at the owner's URLs."""
    with owned(urls) as servers:
        yield Fleet({server.name: server for server in servers}, redis)


KEPT_BY_TRIGGERS = {
    "orders": {"customer_id": "customers.id"},
    "order_lines": {"order_id": "orders.id", "product_id": "products.id"},
}


def references(table: Table) -> dict[str, str]:
    """What each column of a table refers to."""
    declared = {key.parent.name: key.target_fullname for key in table.foreign_keys}
    return declared | KEPT_BY_TRIGGERS.get(table.name, {})


def furnish(connection: Connection, *tenants: int, as_owner: bool = False) -> None:
    """A row of every table for each of the tenants; each refers to another.

    Triggers make no rows beside, unless an owner is not the one who may say so.
    """
    if not as_owner:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    tables = Model.metadata.tables
    for tenant_id in tenants:
        on_behalf_of(connection, tenant_id)
        known: dict[str, object] = {"tenants.id": tenant_id}
        ordered = [tables["tenants"], tables["admins"]]
        ordered += [tables[model.__tablename__] for model in TENANT_TABLES]
        for table in [*ordered, tables["discord_connections"]]:
            row = {column.name: value(column, tenant_id) for column in table.columns}
            row |= {name: known[what] for name, what in references(table).items() if what in known}
            row |= {"arriving": False} if table.name == "tenants" else {}
            row |= {"password_hash": _HASH} if table.name == "admins" else {}
            if table.name == "tenants":
                row |= {"id": tenant_id, "slug": f"shop-{tenant_id}", "max_link_seconds": 60}
                row |= {"gift_cards": "sale"}
            connection.execute(insert(table).values(row))
            known |= {f"{table.name}.{name}": each for name, each in row.items()}
