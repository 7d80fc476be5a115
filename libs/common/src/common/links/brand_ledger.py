"""Brands as the ledger has them: what Redis is told of a tenant's."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.db.accounts import Tenant
from common.db.brands import BrandRow
from common.links.brand import NO_BRAND, Brand, Ground, Logo, digest_of


class LedgerBrand(NamedTuple):
    """A tenant's brand and its logo, a PNG. One of revision 0 was never set."""

    brand: Brand = NO_BRAND
    logo: bytes | None = None


def read(session: Session, tenant_id: int) -> LedgerBrand:
    """The brand of a tenant, on whose behalf the transaction runs."""
    found = session.execute(
        select(BrandRow, Tenant.link_base_url)
        .join(Tenant, Tenant.id == BrandRow.tenant_id)
        .where(BrandRow.tenant_id == tenant_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return LedgerBrand() if found is None else of_row(found[0], found[1])


def of_row(row: BrandRow, base_url: str | None) -> LedgerBrand:
    """The brand of an entry, and the address of the tenant's links."""
    logo = None
    if row.logo is not None:
        ground = Ground(row.logo_ground or Ground.ANY)
        logo = Logo(digest_of(row.logo), row.logo_width or 1, row.logo_height or 1, ground)
    brand = Brand(
        row.revision, row.name or "", row.accent or "", row.footer or "", logo, base_url or ""
    )
    return LedgerBrand(brand, row.logo)
