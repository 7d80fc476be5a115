"""Looks at a dump that was restored on trial: whether it is whole, and what it holds."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from analytics.admin.tenant_tables import newest_entry, on_behalf_of, rows_of, tenant_tables
from common.db import revisions

_FROZEN_WITHOUT: Final = text(
    """
    SELECT count(*) FROM shares s
    WHERE s.tenant_id = :tenant_id AND s.kind = 'frozen' AND s.revoked_at IS NULL
    AND s.expires_at > now() AND EXISTS (
        SELECT FROM unnest(coalesce(s.reports, ARRAY[s.report])) AS shown WHERE NOT EXISTS (
            SELECT FROM frozen_reports f
            WHERE f.tenant_id = s.tenant_id AND f.link_id = s.link_id AND f.report = shown))
    """
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: rows by table, the last entry of an audit log, and its faults.

    ``compared`` says whether its schema was compared with a whole one.
    """

    revision: str | None
    tenants: int
    rows: dict[str, int]
    newest: datetime | None
    faults: list[str]
    compared: bool = True


def look(connection: Connection) -> Contents:
    """Count the rows of every tenant, and find what a whole database would not have."""
    revision = revisions.current(connection)
    if revision is None:
        return Contents(None, 0, {}, None, ["it has no tables of ours"])
    tables = tenant_tables(connection)
    faults = [f"{name} is without row-level security" for name, held in tables.items() if not held]
    if not revisions.Schema(revisions.head()).is_newer(revision) and revision != revisions.head():
        faults.append(f"its schema {revision} is of a later version than this one")
    tenants = connection.scalars(text("SELECT id FROM tenants ORDER BY id")).all()
    rows: Counter[str] = Counter(dict.fromkeys(tables, 0))
    newest: list[datetime] = []
    frozen = 0
    for tenant_id in tenants:
        on_behalf_of(connection, tenant_id)
        rows.update(rows_of(connection, tenant_id))
        frozen += connection.scalar(_FROZEN_WITHOUT, {"tenant_id": tenant_id}) or 0
        at = newest_entry(connection, tenant_id)
        newest += [] if at is None else [at]
    if frozen:
        faults.append(f"{frozen} frozen links have no report")
    return Contents(revision, len(tenants), dict(rows), max(newest, default=None), faults)
