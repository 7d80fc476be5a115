"""Shops whose imports cannot know everything, and what their windows say of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from tests.unit.ingest.formats.shopify.shopify_shop import Line, Sold, export, rows

from accounts.provisioning import create_tenant
from common.db.tenancy import TenantDb
from common.reports.document.gaps import KINDS, DataGap, GapKind
from common.reports.sales.gaps import read_gaps
from common.reports.window import Window
from ingest.formats import registry
from ingest.import_files import FileKind, Imported, ImportFile, import_files

UTC_ZONE = ZoneInfo("UTC")
MUG = Line("Mug", "MUG", 1, 20_00)


def open_shop(engine: Engine, timezone: str = "UTC") -> TenantDb:
    """A new shop without sales."""
    slug = f"shop-{uuid4().hex[:12]}"
    tenant = create_tenant(engine, slug=slug, name="Gaps", currency="EUR", timezone=timezone)
    return TenantDb(engine, tenant)


def shopify(orders: Mapping[str, tuple[datetime, int]], **cells: str) -> str:
    """An export of orders of one mug by name: when each was paid, and what was paid back of it."""
    written = []
    for name, (paid, refunded) in orders.items():
        (row,) = rows(Sold((MUG,)), name)
        at = paid.strftime("%Y-%m-%d %H:%M:%S +0000")
        back = f"{refunded / 100:.2f}"
        written.append(row | {"Paid at": at, "Created at": at, "Refunded Amount": back} | cells)
    return export(written)


def bring(db: TenantDb, *, layout: str = "shopify", **files: str) -> Imported:
    """Import files of a format into a shop."""
    given = {
        FileKind(kind): ImportFile(f"{kind}.csv", iter([content.encode()]))
        for kind, content in files.items()
    }
    return import_files(db.engine, db.tenant_id, given, layout=registry.find(layout))


def window(first: datetime, days: int) -> Window:
    """So many days from the day of ``first`` on, in UTC."""
    start = first.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(start, start + timedelta(days=days))


def gaps(db: TenantDb, of: Window) -> dict[str, DataGap]:
    """The gaps of a window by kind."""
    with db.snapshot() as session:
        return {gap.kind: gap for gap in read_gaps(session, db.tenant_id, of, UTC_ZONE)}


def counts(db: TenantDb, of: Window) -> dict[str, int]:
    """How many things are not known of a window itself, by kind."""
    return {
        kind: gap.now.count
        for kind, gap in gaps(db, of).items()
        if gap.now and not KINDS[GapKind(kind)].known
    }
