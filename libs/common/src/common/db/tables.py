"""Every table of the database, gathered so that nothing can be forgotten.

Migrations, the row-level security test and the role's grants go by these lists.
"""

from common.db.accounts import Admin, Membership, Tenant
from common.db.api_keys import ApiKey
from common.db.audit import AuditEntry
from common.db.brands import BrandRow
from common.db.closed_day_changes import ClosedDayChange
from common.db.data_gaps import DataGapOfOrder
from common.db.discord import DiscordConnection
from common.db.frozen_reports import FrozenReport
from common.db.idempotency import IdempotencyKey
from common.db.imports import Import, ImportChunk
from common.db.invitations import Invitation
from common.db.link_templates import LinkTemplate
from common.db.metadata import Model
from common.db.passkeys import Passkey
from common.db.rollups import DailySales, DirtyDay, ProductSales
from common.db.sales import Customer, LedgerVersion, Order, OrderLine, Product, Refund
from common.db.shares import DailyViews, Share, SharingStop, ViewBatch
from common.db.stock import StockCount
from common.db.webhooks import IngestConnection, WebhookEvent, WebhookOrder

TENANT_TABLES: tuple[type[Model], ...] = (
    Membership,
    Share,
    SharingStop,
    ViewBatch,
    DailyViews,
    AuditEntry,
    Product,
    Customer,
    Order,
    OrderLine,
    Refund,
    LedgerVersion,
    DirtyDay,
    DailySales,
    ProductSales,
    StockCount,
    Import,
    ImportChunk,
    IdempotencyKey,
    DataGapOfOrder,
    ClosedDayChange,
    FrozenReport,
    BrandRow,
    LinkTemplate,
    ApiKey,
    Invitation,
    IngestConnection,
    WebhookEvent,
    WebhookOrder,
)
"""Tables whose rows belong to one tenant; each leads its keys with ``tenant_id``."""

SHARED_TABLES: tuple[type[Model], ...] = (Tenant, Admin, Passkey, DiscordConnection)
"""Tables that are not below a tenant: tenants, and who leads to one: people, passkeys, guilds."""

REFERENCE: tuple[type[Model], ...] = (Tenant, Admin, Passkey, Membership, DiscordConnection, ApiKey)
"""Where PostgreSQL is distributed by Citus: tables of few rows that every node has a copy of, in
the order of their references. A person, a guild and a key lead to a tenant that is not known yet.
"""

DISTRIBUTED: tuple[type[Model], ...] = tuple(
    model for model in TENANT_TABLES if model not in REFERENCE
)
"""Where PostgreSQL is distributed by Citus: tables spread by ``tenant_id``."""

ALL_TABLES = SHARED_TABLES + TENANT_TABLES
