"""Settings of a tenant that are set after it was made: name, zone, currency, gift cards.

Another zone cuts the days anew: the kept sums are forgotten and every day with events is marked in
the same transaction (see ``common.db.rollups``), and the ledger's version goes up, so that every
cached report is stale. A link's window stays: its instants are in the token.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Engine, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from accounts.errors import CurrencyInUseError, UnknownTenantError
from accounts.provisioning import tenant_id_of
from accounts.validation import require_currency, require_name, require_timezone
from common.db.accounts import MAX_NAME_LENGTH, GiftCards, Tenant
from common.db.audit import Action, Author, record
from common.db.ledger_writer import by_statements
from common.db.sales import LOCK_LEDGER, NEXT_VERSION, Order, Product
from common.db.shares import Share
from common.db.tenancy import Access, TenantSession, transaction
from common.instants import now
from common.reports.window import Window

_REBUILD_DAYS: Final = (
    "DELETE FROM product_sales WHERE tenant_id = %(tenant_id)s",
    "DELETE FROM daily_sales WHERE tenant_id = %(tenant_id)s",
    "DELETE FROM dirty_days WHERE tenant_id = %(tenant_id)s",
    """
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT tenant_id, (occurred_at AT TIME ZONE %(timezone)s)::date
    FROM ledger WHERE tenant_id = %(tenant_id)s
    """,
)


@dataclass(frozen=True, slots=True)
class Changed:
    """What setting a value did; ``has_sales`` says whether there were orders by then."""

    tenant_id: int
    name: str
    before: str
    after: str
    has_sales: bool


@dataclass(frozen=True, slots=True)
class _Setting:
    """A setting of a tenant: the column that has it, and what the audit log calls its change.

    ``require`` refuses a change of a tenant that is held.
    """

    column: InstrumentedAttribute[str]
    action: Action
    require: Callable[[TenantSession, Tenant, str], None]


def set_timezone(
    engine: Engine, *, tenant: str, timezone: str, author: Author
) -> tuple[Changed, int]:
    """Have the reports of the tenant of that slug count the days of another IANA zone.

    Answers what was done, and how many live links have windows that do not begin and end with days
    of ``timezone``.

    Raises:
        InvalidAccountError: there is no such zone, or the tenant's name is too long to be written.
        UnknownTenantError: no tenant has this slug.
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer, or does not know the zone.
    """
    require_timezone(timezone)
    with _changing(engine, tenant, _TIMEZONE, timezone, author) as (session, done):
        return done, _cut_links(session, done.tenant_id, ZoneInfo(timezone))


def set_name(engine: Engine, *, tenant: str, name: str, author: Author) -> Changed:
    """Call the shop of that slug something else; its slug stays.

    Raises:
        InvalidAccountError: it is no name of a shop.
        UnknownTenantError: no tenant has this slug.
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    name = name.strip()
    require_name(name)
    with _changing(engine, tenant, _NAME, name, author) as (_, done):
        return done


def set_currency(engine: Engine, *, tenant: str, currency: str, author: Author) -> Changed:
    """Give the tenant of that slug another currency (ISO 4217).

    Raises:
        InvalidAccountError: there is no such currency, or the tenant's name is too long.
        UnknownTenantError: no tenant has this slug.
        CurrencyInUseError: orders or costs of products are in the ledger.
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    require_currency(currency)
    with _changing(engine, tenant, _CURRENCY, currency, author) as (_, done):
        return done


def set_gift_cards(
    engine: Engine, *, tenant: str, gift_cards: GiftCards, author: Author
) -> Changed:
    """Say what gift cards that were sold are to the tenant of that slug, from the next load on.

    Raises:
        InvalidAccountError: the tenant's name is too long to be written.
        UnknownTenantError: no tenant has this slug.
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    with _changing(engine, tenant, _GIFT_CARDS, gift_cards, author) as (_, done):
        return done


