"""Give the links of a shop an address of their own, of those that the operator allows."""

import os
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from accounts.errors import InvalidAccountError, UnknownTenantError
from accounts.provisioning import accounts_engine, tenant_id_of
from common.db.audit import COMMAND_LINE
from common.db.tenancy import TenantDb
from common.http.link_hosts import LinkHosts
from common.infra.redis import ADMIN, create_redis
from common.setting_types import Origins
from sharing.link_address import LinkAddressError, own_base_url, set_base_url

SETTING = "TENANT_BASE_URLS"
_ORIGINS: TypeAdapter[str] = TypeAdapter(Origins)


def change_link_address(
    service_url: str,
    redis_url: str,
    *,
    tenant: str,
    base_url: str | None,
    default: bool,
    at: datetime,
) -> str:
    """Set the address that a tenant's links point to, or with ``default`` that of all; what it is.

    With neither nothing is changed.

    Raises:
        AccountError: no such tenant, an address it cannot have, or the database cannot be used.
    """
    try:
        hosts = LinkHosts.of_setting(_ORIGINS.validate_python(os.environ.get(SETTING, "")))
        wanted = None if base_url is None else _ORIGINS.validate_python(base_url)
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise InvalidAccountError("address", base_url, reason) from None
    with (
        accounts_engine(service_url) as engine,
        create_redis(redis_url, ADMIN) as redis,
    ):
        tenant_id = tenant_id_of(engine, tenant)
        if tenant_id is None:
            raise UnknownTenantError(tenant)
        db = TenantDb(engine, tenant_id)
        try:
            if wanted is not None or default:
                set_base_url(db, redis, wanted, hosts, author=COMMAND_LINE, at=at)
        except LinkAddressError as error:
            raise InvalidAccountError("address", base_url, str(error)) from error
        own = own_base_url(db, hosts)
    return own or "that of all shops (PUBLIC_BASE_URL)"
