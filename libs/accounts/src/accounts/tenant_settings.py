"""Time zone and currency of a tenant, set right after it was made.

Another zone cuts the days anew: a trigger forgets the kept sums and marks every day with events in
the same transaction (see ``common.db.rollups``), and the ledger's version goes up, so that every
cached report is stale. A link's window stays: its instants are in the token.
"""

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Engine, exists, func, select, text, update

from accounts.errors import CurrencyInUseError, UnknownTenantError
from accounts.provisioning import tenant_id_of
from accounts.validation import require_currency, require_name, require_timezone
from common.db.accounts import MAX_NAME_LENGTH, Tenant
from common.db.audit import Action, Author, record
from common.db.sales import LOCK_LEDGER, NEXT_VERSION, Order, Product
from common.db.shares import Share
from common.db.tenancy import Access, TenantSession, transaction
from common.instants import now
from common.reports.window import Window

_LOCK: Final = text(LOCK_LEDGER)
_COUNT_UP: Final = text(NEXT_VERSION)


@dataclass(frozen=True, slots=True)
class TimezoneChange:
    """What ``set_timezone`` did; ``timezone`` and ``before`` are IANA zones.

    ``cut_links`` live links have windows that do not begin and end with days of ``timezone``.
    ``has_sales`` says whether there were orders by then.
    """

    tenant_id: int
    name: str
    timezone: str
    before: str
    cut_links: int
    has_sales: bool


def set_timezone(engine: Engine, *, tenant: str, timezone: str, author: Author) -> TimezoneChange:
    """Have the reports of the tenant of that slug count the days of another IANA zone.

    Waits for loads under way, as long as the engine lets a statement take. Without a change nothing
    is written.

    Raises:
        InvalidAccountError: there is no such zone, or the tenant's name is too long to be written.
        UnknownTenantError: no tenant has this slug.
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer, or does not know the zone.
    """
    require_timezone(timezone)
    tenant_id = _known(engine, tenant)
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        shop = _held(session, tenant_id)
        before = shop.timezone
        if before != timezone:
            _require_changeable(shop)
            session.execute(update(Tenant).where(Tenant.id == shop.id).values(timezone=timezone))
            _conclude(session, shop.id, Action.TIMEZONE_CHANGED, author, before, timezone)
        return TimezoneChange(
            tenant_id=shop.id,
            name=shop.name,
            timezone=timezone,
            before=before,
            cut_links=_cut_links(session, shop.id, ZoneInfo(timezone)),
            has_sales=_any(session, Order.tenant_id == shop.id),
        )


def set_currency(engine: Engine, *, tenant: str, currency: str, author: Author) -> int:
    """Give the tenant of that slug another currency (ISO 4217), and answer the tenant's id.

    Raises:
        InvalidAccountError: there is no such currency, or the tenant's name is too long.
        UnknownTenantError: no tenant has this slug.
        CurrencyInUseError: orders or costs of products are in the ledger.
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    require_currency(currency)
    tenant_id = _known(engine, tenant)
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        shop = _held(session, tenant_id)
        before = shop.currency
        if before != currency:
            _require_changeable(shop)
            costs = (Product.tenant_id == shop.id) & Product.unit_cost.is_not(None)
            if _any(session, Order.tenant_id == shop.id) or _any(session, costs):
                raise CurrencyInUseError(tenant, before)
            session.execute(update(Tenant).where(Tenant.id == shop.id).values(currency=currency))
            _conclude(session, shop.id, Action.CURRENCY_CHANGED, author, before, currency)
        return shop.id


def _known(engine: Engine, slug: str) -> int:
    tenant_id = tenant_id_of(engine, slug)
    if tenant_id is None:
        raise UnknownTenantError(slug)
    return tenant_id


def _held(session: TenantSession, tenant_id: int) -> Tenant:
    """The tenant, whom nobody else writes to until the transaction ends.

    Loads first take the ledger's lock and then the tenant's row: in another order they would meet.
    """
    session.execute(_LOCK)
    held = select(Tenant).where(Tenant.id == tenant_id).with_for_update()
    return session.scalars(held).one()


def _require_changeable(shop: Tenant) -> None:
    """A name of before there was a bound is kept, but the database lets no such row change."""
    if len(shop.name) > MAX_NAME_LENGTH:
        require_name(shop.name)


def _any(session: TenantSession, condition: ColumnElement[bool]) -> bool:
    return bool(session.scalar(select(exists().where(condition))))


def _conclude(
    session: TenantSession, tenant_id: int, action: Action, author: Author, before: str, after: str
) -> None:
    session.execute(_COUNT_UP)
    record(session, tenant_id, action, author, at=now(), subject=after, before=before)


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