@contextmanager
def _changing(
    engine: Engine, slug: str, setting: _Setting, value: str, author: Author
) -> Iterator[tuple[TenantSession, Changed]]:
    """Set a value in one transaction, with a new version of the ledger and an audit entry.

    Waits for loads under way, as long as the engine lets a statement take. Without a change nothing
    is written.
    """
    tenant_id = _known(engine, slug)
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        shop = _held(session, tenant_id)
        before = str(getattr(shop, setting.column.key))
        has_sales = _any(session, Order.tenant_id == tenant_id)
        if before != value:
            setting.require(session, shop, before)
            row = update(Tenant).where(Tenant.id == tenant_id)
            driver = session.connection().exec_driver_sql
            with by_statements(driver):
                session.execute(row.values({setting.column: value}))
                if setting is _TIMEZONE:
                    _rebuild_days(session, tenant_id, value)
            driver(NEXT_VERSION, {"tenant_id": tenant_id})
            record(
                session, tenant_id, setting.action, author, at=now(), subject=value, before=before
            )
        yield session, Changed(tenant_id, shop.name, before, value, has_sales)


def _require_changeable(_: TenantSession, shop: Tenant, __: str) -> None:
    """A name of before there was a bound is kept, but the database lets no such row change."""
    if len(shop.name) > MAX_NAME_LENGTH:
        require_name(shop.name)


def _require_nothing(*_: object) -> None:
    """A new name is checked before; with it the row may change whatever it was called."""


def _require_no_amounts(session: TenantSession, shop: Tenant, before: str) -> None:
    _require_changeable(session, shop, before)
    costs = (Product.tenant_id == shop.id) & Product.unit_cost.is_not(None)
    if _any(session, Order.tenant_id == shop.id) or _any(session, costs):
        raise CurrencyInUseError(shop.slug, before)


_NAME: Final = _Setting(Tenant.name, Action.NAME_CHANGED, _require_nothing)
_TIMEZONE: Final = _Setting(Tenant.timezone, Action.TIMEZONE_CHANGED, _require_changeable)
_CURRENCY: Final = _Setting(Tenant.currency, Action.CURRENCY_CHANGED, _require_no_amounts)
_GIFT_CARDS: Final = _Setting(Tenant.gift_cards, Action.GIFT_CARDS_CHANGED, _require_changeable)


def _known(engine: Engine, slug: str) -> int:
    tenant_id = tenant_id_of(engine, slug)
    if tenant_id is None:
        raise UnknownTenantError(slug)
    return tenant_id


def _held(session: TenantSession, tenant_id: int) -> Tenant:
    """The tenant, whom nobody else writes to until the transaction ends.

    Loads first take the ledger's lock and then the tenant's row: in another order they would meet.
    """
    session.connection().exec_driver_sql(LOCK_LEDGER, {"tenant_id": tenant_id})
    held = select(Tenant).where(Tenant.id == tenant_id).with_for_update()
    return session.scalars(held).one()


def _rebuild_days(session: TenantSession, tenant_id: int, timezone: str) -> None:
    """Forget all sums, and mark every day with events in the new zone."""
    for statement in _REBUILD_DAYS:
        session.connection().exec_driver_sql(
            statement, {"tenant_id": tenant_id, "timezone": timezone}
        )


def _any(session: TenantSession, condition: ColumnElement[bool]) -> bool:
    return bool(session.scalar(select(exists().where(condition))))


def _cut_links(session: TenantSession, tenant_id: int, zone: ZoneInfo) -> int:
    """How many live links begin or end within a day of ``zone``."""
    live = (
        select(Share.window_from, Share.window_to, func.count())
        .where(Share.tenant_id == tenant_id, Share.revoked_at.is_(None), Share.expires_at > now())
        .group_by(Share.window_from, Share.window_to)
    )
    return sum(
        links
        for start, end, links in session.execute(live)
        if not Window(start, end).is_whole_days(zone)
    )
