"""Listing what there is: the shops, the members of one, and its links, as rows of text."""

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import Engine, text

from accounts.errors import UnknownTenantError
from accounts.members import list_members
from accounts.memberships import find_tenant
from accounts.provisioning import accounts_engine, tenant_id_of
from common.db.across import rows_of_all
from common.db.pagination import Paging
from common.db.tenancy import TenantDb
from common.instants import iso, now
from sharing.listing import ShareFilter, StateContext, list_shares

Row = Mapping[str, str | int | None]

_TENANTS: Final = text("SELECT tenant_id FROM tenants_after(:after, :most)")
_MOST: Final = 2**31 - 1
_PAGE: Final = 100


def tenants(service_url: str) -> list[Row]:
    """Every shop, by its slug.

    Raises:
        AccountError: the database cannot be used.
        TenantAwayError: one of several servers does not answer.
    """
    with accounts_engine(service_url) as engine:
        ids = rows_of_all(engine, _TENANTS, {"after": 0, "most": _MOST}, whole=True)
        found = [find_tenant(engine, tenant_id) for (tenant_id,) in ids]
    return [
        {
            "tenant": each.slug,
            "name": each.name,
            "currency": each.currency,
            "timezone": each.timezone,
        }
        for each in sorted((each for each in found if each is not None), key=lambda one: one.slug)
    ]


def members(service_url: str, tenant: str) -> list[Row]:
    """The members of the shop of that slug, by address.

    Raises:
        AccountError: no such tenant, or the database cannot be used.
    """
    with accounts_engine(service_url) as engine:
        return [
            {"email": each.email, "role": each.role.value, "addedAt": iso(each.added_at)}
            for each in list_members(_shop(engine, tenant))
        ]


def links(service_url: str, tenant: str, *, ended: bool) -> list[Row]:
    """The links of the shop that open, or with ``ended`` all of its ledger, newest first.

    Raises:
        AccountError: no such tenant, or the database cannot be used.
    """
    with accounts_engine(service_url) as engine:
        return list(_links(_shop(engine, tenant), ShareFilter(ended=None if ended else False)))


def _links(db: TenantDb, wanted: ShareFilter) -> Iterator[Row]:
    given, paging = StateContext(now()), Paging(_PAGE)
    while True:
        page = list_shares(db, paging, wanted, given=given)
        for each in page.items:
            share = each.share
            yield {
                "id": str(share.id),
                "state": each.state.value,
                "report": share.report,
                "period": share.period,
                "expiresAt": iso(share.expires_at),
                "views": share.views,
                "createdBy": each.creator,
                "label": share.label,
            }
        if page.next is None:
            return
        paging = Paging(_PAGE, page.next)


def _shop(engine: Engine, tenant: str) -> TenantDb:
    tenant_id = tenant_id_of(engine, tenant)
    if tenant_id is None:
        raise UnknownTenantError(tenant)
    return TenantDb(engine, tenant_id)
