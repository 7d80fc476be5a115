"""Set what the links of a shop show of it, and tell the viewers."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from accounts.errors import InvalidAccountError, UnknownTenantError
from accounts.provisioning import accounts_engine, tenant_id_of
from common.db.audit import COMMAND_LINE
from common.db.tenancy import TenantDb
from common.infra.redis import ADMIN, create_redis
from common.links.brand_ledger import LedgerBrand
from sharing.brand import BrandStore, BrandTextError
from sharing.logo import MOST_BYTES


def change_brand(
    service_url: str,
    redis_url: str,
    *,
    tenant: str,
    texts: Mapping[str, str | None],
    logo: Path | None,
    no_logo: bool,
    at: datetime,
) -> list[str]:
    """Set texts and the logo of a tenant's brand, as far as they are given; what it is then.

    Raises:
        AccountError: no such tenant, a text that cannot be, or the database cannot be used.
        LogoError: the picture cannot be a logo.
        OSError: the file cannot be read.
    """
    with (
        accounts_engine(service_url) as engine,
        create_redis(redis_url, ADMIN) as redis,
    ):
        tenant_id = tenant_id_of(engine, tenant)
        if tenant_id is None:
            raise UnknownTenantError(tenant)
        store = BrandStore(TenantDb(engine, tenant_id), redis)
        if logo is not None or no_logo:
            sent = None if logo is None else _read(logo)
            store.set_logo(sent, author=COMMAND_LINE, at=at)
        try:
            if texts:
                store.set_texts(texts, author=COMMAND_LINE, at=at)
        except BrandTextError as error:
            raise InvalidAccountError(error.field, texts[error.field], error.reason) from error
        return list(_said(store.read()))


def _read(path: Path) -> bytes:
    """A file, or as much of it as shows that it is too large."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _said(found: LedgerBrand) -> Iterator[str]:
    brand = found.brand
    yield f"name on links: {brand.name or '(as the shop is called)'}"
    yield f"accent: {brand.accent or '(that of all pages)'}"
    yield f"footer line: {brand.footer or '(none)'}"
    if brand.logo is None:
        yield "logo: (none)"
    else:
        bytes_of = len(found.logo or b"")
        yield f"logo: {brand.logo.width} × {brand.logo.height} pixels, {bytes_of} bytes"
