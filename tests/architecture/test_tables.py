"""The tables of the metadata: whose rows they hold shows in every key."""

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint

from common.db.metadata import Model
from common.db.tables import ALL_TABLES, SHARED_TABLES, TENANT_TABLES

TABLES: list[Table] = [model.__table__ for model in TENANT_TABLES]  # type: ignore[misc]

LOOKED_UP = {"fk_memberships_admin_id", "ux_api_keys_digest"}
"""A membership leads from a tenant to a person, who is above tenants; a key leads to its tenant."""


def test_every_table_is_listed() -> None:
    assert {model.__tablename__ for model in ALL_TABLES} == set(Model.metadata.tables)
    shared = {model.__tablename__ for model in SHARED_TABLES}
    assert shared == {"tenants", "admins", "passkeys", "discord_connections"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_tenant_id_leads_every_key(table: Table) -> None:
    keys = {f"primary key of {table.name}": next(iter(table.primary_key.columns)).name}
    for index in table.indexes:
        keys[str(index.name)] = next(iter(index.columns)).name
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint | ForeignKeyConstraint):
            keys[str(constraint.name)] = next(iter(constraint.columns)).name
    wrong = {name for name, first in keys.items() if first != "tenant_id"}
    assert wrong <= LOOKED_UP
