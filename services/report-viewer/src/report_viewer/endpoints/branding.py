"""Branding: what a page shows of the tenant whose link it is of, by what Redis has of it.

The brand comes with every look at a link. Its logo is read once and remembered by its digest: of
another tenant's it is never taken, as the key that it is read by carries the tenant.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final
from zoneinfo import available_timezones

from cachetools import LRUCache

from common.http.link_hosts import LinkHosts
from common.links import brand as brands
from common.links.brand import Brand
from common.links.link_claims import LinkClaims
from common.links.tenant_names import TenantName
from common.links.token import ExpiredLinkError, LinkError
from report_pages.page_brand import UNBRANDED, PageBrand, page_brand
from report_viewer.problems.errors import (
    ForeignHostError,
    NoSuchPathError,
    OtherDaysError,
    SigningNotConfiguredError,
    StoreUnavailableError,
    UnavailableError,
)

UTC: Final = "UTC"
_LOGOS: Final = 512
"""How many are remembered: four megabytes."""
_UNTOLD: Final = (NoSuchPathError, SigningNotConfiguredError, StoreUnavailableError)
"""Nothing of a tenant belongs there, or it cannot be had."""


class Branding:
    """Reads brands.

    Args:
        brand: what Redis has of a tenant's.
        logo: its logo of that digest, if that is the one it has.
        tenant: how it is called.
        hosts: those that tenants' links may have.
    """

    def __init__(
        self,
        brand: Callable[[int], Awaitable[Brand]],
        logo: Callable[[int, str], Awaitable[bytes | None]],
        tenant: Callable[[int], Awaitable[TenantName | None]],
        hosts: LinkHosts,
    ) -> None:
        self._hosts = hosts
        self._brand = brand
        self._logo = logo
        self._tenant = tenant
        self._logos: LRUCache[tuple[int, str], bytes] = LRUCache(_LOGOS)

    async def at_home(self, error: Exception, claims: LinkClaims | None, host: str) -> Exception:
        """What is told of an error at the ``host`` of a tenant, empty for every other host.

        Of another tenant's links nothing but what is told of a forged one. While links cannot be
        confirmed, and the tenant's host is not known, that is told.
        """
        tenant_id = _tenant_of(error, claims)
        if not host or tenant_id is None:
            return error
        brand = await self._brand(tenant_id)
        if not brand.revision and isinstance(error, UnavailableError):
            return error
        return error if self._hosts.host_of(brand.base_url) == host else ForeignHostError()

    async def zone(self, error: Exception, claims: LinkClaims | None) -> str:
        """Where the moment of an error is told and days are chosen: at the shop, if it is known."""
        tenant_id = _timed_of(error, claims)
        if tenant_id is not None:
            tenant = await self._tenant(tenant_id)
            if tenant is not None and tenant.timezone in available_timezones():
                return tenant.timezone
        return UTC

    async def of_page(self, tenant_id: int, told: bytes | None) -> PageBrand:
        """What the page of a tenant's link shows, by what was told with its report."""
        if told is None:
            return UNBRANDED
        brand = brands.parse(told)
        shown = page_brand(brand, await self._logo_of(tenant_id, brand))
        return shown if self._hosts.allows(shown.origin) else replace(shown, origin="")

    async def of_problem(self, error: Exception, claims: LinkClaims | None) -> PageBrand:
        """What the page of a problem shows: of a link that is authentic, and not revoked.

        Forged, malformed and revoked links are told alike, and so none shows whose it might be.
        """
        tenant_id = _tenant_of(error, claims)
        if tenant_id is None:
            return UNBRANDED
        brand = await self._brand(tenant_id)
        if not brand.revision:
            return UNBRANDED
        tenant = None if brand.name else await self._tenant(tenant_id)
        name = "" if tenant is None else tenant.name
        return page_brand(brand, await self._logo_of(tenant_id, brand), name=name)

    async def _logo_of(self, tenant_id: int, brand: Brand) -> bytes | None:
        if brand.logo is None:
            return None
        named = (tenant_id, brand.logo.digest)
        logo = self._logos.get(named) or await self._logo(*named)
        if logo is not None:
            self._logos[named] = logo
        return logo


def _timed_of(error: Exception, claims: LinkClaims | None) -> int | None:
    """In whose zone an error tells of time; None where it tells of none."""
    if isinstance(error, ExpiredLinkError):
        return error.tenant_id
    return claims.tenant_id if claims is not None and isinstance(error, OtherDaysError) else None


def _tenant_of(error: Exception, claims: LinkClaims | None) -> int | None:
    """Whose an authentic link is that is not revoked; None of every other."""
    if isinstance(error, ExpiredLinkError):
        return error.tenant_id
    told = claims is not None and not isinstance(error, (LinkError, *_UNTOLD))
    return claims.tenant_id if claims is not None and told else None
