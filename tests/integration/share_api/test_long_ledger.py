"""Pages of a long ledger are read by an index, wherever in it they are."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text

from accounts.provisioning import create_tenant
from common.db.pagination import Cursor, Paging
from common.db.tenancy import Access, TenantDb, transaction
from sharing.listing import ShareFilter, ShareState, StateContext, list_shares

LINKS = 30_000
NOW = datetime(2026, 5, 1, tzinfo=UTC)
_ISSUE = text(
    """
    INSERT INTO shares (tenant_id, id, link_id, report, period, window_from, window_to, key_id,
                        issued_at, expires_at, revoked_at)
    SELECT :tenant_id, gen_random_uuid(), gen_random_uuid(), 'revenue-overview', '7d',
           :now - interval '8 days', :now - interval '1 day', 'k',
           :now - make_interval(mins => n), :now - make_interval(mins => n) + interval '2 days',
           CASE WHEN n % 997 = 0 THEN :now - make_interval(mins => n - 1) END
    FROM generate_series(1, :links) AS n
    """
)


@pytest.fixture
def ledger(owner_url: str, owner_engine: Engine, service_engine: Engine) -> TenantDb:
    """A ledger of which a few links are active, a few revoked, and most have expired."""
    del owner_url
    tenant_id = create_tenant(
        service_engine, slug="long", name="Long", currency="EUR", timezone="UTC"
    )
    with owner_engine.begin() as connection:
        given = {"tenant_id": tenant_id, "now": NOW, "links": LINKS}
        connection.execute(_ISSUE, given)
    with owner_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE shares"))
    return TenantDb(service_engine, tenant_id)


def plan_of(db: TenantDb, paging: Paging, wanted: ShareFilter) -> tuple[str, int]:
    """How PostgreSQL reads that page, and how many entries are on it."""
    said: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if "FROM shares" in statement:
            said.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        page = list_shares(db, paging, wanted, given=StateContext(NOW))
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    ((statement, parameters),) = said
    with transaction(db.engine, Access(tenant_id=db.tenant_id)) as session:
        rows = session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
        return "\n".join(row[0] for row in rows), len(page.items)


def test_no_page_reads_or_sorts_the_whole_ledger(ledger: TenantDb) -> None:
    middle = Paging(50, Cursor(NOW - timedelta(minutes=LINKS // 2), UUID(int=0)))
    for paging in (Paging(50), middle):
        plan, found = plan_of(ledger, paging, ShareFilter())
        assert found == 50
        assert "ix_shares_tenant_id_issued_at" in plan, plan
        assert "Seq Scan on shares" not in plan
        assert " Sort" not in plan


@pytest.mark.parametrize("state", [ShareState.ACTIVE, ShareState.REVOKED])
def test_a_rare_state_is_found_by_an_index(ledger: TenantDb, state: ShareState) -> None:
    plan, found = plan_of(ledger, Paging(50), ShareFilter(state=state))
    assert found
    assert "ix_shares_tenant_id" in plan, plan
    assert "Seq Scan on shares" not in plan
