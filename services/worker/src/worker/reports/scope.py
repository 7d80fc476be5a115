"""Scope of a computation: the tenant, and the state of its data."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.db.accounts import Tenant
from common.db.sales import LedgerVersion
from common.reports.comparison import Comparison
from common.reports.model import COUNT_DAYS, Scope
from common.reports.sales.gaps import read_gaps
from common.reports.window import Window


class UnknownTenantError(LookupError):
    """No tenant of that id exists for the session."""

    def __init__(self, tenant_id: int) -> None:
        super().__init__(f"unknown tenant {tenant_id}")
        self.tenant_id = tenant_id


class Shop(NamedTuple):
    """What a report says of its shop."""

    name: str
    currency: str
    timezone: str


class State(NamedTuple):
    """The state of a shop's data: the version of its ledger, and when a session saw it."""

    shop: Shop
    version: int
    moment: datetime


def read_state(session: Session, tenant_id: int) -> State:
    """The state at the session's moment. As the first query of a snapshot, it fixes that moment.

    Raises:
        UnknownTenantError: the session sees no such tenant.
    """
    row = session.execute(
        select(
            Tenant.name,
            Tenant.currency,
            Tenant.timezone,
            func.coalesce(LedgerVersion.version, 0),
            func.statement_timestamp(),
        )
        .outerjoin(LedgerVersion, LedgerVersion.tenant_id == Tenant.id)
        .where(Tenant.id == tenant_id)
    ).one_or_none()
    if row is None:
        raise UnknownTenantError(tenant_id)
    name, currency, timezone, version, moment = row
    return State(Shop(name, currency, timezone), version, moment)


def read_scope(
    session: Session,
    tenant_id: int,
    window: Window,
    count_days: int = COUNT_DAYS,
    comparison: Comparison = Comparison.PREVIOUS,
) -> Scope:
    """The scope at the session's moment; what is raised is that of ``read_state``."""
    state = read_state(session, tenant_id)
    zone = ZoneInfo(state.shop.timezone)
    return Scope(
        tenant_id=tenant_id,
        tenant_name=state.shop.name,
        currency=state.shop.currency,
        zone=zone,
        window=window,
        as_of=state.moment,
        data_version=state.version,
        count_days=count_days,
        gaps=read_gaps(session, tenant_id, window, zone, comparison),
        comparison=comparison,
    )
