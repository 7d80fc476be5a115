"""A row of every table for two tenants, and one of them after the other's.

The rows are made from the metadata, so that a table added later is tried too.
"""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import ProgrammingError

from common.db.metadata import Model
from common.db.tables import ALL_TABLES
from common.db.tenancy import Access, TenantSession, transaction

OURS, THEIRS = 101, 202
TABLES = [table for table in Model.metadata.sorted_tables if "tenant_id" in table.columns]
LATER = datetime(2031, 1, 1, tzinfo=UTC)
FIXED = {
    "currency": "EUR",
    "timezone": "UTC",
    "kind": "return",
    "role": "owner",
    "state": "queued",
    "format": "own",
    "file": "orders",
    "expires_at": LATER,
    "window_to": LATER,
    "span": 1,
    "order_discount": 0,
    "line_discount": 0,
    "remainder": 0,
    "discount": 0,
    "created_by": None,
    "creator": None,
    "revoked_by": None,
    "accent": "#123456",
    "logo_ground": "any",
}
"""Values that checks ask for."""

_numbers = count(1)


def value(column: Column[Any], tenant_id: int) -> Any:
    """Something that the column takes, never twice the same."""
    if column.name == "tenant_id":
        return tenant_id
    fixed = {**FIXED, **({"state": "waiting"} if column.table.name == "webhook_events" else {})}
    if column.name in fixed:
        return fixed[column.name]
    number = next(_numbers)
    made = {
        BigInteger: number,
        Integer: number,
        SmallInteger: number,
        Text: f"text-{number}",
        Uuid: uuid4(),
        DateTime: datetime(2026, 1, 1, tzinfo=UTC),
        Date: date(2026, 1, 1 + number % 28),
        JSON: {},
        LargeBinary: number.to_bytes(32),
        ARRAY: [],
        Boolean: number % 2 == 0,
    }
    return next(made[kind] for kind in made if isinstance(column.type, kind))


@pytest.fixture(scope="module")
def shop(owner_of_shared: Engine, service_of_shared: Engine) -> Engine:
    """A row of each table for each of two tenants, past all triggers and foreign keys."""
    tenants = Model.metadata.tables["tenants"]
    with owner_of_shared.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for tenant_id in (OURS, THEIRS):
            names = {"slug": f"shop-{tenant_id}", "name": "Shop", "id": tenant_id}
            row = names | {"currency": "EUR", "timezone": "UTC"}
            connection.execute(insert(tenants).values(row))
            for table in TABLES:
                row = {column.name: value(column, tenant_id) for column in table.columns}
                connection.execute(insert(table).values(row))
    return service_of_shared


def may(session: TenantSession, table: Table, what: str) -> bool:
    """Whether the services' role is granted it at all."""
    query = text("SELECT has_table_privilege(current_user, :name, :what)")
    return bool(session.scalar(query, {"name": table.name, "what": what}))


def test_no_table_is_left_out() -> None:
    assert {table.name for table in TABLES} == {model.__tablename__ for model in ALL_TABLES} - {
        "tenants",
        "admins",
        "passkeys",
    }


@pytest.mark.parametrize("table", TABLES, ids=lambda each: each.name)
def test_another_tenants_rows_are_not_there(shop: Engine, table: Table) -> None:
    of_them = select(func.count()).select_from(table).where(table.c.tenant_id == THEIRS)
    everything = select(func.count()).select_from(table)
    with transaction(shop, Access(tenant_id=OURS)) as session:
        assert session.scalar(of_them) == 0
        assert session.scalar(everything) == 1
        for change in (
            update(table).where(table.c.tenant_id == THEIRS).values(tenant_id=OURS),
            delete(table).where(table.c.tenant_id == THEIRS),
        ):
            if may(session, table, "UPDATE" if change.is_update else "DELETE"):
                result = session.connection().execute(change)
                assert result.rowcount == 0
    with transaction(shop, Access(tenant_id=THEIRS)) as session:
        assert session.scalar(everything) == 1


@pytest.mark.parametrize("table", TABLES, ids=lambda each: each.name)
def test_a_row_is_not_slipped_to_another_tenant(shop: Engine, table: Table) -> None:
    row = {column.name: value(column, THEIRS) for column in table.columns}
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction(shop, Access(tenant_id=OURS)) as session,
    ):
        session.execute(insert(table).values(row))
    move = update(table).where(table.c.tenant_id == OURS).values(tenant_id=THEIRS)
    with (
        pytest.raises(ProgrammingError, match=r"row-level security|permission denied"),
        transaction(shop, Access(tenant_id=OURS)) as session,
    ):
        session.execute(move)


@pytest.mark.parametrize("table", [*TABLES, Model.metadata.tables["tenants"]], ids=str)
@pytest.mark.parametrize("access", [Access(), Access(tenant_id=303), Access(admin_id=9**9)])
def test_nobody_in_particular_sees_nothing(shop: Engine, table: Table, access: Access) -> None:
    with transaction(shop, access) as session:
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_connection_carries_no_tenant_to_whoever_has_it_next(shop: Engine) -> None:
    """Not after a commit, a roll-back or an error, and whatever was set for the session."""
    everything = text("SELECT count(*) FROM shares")
    for ends in ("", "SELECT 1 / 0"):
        try:
            with transaction(shop, Access(tenant_id=THEIRS)) as session:
                assert session.scalar(everything) == 1
                session.execute(text(ends or "SELECT 1"))
        except Exception:  # noqa: BLE001 - asked for
            assert ends
        with shop.connect() as connection:
            assert connection.scalar(everything) == 0
    with transaction(shop, Access(tenant_id=OURS)) as session:
        session.execute(text("SET app.tenant_id = '202'"))
    for _ in range(shop.pool.size()):  # type: ignore[attr-defined]
        with transaction(shop, Access(tenant_id=OURS)) as session:
            assert session.scalar(select(func.count(Model.metadata.tables["shares"].c.id))) == 1
            assert session.scalar(text("SELECT tenant_id FROM shares")) == OURS
